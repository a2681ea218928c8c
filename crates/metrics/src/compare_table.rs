//! A comparison as tables for people.

use std::fmt;

use plaudit_core::Table;

use crate::Comparison;
use crate::table::{decimals, ends};

impl fmt::Display for Comparison {
    /// The models with their scores, then the pairs with differences and p-values; `-` where undefined.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = format!("{} % interval", 100.0 * self.bootstrap.level);
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
        let of = self.clusters.map_or_else(String::new, |clusters| format!(" in {clusters} clusters"));
        writeln!(f, "{table}\n{} texts{of}, {} resamples", self.texts, self.bootstrap.resamples)
    }
}

fn signed(difference: Option<f64>) -> String {
    let rounded = difference.map(|difference| (1e3 * difference).round() / 1e3 + 0.0); // no -0.000
    rounded.map_or_else(|| "-".to_owned(), |rounded| format!("{rounded:+.3}"))
}

fn probability(p: Option<f64>) -> String {
    match p {
        Some(p) if p < 1e-4 => "<0.0001".to_owned(),
        Some(p) => format!("{p:.4}"),
        None => "-".to_owned(),
    }
}
