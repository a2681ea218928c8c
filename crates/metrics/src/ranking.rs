//! Rows in the order of a label's probability: ROC and precision-recall curves, and the areas under them.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::Scored;

/// The ROC curve of one label against all others: for each probability that occurs, the share of the label's texts (TPR,
/// Eq. 34) and of the other texts (FPR, Eq. 35) that have at least this probability of the label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RocCurve {
    /// The label.
    pub label: String,
    /// From (0, 0) to (1, 1); points on a straight line between their neighbours are left out.
    pub points: Vec<RocPoint>,
    /// The area under the curve: the probability that a text of the label has a higher probability of it than another text,
    /// ties counted half.
    pub auc: f64,
}

/// A point of a [`RocCurve`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RocPoint {
    /// Texts with at least this probability count as positive; none at the first point, where no text does.
    pub threshold: Option<f64>,
    /// The false positive rate, 0 to 1.
    pub fpr: f64,
    /// The true positive rate, 0 to 1.
    pub tpr: f64,
}

/// The precision-recall curve of one label against all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrCurve {
    /// The label.
    pub label: String,
    /// One point for each probability that a text of weight above 0 has, highest first.
    pub points: Vec<PrPoint>,
    /// The precision at each point, averaged with the gain in recall as its weight; as scikit-learn's
    /// `average_precision_score`, without interpolation.
    pub average_precision: f64,
}

/// A point of a [`PrCurve`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrPoint {
    /// Texts with at least this probability count as positive.
    pub threshold: f64,
    /// The share of texts so counted that have the label, 0 to 1.
    pub precision: f64,
    /// The share of the label's texts that are so counted, 0 to 1.
    pub recall: f64,
}

/// Returns the ROC curve of label `label` against all others; none where all texts have the label, or none has.
///
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Scored, roc_curve};
///
/// let labels = Labels::new(["good", "poor"])?;
/// let scored = Scored::new(labels, vec![0, 0, 1, 1], vec![0.9, 0.1, 0.4, 0.6, 0.6, 0.4, 0.2, 0.8])?;
/// assert_eq!(roc_curve(&scored, 0).unwrap().auc, 0.75); // of four pairs, three are in the right order
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn roc_curve(scored: &Scored, label: usize) -> Option<RocCurve> {
    let name = scored.labels().name(label)?.to_owned();
    let weights = scored.weights_or_ones();
    let (order, sums) = (Order::new(scored, label), Sums::new(scored, label, &weights));
    let auc = sums.areas(&order, label, scored, &weights).roc?;
    let mut points = vec![RocPoint { threshold: None, fpr: 0.0, tpr: 0.0 }];
    let (mut positive, mut negative) = (0.0, 0.0);
    // The steps from point to point, in weight: two in the same direction are one.
    let mut last = (0.0, 0.0);
    for group in order.groups(scored, label, &weights) {
        positive += group.positive;
        negative += group.negative;
        let point =
            RocPoint { threshold: Some(group.value), fpr: negative / sums.negative, tpr: positive / sums.positive };
        if points.len() > 1 && last.0 * group.negative == last.1 * group.positive {
            points.pop();
            last = (last.0 + group.positive, last.1 + group.negative);
        } else {
            last = (group.positive, group.negative);
        }
        points.push(point);
    }
    Some(RocCurve { label: name, points, auc })
}

/// Returns the precision-recall curve of label `label` against all others; none where no text has the label.
pub fn pr_curve(scored: &Scored, label: usize) -> Option<PrCurve> {
    let name = scored.labels().name(label)?.to_owned();
    let weights = scored.weights_or_ones();
    let (order, sums) = (Order::new(scored, label), Sums::new(scored, label, &weights));
    let average_precision = sums.areas(&order, label, scored, &weights).average_precision?;
    let (mut positive, mut all) = (0.0, 0.0);
    let point = |group: Group| {
        positive += group.positive;
        all += group.positive + group.negative;
        PrPoint { threshold: group.value, precision: positive / all, recall: positive / sums.positive }
    };
    let points = order.groups(scored, label, &weights).map(point).collect();
    Some(PrCurve { label: name, points, average_precision })
}

/// The weight of a label's texts and of all others.
struct Sums {
    positive: f64,
    negative: f64,
    of_labels: Vec<f64>, // [labels]
}

impl Sums {
    fn new(scored: &Scored, label: usize, weights: &[f64]) -> Self {
        let mut sums = Self { positive: 0.0, negative: 0.0, of_labels: vec![0.0; scored.labels().len()] };
        for (&truth, weight) in scored.truth().iter().zip(weights) {
            *(if truth == label { &mut sums.positive } else { &mut sums.negative }) += weight;
            if let Some(sum) = sums.of_labels.get_mut(truth) {
                *sum += weight;
            }
        }
        sums
    }

