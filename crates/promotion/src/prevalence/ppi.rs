//! Shares from a random sample with known labels, helped by predictions.

use plaudit_core::{Error, Origin, Result};
use plaudit_stats::{Bootstrap, Interval, Stream, Units, quantile};
use statrs::distribution::{ContinuousCDF, Normal};

use super::Probabilities;
use super::error_matrix::origin_fault;

/// The fewest rows with known labels.
const FEWEST: f64 = 100.0;
/// The fewest expected rows of each label for which intervals are normal.
const NORMAL: f64 = 10.0;

/// A random sample of one division's texts with their labels and predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct GoldSample {
    origin: Origin,
    pub(super) gold: Vec<usize>,
    pub(super) predicted: Probabilities,
    pub(super) weights: Vec<f64>, // mean 1
}

/// A prediction-powered estimate of a division's shares.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PpiEstimate {
    /// The share of each label, in the labels' order; they add up to 1.
    pub shares: Vec<f64>,
    /// The interval of each share, with equal tails, 0 to 1. They lie around the shares before these were moved to
    /// where they add up to 1 and none is below 0.
    pub intervals: Vec<Interval>,
    /// The standard error of each share.
    pub errors: Vec<f64>,
    /// How much the predictions were trusted, 0 (not at all) to 1.
    pub lambda: f64,
    /// Whether the intervals come from the bootstrap, because a label is expected in fewer than 10 rows of the sample.
    pub bootstrapped: bool,
}

impl GoldSample {
    /// Returns a sample drawn at random from a division: the index of each text's label, what was predicted for it by a
    /// classifier that did not know it, and how likely it was to be drawn (above 0 and at most 1, up to a factor common
    /// to all); without `inclusion` all were equally likely.
    ///
    /// # Errors
    /// When the lengths differ, an index is not that of a label, a probability is not above 0 and at most 1, or there
    /// are fewer than 100 rows; under weights, as many as (sum w)^2 / sum w^2 (L. Kish, *Survey Sampling*, 1965).
    /// Faults of rows name the first, counted from 0.
    pub fn new(origin: Origin, gold: Vec<usize>, predicted: Probabilities, inclusion: Option<&[f64]>) -> Result<Self> {
        let (n, width) = (gold.len(), predicted.labels().len());
        let mut faults: Vec<String> = origin_fault(origin).into_iter().collect();
        if predicted.len() != n {
            faults.push(format!("predicted: {} texts; expected {n}, one a gold label", predicted.len()));
        }
        if let Some((row, label)) = gold.iter().enumerate().find(|(_, label)| **label >= width) {
            faults.push(format!("gold: row {row}: label index {label}; expected 0 to {}", width - 1));
        }
        let mut weights = vec![1.0; n];
        if let Some(inclusion) = inclusion {
            if inclusion.len() != n {
                faults.push(format!("inclusion: {} probabilities; expected {n}, one a gold label", inclusion.len()));
            }
            if let Some((row, p)) = inclusion.iter().enumerate().find(|(_, p)| !(**p > 0.0 && **p <= 1.0)) {
                faults.push(format!("inclusion: row {row}: {p}; expected above 0 and at most 1"));
            }
            weights.iter_mut().zip(inclusion).for_each(|(weight, p)| *weight = 1.0 / p);
        }
        Error::from_faults(faults)?;
        // Divided by the largest first: a tiny probability must not make the sum infinite.
        let most = weights.iter().copied().fold(0.0, f64::max).min(f64::MAX);
        weights.iter_mut().for_each(|weight| *weight = weight.min(f64::MAX) / most);
        let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
        let effective = if squares > 0.0 { sum * sum / squares } else { 0.0 };
        // Equal weights must count as they are, whatever the last bits.
        if effective < FEWEST * (1.0 - 1e-9) {
            let found = format!("{n} rows, worth {effective:.1} by their weights");
            return Err(Error::config(format!("gold: {found}; expected at least {FEWEST} for an estimate")));
        }
        weights.iter_mut().for_each(|weight| *weight *= n as f64 / sum);
        Ok(Self { origin, gold, predicted, weights })
    }

