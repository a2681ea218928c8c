//! All figures of an evaluation at once, for any weights of the rows: so a resample is a set of weights.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::Scored;
use crate::cells::{Cells, Pairs};
use crate::ranking::{Areas, Order};
use crate::reliability::{BINS, Claims, brier_rows, calibration_error_of, log_loss_rows, top_k};
use crate::scored::most_probable;
use crate::selective::area;

/// A figure of an evaluation: of all labels together, or of one label against the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Metric {
    /// The share of right predictions.
    Accuracy,
    /// The mean recall of the labels that occur.
    BalancedAccuracy,
    /// Precision (Eq. 30); of all labels, their mean.
    Precision,
    /// Recall (Eq. 31); of all labels, their mean.
    Recall,
    /// Specificity (Eq. 32); of all labels, their mean.
    Specificity,
    /// F1 (Eq. 33); of all labels, their mean ("macro F1").
    F1,
    /// The mean of the labels' F1, each weighing as much as it has texts.
    WeightedF1,
    /// Matthews' correlation coefficient.
    Mcc,
    /// Cohen's kappa, labels unordered.
    Kappa,
    /// Cohen's kappa with quadratic weights: means something where the labels are ordered.
    QuadraticKappa,
    /// The share of texts whose true label is among the two most probable ones.
    TopTwo,
    /// The mean of -ln(probability of the true label); less is better.
    LogLoss,
    /// The Brier score, 0 to 2; less is better.
    Brier,
    /// The calibration error of the most probable label's probability ([`calibration_error`](crate::calibration_error)).
    CalibrationError,
    /// The area under the ROC curve of the label against all others; of all labels, the mean where all are defined.
    RocAuc,
    /// The mean area over all pairs of labels, each both ways (Hand and Till 2001).
    HandTill,
    /// The average precision; of all labels, the mean where all are defined.
    AveragePrecision,
    /// The area under the risk-coverage curve: the mean share of errors when only the surest texts are answered, over all shares
    /// of texts; less is better.
    Aurc,
}

impl Metric {
    /// What is given of all labels together, in the order of the report.
    pub const OVERALL: [Self; 18] = [
        Self::Accuracy,
        Self::BalancedAccuracy,
        Self::Precision,
        Self::Recall,
        Self::Specificity,
        Self::F1,
        Self::WeightedF1,
        Self::Mcc,
        Self::Kappa,
        Self::QuadraticKappa,
        Self::TopTwo,
        Self::LogLoss,
        Self::Brier,
        Self::CalibrationError,
        Self::RocAuc,
        Self::HandTill,
        Self::AveragePrecision,
        Self::Aurc,
    ];

    /// What is given of each label against the others, in the order of the report.
    pub const OF_LABEL: [Self; 6] =
        [Self::Precision, Self::Recall, Self::Specificity, Self::F1, Self::RocAuc, Self::AveragePrecision];

    /// What a [`Report`](crate::Report) tells, which knows predicted labels and no probability
    /// ([`Report::figure`](crate::Report::figure)); of each, more is better.
    pub const OF_PREDICTIONS: [Self; 9] = [
        Self::Accuracy,
        Self::BalancedAccuracy,
        Self::Precision,
        Self::Recall,
        Self::Specificity,
        Self::F1,
        Self::WeightedF1,
        Self::Mcc,
        Self::Kappa,
    ];

    /// Returns the name of the figure of all labels together, as tables print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced accuracy",
            Self::Precision => "macro precision",
            Self::Recall => "macro recall",
            Self::Specificity => "macro specificity",
            Self::F1 => "macro F1",
            Self::WeightedF1 => "weighted F1",
            Self::Mcc => "Matthews correlation",
            Self::Kappa => "Cohen's kappa",
            Self::QuadraticKappa => "quadratic kappa",
            Self::TopTwo => "top-2 accuracy",
            Self::LogLoss => "log-loss",
            Self::Brier => "Brier score",
            Self::CalibrationError => "calibration error",
            Self::RocAuc => "macro ROC AUC",
            Self::HandTill => "Hand-Till AUC",
            Self::AveragePrecision => "macro average precision",
            Self::Aurc => "risk-coverage area",
        }
    }
}

