//! What training makes small.

use plaudit_core::Labels;
use serde::{Deserialize, Serialize};

use crate::ClassWeights;

/// What training makes small: the cross-entropy in nats, weighted and softened as this says.
///
/// The loss of a row is `-s w_y sum_k q_k ln p_k`, with `p` the network's probabilities, `q` the target, `w_y` the weight of the
/// row's label and `s` that of the row itself ([`Extras::weights`](crate::Extras::weights)). A step moves against the mean over its
/// rows. The loss on the validation part is the plain cross-entropy, whatever stands here.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ObjectiveConfig {
    /// What an error on a row of each label costs. They are divided by one number, so that their mean over the training rows is 1: the
    /// learning rate that suits one choice suits the other. Default 1 on every row.
    pub class_weights: ClassWeights,
    /// The share of the target that other labels get, 0 to below 1 (Szegedy et al. 2016). The target of the row's own label is
    /// `1 - share + share / labels`, that of each other `share / labels`. Default 0.
    pub label_smoothing: f64,
    /// Whether labels lie in their order on a scale, as grades do: what `label_smoothing` takes falls to each label in
    /// proportion to `exp(-distance)` in places (the soft labels of Diaz and Marathe 2019), so that a near miss costs less than
    /// a far one. Default no: to all labels alike.
    pub ordered: bool,
}

impl ObjectiveConfig {
    pub(crate) fn faults(&self, labels: Option<&Labels>, faults: &mut Vec<String>) {
        if !(0.0..1.0).contains(&self.label_smoothing) {
            faults.push(format!("objective.label_smoothing: {} is not in 0 to below 1", self.label_smoothing));
        }
        self.class_weights.faults("objective.class_weights", labels, faults);
    }

    /// The target distribution of each label, `[labels][labels]`.
    pub(crate) fn targets(&self, labels: usize) -> Vec<Vec<f32>> {
        let spread = |own: usize, other: usize| {
            if self.ordered { libm::exp(-(own.abs_diff(other) as f64)) } else { 1.0 }
        };
        let target = |own: usize| {
            let sum: f64 = (0..labels).map(|other| spread(own, other)).sum();
            let share = |other: usize| {
                let kept = if other == own { 1.0 - self.label_smoothing } else { 0.0 };
                (kept + self.label_smoothing * spread(own, other) / sum) as f32
            };
            (0..labels).map(share).collect()
        };
        (0..labels).map(target).collect()
    }

    /// The weight of a row of each label; their mean over rows of these numbers is 1.
    pub(crate) fn label_weights(&self, rows: &[usize]) -> Vec<f64> {
        let weights = self.class_weights.of(rows);
        let sum: f64 = weights.iter().zip(rows).map(|(weight, &rows)| weight * rows as f64).sum();
        let mean = sum / rows.iter().sum::<usize>().max(1) as f64;
        weights.into_iter().map(|weight| if mean > 0.0 { weight / mean } else { weight }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_by_hand() {
        let mut objective = ObjectiveConfig::default();
        assert_eq!(objective.targets(2), [[1.0, 0.0], [0.0, 1.0]]);
        objective.label_smoothing = 0.1;
        // torch.nn.CrossEntropyLoss(label_smoothing=0.1) has these targets: 1 - 0.1 + 0.1 / 4, and 0.1 / 4
        assert_eq!(objective.targets(4)[1], [0.025, 0.925, 0.025, 0.025]);
        objective.ordered = true;
        // exp(-1) + 1 + exp(-1) + exp(-2) = 1.8710942; 0.1 of exp(-1) / 1.8710942 = 0.0196612, of exp(-2) / .. = 0.0072330
        let target = &objective.targets(4)[1];
        for (found, expected) in target.iter().zip([0.019_661_2, 0.953_444_7, 0.019_661_2, 0.007_233_0]) {
            assert!((found - expected).abs() < 1e-6, "{target:?}");
        }
    }

    #[test]
    fn the_mean_weight_of_a_row_is_one() {
        let mut objective = ObjectiveConfig { class_weights: ClassWeights::Balanced, ..Default::default() };
        // balanced: 40 / (2 x 30) and 40 / (2 x 10), whose mean over the rows is 1 by itself
        assert_eq!(objective.label_weights(&[30, 10]), [40.0 / 60.0, 2.0]);
        objective.class_weights = ClassWeights::Each(vec![1.0, 5.0]);
        assert_eq!(objective.label_weights(&[30, 10]), [0.5, 2.5]); // the mean of 1 and 5 is 2
    }
}
