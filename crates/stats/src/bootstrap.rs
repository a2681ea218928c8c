//! Resampling with replacement.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::{Replicates, Stream, Units};

/// How the bootstrap resamples (B. Efron, *Bootstrap methods: another look at the jackknife*, Annals of Statistics 7 (1979)).
///
/// A resample is a weight for each row: how often the row was drawn. Every weighted statistic takes it as it is, and no row is
/// copied. Resample number i comes from the stream `(seed, "bootstrap", i)`: the same seed gives the same weights, and more
/// resamples begin with those that fewer have.
///
/// # Example: the interval of a mean
/// ```
/// use plaudit_stats::{Bootstrap, Units};
///
/// let right = [1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0];
/// let bootstrap = Bootstrap::default();
/// let replicates = bootstrap.replicates(&Units::single(right.len()), |weights| {
///     let sum: f64 = weights.iter().zip(right).map(|(weight, value)| weight * value).sum();
///     Some(sum / weights.iter().sum::<f64>())
/// })?;
/// let interval = replicates.interval(bootstrap.level).unwrap();
/// assert!(interval.low < 0.8 && 0.8 < interval.high);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Bootstrap {
    /// The number of resamples, 100 to 1,000,000 and at least 10 / (1 - `level`). By default 2,000: intervals need some
    /// 1,000 or more (Efron and Tibshirani 1993, chapter 19), and no p-value is below 1 / (`resamples` + 1).
    pub resamples: usize,
    /// The level of intervals, above 0 and below 1. By default 0.95, a convention.
    pub level: f64,
    /// The seed of the draws. By default 0.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 2000, level: 0.95, seed: 0 }
    }
}