    /// Returns where the rows come from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Whether each row has the label, and what was predicted for it; with the row's weight.
    fn column(&self, label: usize) -> impl Iterator<Item = (f64, f64, f64)> + Clone {
        let rows = self.gold.iter().zip(self.predicted.rows()).zip(&self.weights);
        rows.map(move |((&gold, row), &weight)| {
            (f64::from(u8::from(gold == label)), row.get(label).copied().unwrap_or(0.0), weight)
        })
    }
}

/// Returns the shares of a division from a sample of it with known labels and the predictions for its other texts
/// (PPI++).
///
/// With f the predictions, n rows in the sample and N others, the share of label k is mean_n 1\[y = k\] + lambda
/// (mean_N f_k - mean_n f_k), where lambda = sum_k Cov_n(1\[y = k\], f_k) / ((1 + n / N) sum_k Var f_k), held to 0 to
/// 1, is the one with the least variance; Var f is that of all n + N. The variance is Var_n(1\[y = k\] - lambda f_k) /
/// n + lambda^2 Var_N(f_k) / N. A. N. Angelopoulos, J. C. Duchi and T. Zrnic, *PPI++: efficient prediction-powered
/// inference* (2023). It asks nothing of the classifier: poor predictions make it no worse than the sample alone, and
/// no label shift is assumed.
///
/// Where a label is expected in fewer than 10 rows of the sample, the normal intervals are replaced by quantiles of
/// `bootstrap`, which draws rows of the sample again, with lambda as it is, and the mean of the others from its normal
/// distribution.
///
/// # Errors
/// When the labels differ, there are no other texts, or `bootstrap` is at fault.
pub fn ppi(sample: &GoldSample, others: &Probabilities, bootstrap: &Bootstrap) -> Result<PpiEstimate> {
    bootstrap.validate()?;
    let (n, count) = (sample.gold.len() as f64, others.len() as f64);
    let Fit { columns, lambda } = Fit::new(sample, others)?;
    let raw: Vec<f64> = columns.iter().map(|column| column.share(lambda)).collect();
    let errors: Vec<f64> =
        columns.iter().enumerate().map(|(label, column)| column.error(sample, label, lambda, count)).collect();
    let shares = project(&raw);
    let bootstrapped = shares.iter().any(|share| n * share < NORMAL);
    let intervals = if bootstrapped {
        resampled(sample, &columns, lambda, count, bootstrap)?
    } else {
        let z = Normal::standard().inverse_cdf(0.5 + bootstrap.level / 2.0);
        raw.iter()
            .zip(&errors)
            .map(|(share, error)| inside(share - z * error, share + z * error, bootstrap.level))
            .collect()
    };
    Ok(PpiEstimate { shares, intervals, errors, lambda, bootstrapped })
}

/// Moments of all labels, and how much the predictions are trusted.
pub(super) struct Fit {
    columns: Vec<Column>,
    pub(super) lambda: f64,
}

impl Fit {
    /// # Errors
    /// When the labels differ, or there are no other texts.
    pub(super) fn new(sample: &GoldSample, others: &Probabilities) -> Result<Self> {
        let labels = sample.predicted.labels();
        if others.labels() != labels {
            return Err(Error::config(
                "others: their labels differ from the sample's; expected the same in the same order",
            ));
        }
        let Some(means) = others.means() else {
            return Err(Error::config("others: there are none; expected at least one text without a known label"));
        };
        let (n, count) = (sample.gold.len() as f64, others.len() as f64);
        let columns: Vec<Column> =
            means.into_iter().enumerate().map(|(label, mean)| Column::new(sample, others, label, mean)).collect();
        let (covariance, variance) =
            columns.iter().fold((0.0, 0.0), |(c, v), column| (c + column.covariance, v + column.pooled));
        // Predictions that are all alike have no variance but that of rounding.
        let lambda = if variance > 1e-20 { (covariance / ((1.0 + n / count) * variance)).clamp(0.0, 1.0) } else { 0.0 };
        Ok(Self { columns, lambda })
    }

    /// The mean prediction of the sample, `[labels]`.
    pub(super) fn predicted(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.predicted).collect()
    }

    /// The mean prediction of the others, `[labels]`.
    pub(super) fn others(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.others).collect()
    }
}