/// By the name that tables print, in small letters with `_` between the words: `macro_f1`, `cohen_s_kappa`.
///
/// ```
/// use plaudit_metrics::Metric;
///
/// assert_eq!("macro_recall".parse::<Metric>()?, Metric::Recall);
/// assert!("f_one".parse::<Metric>().is_err());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
impl std::str::FromStr for Metric {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let plain = |metric: &Self| metric.name().to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let found = Self::OVERALL.into_iter().find(|metric| plain(metric) == name);
        found.ok_or_else(|| {
            let known: Vec<String> = Self::OVERALL.iter().map(plain).collect();
            Error::config(format!("metric: expected one of {}", known.join(", ")))
        })
    }
}

/// The values of the figures, in the order of `Metric::OVERALL`, then label by label in that of `Metric::OF_LABEL`.
pub(crate) type Values = Vec<Option<f64>>;

/// What does not change with the weights.
pub(crate) struct Prepared<'a> {
    truth: &'a [usize],
    pairs: Pairs<'a>,
    orders: Vec<Order>, // one a label
    claims: Claims,
    log_loss: Vec<f64>,
    brier: Vec<f64>,
    top_two: Vec<bool>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(scored: &'a Scored) -> Self {
        let predicted = scored.rows().map(|row| most_probable(row).0).collect();
        Self {
            truth: scored.truth(),
            pairs: Pairs::new(scored.labels().len(), scored.truth(), predicted, &scored.weights_or_ones()),
            orders: (0..scored.labels().len()).map(|label| Order::new(scored, label)).collect(),
            claims: Claims::new(scored, None),
            log_loss: log_loss_rows(scored).collect(),
            brier: brier_rows(scored).collect(),
            top_two: top_k(scored, 2).collect(),
        }
    }

    /// The figures where row `i` weighs `weights[i]`.
    pub(crate) fn values(&self, weights: &[f64]) -> Values {
        let cells = self.pairs.cells(weights);
        let areas = self.areas(weights, &cells);
        let overall = Metric::OVERALL.into_iter().map(|metric| self.overall(metric, weights, &cells, &areas));
        let mut values: Values = overall.collect();
        for (class, area) in cells.classes().zip(&areas) {
            values.extend([
                class.precision(),
                class.recall(),
                class.specificity(),
                class.f1(),
                area.roc,
                area.average_precision,
            ]);
        }
        values
    }

    /// One figure of all labels together, without the time of the others.
    pub(crate) fn figure(&self, metric: Metric, weights: &[f64]) -> Option<f64> {
        let cells = self.pairs.cells(weights);
        let ranks = matches!(metric, Metric::RocAuc | Metric::HandTill | Metric::AveragePrecision);
        let areas = if ranks { self.areas(weights, &cells) } else { Vec::new() };
        self.overall(metric, weights, &cells, &areas)
    }

    /// The areas of each label, `[labels]`.
    fn areas(&self, weights: &[f64], cells: &Cells) -> Vec<Areas> {
        let areas = |(label, order)| Areas::new(order, label, self.truth, weights, cells.truth());
        self.orders.iter().enumerate().map(areas).collect()
    }

    /// `areas` is read by the figures that are made of them.
    fn overall(&self, metric: Metric, weights: &[f64], cells: &Cells, areas: &[Areas]) -> Option<f64> {
        let total: f64 = cells.truth().iter().sum();
        let mean = |rows: &mut dyn Iterator<Item = f64>| {
            (total > 0.0).then(|| rows.zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / total)
        };
        match metric {
            Metric::TopTwo => mean(&mut self.top_two.iter().map(|&hit| f64::from(u8::from(hit)))),
            Metric::LogLoss => mean(&mut self.log_loss.iter().copied()),
            Metric::Brier => mean(&mut self.brier.iter().copied()),
            Metric::CalibrationError => calibration_error_of(&self.claims.bins(weights, BINS)),
            Metric::RocAuc => all(areas.iter().map(|area| area.roc)),
            Metric::HandTill => all(areas.iter().enumerate().flat_map(|(label, area)| {
                area.pairs.iter().enumerate().filter(move |&(other, _)| other != label).map(|(_, &area)| area)
            })),
            Metric::AveragePrecision => all(areas.iter().map(|area| area.average_precision)),
            Metric::Aurc => area(&self.claims.steps(weights)),
            metric => self.pairs.figure(cells, metric),
        }
    }
}

/// The mean; none where a value is none, or there is no value.
fn all(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let mut sum = (0.0, 0.0);
    for value in values {
        sum = (sum.0 + value?, sum.1 + 1.0);
    }
    (sum.1 > 0.0).then(|| sum.0 / sum.1)
}
