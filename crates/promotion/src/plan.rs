//! How many further answers would decide.

use plaudit_stats::{Stream, dirichlet, multinomial};

use crate::policy::Criteria;
use crate::posterior::weights;
use crate::{Policy, Verdict};

/// Simulated surveys a number of answers.
const SURVEYS: u64 = 200;
/// The probability of a decision that is "probably".
const PROBABLY: f64 = 0.8;

impl Policy {
    /// Returns how many further answers would decide with a probability of at least 0.8; none where `max_more` would not.
    ///
    /// Pre-posterior simulation (Raiffa and Schlaifer 1961): draw shares from the posterior, answers from the shares, and
    /// decide again with both. The number is the least of a grid that doubles, so it is right to a factor of two.
    pub(crate) fn more(&self, criteria: &Criteria, counts: &[u64]) -> Option<u64> {
        let missing = self.fewest().saturating_sub(counts.iter().sum());
        least(missing, self.max_more, |answers, survey| self.decides(criteria, counts, answers, survey))
    }

    /// Whether `answers` further answers decide, in one simulated survey. It has draws of its own, which depend on no other
    /// survey, and makes them until they settle the verdict.
    fn decides(&self, criteria: &Criteria, counts: &[u64], answers: u64, survey: u64) -> bool {
        let draws = draws(self.alpha);
        let mut stream = Stream::keyed(self.seed, "promotion: more", &[counts, &[answers, survey]].concat());
        let now = weights(self.prior, counts);
        let mut shares = vec![0.0; now.len()];
        dirichlet(&mut stream, &now, &mut shares);
        let mut drawn = vec![0; now.len()];
        multinomial(&mut stream, answers, &shares, &mut drawn);
        let then: Vec<f64> = now.iter().zip(drawn).map(|(weight, more)| weight + more as f64).collect();
        // The number of draws that fail, at least and at most.
        let (mut least, mut most) = (0, draws);
        let verdict = |fails: usize| self.verdict(fails as f64 / draws as f64, fails as f64 / draws as f64);
        while verdict(least) != verdict(most) {
            dirichlet(&mut stream, &then, &mut shares);
            if criteria.fails(&shares) {
                least += 1;
            } else {
                most -= 1;
            }
        }
        verdict(least) != Verdict::NeedsMoreData
    }
}

/// Enough draws to see a tail of alpha, few enough to be quick: the result is "about".
pub(crate) fn draws(alpha: f64) -> usize {
    ((10.0 / alpha) as usize).clamp(200, 1_000)
}

/// The least number, up to `cap`, of a grid that doubles which decides with a probability of at least [`PROBABLY`]; none
/// where `cap` does not, or is 0. `decides` says whether a number does in one simulated survey. Fewer than `missing` are
/// not tried.
pub(crate) fn least(missing: u64, cap: u64, decides: impl Fn(u64, u64) -> bool) -> Option<u64> {
    let mut number = if missing > 0 { missing } else { 10 }.min(cap);
    // The hopeless case is the common one near a bound: ask it first.
    if cap == 0 || missing > cap || !probably(|survey| decides(cap, survey)) {
        return None;
    }
    while number < cap && !probably(|survey| decides(number, survey)) {
        number = number.saturating_mul(2).min(cap);
    }
    Some(number)
}

/// Whether simulated surveys decide with a probability of at least [`PROBABLY`]. Stops at the survey that settles it.
fn probably(decides: impl Fn(u64) -> bool) -> bool {
    let needed = (PROBABLY * SURVEYS as f64).ceil() as u64;
    let (mut decided, mut undecided) = (0, 0);
    for survey in 0..SURVEYS {
        match decides(survey) {
            true => decided += 1,
            false => undecided += 1,
        }
        if decided >= needed || undecided > SURVEYS - needed {
            break;
        }
    }
    decided >= needed
}

#[cfg(test)]
mod tests {
    use plaudit_core::Labels;

    use super::*;

    fn two_labels() -> (Policy, Criteria) {
        let policy = Policy { min_score: 0.0, limits: Default::default(), ..Policy::default() };
        let criteria = policy.criteria(&Labels::new(["positive", "negative"]).unwrap()).unwrap();
        (policy, criteria)
    }

    // scipy 1.17.1, with a = 12.5, b = 8.5 and the score 2 p - 1 against 0:
    //   x = np.arange(m + 1); w = stats.betabinom(m, a, b).pmf(x); e = stats.beta(a + x, b + m - x).cdf(.5)
    //   w[(e <= .05) | (e >= .95)].sum()
    #[test]
    fn deciding_surveys_are_as_frequent_as_the_beta_binomial_says() {
        let (policy, criteria) = two_labels();
        for (answers, expected) in [(10, 0.211), (40, 0.470), (160, 0.691), (640, 0.843), (10_240, 0.961)] {
            let decided = (0..SURVEYS).filter(|&survey| policy.decides(&criteria, &[12, 8], answers, survey)).count();
            let found = decided as f64 / SURVEYS as f64;
            let probably = probably(|survey| policy.decides(&criteria, &[12, 8], answers, survey));
            assert_eq!(probably, found >= PROBABLY, "{answers}");
            let error = (expected * (1.0 - expected) / SURVEYS as f64).sqrt();
            assert!((found - expected).abs() < 3.0 * error + 0.01, "{answers}: {found} for {expected}");
        }
    }

    #[test]
    fn extremes_are_as_by_hand() {
        let (mut policy, criteria) = two_labels();
        // One more of 9 unanimous answers: Beta(9.5, 0.5) is sure of p > 1/2 already, and 10 answers may decide.
        assert_eq!(policy.more(&criteria, &[9, 0]), Some(1));
        // A million answers at the bound: 20,000 more cannot move it.
        assert_eq!(policy.more(&criteria, &[500_000, 500_000]), None);
        assert_eq!(policy.more(&criteria, &[1 << 60, 1 << 60]), None);
        // More are missing than may be asked.
        policy.max_more = 3;
        assert_eq!(policy.more(&criteria, &[1, 0]), None);
        // A score that cannot fail: as soon as there are enough answers.
        policy.max_more = 20_000;
        policy.min_score = -2.0;
        let certain = policy.criteria(&Labels::new(["positive", "negative"]).unwrap()).unwrap();
        assert_eq!(policy.more(&certain, &[1, 2]), Some(7));
        assert_eq!(policy.more(&certain, &[0, 0]), Some(10));
    }
}
