//! The cut posterior of the shares.

use std::ops::ControlFlow;

use plaudit_core::{Error, Labels, Result};
use plaudit_stats::{Stream, dirichlet, multinomial};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::adjusted::one_a_label;
use super::equations::invert;
use super::gibbs::{Behind, explaining, likeliest_from};
use super::naive::at_most;
use super::sampler::Sampler;
use super::share_draws::CHAINS;
use super::{ErrorMatrix, ShareDraws};
use crate::policy::Criteria;
use crate::posterior::named;

/// The most numbers that the draws of the error rates may take: 1 GiB, and their inverses as much.
const MOST: usize = 1 << 27;

/// How shares are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct CutConfig {
    /// The number of draws of the error rates, 100 to 100,000; there are two draws of shares for each. By default
    /// 1,000.
    pub draws: usize,
    /// The steps of a chain of shares, where one is needed, 1 to 1,000. By default 16. A chain around the likeliest shares takes
    /// half as many between two draws: where it takes half of its candidates, what it remembers of the draw before is 1 in
    /// 2^8. One along lines, which is left for weights of `prior` below 1, for labels with nearly the same error rates, and for
    /// many labels with few texts, takes as many from near the likeliest shares.
    pub steps: usize,
    /// The Dirichlet prior's weight for each predicted label given a gold label, in rows, above 0 and at most a
    /// million. By default 1.
    pub gold_prior: f64,
    /// The prior of each division's shares.
    pub prior: Prior,
    /// The seed of every draw.
    pub seed: u64,
}

/// The Dirichlet prior of a division's shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Prior {
    /// The same weight for each label.
    Even {
        /// The weight of each label, in texts, above 0 and at most a million.
        weight: f64,
    },
    /// Partial pooling: shares that divisions are thought to lie around.
    Around {
        /// The weight of all labels together, in texts, above 0 and at most a million.
        weight: f64,
        /// One share above 0 a label, which add up to 1.
        shares: Vec<f64>,
    },
}

impl Default for CutConfig {
    fn default() -> Self {
        Self { draws: 1_000, steps: 16, gold_prior: 1.0, prior: Prior::Even { weight: 1.0 }, seed: 0 }
    }
}

impl CutConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut check = |good: bool, field: &str, found: String, expected: &str| {
            if !good {
                faults.push(format!("{field}: {found}; expected {expected}"));
            }
        };
        let weight = |weight: f64| weight > 0.0 && weight <= 1e6;
        check((100..=100_000).contains(&self.draws), "draws", self.draws.to_string(), "100 to 100000");
        check((1..=1_000).contains(&self.steps), "steps", self.steps.to_string(), "1 to 1000");
        let positive = "above 0 and at most 1000000";
        check(weight(self.gold_prior), "gold_prior", self.gold_prior.to_string(), positive);
        let (Prior::Even { weight: found } | Prior::Around { weight: found, .. }) = &self.prior;
        check(weight(*found), "prior", format!("weight {found}"), positive);
        if let Prior::Around { shares, .. } = &self.prior {
            let good = shares.iter().all(|&share| share > 0.0) && (shares.iter().sum::<f64>() - 1.0).abs() <= 1e-6;
            check(good, "prior", format!("shares {shares:?}"), "shares above 0 that add up to 1");
        }
        Error::from_faults(faults)
    }

    /// The parameters of the prior, one a label.
    fn parameters(&self, labels: usize) -> Result<Vec<f64>> {
        match &self.prior {
            Prior::Even { weight } => Ok(vec![*weight; labels]),
            Prior::Around { weight, shares } if shares.len() == labels => {
                Ok(shares.iter().map(|share| weight * share).collect())
            }
            Prior::Around { shares, .. } => {
                let found = shares.len();
                Err(Error::config(format!("prior: {found} shares; expected {labels}, one a label")))
            }
        }
    }
}