/// Moments of one label.
struct Column {
    gold: f64,       // mean over the sample
    predicted: f64,  // mean over the sample
    others: f64,     // mean over the others
    covariance: f64, // over the sample
    pooled: f64,     // variance of the predictions over both
    of_others: f64,  // variance of the predictions over the others
}

impl Column {
    fn new(sample: &GoldSample, others: &Probabilities, label: usize, of_others: f64) -> Self {
        let n = sample.gold.len() as f64;
        let mean =
            |value: &dyn Fn(f64, f64) -> f64| sample.column(label).map(|(y, f, w)| w * value(y, f)).sum::<f64>() / n;
        let (gold, predicted) = (mean(&|y, _| y), mean(&|_, f| f));
        let values = others.rows().filter_map(|row| row.get(label).copied());
        let count = others.len() as f64;
        let squares = |center: f64| values.clone().map(|f| (f - center) * (f - center)).sum::<f64>();
        let center = (n * predicted + count * of_others) / (n + count);
        let around = n * mean(&|_, f| (f - center) * (f - center)) + squares(center);
        Self {
            gold,
            predicted,
            others: of_others,
            covariance: mean(&|y, f| (y - gold) * (f - predicted)),
            pooled: around / (n + count - 1.0),
            of_others: squares(of_others) / count,
        }
    }

    fn share(&self, lambda: f64) -> f64 {
        self.gold + lambda * (self.others - self.predicted)
    }

    /// The standard error. Under weights, that of a ratio of sums: squared weights of the distances from the mean.
    fn error(&self, sample: &GoldSample, label: usize, lambda: f64, count: f64) -> f64 {
        let n = sample.gold.len() as f64;
        let center = self.gold - lambda * self.predicted;
        let squares = sample.column(label).map(|(y, f, w)| (w * (y - lambda * f - center)).powi(2)).sum::<f64>();
        (squares / (n * n) + lambda * lambda * self.of_others / count).sqrt()
    }
}

/// The intervals of all labels by the bootstrap.
fn resampled(
    sample: &GoldSample,
    columns: &[Column],
    lambda: f64,
    count: f64,
    bootstrap: &Bootstrap,
) -> Result<Vec<Interval>> {
    let mut values = vec![Vec::with_capacity(bootstrap.resamples); columns.len()];
    let mut stream = Stream::new(bootstrap.seed, "promotion: ppi", 0);
    bootstrap.resample(&Units::single(sample.gold.len()), |drawn| {
        let sum: f64 = drawn.iter().zip(&sample.weights).map(|(times, weight)| times * weight).sum();
        for ((label, column), values) in columns.iter().enumerate().zip(&mut values) {
            let rows = sample.column(label).zip(drawn);
            let residual = rows.map(|((y, f, w), times)| w * times * (y - lambda * f)).sum::<f64>() / sum;
            let others = column.others + (column.of_others / count).sqrt() * stream.normal();
            values.push(residual + lambda * others);
        }
    })?;
    let tail = (1.0 - bootstrap.level) / 2.0;
    let interval = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let end = |q| quantile(&values, q).unwrap_or(f64::NAN);
        inside(end(tail), end(1.0 - tail), bootstrap.level)
    };
    Ok(values.into_iter().map(interval).collect())
}

fn inside(low: f64, high: f64, level: f64) -> Interval {
    Interval { low: low.clamp(0.0, 1.0), high: high.clamp(0.0, 1.0), level }
}

/// The nearest point of the simplex: all values less one number, and none below 0 (J. Duchi and others, *Efficient
/// projections onto the l1-ball for learning in high dimensions*, ICML 2008).
pub(super) fn project(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut less) = (0.0, 0.0);
    for (rank, value) in sorted.iter().enumerate() {
        sum += value;
        let candidate = (sum - 1.0) / (rank + 1) as f64;
        if value - candidate > 0.0 {
            less = candidate;
        }
    }
    values.iter().map(|value| (value - less).max(0.0)).collect()
}

#[cfg(test)]
mod tests {
    use plaudit_core::Labels;

    use super::*;

    /// The rows of the snippet below.
    struct Rows(u64);

    impl Rows {
        fn next(&mut self) -> f64 {
            self.0 = self.0 * 48_271 % 2_147_483_647;
            self.0 as f64 / 2_147_483_647.0
        }

