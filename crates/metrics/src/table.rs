//! A report as a table for people.

use std::fmt;

use plaudit_core::Table;
use plaudit_stats::{Bootstrap, Interval};

use crate::resampling::LEAST_UNITS;
use crate::{Brier, Evaluation, Metric, Report};

impl fmt::Display for Evaluation {
    /// The figures with their intervals, those of each label, and the confusion matrix of at most 20 labels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = interval_heading(self.bootstrap.level);
        let mut table = Table::new(["all labels", "value", heading.as_str()]);
        for figure in self.figures.iter().filter(|figure| figure.label.is_none()) {
            table.push([figure.metric.name().to_owned(), decimals(figure.value), ends(figure.interval)]);
        }
        writeln!(f, "{table}")?;
        let mut table = Table::new(["label", "support", "precision", "recall", "specificity", "F1", "ROC AUC", "AP"]);
        for class in &self.report.classes {
            let figure = |metric| {
                let Some(figure) = self.figure(metric, Some(&class.label)) else { return decimals(None) };
                let ends = figure.interval.map(|ends| format!(" ({:.2}-{:.2})", ends.low, ends.high));
                decimals(figure.value) + &ends.unwrap_or_default()
            };
            let cells = [class.label.clone(), class.support.to_string()];
            table.push(cells.into_iter().chain(Metric::OF_LABEL.map(figure)));
        }
        writeln!(f, "{table}")?;
        if let Some(brier) = self.brier {
            let Brier { reliability, resolution, uncertainty, .. } = brier;
            let within_bins = thousandths(brier.within_bins);
            writeln!(
                f,
                "Brier score {:.3} = reliability {reliability:.3} - resolution {resolution:.3} + uncertainty \
                 {uncertainty:.3} + within bins {within_bins:.3}",
                brier.score
            )?;
        }
        let resampled = resampled(self.report.total, self.clusters, &self.bootstrap);
        writeln!(f, "{} of {} right; intervals: {resampled}", self.report.correct, self.report.total)?;
        matrix(&self.report, f)
    }
}

/// What intervals were resampled from, or that there was too little.
pub(crate) fn resampled(texts: u64, clusters: Option<usize>, bootstrap: &Bootstrap) -> String {
    let (count, unit) = clusters.map_or((texts, "text"), |clusters| (clusters as u64, "cluster"));
    let units = format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    if count < LEAST_UNITS as u64 {
        return format!("{units}, too few to resample");
    }
    format!("{units}, {} resamples", bootstrap.resamples)
}

/// The heading of a column of intervals.
pub(crate) fn interval_heading(level: f64) -> String {
    // To ten digits, for 100 times 0.55 is 55 and a bit.
    format!("{} % interval", (1e10 * level).round() / 1e8)
}

/// `low to high`, or nothing.
pub(crate) fn ends(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |ends| format!("{:.3} to {:.3}", ends.low, ends.high))
}

impl fmt::Display for Report {
    /// Scores with three decimals, `-` where undefined; then the accuracy, the macro F1 and, for at most 20 labels, the
    /// confusion matrix.
    ///
    /// Columns are aligned by the number of characters, which is the width on screen for all but East Asian wide ones.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["label", "support", "precision", "recall", "specificity", "F1"]);
        for class in &self.classes {
            let scores = [class.precision, class.recall, class.specificity, class.f1].map(decimals);
            table.push([class.label.clone(), class.support.to_string()].into_iter().chain(scores));
        }
        for (name, mean) in [("macro average", self.macro_average), ("weighted average", self.weighted_average)] {
            let scores = [mean.precision, mean.recall, mean.specificity, mean.f1].map(decimals);
            table.push([name.to_owned(), self.total.to_string()].into_iter().chain(scores));
        }
        write!(f, "{table}\naccuracy {}", decimals(self.accuracy))?;
        if let Some(interval) = self.accuracy_interval {
            let level = 100.0 * interval.level;
            write!(f, " ({level:.0} % interval {:.3} to {:.3})", interval.low, interval.high)?;
        }
        writeln!(f, ", {} of {} right", self.correct, self.total)?;
        writeln!(f, "macro F1 {}", decimals(self.macro_average.f1))?;
        matrix(self, f)
    }
}

/// Writes the confusion matrix, where it is not too wide to read.
fn matrix(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if report.classes.len() > MOST_LABELS {
        return Ok(());
    }
    let corner = "truth \\ predicted".to_owned();
    let mut table = Table::new([corner].into_iter().chain(report.classes.iter().map(|class| class.label.clone())));
    for (class, counts) in report.classes.iter().zip(report.matrix.rows()) {
        table.push([class.label.clone()].into_iter().chain(counts.iter().map(u64::to_string)));
    }
    write!(f, "\n{table}")
}

/// A matrix of more labels is too wide to read.
const MOST_LABELS: usize = 20;

/// The number to three decimals, without -0.000.
pub(crate) fn thousandths(number: f64) -> f64 {
    (1e3 * number).round() / 1e3 + 0.0
}

pub(crate) fn decimals(score: Option<f64>) -> String {
    score.map_or_else(|| "-".to_owned(), |score| format!("{score:.3}"))
}

#[cfg(test)]
mod tests {
    use plaudit_core::Labels;

    use crate::ConfusionMatrix;

    #[test]
    fn the_table_reads_well() {
        let labels = Labels::new(["Good", "很差", "Never"]).unwrap();
        let report = ConfusionMatrix::from_pairs(labels, &[0, 0, 0, 1], &[0, 0, 1, 1]).unwrap().report();
        // Wilson 95 % for 3 of 4: statsmodels 0.15 proportion_confint(3, 4, method="wilson") -> 0.300642, 0.954413
        let expected = "\
label             support  precision  recall  specificity     F1
Good                    3      1.000   0.667        1.000  0.800
很差                      1      0.500   1.000        0.667  0.667
Never                   0          -       -        1.000      -
macro average           4      0.500   0.556        0.889  0.489
weighted average        4      0.875   0.750        0.917  0.767

accuracy 0.750 (95 % interval 0.301 to 0.954), 3 of 4 right
macro F1 0.489

truth \\ predicted  Good  很差  Never
Good                  2   1      0
很差                    0   1      0
Never                 0   0      0
";
        assert_eq!(report.to_string(), expected);
    }

    #[test]
    fn a_matrix_too_wide_to_read_is_left_out() {
        let labels = |count: usize| Labels::new((0..count).map(|k| k.to_string())).unwrap();
        assert!(ConfusionMatrix::new(labels(20)).report().to_string().contains("predicted"));
        assert!(!ConfusionMatrix::new(labels(21)).report().to_string().contains("predicted"));
    }

    #[test]
    fn nothing_counted_is_all_dashes() {
        let report = ConfusionMatrix::new(Labels::polarity()).report();
        let text = report.to_string();
        assert!(text.contains("\naccuracy -, 0 of 0 right\nmacro F1 -\n"), "{text}");
        assert!(!text.contains("NaN"), "{text}");
    }
}