/// Draws of the error rates from gold rows, and from them draws of any division's shares (a cut posterior).
///
/// Draw s of the error rates is theta_y ~ Dirichlet(`gold_prior` + M_y) for each gold label y, from gold rows alone and
/// the same for every division. Given theta, a division's shares pi have the density prod_y pi_y^(prior_y - 1)
/// prod_c (theta^T pi)_c^(n_c), and are drawn in one of three ways:
///
/// - With an even prior of weight 1, the shares theta^T pi of the predicted labels are Dirichlet(1 + n), cut to where no pi
///   is below 0. Candidates from there are drawn until one is not cut off: independent draws, which most are where no label
///   is nearly absent.
/// - Where candidates are cut off, and with greater weights, by an independence chain over the cube roots of the shares
///   with candidates around the likeliest ones (`steps` / 2 steps between draws).
/// - Where that chain hardly moves, where labels have nearly the same error rates, and with smaller weights, by steps (`steps` a draw)
///   of a Gibbs sampler and along random lines through the simplex. Those of the former: z_c ~ Multinomial(n_c, in
///   proportion to pi_y theta_yc) says which labels stand behind the n_c texts predicted c, and pi ~ Dirichlet(`prior` +
///   sum_c z_c).
///
/// The predicted counts, which are many and have no gold label, do not change the error rates. A sampler that lets them
/// does not mix where there are many texts, and its intervals hold the truth too seldom. For cutting, M. Plummer, *Cuts
/// in Bayesian graphical models*, Statistics and Computing 25 (2015); for the model, A. Ziegler and P. Czyż, *Bayesian
/// quantification with black-box estimators*, TMLR (2024).
///
/// A division's draws hang on the configuration, the error matrix and its counts alone: divisions with equal counts get
/// equal draws, whatever stands beside them and however many threads there are. Time does not grow with the number of
/// texts. Another order of the labels gives other draws from the same distribution.
#[derive(Debug, Clone, PartialEq)]
pub struct CutPosterior {
    labels: Labels,
    config: CutConfig,
    pub(super) prior: Vec<f64>,    // [labels]
    pub(super) rates: Vec<f64>,    // row-major, [draws, gold, predicted]
    pub(super) inverses: Vec<f64>, // [draws, gold, predicted]: of the transposed rates, or NaN where there is none to rely on
    gold_rows: u64,
    counted: Vec<f64>, // row-major, [gold, predicted]: the rates among the gold rows alone
    mean: Vec<f64>,    // likewise: with the prior, the mean of the draws' distribution
}

impl CutPosterior {
    /// Returns draws of the error rates.
    ///
    /// # Errors
    /// When the configuration is at fault, has not one share a label, or `draws` and labels ask for more than 2 GiB.
    pub fn new(matrix: &ErrorMatrix, config: &CutConfig) -> Result<Self> {
        config.validate()?;
        let labels = matrix.labels().clone();
        let (width, draws) = (labels.len(), config.draws);
        let prior = config.parameters(width)?;
        let size = width * width * draws; // at most 10^11
        if size > MOST {
            let fault = format!("draws: {draws} for {width} labels; expected draws x labels^2 of at most {MOST}");
            return Err(Error::config(fault));
        }
        let parameters: Vec<Vec<f64>> =
            matrix.rows().map(|row| row.iter().map(|&count| config.gold_prior + count as f64).collect()).collect();
        let mut rates = vec![0.0; size];
        let content: Vec<u64> = matrix.rows().flatten().copied().collect();
        let mut stream = Stream::keyed(config.seed, "promotion: error rates", &content);
        let mut inverses = vec![f64::NAN; size];
        for (draw, inverse) in rates.chunks_exact_mut(width * width).zip(inverses.chunks_exact_mut(width * width)) {
            for (row, parameters) in draw.chunks_exact_mut(width).zip(&parameters) {
                dirichlet(&mut stream, parameters, row);
            }
            invert(draw, width, inverse);
        }
        let mean: Vec<f64> = parameters.iter().flat_map(|row| divided(row)).collect();
        // Where a label has no gold row there is nothing but the prior.
        let counted = matrix.rows().zip(&parameters).flat_map(|(row, parameters)| {
            let counts: Vec<f64> = row.iter().map(|&count| count as f64).collect();
            divided(if counts.iter().any(|&count| count > 0.0) { &counts } else { parameters })
        });
        let counted = counted.collect();
        Ok(Self {
            labels,
            config: config.clone(),
            prior,
            rates,
            inverses,
            gold_rows: content.iter().sum(),
            counted,
            mean,
        })
    }

    /// Returns the labels, in the order of the shares.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the configuration.
    pub fn config(&self) -> &CutConfig {
        &self.config
    }

    /// Returns the number of gold rows behind the error rates.
    pub fn gold_rows(&self) -> u64 {
        self.gold_rows
    }

