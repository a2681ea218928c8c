//! How many further answers would decide.

use plaudit_stats::{Stream, dirichlet, gamma};

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
        let missing = self.min_rows.saturating_sub(counts.iter().sum());
        let mut answers = if missing > 0 { missing } else { 10 }.min(self.max_more);
        // The hopeless case is the common one near a bound: ask it first.
        if missing > self.max_more || !self.probably(criteria, counts, self.max_more) {
            return None;
        }
        while answers < self.max_more && !self.probably(criteria, counts, answers) {
            answers = answers.saturating_mul(2).min(self.max_more);
        }
        Some(answers)
    }

    /// Whether `answers` further answers decide with a probability of at least [`PROBABLY`]. Stops at the survey that
    /// settles it.
    fn probably(&self, criteria: &Criteria, counts: &[u64], answers: u64) -> bool {
        let needed = (PROBABLY * SURVEYS as f64).ceil() as u64;
        let (mut decided, mut undecided) = (0, 0);
        for survey in 0..SURVEYS {
            match self.decides(criteria, counts, answers, survey) {
                true => decided += 1,
                false => undecided += 1,
            }
            if decided >= needed || undecided > SURVEYS - needed {
                break;
            }
        }
        decided >= needed
    }

    /// Whether `answers` further answers decide, in one simulated survey. It has draws of its own, which depend on no other
    /// survey, and makes them until they settle the verdict.
    fn decides(&self, criteria: &Criteria, counts: &[u64], answers: u64, survey: u64) -> bool {
        // Enough draws to see a tail of alpha, few enough to be quick: the result is "about".
        let draws = ((10.0 / self.alpha) as usize).clamp(200, 1_000);
        let mut stream = Stream::keyed(self.seed, "promotion: more", &[counts, &[answers, survey]].concat());
        let now = weights(self.prior, counts);
        let mut shares = vec![0.0; now.len()];
        dirichlet(&mut stream, &now, &mut shares);
        let then: Vec<f64> =
            now.iter().zip(multinomial(&mut stream, answers, &shares)).map(|(a, more)| a + more as f64).collect();
        // The number of draws that fail, at least and at most.
        let (mut least, mut most) = (0, draws);
        let verdict = |fails: usize| self.verdict(fails as f64 / draws as f64);
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

/// Returns how many of `n` answers have each label, drawn with these shares.
fn multinomial(stream: &mut Stream, n: u64, shares: &[f64]) -> Vec<u64> {
    let (mut left, mut rest) = (n, 1.0);
    let mut counts: Vec<u64> = shares
        .iter()
        .map(|&share| {
            let count = binomial(stream, left, share / rest);
            left -= count;
            rest -= share;
            count
        })
        .collect();
    if let Some(last) = counts.last_mut() {
        *last += left; // rounding may leave the last label a conditional share just below 1
    }
    counts
}

/// Returns a draw from the binomial distribution, exact, in O(log n) steps: halve `n` at the median of n uniform numbers,
/// which is a beta variate (Devroye, *Non-Uniform Random Variate Generation*, 1986, chapter X).
fn binomial(stream: &mut Stream, mut n: u64, mut p: f64) -> u64 {
    let mut hits = 0;
    while n > 16 && p > 0.0 && p < 1.0 {
        let rank = n / 2 + 1;
        let low = gamma(stream, rank as f64);
        let median = low / (low + gamma(stream, (n + 1 - rank) as f64));
        if median <= p {
            hits += rank;
            n -= rank;
            p = (p - median) / (1.0 - median);
        } else {
            n = rank - 1;
            p /= median;
        }
    }
    if p >= 1.0 {
        return hits + n;
    }
    hits + (0..n.min(16)).filter(|_| stream.uniform() < p).count() as u64
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
            assert_eq!(policy.probably(&criteria, &[12, 8], answers), found >= PROBABLY, "{answers}");
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

    #[test]
    fn binomial_has_its_moments() {
        for (index, (n, p)) in [(5, 0.3), (40, 0.02), (1_000, 0.7), (1_000_000, 0.25)].into_iter().enumerate() {
            let mut stream = Stream::new(5, "binomial", index as u64);
            let draws: Vec<f64> = (0..20_000).map(|_| binomial(&mut stream, n, p) as f64).collect();
            let mean = draws.iter().sum::<f64>() / 2e4;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2e4;
            let (expected, spread) = (n as f64 * p, n as f64 * p * (1.0 - p));
            assert!((mean - expected).abs() < 4.0 * (spread / 2e4).sqrt(), "{n} {p}: mean {mean}");
            // the ratio's standard error is about sqrt(2 / 20,000) = 0.01, and 0.013 where p is small
            assert!((variance / spread - 1.0).abs() < 0.05, "{n} {p}: variance {variance}");
        }
        let mut stream = Stream::new(5, "edges", 0);
        assert_eq!([binomial(&mut stream, 100, 0.0), binomial(&mut stream, 100, 1.0)], [0, 100]);
        assert_eq!(binomial(&mut stream, 0, 0.5), 0);
        assert_eq!(multinomial(&mut stream, 1_000, &[0.2, 0.3, 0.5]).iter().sum::<u64>(), 1_000);
        assert_eq!(multinomial(&mut stream, 1_000, &[1.0, 0.0]), [1_000, 0]);
        assert_eq!(multinomial(&mut stream, 1_000, &[0.0, 1.0]), [0, 1_000]);
    }
}
