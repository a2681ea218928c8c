//! An interval that holds at every look.

use plaudit_core::{Error, Result};
use plaudit_stats::Interval;

/// A confidence sequence for the mean of observations from 0 to 1: one may look after each of them, and stop when one
/// likes, and still the mean lies in all intervals together with a probability of at least the level.
///
/// The hedged capital process of I. Waudby-Smith and A. Ramdas, *Estimating means of bounded random variables by
/// betting*, JRSS B 86 (2024): somebody who does not believe in the mean m bets half of one unit on greater
/// observations and half on lower ones, and m is left out as soon as one half has grown to 1 / alpha. If m is the mean,
/// the capital is a martingale, which does so with a probability of at most alpha (Ville's inequality). The bets are
/// their predictable plug-in, cut off at 1 / (2 m) and 1 / (2 (1 - m)); the intervals are intersected.
///
/// The observations need not be independent nor alike, but each must have the same mean given those before it. For
/// posts, the observation is the post's share, not the reaction: reactions to one post are not independent.
///
/// ```
/// use plaudit_promotion::reactions::ConfidenceSequence;
///
/// let mut sequence = ConfidenceSequence::new(0.95)?;
/// for share in [0.12, 0.2, 0.08, 0.15, 0.1, 0.18, 0.11, 0.16, 0.13, 0.09] {
///     sequence.observe(share)?;
/// }
/// let interval = sequence.interval();
/// assert!(interval.low < 0.13 && 0.13 < interval.high && interval.high < 0.6); // ten posts tell little
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConfidenceSequence {
    /// Each observation with the bet that was made before it, not yet cut off.
    bets: Vec<(f64, f64)>,
    /// The sum of the observations.
    sum: f64,
    /// The sum of the squared deviations of each from the mean up to it.
    squares: f64,
    interval: Interval,
}

/// The most that is bet, as a part of what could be lost.
const MOST: f64 = 0.5;
/// So often an interval is halved to find an end: to 2^-40.
const HALVINGS: u32 = 40;

impl ConfidenceSequence {
    /// Returns the sequence of this level, between 0 and 1, before any observation: the interval is 0 to 1.
    ///
    /// # Errors
    /// When the level is not between 0 and 1.
    pub fn new(level: f64) -> Result<Self> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::config(format!("level: {level}; expected between 0 and 1")));
        }
        let interval = Interval { low: 0.0, high: 1.0, level };
        Ok(Self { bets: Vec::new(), sum: 0.0, squares: 0.0, interval })
    }

    /// Returns the interval after one more observation. It takes time in proportion to the number of observations.
    ///
    /// Where no mean is left, which happens with a probability of at most alpha if there is one mean, the interval
    /// stays.
    ///
    /// # Errors
    /// When the observation is not from 0 to 1.
    pub fn observe(&mut self, value: f64) -> Result<Interval> {
        if !(0.0..=1.0).contains(&value) {
            return Err(Error::config(format!("observation: {value}; expected 0 to 1")));
        }
        let seen = self.bets.len() as f64;
        // One observation of 1/2 with a variance of 1/4 is taken to stand before the first.
        let variance = (0.25 + self.squares) / (seen + 1.0);
        let next = seen + 1.0;
        let bet = (2.0 * self.threshold() / (variance * next * libm::log1p(next))).sqrt();
        self.bets.push((value, bet));
        self.sum += value;
        let mean = (0.5 + self.sum) / (next + 1.0);
        self.squares += (value - mean) * (value - mean);
        let low = self.left_out(|value| value).max(self.interval.low);
        let high = (1.0 - self.left_out(|value| 1.0 - value)).min(self.interval.high);
        if low <= high {
            (self.interval.low, self.interval.high) = (low, high);
        }
        Ok(self.interval)
    }

    /// Returns the interval after the observations so far.
    pub fn interval(&self) -> Interval {
        self.interval
    }

    /// Returns the number of observations.
    pub fn observations(&self) -> usize {
        self.bets.len()
    }

    /// The logarithm of what half a unit must have grown by.
    fn threshold(&self) -> f64 {
        libm::log(2.0 / (1.0 - self.interval.level))
    }

    /// Up to which m the bets on greater observations have won enough. The capital falls as m grows, and at m = 1
    /// nothing was won.
    fn left_out(&self, turn: impl Fn(f64) -> f64) -> f64 {
        let threshold = self.threshold();
        let wins = |m: f64| {
            let growth = |&(value, bet): &(f64, f64)| libm::log1p(bet.min(MOST / m) * (turn(value) - m));
            self.bets.iter().map(growth).sum::<f64>() >= threshold
        };
        if !wins(0.0) {
            return 0.0;
        }
        let (mut out, mut within) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (out + within);
            *(if wins(middle) { &mut out } else { &mut within }) = middle;
        }
        out
    }
}