    /// Returns the draws of the error rates in order, row-major `[gold, predicted]` each; the rows add up to 1.
    pub fn error_rates(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.rates.chunks_exact(self.labels.len() * self.labels.len())
    }

    /// Returns draws of the shares of a division with these predicted counts, `[labels]`. Without a text they are draws
    /// from the prior.
    ///
    /// # Errors
    /// When there is not one count a label, or more than 2^53 texts.
    pub fn division(&self, counts: &[u64]) -> Result<ShareDraws> {
        self.check(counts)?;
        Ok(self.copy(counts, 0))
    }

    /// Returns what `each` makes of the draws of every division, in order. The divisions are spread over the threads of
    /// the caller's rayon pool; the draws of one division a thread are in memory at a time.
    ///
    /// # Errors
    /// As [`division`](Self::division), before anything is drawn; the message counts divisions from 0.
    pub fn map<C, T>(&self, divisions: &[C], each: impl Fn(&ShareDraws) -> T + Sync) -> Result<Vec<T>>
    where
        C: AsRef<[u64]> + Sync,
        T: Send,
    {
        let mut faults = Vec::new();
        for (index, counts) in divisions.iter().enumerate() {
            if let Err(Error::Config { faults: found }) = self.check(counts.as_ref()) {
                faults.extend(found.into_iter().map(|fault| format!("division {index}: {fault}")));
            }
        }
        Error::from_faults(faults)?;
        let draw = |counts: &C| each(&self.copy(counts.as_ref(), 0));
        Ok(divisions.par_iter().map(draw).collect())
    }

    /// Returns draws of the shares among all `size` texts of a finite population, of which these were predicted and the
    /// others were not seen: the labels behind the predictions, and labels drawn from the shares for the others.
    ///
    /// Where all texts were seen, what is left is the classifier's errors. It holds only where those not seen are like
    /// those seen; for people who did not answer, see [`manski_bounds`](super::manski_bounds).
    ///
    /// # Errors
    /// As [`division`](Self::division), or when `size` is 0, below the number of texts, or above 2^53.
    pub fn population(&self, counts: &[u64], size: u64) -> Result<ShareDraws> {
        let seen = self.check(counts)?;
        if size < seen.max(1) || size > 1 << 53 {
            let least = seen.max(1);
            return Err(Error::config(format!("size: {size}; expected {least}, the number of texts, to 2^53")));
        }
        let mut others = vec![0; self.labels.len()];
        let mut behind = Behind::new(self.labels.len());
        let mut stream = Stream::keyed(self.config.seed, "promotion: population", counts);
        let mut values = self.room();
        self.draw(&mut stream, counts, |stream, rates, shares| {
            behind.draw(stream, rates, counts, shares);
            multinomial(stream, size - seen, shares, &mut others);
            values.extend(behind.counts.iter().zip(&others).map(|(seen, other)| (seen + other) as f64 / size as f64));
            ControlFlow::Continue(())
        });
        Ok(ShareDraws::new(self.labels.len(), values))
    }

    /// Draws of the shares behind counts that were [checked](Self::check); for copies other than 0 they are independent,
    /// given the error rates, of those of other divisions with the same counts.
    pub(crate) fn copy(&self, counts: &[u64], copy: u64) -> ShareDraws {
        let mut values = self.room();
        self.until(counts, copy, |shares| {
            values.extend_from_slice(shares);
            ControlFlow::Continue(())
        });
        ShareDraws::new(self.labels.len(), values)
    }

    /// Hands the same draws to `each`, one after the other, until it breaks.
    pub(crate) fn until(&self, counts: &[u64], copy: u64, mut each: impl FnMut(&[f64]) -> ControlFlow<()>) {
        let mut stream = Stream::keyed(self.config.seed, "promotion: prevalence", &named(counts, copy));
        self.draw(&mut stream, counts, |_, _, shares| each(shares));
    }

    /// The conditions for counts that were [checked](Self::check), each stricter by so much of what the prior of the error rates
    /// does for it, at least 0: of what it adds to the score of the likeliest shares, or takes from a share with a limit. That
    /// is taken from shares that explain the counts exactly, be they below 0: a likeliest share of 0 does not say how much the
    /// prior took from it.
    pub(crate) fn stricter(&self, margin: f64, criteria: &Criteria, counts: &[u64]) -> Criteria {
        if margin > 0.0 {
            let [with, without] = [&self.mean, &self.counted].map(|rates| {
                let exact = explaining(rates, counts);
                let likeliest = likeliest_from(exact.clone(), rates, counts);
                [exact.unwrap_or_else(|| likeliest.clone()), likeliest]
            });
            criteria.stricter(margin, &with, &without)
        } else {
            criteria.clone()
        }
    }

