//! A comparison as tables for people.

use std::fmt;

use plaudit_core::Table;

use crate::Comparison;
use crate::table::{decimals, ends, interval_heading, resampled, thousandths};

impl fmt::Display for Comparison {
    /// The models with their scores, then the pairs with differences and p-values; `-` where undefined.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = interval_heading(self.bootstrap.level);
        let mut table = Table::new(["model", self.metric.name(), &interval]);
        for model in &self.models {
            table.push([model.name.clone(), decimals(model.score), ends(model.interval)]);
        }
        writeln!(f, "{table}")?;
        let mut table = Table::new(["first", "second", "difference", &interval, "p", "p (Holm)"]);
        for pair in &self.pairs {
            let [p, p_holm] = [pair.p, pair.p_holm].map(probability);
            table.push([
                pair.first.clone(),
                pair.second.clone(),
                signed(pair.difference),
                ends(pair.interval),
                p,
                p_holm,
            ]);
        }
        let resampled = resampled(self.texts, self.clusters, &self.bootstrap);
        writeln!(f, "{table}\nintervals: {resampled}")
    }
}

fn signed(difference: Option<f64>) -> String {
    difference.map_or_else(|| "-".to_owned(), |difference| format!("{:+.3}", thousandths(difference)))
}

fn probability(p: Option<f64>) -> String {
    match p {
        Some(p) if p < 1e-4 => "<0.0001".to_owned(),
        Some(p) => format!("{p:.4}"),
        None => "-".to_owned(),
    }
}
