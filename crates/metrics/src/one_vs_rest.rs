//! One label against all others: the four counts and their ratios.

/// Counts of one label against all others, or the sums of their weights, and the ratios of DPMS, Eq. 29 to 35.
///
/// Each ratio is 0 to 1, or none where it would divide by zero, or by what is not finite.
///
/// # Example: the row "Good" of DPMS, Table 2
/// ```
/// use plaudit_metrics::OneVsRest;
///
/// let good = OneVsRest { true_positives: 272.0, false_positives: 7.0, false_negatives: 6.0, true_negatives: 1035.0 };
/// assert_eq!(format!("{:.4}", good.precision().unwrap()), "0.9749");
/// assert_eq!(format!("{:.4}", good.recall().unwrap()), "0.9784");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneVsRest {
    /// Texts of the label that were predicted so (TP).
    pub true_positives: f64,
    /// Texts of other labels that were predicted to have this one (FP).
    pub false_positives: f64,
    /// Texts of the label that were predicted to have another (FN).
    pub false_negatives: f64,
    /// Texts of other labels that were predicted to have one of those (TN).
    pub true_negatives: f64,
}

impl OneVsRest {
    /// Returns the accuracy of "this label or not", (TP + TN) / (TP + TN + FP + FN) (Eq. 29).
    ///
    /// With many labels it is high even for a useless classifier, because most texts have other labels: it is not the
    /// share of right predictions.
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.true_positives + self.true_negatives, self.false_positives + self.false_negatives)
    }

    /// Returns TP / (TP + FP) (Eq. 30); none where the label was never predicted.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positives, self.false_positives)
    }

    /// Returns TP / (TP + FN) (Eq. 31, 34), also called sensitivity and true positive rate; none where no text has the
    /// label.
    #[doc(alias = "tpr")]
    pub fn recall(&self) -> Option<f64> {
        ratio(self.true_positives, self.false_negatives)
    }

    /// Returns TN / (TN + FP) (Eq. 32); none where every text has the label.
    pub fn specificity(&self) -> Option<f64> {
        ratio(self.true_negatives, self.false_positives)
    }

    /// Returns 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall (Eq. 33); none where the label
    /// neither occurs nor was predicted.
    ///
    /// It is 0 where only one of the two is defined, as in scikit-learn.
    pub fn f1(&self) -> Option<f64> {
        ratio(2.0 * self.true_positives, self.false_positives + self.false_negatives)
    }

    /// Returns the false positive rate FP / (FP + TN), that is 1 - specificity (Eq. 35); none where every text has the
    /// label.
    pub fn fpr(&self) -> Option<f64> {
        ratio(self.false_positives, self.true_negatives)
    }
}

/// Returns `part / (part + rest)`; none where both are 0, or their sum is not finite.
fn ratio(part: f64, rest: f64) -> Option<f64> {
    let whole = part + rest;
    (whole > 0.0 && whole.is_finite()).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    // DPMS, Tables 2 and 3 as printed (some values are cut, others rounded: one unit of the last place), with the
    // counts at 1,320 texts that come nearest to them. No whole matrix gives all four rows: the false positives add up to
    // 24 and the false negatives to 22.
    #[test]
    fn equals_tables_2_and_3_of_dpms() {
        for (counts, printed) in [
            ([272.0, 7.0, 6.0], [0.9749, 0.9784, 0.9933, 0.9766, 0.0067]),
            ([347.0, 4.0, 6.0], [0.9886, 0.983, 0.9958, 0.9858, 0.0041]),
            ([266.0, 6.0, 6.0], [0.9779, 0.9779, 0.9943, 0.9779, 0.0057]),
            ([413.0, 7.0, 4.0], [0.9833, 0.9904, 0.9922, 0.9868, 0.0078]),
        ] {
            let [true_positives, false_positives, false_negatives] = counts;
            let true_negatives = 1320.0 - true_positives - false_positives - false_negatives;
            let row = OneVsRest { true_positives, false_positives, false_negatives, true_negatives };
            let found = [row.precision(), row.recall(), row.specificity(), row.f1(), row.fpr()];
            for (found, printed) in found.into_iter().zip(printed) {
                assert!((found.unwrap() - printed).abs() < 1e-4, "{counts:?}: {found:?} for {printed}");
            }
        }
    }

    #[test]
    fn undefined_is_none() {
        let of = |true_positives, false_positives, false_negatives, true_negatives| OneVsRest {
            true_positives,
            false_positives,
            false_negatives,
            true_negatives,
        };
        let absent = of(0.0, 0.0, 0.0, 5.0);
        assert_eq!((absent.precision(), absent.recall(), absent.f1()), (None, None, None));
        assert_eq!((absent.specificity(), absent.fpr(), absent.accuracy()), (Some(1.0), Some(0.0), Some(1.0)));
        let missed = of(0.0, 0.0, 2.0, 3.0);
        assert_eq!((missed.precision(), missed.recall(), missed.f1()), (None, Some(0.0), Some(0.0)));
        let everything = of(2.0, 0.0, 1.0, 0.0);
        assert_eq!((everything.specificity(), everything.fpr()), (None, None));
        assert_eq!(of(0.0, 0.0, 0.0, 0.0).accuracy(), None);
        let most = of(1e300, 1e300, 0.0, 0.0);
        assert_eq!((most.precision(), most.recall()), (Some(0.5), Some(1.0)));
        let infinite = of(f64::INFINITY, 1.0, 0.0, 1.0);
        assert_eq!(
            (infinite.precision(), infinite.recall(), infinite.f1(), infinite.fpr()),
            (None, None, None, Some(0.5))
        );
    }
}
