//! What texts count, and how exact their probabilities are.

use crate::Scored;

/// How far below a threshold a probability counts as reaching it. In single precision, equal probabilities may differ by
/// as much, and many texts may have equal ones.
pub(crate) const ROUNDING: f64 = 1e-6;

/// The weight of each text over the greatest one, so that no sum of them overflows; 1 each where there are none.
pub(crate) fn relative_weights(scored: &Scored) -> Vec<f64> {
    let Some(weights) = scored.weights() else { return vec![1.0; scored.len()] };
    let greatest = weights.iter().copied().fold(0.0, f64::max);
    if greatest == 0.0 {
        return weights.to_vec();
    }
    weights.iter().map(|weight| weight / greatest).collect()
}
