//! A report on reactions as tables for people.

use std::fmt;

use plaudit_core::{Table, visible};

use super::{Baseline, Estimate, Figures, ReactionReport, Spread};

impl fmt::Display for ReactionReport {
    /// The labels against the baseline; their relative reductions under each reading; what is known of the spread between
    /// posts; all of it again with each ambiguous reaction taken for something else; Eq. 36; the posts that would tell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<(String, &Figures)> = [("as declared".to_owned(), &self.declared)]
            .into_iter()
            .chain(self.variants.iter().map(|v| (format!("{} {}", v.reaction, v.polarity), &v.figures)))
            .collect();
        let level = (self.config.level * 1e6).round() / 1e4; // 0.95 * 100 is 95 only by luck
        let baseline = match self.config.baseline {
            Baseline::Uniform => "a post of a label drawn at random".to_owned(),
            Baseline::Pooled => "a reaction drawn at random".to_owned(),
            Baseline::Share(_) => "a known share".to_owned(),
            Baseline::Historical { reactions, .. } => format!("{reactions} earlier reactions"),
        };
        writeln!(f, "Intervals of {level} %. The baseline is {baseline}.")?;
        writeln!(
            f,
            "In the first tables they are as if each reaction were drawn by itself. Posts differ far more than that: intervals \
             that hold it stand further below."
        )?;
        for (name, figures) in &all {
            write!(f, "\nReactions {}\n{}", visible(name), labels(figures))?;
        }
        if self.declared.baseline_share.is_none() {
            writeln!(f, "\n{}", nothing_to_compare(&self.declared))?;
        }
        if all.iter().any(|(_, figures)| figures.baseline_share.is_some()) {
            self.write_reductions(f, &all)?;
        }
        writeln!(f, "\nSpread between the posts of a label (correlation of two reactions to one post)")?;
        let mut table = Table::new(["label", "reactions", "posts that tell", "rho"]);
        for (name, figures) in &all {
            for label in &figures.labels {
                let (posts, rho) = match label.spread {
                    Spread::NotIdentified { posts } => (posts, "not identified".to_owned()),
                    Spread::Estimated { posts, rho, low, high, .. } => {
                        (posts, format!("{rho:.4} ({low:.4} to {high:.4})"))
                    }
                };
                table.push([label.label.clone(), name.clone(), posts.to_string(), rho]);
            }
        }
        write!(f, "{table}")?;
        if all.iter().flat_map(|(_, figures)| &figures.labels).any(|label| !label.spread.is_identified()) {
            writeln!(f, "Where it is not identified, nothing tells how far another post of the label would differ.")?;
        }

        writeln!(f, "\nEq. 36 of DPMS, as printed: not a reduction, it has no baseline")?;
        let mut table = Table::new(["reactions", "k = 1", "k = posts", "mean of the posts' ratios"]);
        for (name, figures) in &all {
            let values = [figures.paper_eq36_pooled, figures.paper_eq36_posts, figures.mean_post_ratio];
            let values = values.map(|value| value.map_or_else(dash, |value| format!("{value:.2} %")));
            table.push([name.clone()].into_iter().chain(values));
        }
        write!(f, "{table}")?;

        let plan = &self.config.plan;
        let cut = (plan.cut * 1e6).round() / 1e4;
        let power = (plan.power * 1e6).round() / 1e4;
        writeln!(
            f,
            "\nPosts an arm to see a relative cut of {cut} % from the pooled share (alpha {}, power {power} %)",
            plan.alpha
        )?;
        let mut table =
            Table::new(["reactions", "SD of log odds", "posts an arm", "the same with as few reactions a post"]);
        for (name, figures) in &all {
            for needed in &figures.posts_per_arm {
                let posts = [needed.posts, needed.with_counts].map(|n| n.map_or_else(dash, |n| n.to_string()));
                table.push([name.clone(), needed.sd.to_string()].into_iter().chain(posts));
            }
        }
        write!(f, "{table}")
    }
}

impl ReactionReport {
    fn write_reductions(&self, f: &mut fmt::Formatter<'_>, all: &[(String, &Figures)]) -> fmt::Result {
        writeln!(
            f,
            "\nRelative reduction of negative reactions against the baseline, by what is taken to vary: the counts alone, also \
             posts with this SD of their log odds, or posts as those here differ (each post then weighs the same)"
        )?;
        let heading = ["label".to_owned(), "reactions".to_owned()];
        let mut table = Table::new(heading.into_iter().chain(self.config.readings().iter().map(ToString::to_string)));
        for (name, figures) in all {
            for label in &figures.labels {
                let estimates = label.reductions.iter().map(|reduction| percent(reduction.estimate));
                table.push([label.label.clone(), name.clone()].into_iter().chain(estimates));
            }
        }
        write!(f, "{table}")
    }
}

/// Why a baseline that is made of the labels has no share.
fn nothing_to_compare(figures: &Figures) -> &'static str {
    let counted = figures.labels.iter().filter(|label| label.tally.counted() > 0).count();
    match (figures.labels.len(), counted) {
        (1, _) => {
            "There is one label, and the baseline is made of the labels: there is nothing to compare it with. A baseline from \
             elsewhere, `share` or `historical`, would be."
        }
        (_, 0 | 1) => {
            "Fewer than two labels have reactions, and the baseline is made of the labels: there is nothing to compare."
        }
        _ => "A label has no reactions, and the baseline is the mean of all labels: there is nothing to compare with.",
    }
}

/// The labels of these figures, and all posts.
fn labels(figures: &Figures) -> Table {
    let mut table = Table::new([
        "label",
        "posts",
        "positive",
        "negative",
        "negative share",
        "points below the baseline",
        "utility",
    ]);
    for label in &figures.labels {
        table.push([
            label.label.clone(),
            label.posts.to_string(),
            label.tally.positive.to_string(),
            label.tally.negative.to_string(),
            percent(label.negative_share),
            percent(label.below_baseline).replace(" %", ""),
            label.utility.map_or_else(dash, |utility| format!("{utility:.3}")),
        ]);
    }
    table.push([
        "all".to_owned(),
        figures.labels.iter().map(|label| label.posts).sum::<u64>().to_string(),
        figures.total.positive.to_string(),
        figures.total.negative.to_string(),
        percent(figures.negative_share),
    ]);
    let share = figures.baseline_share.map_or_else(dash, |share| format!("{:.1} %", 100.0 * share));
    table.push(["baseline".to_owned(), String::new(), String::new(), String::new(), share]);
    table
}

/// A share with its interval, in percent.
fn percent(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(dash, |Estimate { value, low, high }| {
        let [value, low, high] = [value, low, high].map(|share| (1000.0 * share).round() / 10.0 + 0.0); // no -0.0
        format!("{value:.1} % ({low:.1} to {high:.1})")
    })
}

fn dash() -> String {
    "-".to_owned()
}
