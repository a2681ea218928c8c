//! A division's shares from labels of its own.

use plaudit_core::{Error, Result};
use plaudit_stats::{Stream, dirichlet};
use serde::{Deserialize, Serialize};

use super::ppi::{Fit, GoldSample, project};
use super::{Probabilities, ShareDraws};

/// What random labels of a division say of its shares, with the predictions of its other texts: [`ppi`](super::ppi()), as draws
/// to decide with.
///
/// No error rates of other divisions are in it. Serialised with what the draws hang on; no text is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct OwnShares {
    others: u64,
    weights: Vec<f64>, // [labelled]: what a row is worth; they add up to the number of equally likely rows
    residuals: Vec<f64>, // [labelled, labels]: 1[y = k] - lambda f_k
    known: Vec<f64>,   // [labels]: lambda times the mean prediction of the labelled
    rest: Vec<f64>,    // [labels]: lambda times the mean prediction of the others
    spread: Vec<f64>,  // [labels, labels]: a lower triangular root of the covariance of `rest`
}

impl OwnShares {
    /// Returns what this sample and the predictions for the division's other texts say.
    ///
    /// # Errors
    /// When the labels differ, or there are no other texts: see [`whole`](Self::whole).
    pub fn new(sample: &GoldSample, others: &Probabilities) -> Result<Self> {
        let fit = Fit::new(sample, others)?;
        let (width, n, count) = (others.labels().len(), sample.gold.len() as f64, others.len() as f64);
        let squares: f64 = sample.weights.iter().map(|weight| weight * weight).sum();
        let scaled = |values: Vec<f64>| values.into_iter().map(|value| fit.lambda * value).collect::<Vec<f64>>();
        let mut residuals = Vec::with_capacity(sample.gold.len() * width);
        for (&gold, row) in sample.gold.iter().zip(sample.predicted.rows()) {
            residuals.extend(row.iter().enumerate().map(|(k, f)| f64::from(u8::from(gold == k)) - fit.lambda * f));
        }
        let means = fit.others();
        let mut covariance = vec![0.0; width * width];
        for row in others.rows() {
            let off: Vec<f64> = row.iter().zip(&means).map(|(f, mean)| f - mean).collect();
            let products = off.iter().flat_map(|a| off.iter().map(move |b| a * b));
            covariance.iter_mut().zip(products).for_each(|(sum, product)| *sum += product);
        }
        covariance.iter_mut().for_each(|sum| *sum *= fit.lambda * fit.lambda / (count * count));
        Ok(Self {
            others: others.len() as u64,
            // Weights have the mean 1: n^2 / sum w^2 rows in all (L. Kish, *Survey Sampling*, 1965).
            weights: sample.weights.iter().map(|weight| weight * n / squares).collect(),
            residuals,
            known: scaled(fit.predicted()),
            rest: scaled(means),
            spread: root(&covariance, width),
        })
    }

    /// Returns the same of a division whose texts all have a label, given by its index, of so many labels: the shares are those of
    /// [`Policy`](crate::Policy) on these labels.
    ///
    /// # Errors
    /// When there is no text, or an index is not that of a label; the message names the text, counted from 0.
    pub fn whole(labels: usize, gold: &[usize]) -> Result<Self> {
        if let Some((text, label)) = gold.iter().enumerate().find(|(_, label)| **label >= labels) {
            let expected = format!("expected an index below {labels}");
            return Err(Error::config(format!("own labels: text {text}: label index {label}; {expected}")));
        }
        let residuals = gold.iter().flat_map(|&y| (0..labels).map(move |k| f64::from(u8::from(y == k)))).collect();
        let (weights, none) = (vec![1.0; gold.len()], || vec![0.0; labels]);
        let spread = vec![0.0; labels * labels];
        Unchecked { others: 0, weights, residuals, known: none(), rest: none(), spread }.try_into()
    }

    /// Returns the number of texts with a label.
    pub fn labelled(&self) -> u64 {
        self.weights.len() as u64
    }

    /// Returns the number of texts without one.
    pub fn others(&self) -> u64 {
        self.others
    }

    /// The number of labels.
    pub(crate) fn labels(&self) -> usize {
        self.rest.len()
    }