    /// The number of draws of the shares of a division.
    pub(crate) fn draws(&self) -> usize {
        self.config.draws * CHAINS
    }

    /// The weight of the shares' prior, in texts.
    pub(crate) fn prior_weight(&self) -> f64 {
        self.prior.iter().sum()
    }

    /// The number of gold rows with the prior's weight in rows.
    pub(crate) fn gold_weight(&self) -> f64 {
        self.gold_rows as f64 + self.config.gold_prior * (self.labels.len() * self.labels.len()) as f64
    }

    pub(crate) fn check(&self, counts: &[u64]) -> Result<u64> {
        one_a_label(self.labels.len(), counts)?;
        at_most("counts", counts)
    }

    fn room(&self) -> Vec<f64> {
        Vec::with_capacity(self.draws() * self.labels.len())
    }

    /// Hands each draw to `take`, with the error rates that it was drawn with.
    fn draw(
        &self,
        stream: &mut Stream,
        counts: &[u64],
        mut take: impl FnMut(&mut Stream, &[f64], &[f64]) -> ControlFlow<()>,
    ) {
        let width = self.labels.len();
        let mut sampler = Sampler::new(counts, &self.prior, self.config.steps);
        for (rates, inverse) in self.error_rates().zip(self.inverses.chunks_exact(width * width)) {
            for shares in sampler.draw(stream, rates, inverse).chunks_exact(width) {
                if take(stream, rates, shares).is_break() {
                    return;
                }
            }
        }
    }
}