impl Bootstrap {
    /// Returns `Ok(())` where the configuration can work.
    ///
    /// # Errors
    /// When a field is out of its range; the message names every such field.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let level = self.level > 0.0 && self.level < 1.0;
        let least = 10.0 / (1.0 - self.level);
        if !level {
            faults.push(format!("level: {}; expected above 0 and below 1", self.level));
        }
        // Each end of an interval must hang on some resamples.
        let least = if level { (least * (1.0 - 1e-9)).ceil().max(100.0) } else { 100.0 };
        if !(least..=1e6).contains(&(self.resamples as f64)) {
            let found = self.resamples;
            faults.push(format!("resamples: {found}; expected {least} to 1000000 at this level"));
        }
        Error::from_faults(faults)
    }

    /// Calls `each` with the weights of every resample in turn, `[rows]`: whole numbers from 0 on. Their sum is the number of
    /// rows where rows are drawn, and varies where clusters of different sizes are; it is never 0.
    ///
    /// # Errors
    /// When the configuration is not valid, or there is no unit, or more than memory holds.
    pub fn resample(&self, units: &Units, mut each: impl FnMut(&[f64])) -> Result<()> {
        self.validate()?;
        if units.count() == 0 {
            return Err(Error::config("bootstrap: there are no rows; expected at least one"));
        }
        let mut drawn = Vec::new();
        let room = drawn.try_reserve_exact(units.count());
        room.map_err(|_| Error::config(format!("bootstrap: memory does not hold {} rows or clusters", units.count())))?;
        drawn.resize(units.count(), 0.0);
        let mut room = Vec::new();
        for index in 0..self.resamples as u64 {
            let mut stream = Stream::new(self.seed, "bootstrap", index);
            drawn.fill(0.0);
            for _ in 0..units.count() {
                if let Some(weight) = drawn.get_mut(stream.below(units.count() as u64) as usize) {
                    *weight += 1.0;
                }
            }
            each(units.spread(&drawn, &mut room));
        }
        Ok(())
    }

    /// Returns the values of `statistic` over the resamples; it gets the weights of the rows, as in
    /// [`resample`](Self::resample), and gives none where it is undefined.
    ///
    /// # Errors
    /// As [`resample`](Self::resample).
    pub fn replicates(&self, units: &Units, mut statistic: impl FnMut(&[f64]) -> Option<f64>) -> Result<Replicates> {
        let mut values = Vec::new();
        self.resample(units, |weights| values.push(statistic(weights)))?;
        Ok(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn few(resamples: usize) -> Bootstrap {
        Bootstrap { resamples, ..Bootstrap::default() }
    }

    fn all(bootstrap: &Bootstrap, units: &Units) -> Vec<Vec<f64>> {
        let mut all = Vec::new();
        bootstrap.resample(units, |weights| all.push(weights.to_vec())).unwrap();
        all
    }

    /// A change of these values would change every interval that was ever reported for a seed.
    #[test]
    fn weights_are_pinned_by_the_seed() {
        let drawn = all(&few(200), &Units::single(8));
        assert_eq!(drawn[..2], [[0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 3.0], [1.0, 1.0, 2.0, 1.0, 1.0, 0.0, 1.0, 1.0]]);
        assert_eq!(drawn, all(&few(300), &Units::single(8))[..200]);
        assert_ne!(drawn, all(&Bootstrap { seed: 1, ..few(200) }, &Units::single(8)));
    }

    // The sample standard deviation of 0.8 n ones in n is 0.4, so the interval of their share is 0.8 -+ 1.96 * 0.4 / sqrt(n).
    // scipy 1.17.1: bootstrap((x,), np.mean, n_resamples=20000, method="percentile", rng=1).confidence_interval for
    // x = [1] * 320 + [0] * 80 -> 0.76, 0.8375
    #[test]
    fn equals_scipy_within_the_chance_of_resampling() {
        let replicates = few(20_000)
            .replicates(&Units::single(400), |weights| Some(weights[..320].iter().sum::<f64>() / 400.0))
            .unwrap();
        let interval = replicates.interval(0.95).unwrap();
        assert!((interval.low - 0.76).abs() < 0.003 && (interval.high - 0.8375).abs() < 0.003, "{interval:?}");
    }

    /// Ten clusters of forty equal rows know no more than ten rows: the interval is that of ten.
    #[test]
    fn clusters_widen_the_interval() {
        let wide = |units: &Units| {
            let share = |weights: &[f64]| Some(weights[..200].iter().sum::<f64>() / weights.iter().sum::<f64>());
            let interval = few(2000).replicates(units, share).unwrap().interval(0.95).unwrap();
            interval.high - interval.low
        };
        let (clusters, rows) = (wide(&Units::clusters((0..400).map(|row| row / 40))), wide(&Units::single(400)));
        let ratio = clusters / rows;
        assert!((4.5..8.0).contains(&ratio), "{ratio}"); // sqrt(40) = 6.3
    }

    #[test]
    fn what_cannot_work_is_named() {
        assert!(Bootstrap::default().validate().is_ok());
        for (resamples, level, faults) in [
            (0, f64::NAN, &["resamples: 0; expected 100", "level: NaN"][..]),
            (usize::MAX, 1.0, &["resamples: 18446744073709551615", "level: 1;"]),
            (100, 0.95, &["resamples: 100; expected 200 to 1000000 at this level"]),
        ] {
            let bootstrap = Bootstrap { resamples, level, seed: 0 };
            let error = bootstrap.resample(&Units::single(1), |_| panic!("resampled")).unwrap_err().to_string();
            assert!(faults.iter().all(|fault| error.contains(fault)), "{error}");
        }
        assert!(Bootstrap { resamples: 100, level: 0.9, seed: 0 }.validate().is_ok()); // 10 / (1 - 0.9) is a little more
        let most = few(200).resample(&Units::single(usize::MAX), |_| ()).unwrap_err().to_string();
        assert!(most.contains("memory does not hold 18446744073709551615 rows"), "{most}");
        for none in [Units::single(0), Units::clusters([0; 0])] {
            assert!(few(200).resample(&none, |_| ()).unwrap_err().to_string().contains("no rows"));
        }
    }

    #[test]
    fn saved_and_read_back() {
        let bootstrap = Bootstrap { resamples: 500, level: 0.9, seed: u64::MAX };
        let json = serde_json::to_string(&bootstrap).unwrap();
        assert_eq!(serde_json::from_str::<Bootstrap>(&json).unwrap(), bootstrap);
        assert_eq!(serde_json::from_str::<Bootstrap>("{}").unwrap(), Bootstrap::default());
        assert!(serde_json::from_str::<Bootstrap>(r#"{"resample": 1}"#).is_err());
        let interval = crate::wilson(1, 3, 0.95).unwrap();
        let json = serde_json::to_string(&interval).unwrap();
        assert_eq!(serde_json::from_str::<crate::Interval>(&json).unwrap(), interval);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn weights_are_whole_and_add_up(rows in 1usize..60, seed: u64) {
            for weights in all(&Bootstrap { seed, ..few(200) }, &Units::single(rows)) {
                prop_assert_eq!(weights.iter().sum::<f64>(), rows as f64);
                prop_assert!(weights.len() == rows && weights.iter().all(|w| *w >= 0.0 && w.fract() == 0.0));
            }
        }

        #[test]
        fn rows_of_a_cluster_are_drawn_together(names in prop::collection::vec(0u8..6, 1..40)) {
            let units = Units::clusters(&names);
            for weights in all(&few(200), &units) {
                let mut drawn = std::collections::BTreeMap::new();
                for (name, weight) in names.iter().zip(&weights) {
                    prop_assert_eq!(drawn.entry(name).or_insert(weight), &weight);
                }
                prop_assert_eq!(drawn.values().map(|weight| **weight).sum::<f64>(), units.count() as f64);
            }
            // a cluster of one row each is that row
            prop_assert_eq!(all(&few(200), &Units::clusters(0..names.len())), all(&few(200), &Units::single(names.len())));
        }
    }
}