    /// What the labelled texts are worth, in equally likely ones.
    pub(crate) fn worth(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// Returns so many draws of the shares.
    ///
    /// The labelled texts get random weights, Dirichlet with their worth (the Bayesian bootstrap: D. B. Rubin, *The Bayesian
    /// bootstrap*, Annals of Statistics 9, 1981), and so does one more text of each label that is worth `prior` and predicted as
    /// the mean: a label that nobody was seen to have is not taken to be impossible. The mean prediction of the others is drawn
    /// from its normal distribution. Shares are moved to the nearest that add up to 1 with none below 0. Without others, or where
    /// predictions say nothing, the draws are those of Dirichlet(`prior` + counts).
    pub fn draws(&self, draws: usize, prior: f64, seed: u64) -> ShareDraws {
        let width = self.labels();
        let content: Vec<u64> =
            [&self.residuals, &self.weights, &self.rest].into_iter().flatten().map(|x| x.to_bits()).collect();
        let mut stream = Stream::keyed(seed, "promotion: own shares", &content);
        let worths: Vec<f64> = self.weights.iter().copied().chain(std::iter::repeat_n(prior, width)).collect();
        let (mut parts, mut noise) = (vec![0.0; worths.len()], vec![0.0; width]);
        let mut values = Vec::with_capacity(draws * width);
        for _ in 0..draws {
            dirichlet(&mut stream, &worths, &mut parts);
            noise.iter_mut().for_each(|z| *z = stream.normal());
            let (rows, of_prior) = parts.split_at(self.weights.len());
            let all: f64 = of_prior.iter().sum();
            let mut shares: Vec<f64> = self
                .rest
                .iter()
                .zip(&self.known)
                .zip(of_prior)
                .zip(self.spread.chunks_exact(width))
                .map(|(((rest, known), part), spread)| {
                    rest + part - all * known + spread.iter().zip(&noise).map(|(a, z)| a * z).sum::<f64>()
                })
                .collect();
            for (part, residual) in rows.iter().zip(self.residuals.chunks_exact(width)) {
                shares.iter_mut().zip(residual).for_each(|(share, residual)| *share += part * residual);
            }
            values.extend(project(&shares));
        }
        ShareDraws::new(width, values)
    }
}

/// A lower triangular matrix L with L L' as given, `[width, width]` and positive semidefinite (Cholesky). What rounding leaves of a
/// direction without variance is none: shares of predictions add up to 1.
fn root(matrix: &[f64], width: usize) -> Vec<f64> {
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(width);
    for (place, row) in matrix.chunks_exact(width).enumerate() {
        let mut built: Vec<f64> = Vec::with_capacity(width);
        let own = row.get(place).copied().unwrap_or(0.0);
        for (value, before) in row.iter().zip(&lower) {
            let product: f64 = built.iter().zip(before).map(|(a, b)| a * b).sum();
            let pivot = before.get(built.len()).copied().unwrap_or(0.0);
            built.push(if pivot > 0.0 { (value - product) / pivot } else { 0.0 });
        }
        let left = own - built.iter().map(|value| value * value).sum::<f64>();
        built.push(if left > 1e-12 * own { left.sqrt() } else { 0.0 });
        built.resize(width, 0.0);
        lower.push(built);
    }
    lower.concat()
}

/// The serialised form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    others: u64,
    weights: Vec<f64>,
    residuals: Vec<f64>,
    known: Vec<f64>,
    rest: Vec<f64>,
    spread: Vec<f64>,
}

impl TryFrom<Unchecked> for OwnShares {
    type Error = Error;

