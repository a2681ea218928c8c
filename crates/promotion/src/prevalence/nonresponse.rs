//! What those who did not answer could change.

use plaudit_core::{Error, Result};

/// Returns the lowest and the highest share among all, where `share` of those who answered has the label and
/// `response`, above 0 and at most 1, of all answered: r pi to r pi + 1 - r, whatever the others think.
///
/// C. F. Manski, *Nonparametric bounds on treatment effects*, American Economic Review 80 (1990). For bounds around an
/// interval take the lower bound of its low end and the upper one of its high end.
///
/// ```
/// use plaudit_promotion::prevalence::manski_bounds;
///
/// // 80 % of the answers are good, and three in four answered.
/// let (low, high) = manski_bounds(0.8, 0.75)?;
/// assert!((low - 0.6).abs() < 1e-12 && (high - 0.85).abs() < 1e-12);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When `share` is outside 0 to 1, or `response` is not above 0 and at most 1.
pub fn manski_bounds(share: f64, response: f64) -> Result<(f64, f64)> {
    let mut faults = response_fault(response);
    if !(0.0..=1.0).contains(&share) {
        faults.push(format!("share: {share}; expected 0 to 1"));
    }
    Error::from_faults(faults)?;
    Ok((response * share, response * share + (1.0 - response)))
}

/// Returns by how much the mean score of those who did not answer would have to lie below that of those who did,
/// `score`, for the mean of all to be `floor`: (score - floor) / (1 - response). A negative number says that they would
/// have to lie above. None where all answered, and where they would have to lie outside `range`, the lowest and the
/// highest score that anybody can have: then nothing that they think changes the answer.
///
/// ```
/// use plaudit_promotion::prevalence::tipping_point;
///
/// // A score of 0.5 against a floor of 0.25, with half of all answering: the others would have to be at 0, 0.5 points worse.
/// assert_eq!(tipping_point(0.5, 0.25, 0.5, (-1.0, 1.0))?, Some(0.5));
/// // With nine in ten answering they would have to be at -2, which nobody can be.
/// assert_eq!(tipping_point(0.5, 0.25, 0.9, (-1.0, 1.0))?, None);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When `response` is not above 0 and at most 1, `score` is outside `range`, or a number is not finite.
pub fn tipping_point(score: f64, floor: f64, response: f64, range: (f64, f64)) -> Result<Option<f64>> {
    let (low, high) = range;
    let mut faults = response_fault(response);
    if !(low <= score && score <= high && low.is_finite() && high.is_finite()) {
        faults.push(format!("score: {score}; expected a number in the range {low} to {high}"));
    }
    if !floor.is_finite() {
        faults.push(format!("floor: {floor}; expected a finite number"));
    }
    Error::from_faults(faults)?;
    let gap = (score - floor) / (1.0 - response);
    Ok((response < 1.0 && (low..=high).contains(&(score - gap))).then_some(gap))
}

fn response_fault(response: f64) -> Vec<String> {
    let good = response > 0.0 && response <= 1.0;
    if good { Vec::new() } else { vec![format!("response: {response}; expected above 0 and at most 1")] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_out_of_range_is_named() {
        for (share, response) in [(1.1, 0.0), (f64::NAN, f64::NAN), (-0.1, 1.1)] {
            let error = manski_bounds(share, response).unwrap_err().to_string();
            assert!(error.contains("2 faults"), "{error}");
            let error = tipping_point(2.0, f64::INFINITY, response, (-1.0, 1.0)).unwrap_err().to_string();
            assert!(error.contains("3 faults"), "{error}");
        }
        assert_eq!(manski_bounds(0.3, 1.0).unwrap(), (0.3, 0.3));
        assert_eq!(tipping_point(0.3, 0.0, 1.0, (-1.0, 1.0)).unwrap(), None);
        // below the floor: the others would have to be better
        assert_eq!(tipping_point(0.0, 0.25, 0.5, (-1.0, 1.0)).unwrap(), Some(-0.5));
    }

    proptest! {
        /// Others who are worse by the gap bring the mean of all to the floor, by its definition.
        #[test]
        fn the_gap_tips(score in -1.0f64..1.0, floor in -1.0f64..1.0, response in 0.01f64..0.99) {
            match tipping_point(score, floor, response, (-1.0, 1.0)).unwrap() {
                Some(gap) => {
                    let all = response * score + (1.0 - response) * (score - gap);
                    prop_assert!((all - floor).abs() < 1e-12);
                }
                None => {
                    let all = |others: f64| response * score + (1.0 - response) * others;
                    prop_assert!(floor < all(-1.0) + 1e-9 || floor > all(1.0) - 1e-9);
                }
            }
        }
    }
}
