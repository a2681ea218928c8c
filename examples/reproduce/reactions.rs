//! Table 5 and Eq. 36: reactions to four posts.

use plaudit::Result;
use plaudit::promotion::reactions::{Estimate, Figures, PostsPerArm, ReactionsConfig, Reading};

use super::share::Span;
use super::tables::Paper;
use super::{Finding, Verdict, join};

const PLACE: &str = "Table 5";

pub(super) fn findings(paper: &Paper) -> Result<Vec<Finding>> {
    let claim = &paper.claims.negative_change;
    let mut config = ReactionsConfig::default();
    config.plan.cut = claim.value.value;
    config.draws = 200; // of haha taken otherwise, only Eq. 36 is shown, which has no draws
    let variants = config.report(&paper.reactions)?.variants;
    config.valence.ambiguous.clear();
    config.draws = 100_000; // the ends of the widest interval then have standard errors below a point
    let figures = &config.report(&paper.reactions)?.declared;

    let mut all = Vec::new();
    for label in &figures.labels {
        let (id, what) = (format!("negative_share_{}", label.label), format!("negative share, {}", label.label));
        let found = Finding::unprinted([&id, PLACE, &what], percent(label.negative_share), Verdict::Derived);
        all.push(found.note(format!("{} negative, {} positive", label.tally.negative, label.tally.positive)));
    }
    let heading = ["negative_share_all", PLACE, "negative share, all posts"];
    let found = Finding::unprinted(heading, percent(figures.negative_share), Verdict::Derived);
    all.push(found.note(format!("{} negative, {} positive", figures.total.negative, figures.total.positive)));

    let share = figures.baseline_share.map_or_else(dash, |share| format!("{:.1} %", 100.0 * share));
    let heading = ["negative_share_random", PLACE, "negative share, a random post"];
    all.push(Finding::unprinted(heading, share, Verdict::Derived));

    all.push(equation(paper, "eq36", "Eq. 36: k = 4, k = 1, mean of the posts", figures));
    for variant in &variants {
        let name = format!("{} {}", variant.reaction, variant.polarity);
        let id = format!("eq36_{}_{}", variant.reaction, variant.polarity);
        all.push(equation(paper, &id, &format!("the same with {name}"), &variant.figures));
    }

    if let Some(best) = figures.labels.first() {
        let name = &best.label;
        let what = format!("{name} below a random post, points");
        let points = percent(best.below_baseline).replace(" %", "");
        all.push(Finding::unprinted(["points_below", PLACE, &what], points, Verdict::Derived));
        // The spread that the data show needs several posts of a class.
        for (place, reduction) in best.reductions.iter().filter(|one| one.reading != Reading::BetaBinomial).enumerate()
        {
            let what = format!("reduction, {name} against a random post, {}", reduction.reading);
            let id = format!("reduction_{place}");
            all.push(Finding::unprinted([&id, PLACE, &what], percent(reduction.estimate), Verdict::Derived));
        }
    }
    let posts = |needed: &PostsPerArm| needed.posts.map_or_else(dash, |posts| posts.to_string());
    let what = format!("posts an arm to see {}, SD {}", claim.text, join(&config.plan.spreads));
    let posts = join(figures.posts_per_arm.iter().map(posts));
    all.push(Finding::unprinted(["posts_per_arm", PLACE, &what], posts, Verdict::Derived));
    let worth = figures.labels.iter().map(|label| label.utility.map_or_else(dash, |worth| format!("{worth:.3}")));
    let heading = ["utilities", PLACE, "positive less negative share, by class"];
    all.push(Finding::unprinted(heading, join(worth), Verdict::Derived));
    Ok(all)
}

/// Eq. 36 in the ways in which it can be read.
fn equation(paper: &Paper, id: &str, what: &str, figures: &Figures) -> Finding {
    let claim = &paper.claims.negative_change;
    let values = [figures.paper_eq36_posts, figures.paper_eq36_pooled, figures.mean_post_ratio];
    let prints = |percent: f64| claim.value.span().meets(Span::point(percent / 100.0));
    let good = values.into_iter().flatten().any(prints);
    let words = values.map(|value| value.map_or_else(dash, |percent| claim.value.percent(percent / 100.0, 0)));
    Finding::of([id, &claim.place, what], &claim.text, join(words), Verdict::matches_if(good))
}

/// A share with its 95 % interval.
fn percent(estimate: Option<Estimate>) -> String {
    let words = |Estimate { value, low, high, .. }: Estimate| {
        format!("{:.1} % ({:.1} to {:.1})", 100.0 * value, 100.0 * low, 100.0 * high)
    };
    estimate.map_or_else(dash, words)
}

fn dash() -> String {
    "-".to_owned()
}