    fn try_from(Unchecked { others, weights, residuals, known, rest, spread }: Unchecked) -> Result<Self> {
        let (n, width) = (weights.len(), rest.len());
        let sized = residuals.len() == n * width && known.len() == width && spread.len() == width * width;
        let bounded = [&residuals, &known, &rest, &spread].into_iter().flatten().all(|value| value.abs() <= 2.0);
        let good = n > 0 && width > 0 && sized && bounded && weights.iter().all(|w| *w > 0.0 && *w <= n as f64);
        if !good {
            let found = format!("own labels: {n} texts, {width} labels, {} values", residuals.len());
            return Err(Error::config(format!(
                "{found}; expected a text, and one value from -2 to 2 a text and label"
            )));
        }
        Ok(Self { others, weights, residuals, known, rest, spread })
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::{Labels, Origin};
    use plaudit_stats::Bootstrap;

    use super::*;
    use crate::prevalence::ppi;

    /// 400 texts of three labels, 240 : 100 : 60, predicted right with 0.8; the first 150 have labels.
    fn sample() -> (GoldSample, Probabilities) {
        let mut stream = Stream::new(5, "own", 0);
        let mut gold: Vec<usize> = (0..400).map(|k| if k < 240 { 0 } else { 1 + usize::from(k >= 340) }).collect();
        stream.shuffle(&mut gold);
        let row = |label: usize, stream: &mut Stream| {
            let found = if stream.uniform() < 0.8 { label } else { stream.below(3) as usize };
            (0..3).map(move |k| if k == found { 0.7 } else { 0.15 })
        };
        let values: Vec<f64> = gold.iter().flat_map(|&label| row(label, &mut stream).collect::<Vec<_>>()).collect();
        let (first, last) = values.split_at(450);
        let of = |values: &[f64]| Probabilities::new(Labels::polarity(), values.to_vec()).unwrap();
        (GoldSample::new(Origin::Compared, gold[..150].to_vec(), of(first), None).unwrap(), of(last))
    }

    /// `ppi` is held to ppi-python; the prior's rows move the mean by less than 1.5 / 151.5.
    #[test]
    fn draws_are_those_of_ppi() {
        let (sample, others) = sample();
        let mut bootstrap = Bootstrap::default();
        bootstrap.level = 0.9;
        let expected = ppi(&sample, &others, &bootstrap).unwrap();
        assert!(expected.lambda > 0.3 && !expected.bootstrapped);
        let own = OwnShares::new(&sample, &others).unwrap();
        assert_eq!((own.labelled(), own.others(), own.labels()), (150, 250, 3));
        let draws = own.draws(20_000, 1e-6, 1);
        for k in 0..3 {
            assert!((draws.means()[k] - expected.shares[k]).abs() < 0.001, "{k}: {:?} {expected:?}", draws.means());
            let (found, known) = (draws.interval(0.9, |row| row[k]), expected.intervals[k]);
            assert!(
                (found.low - known.low).abs() < 0.006 && (found.high - known.high).abs() < 0.006,
                "{found:?} {known:?}"
            );
        }
        assert!(draws.rows().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-9));
        assert_eq!(draws, own.draws(20_000, 1e-6, 1));
        let json = serde_json::to_string(&own).unwrap();
        assert_eq!(serde_json::from_str::<OwnShares>(&json).unwrap(), own);
        assert!(serde_json::from_str::<OwnShares>(&json.replacen("\"rest\":[", "\"rest\":[0.1,", 1)).is_err());
    }

    // scipy 1.17.1: a = np.array([61, 20, 12, 7]) + .5; beta(a[k], a.sum() - a[k]).ppf([.05, .95])
    #[test]
    fn all_labels_are_a_dirichlet_posterior() {
        let gold: Vec<usize> =
            [61, 20, 12, 7].iter().enumerate().flat_map(|(k, &n)| std::iter::repeat_n(k, n)).collect();
        let draws = OwnShares::whole(4, &gold).unwrap().draws(40_000, 0.5, 0);
        for (k, (low, high)) in [
            (0.522_450_54, 0.681_124_95),
            (0.139_503_85, 0.269_150_19),
            (0.073_910_84, 0.179_621_33),
            (0.036_471_45, 0.120_086_68),
        ]
        .into_iter()
        .enumerate()
        {
            let found = draws.interval(0.9, |row| row[k]);
            assert!((found.low - low).abs() < 0.002 && (found.high - high).abs() < 0.002, "{k}: {found:?}");
        }
        let error = OwnShares::whole(2, &[0, 2]).unwrap_err().to_string();
        assert!(error.contains("text 1: label index 2; expected an index below 2"), "{error}");
        assert!(OwnShares::whole(2, &[]).is_err());
    }

    // By hand: [[4, 2], [2, 10]] = [[2, 0], [1, 3]] [[2, 1], [0, 3]]; [[1, -1], [-1, 1]] has rank 1.
    #[test]
    fn roots_of_matrices() {
        assert_eq!(root(&[4.0, 2.0, 2.0, 10.0], 2), [2.0, 0.0, 1.0, 3.0]);
        assert_eq!(root(&[1.0, -1.0, -1.0, 1.0], 2), [1.0, 0.0, -1.0, 0.0]);
        assert_eq!(root(&[0.0; 4], 2), [0.0; 4]);
    }
}