    fn areas(&self, order: &Order, label: usize, scored: &Scored, weights: &[f64]) -> Areas {
        Areas::new(order, label, scored.truth(), weights, &self.of_labels)
    }
}

/// The rows by falling probability of one label.
pub(crate) struct Order {
    rows: Vec<usize>,
    /// Where each run of equal probabilities ends, as a count of rows.
    ends: Vec<usize>,
}

/// Rows of equal probability.
struct Group {
    value: f64,
    positive: f64,
    negative: f64,
}

impl Order {
    pub(crate) fn new(scored: &Scored, label: usize) -> Self {
        let values: Vec<f64> = scored.rows().map(|row| row.get(label).copied().unwrap_or(0.0)).collect();
        Self::of(&values)
    }

    /// The rows by falling value, which is 0 or more; equal ones in their own order.
    pub(crate) fn of(values: &[f64]) -> Self {
        // Numbers of 0 or more are ordered as their bits are; a sum with 0 turns -0 into 0.
        let key = |(row, value): (usize, &f64)| (Reverse((value + 0.0).to_bits()), row);
        let mut keys: Vec<_> = values.iter().enumerate().map(key).collect();
        keys.sort_unstable();
        let ends = keys.chunk_by(|(a, _), (b, _)| a == b).scan(0, |end, run| {
            *end += run.len();
            Some(*end)
        });
        Self { ends: ends.collect(), rows: keys.into_iter().map(|(_, row)| row).collect() }
    }

    /// The runs of rows with equal values, highest value first.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &[usize]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, &end)| self.rows.get(start..end))
    }

    /// The runs that have a weight: what weighs nothing is not there.
    fn groups(&self, scored: &Scored, label: usize, weights: &[f64]) -> impl Iterator<Item = Group> {
        let groups = self.runs().map(move |rows| {
            let mut group = Group { value: 0.0, positive: 0.0, negative: 0.0 };
            for &row in rows {
                group.value = scored.row(row).and_then(|scores| scores.get(label)).copied().unwrap_or(0.0);
                let weight = weights.get(row).copied().unwrap_or(0.0);
                let own = scored.truth().get(row) == Some(&label);
                *(if own { &mut group.positive } else { &mut group.negative }) += weight;
            }
            group
        });
        groups.filter(|group| group.positive > 0.0 || group.negative > 0.0)
    }
}

/// The areas under a label's curves.
pub(crate) struct Areas {
    /// Against each other label alone; none where one of the two has no weight, and for the label itself.
    pub(crate) pairs: Vec<Option<f64>>,
    /// Against all others.
    pub(crate) roc: Option<f64>,
    pub(crate) average_precision: Option<f64>,
}

impl Areas {
    /// In one pass over the rows by falling probability: each text of another label adds the weight of the label's texts that
    /// stand above it, and half of those beside it.
    pub(crate) fn new(order: &Order, label: usize, truth: &[usize], weights: &[f64], totals: &[f64]) -> Self {
        let own_total = totals.get(label).copied().unwrap_or(0.0);
        let mut wins = vec![0.0; totals.len()];
        let mut average_precision = 0.0;
        let (mut above, mut all) = (0.0, 0.0);
        for run in order.runs() {
            let row = |row: usize| (truth.get(row).copied().unwrap_or(0), weights.get(row).copied().unwrap_or(0.0));
            let mut own = 0.0;
            for &place in run {
                let (truth, weight) = row(place);
                all += weight;
                if truth == label {
                    own += weight;
                }
            }
            let credit = above + own / 2.0;
            for &place in run {
                let (truth, weight) = row(place);
                if truth != label
                    && let Some(win) = wins.get_mut(truth)
                {
                    *win += weight * credit;
                }
            }
            above += own;
            if own > 0.0 {
                average_precision += own / own_total * (above / all);
            }
        }
        let share = |win: f64, other: f64| (own_total > 0.0 && other > 0.0).then(|| win / (own_total * other));
        let others: f64 = totals.iter().enumerate().filter(|&(other, _)| other != label).map(|(_, total)| total).sum();
        let pairs = wins.iter().zip(totals).enumerate();
        Self {
            pairs: pairs.map(|(other, (&win, &total))| if other == label { None } else { share(win, total) }).collect(),
            roc: share(wins.iter().sum(), others),
            average_precision: (own_total > 0.0).then_some(average_precision),
        }
    }
}
