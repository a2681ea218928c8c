//! One printed share of a known total.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bounds::Span;
use super::{Printed, Reading};

/// The counts nearest to a printed share of a known total. `Display` says it in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attainable {
    /// The share as printed.
    pub printed: Printed,
    /// The total that it is a share of.
    pub total: u64,
    /// The least and greatest count whose share of the total prints so; none where no count does.
    pub counts: Option<[u64; 2]>,
    /// The greatest count whose share is too low; none where even 0 is not.
    pub below: Option<u64>,
    /// The least count whose share is too high; none where even the total is not.
    pub above: Option<u64>,
}

/// Returns which counts of `total` print as this share.
///
/// Where the total is 0 no count does: the share is undefined.
///
/// # Example: DPMS, accuracy 98.66 % on 1320 texts, and recall 0.9784 on 350
/// ```
/// use plaudit_metrics::published::{Reading, attainable};
///
/// let accuracy = attainable("98.66 %".parse()?, 1320, Reading::Either);
/// assert_eq!((accuracy.counts, accuracy.below, accuracy.above), (None, Some(1302), Some(1303)));
/// let recall = attainable("0.9784".parse()?, 350, Reading::Either);
/// let sentence = "no count of 350 prints as 0.9784: 342 gives 0.97714, 343 gives 0.98000";
/// assert_eq!(recall.to_string(), sentence);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn attainable(printed: Printed, total: u64, reading: Reading) -> Attainable {
    if total == 0 {
        return Attainable { printed, total, counts: None, below: None, above: None };
    }
    let parts = Span::new(printed, reading).parts(total);
    Attainable {
        printed,
        total,
        counts: (!parts.is_empty()).then_some([parts.low, parts.high]),
        below: parts.low.checked_sub(1),
        above: parts.high.checked_add(1).filter(|&above| above <= total),
    }
}

impl fmt::Display for Attainable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { printed, total, counts, below, above } = self;
        // One digit more than printed shows the difference.
        let share = |count: u64| {
            let decimals = printed.decimals() as usize + 1;
            format!("{:.decimals$}", count as f64 / *total as f64)
        };
        match counts {
            Some([low, high]) if low == high => write!(f, "{printed} is {low} of {total}"),
            Some([low, high]) => write!(f, "{printed} is {low} to {high} of {total}"),
            None => {
                write!(f, "no count of {total} prints as {printed}")?;
                let near = [below, above].into_iter().flatten().map(|&count| format!("{count} gives {}", share(count)));
                let near: Vec<String> = near.collect();
                if near.is_empty() { Ok(()) } else { write!(f, ": {}", near.join(", ")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, total: u64) -> Attainable {
        attainable(text.parse().unwrap(), total, Reading::Either)
    }

    // By hand: 1302/1320 = .986363.., 1303/1320 = .987121..; 1303/1321 = .986374.., 1304/1321 = .987131..;
    // 1381/1400 = .986428.., 1382/1400 = .987142..
    #[test]
    fn the_accuracy_of_dpms_is_no_share_of_its_totals() {
        for (total, below) in [(1320, 1302), (1321, 1303), (1400, 1381)] {
            let found = of("98.66 %", total);
            assert_eq!((found.counts, found.below, found.above), (None, Some(below), Some(below + 1)));
        }
    }

    // By hand: 344/350 = .982857.., which rounds to 0.983 and not to 0.9830; 342/350 = .97714.., 343/350 = .98,
    // 346/350 = .98857.., 347/350 = .99142..
    #[test]
    fn recalls_of_dpms_are_no_shares_of_350() {
        let reached = ["0.9784", "0.983", "0.9830", "0.9779", "0.9904"].map(|text| of(text, 350).counts);
        assert_eq!(reached, [None, Some([344, 344]), None, None, None]);
    }

    #[test]
    fn ends_and_nothing() {
        assert_eq!(of("1.00", 10).counts, Some([10, 10]));
        assert_eq!((of("1.00", 10).below, of("1.00", 10).above), (Some(9), None));
        assert_eq!((of("0.0", 10).counts, of("0.0", 10).below), (Some([0, 0]), None));
        assert_eq!(of("0.5", 11).to_string(), "0.5 is 5 to 6 of 11");
        assert_eq!(of("0.5", 2).to_string(), "0.5 is 1 of 2");
        assert_eq!(of("0.0", 0).to_string(), "no count of 0 prints as 0.0");
        assert_eq!(of("1.0", 0).counts, None);
        let most = of("0.5", u64::MAX);
        let [low, high] = most.counts.unwrap();
        assert!(low < u64::MAX / 2 && high > u64::MAX / 2);
        assert_eq!(of("1", u64::MAX).above, None);
        let json = serde_json::to_string(&most).unwrap();
        assert_eq!(serde_json::from_str::<Attainable>(&json).unwrap(), most);
    }
}