        fn take(&mut self, n: usize) -> (Vec<usize>, Probabilities) {
            let (mut gold, mut values) = (Vec::new(), Vec::new());
            for _ in 0..n {
                let mut label = (self.next() * 1.7) as usize;
                if self.next() < 0.2 {
                    label = 2;
                }
                let predicted = if self.next() < 0.6 { label } else { (self.next() * 3.0) as usize };
                let mut row = [self.next(), self.next(), self.next()];
                row[predicted] += 3.0;
                let sum: f64 = row.iter().sum();
                values.extend(row.map(|p| p / sum));
                gold.push(label);
            }
            (gold, Probabilities::new(Labels::polarity(), values).unwrap())
        }
    }

    fn level() -> Bootstrap {
        let mut bootstrap = Bootstrap::default();
        bootstrap.level = 0.9;
        bootstrap
    }

    fn sample(n: usize) -> (GoldSample, Probabilities) {
        let mut rows = Rows(1);
        let (gold, predicted) = rows.take(n);
        (GoldSample::new(Origin::Compared, gold, predicted, None).unwrap(), rows.take(1_000).1)
    }

    // ppi-python 0.2.3, numpy 2.4.6; g is the generator of QuaPy's test in em.rs:
    //   def rows(m):
    //       out = []; lab = []
    //       for i in range(m):
    //           y = int(next(g) * 1.7)
    //           if next(g) < .2: y = 2
    //           c = y if next(g) < .6 else int(next(g) * 3)
    //           r = np.array([next(g) for _ in range(3)]); r[c] += 3; out.append(r / r.sum()); lab.append(y)
    //       return np.array(out), np.array(lab)
    //   f, y = rows(150); F, _ = rows(1000); Y = np.eye(3)[y]
    //   ppi_mean_pointestimate(Y, f, F); ppi_mean_ci(Y, f, F, alpha=.1)
    #[test]
    fn equals_ppi_python() {
        let (sample, others) = sample(150);
        let found = ppi(&sample, &others, &level()).unwrap();
        assert!((found.lambda - 0.755_349_256_954_761_4).abs() < 1e-12 && !found.bootstrapped, "{found:?}");
        let expected = [
            (0.413_821_024_692_02, 0.362_901_555_832_6, 0.464_740_493_551_44),
            (0.404_306_860_700_2, 0.350_073_263_67, 0.458_540_457_730_41),
            (0.181_872_114_607_78, 0.135_945_030_947_06, 0.227_799_198_268_49),
        ];
        for ((share, low, high), label) in expected.into_iter().zip(0..) {
            let ends = found.intervals[label];
            assert!((found.shares[label] - share).abs() < 1e-12, "{found:?}");
            assert!((ends.low - low).abs() < 1e-9 && (ends.high - high).abs() < 1e-9, "{found:?}");
        }
    }

