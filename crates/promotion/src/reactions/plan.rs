//! How many posts would tell.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

/// A comparison that is yet to be made: so many posts of one kind against as many of another.
///
/// The posts, not the reactions, are what is drawn. Their logits ln(p / (1 - p)) of the negative share are taken as normal
/// with the same standard deviation in both arms, and the arms' means are compared by a two-sided test. The number is the
/// usual normal approximation
///
/// ```text
/// n = (z_(1 - alpha / 2) + z_power)^2 (2 sd^2 + v0 + v1) / delta^2,     delta = logit p0 - logit p1,   p1 = (1 - cut) p0
/// ```
///
/// rounded up, where v = 1 / (r p (1 - p)) is what the chance of r counted reactions a post adds, or 0 where that is left
/// out. Below about ten posts an arm it is too low by one or two, because a t test needs more.
///
/// ```
/// use plaudit_promotion::reactions::Plan;
///
/// // Table 5 of DPMS has 28.52 % negative reactions; the default cut is the paper's 31.25 % of that.
/// let plan = Plan::default();
/// assert_eq!([0.25, 0.5, 1.0].map(|sd| plan.posts_per_arm(0.2852, sd, None)), [Some(5), Some(17), Some(65)]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// The relative reduction of the negative share that is to be seen, between 0 and 1. By default 0.3125, which DPMS claims.
    pub cut: f64,
    /// The probability of seeing one where there is none, between 0 and 1. By default 0.05.
    pub alpha: f64,
    /// The probability of seeing it where it is there, between `alpha` and 1. By default 0.8.
    pub power: f64,
    /// The standard deviations between posts of one kind, on the logit scale, for which a report has the number; each above
    /// 0 up to 10. By default 0.25, 0.5 and 1.
    pub spreads: Vec<f64>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { cut: 0.3125, alpha: 0.05, power: 0.8, spreads: vec![0.25, 0.5, 1.0] }
    }
}

/// How many posts each arm needs at one spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PostsPerArm {
    /// The standard deviation between posts, on the logit scale.
    pub sd: f64,
    /// The posts an arm if each had endless reactions.
    pub posts: Option<u64>,
    /// The posts an arm with as many reactions a post as were counted on average.
    pub with_counts: Option<u64>,
}

impl Plan {
    /// Returns how many posts each arm needs, at least 1, where the negative share without the cut is `from`, posts differ by
    /// `sd`, and each post draws `reactions` counted reactions (none: endlessly many). None where there is no number: `from`
    /// is not inside 0 to 1, another value is out of its range, or it is more than 2^53.
    pub fn posts_per_arm(&self, from: f64, sd: f64, reactions: Option<f64>) -> Option<u64> {
        if !(self.faults().is_empty() && from > 0.0 && from < 1.0 && sd >= 0.0) {
            return None;
        }
        let to = from * (1.0 - self.cut);
        let logit = |p: f64| libm::log(p / (1.0 - p));
        let counts = match reactions {
            Some(r) if r > 0.0 => [from, to].map(|p| 1.0 / (r * p * (1.0 - p))).iter().sum(),
            Some(_) => return None,
            None => 0.0,
        };
        let z = |p| Normal::standard().inverse_cdf(p);
        let errors = (z(1.0 - self.alpha / 2.0) + z(self.power)) / (logit(from) - logit(to));
        let posts = (errors * errors * (2.0 * sd * sd + counts)).ceil().max(1.0);
        (posts <= (1u64 << 53) as f64).then_some(posts as u64)
    }

    /// What is wrong with it.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |good: bool, field: &str, found: f64, expected: &str| {
            if !good {
                faults.push(format!("{field}: {found}; expected {expected}"));
            }
        };
        check(self.cut > 0.0 && self.cut < 1.0, "plan.cut", self.cut, "between 0 and 1");
        check(self.alpha > 0.0 && self.alpha < 1.0, "plan.alpha", self.alpha, "between 0 and 1");
        check(self.power > self.alpha && self.power < 1.0, "plan.power", self.power, "between alpha and 1");
        for &sd in &self.spreads {
            check(sd > 0.0 && sd <= 10.0, "plan.spreads", sd, "above 0 up to 10");
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // statsmodels 0.15.0: from statsmodels.stats.power import normal_sample_size_one_tail
    //   p = 239 / 838; q = p * (1 - .3125); d = logit(p) - logit(q); r = 209.5; v = 1 / (r * p * (1 - p)) + 1 / (r * q * (1 - q))
    //   s = np.sqrt(2 * sd**2 + v); normal_sample_size_one_tail(d, .8, .025, s, s)
    //   -> 4.0498, 16.1994, 64.7974 with v = 0; 5.7895, 17.9390, 66.5371 with v
    #[test]
    fn equals_statsmodels() {
        let plan = Plan::default();
        for (sd, posts, with_counts) in [(0.25, 5, 6), (0.5, 17, 18), (1.0, 65, 67)] {
            assert_eq!(plan.posts_per_arm(239.0 / 838.0, sd, None), Some(posts));
            assert_eq!(plan.posts_per_arm(239.0 / 838.0, sd, Some(209.5)), Some(with_counts));
        }
    }

    #[test]
    fn what_has_no_number_is_none() {
        let plan = Plan::default();
        for (from, sd, reactions) in [
            (0.0, 1.0, None),
            (1.0, 1.0, None),
            (f64::NAN, 1.0, None),
            (0.3, -1.0, None),
            (0.3, f64::NAN, None),
            (0.3, f64::INFINITY, None),
            (0.3, 1.0, Some(0.0)),
            (0.3, 1.0, Some(f64::NAN)),
            (0.3, 1.0, Some(1e-300)),
        ] {
            assert_eq!(plan.posts_per_arm(from, sd, reactions), None, "{from} {sd} {reactions:?}");
        }
        assert_eq!(plan.posts_per_arm(0.3, 0.0, None), Some(1));
        assert_eq!(plan.posts_per_arm(0.3, 1.0, Some(f64::INFINITY)), plan.posts_per_arm(0.3, 1.0, None));
        for broken in [
            Plan { cut: 1.0, ..Plan::default() },
            Plan { alpha: f64::NAN, ..Plan::default() },
            Plan { power: 0.05, ..Plan::default() },
            Plan { spreads: vec![f64::INFINITY], ..Plan::default() },
        ] {
            assert!(!broken.faults().is_empty() && broken.posts_per_arm(0.3, 1.0, None).is_none(), "{broken:?}");
        }
        let tiny = Plan { cut: 1e-12, ..Plan::default() };
        assert_eq!(tiny.posts_per_arm(0.3, 1.0, None), None);
    }
}
