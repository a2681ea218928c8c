//! Table 5 and Eq. 36: reactions to four posts.

use plaudit::Result;
use plaudit::promotion::reactions::{Estimate, Figures, ReactionsConfig, Reading, Tally};

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
        all.push(share([&id, PLACE, &what], label.negative_share, &label.tally));
    }
    let heading = ["negative_share_all", PLACE, "negative share, all posts"];
    all.push(share(heading, figures.negative_share, &figures.total));

    let random = figures.baseline_share.map(|share| format!("{:.1} %", 100.0 * share));
    let heading = ["negative_share_random", PLACE, "negative share, a random post"];
    all.push(Finding::derived(heading, random, NONE_COUNTED));

    let mut readings = vec![equation(paper, "eq36", "k = 4, k = 1, mean of the posts", figures)];
    for variant in &variants {
        let name = format!("{} {}", variant.reaction, variant.polarity);
        let id = format!("eq36_{}_{}", variant.reaction, variant.polarity);
        readings.push(equation(paper, &id, &format!("the same with {name}"), &variant.figures));
    }
    let heading = ["eq36_any", &claim.place, "applied to Table 5"];
    all.extend(Finding::claim(heading, &claim.text, readings));

    if let Some(best) = figures.labels.first() {
        let name = &best.label;
        let what = format!("{name} below a random post, points");
        let points = best.below_baseline.map(|points| percent(points).replace(" %", ""));
        all.push(Finding::derived(["points_below", PLACE, &what], points, NONE_COUNTED));
        // The spread that the data show needs several posts of a class.
        for (place, reduction) in best.reductions.iter().filter(|one| one.reading != Reading::BetaBinomial).enumerate()
        {
            let what = format!("reduction, {name} against a random post, {}", reduction.reading);
            let id = format!("reduction_{place}");
            let reason = "a class has no reaction that counts, or no class has a negative one";
            all.push(Finding::derived([&id, PLACE, &what], reduction.estimate.map(percent), reason));
        }
    }
    let what = format!("posts an arm to see {}, SD {}", claim.text, join(&config.plan.spreads));
    // One share of all posts decides whether there are any of these.
    let posts = figures.posts_per_arm.iter().map(|needed| needed.posts.map(|posts| posts.to_string()));
    let posts = posts.collect::<Option<Vec<_>>>().map(join);
    let reason = "the negative share of all posts is not above 0 and below 1";
    all.push(Finding::derived(["posts_per_arm", PLACE, &what], posts, reason));

    let worth = figures.labels.iter().map(|label| Some(format!("{:.3}", label.utility?)));
    let worth = worth.collect::<Option<Vec<_>>>().map(join);
    let heading = ["utilities", PLACE, "positive less negative share, by class"];
    all.push(Finding::derived(heading, worth, NONE_COUNTED));
    Ok(all)
}

const NONE_COUNTED: &str = "a class has no reaction that counts";

/// A negative share beside its counts.
fn share(heading: [&str; 3], share: Option<Estimate>, tally: &Tally) -> Finding {
    let found = Finding::derived(heading, share.map(percent), "no reaction counts");
    if share.is_none() {
        return found;
    }
    found.note(format!("{} negative, {} positive", tally.negative, tally.positive))
}

/// Eq. 36 in the ways in which it can be read, and the verdict on each.
fn equation(paper: &Paper, id: &str, what: &str, figures: &Figures) -> (Finding, Vec<Verdict>) {
    let claim = &paper.claims.negative_change;
    let values = [figures.paper_eq36_posts, figures.paper_eq36_pooled, figures.mean_post_ratio];
    let verdict = |percent: f64| Span::point(percent / 100.0).verdict(claim.value.span());
    let verdicts = values.map(|value| value.map_or(Verdict::Undefined, verdict)).to_vec();
    let words = values.map(|value| value.map_or_else(|| "-".to_owned(), |value| claim.value.percent(value / 100.0, 0)));
    let best = verdicts.iter().min().copied().unwrap_or(Verdict::Undefined);
    let found = Finding::of([id, &claim.place, what], &claim.text, join(words), best);
    let found = match values {
        [Some(_), Some(_), Some(_)] => found,
        [.., Some(_), None] => found.note("the mean cannot be computed, because a post has no positive reaction"),
        _ => found.because("no post has a positive reaction"),
    };
    (found, verdicts)
}

/// A share with its 95 % interval.
fn percent(Estimate { value, low, high, .. }: Estimate) -> String {
    format!("{:.1} % ({:.1} to {:.1})", 100.0 * value, 100.0 * low, 100.0 * high)
}
