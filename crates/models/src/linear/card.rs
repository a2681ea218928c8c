//! The model card of a linear classifier.

use std::fmt::Write;

use plaudit_core::{Error, Result, visible};

use super::LinearClassifier;
use crate::card::{INTENDED, plain};

impl<F> LinearClassifier<F> {
    /// Returns the model card, which is saved as `README.md` of the model directory: Markdown with what the model is, what it was trained on,
    /// its figures on the validation part, its limits and its configuration. It holds no time and no path: the same model has the same card.
    ///
    /// # Errors
    /// When the configuration cannot be written as JSON.
    pub fn card(&self) -> Result<String> {
        let (config, report) = (self.config(), self.report());
        let names: Vec<String> = config.labels().iter().flat_map(|labels| labels.iter()).map(plain).collect();
        let mut card = format!("# A linear classifier of texts: {}\n\n## What it is\n\n", names.join(", "));
        let _ = writeln!(
            card,
            "Baseline `{}`: a weight a label for each of {} columns of features, and a bias.\n\n## What it was trained on\n",
            config.name(),
            report.columns
        );
        let counts = names.iter().zip(&report.train_labels).map(|(name, rows)| format!("{name} {rows}"));
        let _ = writeln!(
            card,
            "- {} training rows: {}.\n- {} validation rows.\n\n## Figures\n",
            report.train_rows,
            counts.collect::<Vec<_>>().join(", "),
            report.valid_rows
        );
        let figures = report.best_fit().map(|fit| {
            let of = [fit.valid_loss, fit.valid_accuracy, fit.valid_macro_f1, fit.valid_macro_recall];
            (fit, ["loss", "accuracy", "macro F1", "macro recall"].into_iter().zip(of))
        });
        if let Some((fit, figures)) = figures {
            let known = figures.filter_map(|(name, value)| value.map(|value| format!("{name} {value:.4}")));
            let known: Vec<String> = known.collect();
            if known.is_empty() {
                card.push_str("There was no validation part.\n");
            } else {
                let c = fit.c.map_or(String::new(), |c| format!(" C is {c}."));
                let _ = writeln!(
                    card,
                    "On the validation rows, which may have chosen settings and then are a little too good: {}.{c}",
                    known.join(", ")
                );
            }
            if let Some(factor) = fit.inverse_temperature {
                let _ = writeln!(card, "Margins are multiplied by {factor:.4}, fitted to the validation rows.");
            }
        }
        let _ = writeln!(card, "\n## Intended use and limits\n\n{INTENDED}\n## Configuration\n\n```json");
        let config = serde_json::to_string_pretty(config).map_err(Error::backend)?;
        config.lines().for_each(|line| card.extend([visible(line).as_ref(), "\n"]));
        card.push_str("```\n");
        Ok(card)
    }
}