    #[test]
    fn equal_weights_are_none() {
        let mut rows = Rows(1);
        let (gold, predicted) = rows.take(150);
        let others = rows.take(1_000).1;
        let of = |inclusion: Option<&[f64]>| {
            let sample = GoldSample::new(Origin::SetAside, gold.clone(), predicted.clone(), inclusion).unwrap();
            ppi(&sample, &others, &level()).unwrap()
        };
        let (plain, weighted) = (of(None), of(Some(&[0.25; 150])));
        assert!(plain.shares.iter().zip(&weighted.shares).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(plain.errors.iter().zip(&weighted.errors).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    /// Texts of label 0 four times as likely to be labelled: weights undo it.
    #[test]
    fn weights_undo_an_uneven_sample() {
        let mut rows = Rows(7);
        let (gold, predicted) = rows.take(20_000);
        let others = rows.take(20_000).1;
        let share = gold.iter().filter(|&&label| label == 0).count() as f64 / 2e4;
        let (mut kept, mut values, mut inclusion) = (Vec::new(), Vec::new(), Vec::new());
        for (&label, row) in gold.iter().zip(predicted.rows()) {
            let p = if label == 0 { 0.4 } else { 0.1 };
            if rows.next() < p {
                kept.push(label);
                values.extend_from_slice(row);
                inclusion.push(p);
            }
        }
        let predicted = Probabilities::new(Labels::polarity(), values).unwrap();
        let sample = GoldSample::new(Origin::Compared, kept.clone(), predicted.clone(), Some(&inclusion)).unwrap();
        let found = ppi(&sample, &others, &level()).unwrap();
        assert!((found.shares[0] - share).abs() < 3.0 * found.errors[0], "{found:?} {share}");
        let uneven = GoldSample::new(Origin::Compared, kept, predicted, None).unwrap();
        assert!((ppi(&uneven, &others, &level()).unwrap().shares[0] - share).abs() > 0.1);
    }

    /// 400 samples of 120 rows from 4,000: the level of 0.9 has a standard error of 0.015.
    #[test]
    fn intervals_cover() {
        for rare in [0.0, 0.16] {
            let mut covered = [0; 3];
            for seed in 1..=400 {
                let mut rows = Rows(seed * 7_919);
                let (mut gold, predicted) = rows.take(120);
                // labels 2 become rare: 4 % of all
                for label in gold.iter_mut().filter(|label| **label == 2) {
                    *label = if rows.next() < rare / 0.2 { 0 } else { 2 };
                }
                let others = rows.take(1_000).1;
                let sample = GoldSample::new(Origin::Compared, gold, predicted, None).unwrap();
                let mut bootstrap = level();
                bootstrap.resamples = 400;
                let found = ppi(&sample, &others, &bootstrap).unwrap();
                assert_eq!(found.bootstrapped, found.shares.iter().any(|share| share * 120.0 < 10.0));
                // y = int(1.7 u): 0 with 1/1.7, then 2 with 0.2
                let truth = [0.8 / 1.7 + rare, 0.8 * 0.7 / 1.7, 0.2 - rare];
                for ((hit, ends), truth) in covered.iter_mut().zip(found.intervals).zip(truth) {
                    *hit += usize::from(ends.low <= truth && truth <= ends.high);
                }
            }
            assert!(covered.iter().all(|&hits| hits >= 336), "{rare}: {covered:?} of 400 covered");
        }
    }

    #[test]
    fn what_cannot_be_estimated_is_named() {
        let (_, predicted) = Rows(3).take(99);
        let gold = |n| vec![0; n];
        let of = |gold, inclusion| {
            GoldSample::new(Origin::SetAside, gold, predicted.clone(), inclusion).unwrap_err().to_string()
        };
        assert!(of(gold(99), None).contains("99 rows, worth 99.0 by their weights; expected at least 100"));
        assert!(of(gold(98), Some(&[2.0, 0.5])).contains("3 faults"));
        assert!(of(vec![3; 99], None).contains("row 0: label index 3"));
        let (gold, predicted) = Rows(3).take(300);
        let mut inclusion = vec![1.0; 300];
        inclusion[7] = 1e-320; // one row that stands for all
        let error = GoldSample::new(Origin::SetAside, gold, predicted, Some(&inclusion)).unwrap_err().to_string();
        assert!(error.contains("300 rows, worth 1.0"), "{error}");
        let (sample, _) = sample(150);
        let none = Probabilities::new(Labels::polarity(), vec![]).unwrap();
        assert!(ppi(&sample, &none, &level()).unwrap_err().to_string().contains("there are none"));
        let other = Probabilities::new(Labels::new(["a"]).unwrap(), vec![1.0]).unwrap();
        assert!(ppi(&sample, &other, &level()).unwrap_err().to_string().contains("labels differ"));
        // predictions that say nothing get no trust
        let even = Probabilities::new(Labels::polarity(), vec![1.0 / 3.0; 450]).unwrap();
        let blind = GoldSample::new(Origin::SetAside, sample.gold.clone(), even.clone(), None).unwrap();
        assert_eq!(ppi(&blind, &even, &level()).unwrap().lambda, 0.0);
    }

    // By hand: 0.7 + 0.5 - 0.1 = 1.1; without the last, 1.2 - 2 * 0.1 = 1
    #[test]
    fn the_nearest_shares() {
        let found = project(&[0.7, 0.5, -0.1]);
        assert!(found.iter().zip([0.6, 0.4, 0.0]).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}");
        assert_eq!(project(&[0.25, 0.75]), [0.25, 0.75]);
    }
}