/// A row with a sum above 0, divided by it.
fn divided(row: &[f64]) -> Vec<f64> {
    let sum: f64 = row.iter().sum();
    row.iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use plaudit_stats::chi_square_sf;
    use proptest::prelude::*;

    use super::*;
    use plaudit_core::Origin;

    fn matrix<R: AsRef<[u64]>>(counts: &[R]) -> ErrorMatrix {
        let labels = Labels::new((0..counts.len()).map(|label| label.to_string())).unwrap();
        ErrorMatrix::new(labels, Origin::SetAside, counts).unwrap()
    }

    /// Gold rows so many that the error rates are known.
    fn known(rates: &[Vec<f64>]) -> ErrorMatrix {
        let rows: Vec<Vec<u64>> =
            rates.iter().map(|row| row.iter().map(|rate| (rate * 1e12) as u64).collect()).collect();
        matrix(&rows)
    }

    fn draws(draws: usize) -> CutConfig {
        CutConfig { draws, ..CutConfig::default() }
    }

    // With the error rates known and an even prior, the share r = 0.3 + 0.5 pi of predicted `good` is even on 0.3 to
    // 0.8, so its posterior is Beta(n_1 + 1, n_0 + 1), cut to 0.3 to 0.8, and pi = (r - 0.3) / 0.5. scipy 1.17.1:
    //   b = stats.beta(n1 + 1, n0 + 1); lo, hi = b.cdf(.3), b.cdf(.8); f = lambda p: (b.ppf(lo + p * (hi - lo)) - .3) / .5
    //   [f(.05), f(.5), f(.95)]; m = quad(f, 0, 1)[0]; quad(lambda p: (f(p) - m) ** 2, 0, 1)[0] ** .5
    #[test]
    fn two_labels_are_a_truncated_beta() {
        let config = draws(20_000);
        let posterior = CutPosterior::new(&known(&[vec![0.8, 0.2], vec![0.3, 0.7]]), &config).unwrap();
        for (counts, quantiles, mean, sd) in [
            ([110, 90], [0.383_534_46, 0.499_337_31, 0.613_367_76], 0.499_009_90, 0.069_841_38),
            ([30, 170], [0.000_695_90, 0.009_314_99, 0.038_997_27], 0.013_202_64, 0.012_861_76),
            ([190, 10], [0.969_169_31, 0.992_751_48, 0.999_461_10], 0.989_635_99, 0.010_226_01),
            ([0, 5], [0.011_910_80, 0.152_628_74, 0.548_795_33], 0.199_533_47, 0.172_089_78),
        ] {
            let shares = posterior.division(&counts).unwrap();
            let middle = shares.interval(0.0, |row| row[0]).low;
            let ends = shares.interval(0.9, |row| row[0]);
            // 40,000 draws: the mean's standard error is 0.005 sd, a quantile's at 5 % about 0.011 sd where the density
            // is normal
            assert!((shares.means()[0] - mean).abs() < 0.02 * sd, "{counts:?}: {:?}", shares.means());
            for (found, expected) in [ends.low, middle, ends.high].into_iter().zip(quantiles) {
                assert!((found - expected).abs() < 0.06 * sd, "{counts:?}: {found} for {expected}");
            }
            let variance = shares.variance(|row| row[0]);
            assert!((variance.total().sqrt() / sd - 1.0).abs() < 0.03, "{counts:?}: {variance:?}");
            assert!(variance.gold < 0.03 * variance.texts, "{variance:?}");
        }
    }

    // The same with the error rates drawn: theta_good ~ Beta(41, 11), theta_poor ~ Beta(16, 36), both on a grid of 400
    // quantiles, and the moments of a Beta(111, 91) cut to lie between them (scipy 1.17.1).
    #[test]
    fn the_variance_has_two_parts() {
        let posterior = CutPosterior::new(&matrix(&[[40, 10], [15, 35]]), &draws(20_000)).unwrap();
        let shares = posterior.division(&[110, 90]).unwrap();
        let variance = shares.variance(|row| row[0]);
        assert!((shares.means()[0] - 0.502_149).abs() < 0.003, "{:?}", shares.means());
        assert!((variance.texts / 0.005_844_4 - 1.0).abs() < 0.04, "{variance:?}");
        assert!((variance.gold / 0.009_187_3 - 1.0).abs() < 0.05, "{variance:?}");
    }

    /// Simulation-based calibration (S. Talts and others, 2018) of the shares given the error rates: shares from the
    /// prior, counts from the shares; then the rank of the true share among draws is even.
    fn ranks(rates: &[Vec<f64>], texts: u64, config: &CutConfig, runs: u64) -> Vec<f64> {
        const BINS: usize = 10;
        let (labels, flat) = (rates.len(), rates.concat());
        let posterior = CutPosterior::new(&known(rates), config).unwrap();
        let prior = config.parameters(labels).unwrap();
        let mut histogram = vec![[0.0; BINS]; labels];
        for run in 0..runs {
            let mut stream = Stream::new(17, "calibration", run);
            let (mut truth, mut predicted, mut counts) = (vec![0.0; labels], vec![0.0; labels], vec![0; labels]);
            dirichlet(&mut stream, &prior, &mut truth);
            super::super::em::explain(&flat, &truth, &mut predicted);
            multinomial(&mut stream, texts, &predicted, &mut counts);
            let shares = posterior.division(&counts).unwrap();
            // one chain of each pair: 99 independent draws, and 100 ranks
            let rows: Vec<&[f64]> = shares.rows().step_by(CHAINS).take(99).collect();
            for (label, bins) in histogram.iter_mut().enumerate() {
                let rank = rows.iter().filter(|row| row[label] < truth[label]).count();
                bins[rank * BINS / 100] += 1.0;
            }
        }
        let expected = runs as f64 / BINS as f64;
        let chi = |bins: &[f64; BINS]| bins.iter().map(|n| (n - expected) * (n - expected) / expected).sum::<f64>();
        histogram.iter().map(|bins| chi_square_sf(chi(bins), BINS as u32 - 1).unwrap()).collect()
    }

    #[test]
    fn shares_given_the_error_rates_are_calibrated() {
        let symmetric = |labels: usize, accuracy: f64| -> Vec<Vec<f64>> {
            let other = (1.0 - accuracy) / (labels - 1) as f64;
            let rate = |a, b| if a == b { accuracy } else { other };
            (0..labels).map(|a| (0..labels).map(|b| rate(a, b)).collect()).collect()
        };
        for (labels, accuracy, texts, runs) in
            [(2, 0.8, 50, 500), (4, 0.66, 200, 500), (4, 0.8, 100_000, 500), (10, 0.8, 500, 60)]
        {
            let found = ranks(&symmetric(labels, accuracy), texts, &draws(100), runs);
            assert!(found.iter().all(|&p| p > 1e-4), "{labels} labels, {accuracy}, {texts} texts: {found:?}");
        }
        let around = Prior::Around { weight: 8.0, shares: vec![0.6, 0.3, 0.1] };
        for prior in [around, Prior::Even { weight: 2.0 }, Prior::Even { weight: 0.5 }] {
            let found = ranks(&symmetric(3, 0.7), 100, &CutConfig { prior, ..draws(100) }, 500);
            assert!(found.iter().all(|&p| p > 1e-4), "{found:?}");
        }
    }

    #[test]
    fn nothing_but_the_counts_names_the_draws() {
        let posterior = CutPosterior::new(&matrix(&[[8, 2, 0], [1, 7, 2], [0, 3, 7]]), &draws(100)).unwrap();
        let counts = [[5, 3, 9], [5, 3, 9], [0, 0, 0], [1_000_000, 2, 3]];
        let all = posterior.map(&counts, ShareDraws::clone).unwrap();
        assert_eq!(all[0], all[1]);
        assert_ne!(all[0], all[2]);
        let turned = posterior.map(&[counts[3], counts[2], counts[0]], ShareDraws::clone).unwrap();
        assert_eq!([&turned[0], &turned[1], &turned[2]], [&all[3], &all[2], &all[0]]);
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| posterior.map(&counts, ShareDraws::clone)).unwrap(), all);
        }
        assert_eq!(posterior.division(&counts[3]).unwrap(), all[3]);
        let other =
            CutPosterior::new(&matrix(&[[8, 2, 0], [1, 7, 2], [0, 3, 7]]), &CutConfig { seed: 1, ..draws(100) });
        assert_ne!(other.unwrap().division(&counts[0]).unwrap(), all[0]);
    }

    /// Exact equality would ask for draws that do not know the labels' order; their distribution does not.
    #[test]
    fn turned_labels_turn_the_shares() {
        let plain = CutPosterior::new(&matrix(&[[40, 8, 2], [5, 30, 15], [4, 6, 40]]), &draws(5_000)).unwrap();
        let turned = CutPosterior::new(&matrix(&[[40, 4, 6], [2, 40, 8], [15, 5, 30]]), &draws(5_000)).unwrap();
        let (plain, turned) = (plain.division(&[100, 50, 70]).unwrap(), turned.division(&[70, 100, 50]).unwrap());
        for (label, other) in [(0, 1), (1, 2), (2, 0)] {
            let (a, b) = (plain.interval(0.9, |row| row[label]), turned.interval(0.9, |row| row[other]));
            assert!((plain.means()[label] - turned.means()[other]).abs() < 0.006);
            assert!((a.low - b.low).abs() < 0.02 && (a.high - b.high).abs() < 0.02, "{a:?} {b:?}");
        }
    }

    // Without a text the posterior is the prior: the marginals of an even Dirichlet of K labels are Beta(1, K - 1),
    // with mean 1 / K and variance (K - 1) / (K^2 (K + 1)).
    #[test]
    fn no_text_is_the_prior() {
        for labels in [1usize, 2, 4, 10] {
            let rows: Vec<Vec<u64>> =
                (0..labels).map(|a| (0..labels).map(|b| u64::from(a == b) * 9).collect()).collect();
            let shares = CutPosterior::new(&matrix(&rows), &draws(4_000)).unwrap().division(&vec![0; labels]).unwrap();
            let (k, variance) = (labels as f64, shares.variance(|row| row[0]).total());
            assert!(shares.means().iter().all(|mean| (mean - 1.0 / k).abs() < 0.015), "{:?}", shares.means());
            assert!((variance - (k - 1.0) / (k * k * (k + 1.0))).abs() < 0.004, "{labels}: {variance}");
        }
    }

    #[test]
    fn many_texts_and_labels_without_any() {
        let rows = [[1 << 51, 0, 1 << 50], [0, 0, 1 << 40], [3, 0, 1 << 52]];
        let posterior = CutPosterior::new(&matrix(&rows), &draws(100)).unwrap();
        let sum = |shares: &ShareDraws| shares.rows().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        for counts in [[1 << 53, 0, 0], [0, 1 << 53, 0], [1 << 51; 3], [0, 0, 1]] {
            assert!(sum(&posterior.division(&counts).unwrap()), "{counts:?}");
        }
        for (counts, fault) in [
            (&[u64::MAX, u64::MAX, 0][..], "more than 9007199254740992 texts"),
            (&[1 << 53, 1, 0], "more than 9007199254740992 texts"),
            (&[1, 2], "counts: 2; expected 3"),
        ] {
            let error = posterior.division(counts).unwrap_err().to_string();
            assert!(error.contains(fault), "{error}");
            let error = posterior.map(&[&[1, 2, 3][..], counts], ShareDraws::len).unwrap_err().to_string();
            assert!(error.contains("division 1: ") && error.contains(fault), "{error}");
        }
        // a label of which there is no gold row has the prior's rates
        assert!(sum(&CutPosterior::new(&matrix(&[[5, 0], [0, 0]]), &draws(100)).unwrap().division(&[9, 1]).unwrap()));
    }

    // All 100 texts of a population seen, by a classifier without errors: the shares are known. None seen: those of the
    // prior, whose mean of 1/2 and variance of (1/12)(1 - 1/100) + 1/4/100 for 100 draws from a Beta(1, 1) are by hand:
    // Var E + E Var = 1/12 + E p (1 - p) / 100 = 1/12 + 1/600.
    #[test]
    fn a_finite_population_is_seen_or_drawn() {
        let posterior = CutPosterior::new(&known(&[vec![1.0, 0.0], vec![0.0, 1.0]]), &draws(10_000)).unwrap();
        let all = posterior.population(&[30, 70], 100).unwrap();
        assert!(all.rows().all(|row| row == [0.3, 0.7]));
        let none = posterior.population(&[0, 0], 100).unwrap();
        let variance = none.variance(|row| row[0]).total();
        assert!((none.means()[0] - 0.5).abs() < 0.01 && (variance / (1.0 / 12.0 + 1.0 / 600.0) - 1.0).abs() < 0.04);
        // half seen: 30 of 50 by sight, the others from Beta(31, 21): mean (30 + 50 * 31 / 52) / 100
        let half = posterior.population(&[30, 20], 100).unwrap();
        assert!((half.means()[0] - (30.0 + 50.0 * 31.0 / 52.0) / 100.0).abs() < 0.002, "{:?}", half.means());
        for size in [0, 99, u64::MAX] {
            let error = posterior.population(&[30, 70], size).unwrap_err().to_string();
            assert!(error.contains("expected 100"), "{error}");
        }
        assert!(posterior.population(&[0, 0], 0).is_err());
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let config = CutConfig {
            draws: 0,
            steps: 0,
            gold_prior: f64::NAN,
            prior: Prior::Around { weight: 0.0, shares: vec![1.0, 0.0] },
            seed: 0,
        };
        let error = config.validate().unwrap_err().to_string();
        for fault in ["5 faults", "draws: 0", "steps: 0", "gold_prior: NaN", "weight 0", "shares [1.0, 0.0]"] {
            assert!(error.contains(fault), "{error}");
        }
        let two = matrix(&[[1, 0], [0, 1]]);
        let config = CutConfig { prior: Prior::Around { weight: 1.0, shares: vec![1.0] }, ..CutConfig::default() };
        assert!(CutPosterior::new(&two, &config).unwrap_err().to_string().contains("1 shares; expected 2"));
        let many: Vec<Vec<u64>> = vec![vec![1; 100]; 100];
        let error = CutPosterior::new(&matrix(&many), &draws(100_000)).unwrap_err().to_string();
        assert!(error.contains("100000 for 100 labels"), "{error}");
        let json = serde_json::to_string(&CutConfig::default()).unwrap();
        assert_eq!(serde_json::from_str::<CutConfig>(&json).unwrap(), CutConfig::default());
        assert!(serde_json::from_str::<CutConfig>(r#"{"step": 1}"#).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn draws_are_shares(
            (rows, counts) in (1usize..=10).prop_flat_map(|k| (
                prop::collection::vec(prop::collection::vec(0u64..50, k), k),
                prop::collection::vec(prop_oneof![Just(0), 0u64..100, 0u64..(1 << 49)], k),
            )),
        ) {
            prop_assume!(rows.iter().flatten().sum::<u64>() > 0);
            let shares = CutPosterior::new(&matrix(&rows), &draws(100)).unwrap().division(&counts).unwrap();
            prop_assert_eq!(shares.len(), 200);
            for row in shares.rows() {
                prop_assert!(row.iter().all(|share| (0.0..=1.0).contains(share)), "{:?}", row);
                prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        }
    }
}
