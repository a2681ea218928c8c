//! Draws of a division's shares given the error rates.

use plaudit_stats::Stream;

use super::gibbs::{Gibbs, start};
use super::laplace::Laplace;
use super::lines::Lines;
use super::share_draws::CHAINS;
use super::truncated::Truncated;

/// Draws the shares of one division, for one draw of the error rates after the other.
pub(super) struct Sampler<'a> {
    counts: &'a [u64],
    prior: &'a [f64],
    steps: usize,
    truncated: Option<Truncated>,
    laplace: Option<Laplace>,
    gibbs: Gibbs,
    lines: Lines,
    drawn: Vec<f64>, // row-major, [CHAINS, labels]
}

impl<'a> Sampler<'a> {
    pub(super) fn new(counts: &'a [u64], prior: &'a [f64], steps: usize) -> Self {
        let even = prior.iter().all(|&weight| weight == 1.0);
        Self {
            counts,
            prior,
            steps,
            truncated: even.then(|| Truncated::new(counts)),
            laplace: Laplace::new(counts, prior),
            gibbs: Gibbs::new(counts.len()),
            lines: Lines::new(counts.len()),
            drawn: vec![0.0; CHAINS * counts.len()],
        }
    }

    /// Returns [`CHAINS`] draws, `[labels]` each. `inverse` is that of the transposed rates, or NaN.
    ///
    /// The way is chosen by what does not hang on the draws, or before the chain whose draws are used: each way has the
    /// posterior for its distribution, and so has their mixture.
    pub(super) fn draw(&mut self, stream: &mut Stream, rates: &[f64], inverse: &[f64]) -> &[f64] {
        let Self { counts, prior, steps, truncated, laplace, gibbs, lines, drawn } = self;
        let mut rows = drawn.chunks_exact_mut(counts.len());
        let mut row = rows.next();
        if let Some(truncated) = truncated.as_mut().filter(|truncated| truncated.worth(inverse)) {
            while row.as_deref_mut().is_some_and(|row| truncated.draw(stream, inverse, row)) {
                row = rows.next();
            }
        }
        let left = row.into_iter().chain(rows);
        if left.size_hint().0 == 0 {
            return drawn;
        }
        if let Some(laplace) = laplace
            && laplace.fit(rates, inverse)
            && laplace.moves(stream)
        {
            for shares in left {
                laplace.walk(stream, steps.div_ceil(2));
                laplace.shares(shares);
            }
        } else if let Some(laplace) = laplace
            && laplace.fit_inside(rates, inverse)
        {
            for shares in left {
                laplace.middle(shares);
                for _ in 0..*steps {
                    gibbs.walk(stream, rates, counts, prior, 1, shares);
                    lines.walk(stream, laplace, rates, counts, prior, shares);
                }
            }
        } else {
            let start = start(rates, counts);
            for shares in left {
                shares.copy_from_slice(&start);
                gibbs.walk(stream, rates, counts, prior, *steps, shares);
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use plaudit_stats::{dirichlet, multinomial};

    use super::super::em::explain;
    use super::super::equations::invert;
    use super::*;

    fn symmetric(labels: usize, accuracy: f64) -> Vec<f64> {
        let other = (1.0 - accuracy) / (labels - 1).max(1) as f64;
        (0..labels * labels).map(|i| if i % (labels + 1) == 0 { accuracy } else { other }).collect()
    }

    /// The error rates of gold rows, as the posterior draws them.
    fn drawn(stream: &mut Stream, rates: &[f64], labels: usize, gold: u64) -> Vec<f64> {
        let mut out = rates.to_vec();
        for (row, out) in rates.chunks_exact(labels).zip(out.chunks_exact_mut(labels)) {
            let mut counts = vec![0; labels];
            multinomial(stream, gold, row, &mut counts);
            let parameters: Vec<f64> = counts.iter().map(|&count| 1.0 + count as f64).collect();
            dirichlet(stream, &parameters, out);
        }
        out
    }

    /// Draws of the sampler against a long Gibbs chain: the greatest difference, in standard errors, in how often a share
    /// is below a quantile of the chain.
    fn apart(rates: &[f64], counts: &[u64], prior: &[f64], steps: usize) -> f64 {
        const BATCHES: usize = 40;
        let labels = counts.len();
        let mut inverse = vec![f64::NAN; labels * labels];
        invert(rates, labels, &mut inverse);
        let mut stream = Stream::keyed(3, "apart", counts);
        let mut sampler = Sampler::new(counts, prior, 16);
        let mut ours: Vec<Vec<f64>> = Vec::new();
        while ours.len() < 8_000 {
            ours.extend(sampler.draw(&mut stream, rates, &inverse).chunks(labels).map(<[f64]>::to_vec));
        }
        let mut gibbs = Gibbs::new(labels);
        let mut shares = start(rates, counts);
        gibbs.walk(&mut stream, rates, counts, prior, steps / 20, &mut shares);
        let mut theirs: Vec<Vec<f64>> = Vec::new();
        for _ in 0..steps / 5 {
            gibbs.walk(&mut stream, rates, counts, prior, 5, &mut shares);
            theirs.push(shares.clone());
        }
        let mut worst = 0.0f64;
        for label in 0..labels {
            let mut sorted: Vec<f64> = theirs.iter().map(|row| row[label]).collect();
            sorted.sort_by(f64::total_cmp);
            for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
                let bound = sorted[(p * sorted.len() as f64) as usize];
                let below =
                    |rows: &[Vec<f64>]| rows.iter().filter(|row| row[label] < bound).count() as f64 / rows.len() as f64;
                let batches: Vec<f64> = theirs.chunks(theirs.len() / BATCHES).map(below).collect();
                let mean = batches.iter().sum::<f64>() / batches.len() as f64;
                let spread: f64 =
                    batches.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>() / (batches.len() - 1) as f64;
                let error = (spread / batches.len() as f64 + p * (1.0 - p) / ours.len() as f64).sqrt();
                worst = worst.max(((below(&ours) - mean) / error).abs());
            }
        }
        worst
    }

    /// Draws of the sampler against the posterior of three labels on a grid: the greatest difference, in standard errors, in
    /// how often a share is below a quantile.
    fn apart_of_three(rates: &[f64], counts: &[u64], prior: &[f64]) -> f64 {
        const POINTS: usize = 300;
        let mut inverse = vec![f64::NAN; 9];
        invert(rates, 3, &mut inverse);
        let mut stream = Stream::keyed(3, "apart of three", counts);
        let mut sampler = Sampler::new(counts, prior, 16);
        let mut ours: Vec<Vec<f64>> = Vec::new();
        while ours.len() < 8_000 {
            ours.extend(sampler.draw(&mut stream, rates, &inverse).chunks(3).map(<[f64]>::to_vec));
        }
        // x and z = u^3 (10 - 15 u + 6 u^2), so that nothing ends at the edges.
        let part = |u: f64| u * u * u * (10.0 - 15.0 * u + 6.0 * u * u);
        let middle = |i: usize| (i as f64 + 0.5) / POINTS as f64;
        let spaced: Vec<[f64; 3]> = (0..POINTS)
            .map(|i| (middle(i), 1.0 - middle(i)))
            .map(|(u, v)| [part(u), part(v), 30.0 * u * u * v * v])
            .collect();
        let mut worst = 0.0f64;
        for label in 0..3 {
            // The share of the label is x, those of the others are (1 - x) z and (1 - x) (1 - z).
            let mut logs = Vec::with_capacity(POINTS * POINTS);
            for [x, not_x, x_slope] in &spaced {
                for [z, not_z, z_slope] in &spaced {
                    let mut shares = [0.0; 3];
                    shares[label] = *x;
                    shares[(label + 1) % 3] = not_x * z;
                    shares[(label + 2) % 3] = not_x * not_z;
                    let mut fitted = [0.0; 3];
                    explain(rates, &shares, &mut fitted);
                    let texts = fitted.iter().zip(counts).filter(|&(_, &n)| n > 0);
                    let likelihood: f64 = texts.map(|(fitted, &n)| n as f64 * fitted.ln()).sum();
                    let prior: f64 = shares.iter().zip(prior).map(|(share, weight)| (weight - 1.0) * share.ln()).sum();
                    logs.push((x_slope * z_slope * not_x).ln() + likelihood + prior);
                }
            }
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let columns: Vec<f64> =
                logs.chunks(POINTS).map(|column| column.iter().map(|log| (log - most).exp()).sum()).collect();
            let total: f64 = columns.iter().sum();
            for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
                let (mut sum, mut end) = (0.0, 0);
                while sum < p * total {
                    sum += columns[end];
                    end += 1;
                }
                let (p, bound) = (sum / total, part(end as f64 / POINTS as f64));
                let below = ours.iter().filter(|row| row[label] < bound).count() as f64 / ours.len() as f64;
                let error = (p * (1.0 - p) / ours.len() as f64).sqrt().max(1e-3);
                worst = worst.max(((below - p) / error).abs());
            }
        }
        worst
    }

    /// Counts of a division, and error rates that gold rows leave.
    fn case(accuracy: f64, gold: u64, shares: &[f64], texts: u64, index: u64) -> (Vec<f64>, Vec<u64>) {
        let labels = shares.len();
        let mut stream = Stream::keyed(6, "case", &[gold, texts, index]);
        let truth = symmetric(labels, accuracy);
        let (mut predicted, mut counts) = (vec![0.0; labels], vec![0; labels]);
        explain(&truth, shares, &mut predicted);
        multinomial(&mut stream, texts, &predicted, &mut counts);
        (drawn(&mut stream, &truth, labels, gold), counts)
    }

    /// Of 20 differences, in four or fewer labels, the greatest is above 4.5 once in 7,000 times.
    const FAR: f64 = 4.5;

    #[test]
    fn draws_are_those_of_long_gibbs_chains() {
        let rare = [0.8, 0.15, 0.04, 0.01];
        for (accuracy, gold, texts) in [(0.66, 50, 200), (0.66, 50, 2_000), (0.66, 200, 100_000), (0.8, 50, 2_000)] {
            let (rates, counts) = case(accuracy, gold, &rare, texts, 0);
            // 1: candidates cut to the simplex, and around the mode; more: the latter; less: along lines.
            for prior in [[1.0; 4], [2.0, 1.5, 1.0, 3.0], [0.5; 4]] {
                let found = apart(&rates, &counts, &prior, 40_000);
                assert!(found < FAR, "{accuracy} {gold} {texts} {prior:?}: {found}");
            }
        }
    }

    /// Rows that are equal, nearly equal, or a mixture of others, and labels without a text or almost without. A Gibbs chain
    /// does not tell the posterior there, for it walks too slowly.
    #[test]
    fn draws_are_those_of_the_posterior_where_labels_are_hardly_told_apart() {
        let mut far = Vec::new();
        for rates in [
            [0.5, 0.3, 0.2, 0.5001, 0.2999, 0.2, 0.2, 0.2, 0.6],
            [0.7, 0.3, 0.0, 0.1, 0.9, 0.0, 0.0, 0.0, 1.0],
            [0.5, 0.3, 0.2, 0.5, 0.3, 0.2, 0.5, 0.3, 0.2],
            [0.6, 0.3, 0.1, 0.2, 0.3, 0.5, 0.4, 0.3001, 0.2999],
            [0.5, 0.3, 0.2, 0.54, 0.26, 0.2, 0.2, 0.2, 0.6],
            [0.6, 0.3, 0.1, 0.2, 0.3, 0.5, 0.4, 0.34, 0.26],
        ] {
            for counts in [[0, 0, 0], [1, 0, 0], [0, 40, 3], [30, 0, 0], [400, 300, 1], [50, 30, 20]] {
                for prior in [[1.0; 3], [1.5; 3], [0.5; 3]] {
                    let found = apart_of_three(&rates, &counts, &prior);
                    if found >= FAR {
                        far.push(format!("{rates:?} {counts:?} {prior:?}: {found}"));
                    }
                }
            }
        }
        assert!(far.is_empty(), "{far:#?}");
    }

    /// The whole grid; some minutes in a release build.
    #[test]
    #[ignore = "192 chains of a million steps each"]
    fn draws_are_those_of_long_gibbs_chains_on_the_grid() {
        let mut all = Vec::new();
        for (accuracy, gold) in [(0.66, 50), (0.66, 200), (0.8, 50), (0.8, 200)] {
            for shares in [[0.8, 0.15, 0.04, 0.01], [0.55, 0.2, 0.15, 0.1]] {
                for texts in [20, 200, 2_000, 100_000] {
                    for index in 0..6 {
                        let (rates, counts) = case(accuracy, gold, &shares, texts, index);
                        all.push(apart(&rates, &counts, &[1.0; 4], 1_000_000));
                    }
                }
            }
        }
        all.sort_by(f64::total_cmp);
        assert!(all.iter().all(|&z| z < FAR), "{all:?}");
    }

    /// The chain around the mode takes most of its candidates where it is used.
    #[test]
    fn most_candidates_are_taken() {
        for (accuracy, gold) in [(0.66, 50), (0.66, 200), (0.8, 50)] {
            for texts in [200, 2_000, 100_000, 1 << 40] {
                let mut stream = Stream::new(6, "taken", texts);
                let (mut taken, mut reached) = (0, 0);
                for index in 0..50 {
                    let (rates, counts) = case(accuracy, gold, &[0.8, 0.15, 0.04, 0.01], texts, index);
                    let mut inverse = vec![f64::NAN; 16];
                    invert(&rates, 4, &mut inverse);
                    let mut laplace = Laplace::new(&counts, &[1.0; 4]).unwrap();
                    if laplace.fit(&rates, &inverse) {
                        laplace.moves(&mut stream);
                        reached += 1;
                        taken += laplace.walk(&mut stream, 100);
                    }
                }
                assert!(reached >= 45 && taken > 60 * reached, "{accuracy} {gold} {texts}: {taken} of {reached}");
            }
        }
    }

    #[test]
    fn whatever_comes_draws_are_shares() {
        let one_hot = |labels: usize| symmetric(labels, 1.0);
        let zero = |labels: usize| vec![0.0; labels * labels];
        let even = |labels: usize| vec![1.0 / labels as f64; labels * labels];
        for labels in [1usize, 2, 3, 50] {
            let mut halves = even(labels);
            halves.iter_mut().skip(1).step_by(labels).for_each(|rate| *rate = 0.0);
            for rates in [one_hot(labels), zero(labels), even(labels), halves] {
                let mut inverse = vec![f64::NAN; labels * labels];
                invert(&rates, labels, &mut inverse);
                for count in [0, 1, 1 << 40, (1 << 53) / labels as u64] {
                    for only in [true, false] {
                        let counts: Vec<u64> = (0..labels).map(|k| if only && k > 0 { 0 } else { count }).collect();
                        for weight in [1e-9, 0.5, 1.0, 1.5, 1e6] {
                            let prior = vec![weight; labels];
                            let mut sampler = Sampler::new(&counts, &prior, 16);
                            let mut stream = Stream::new(1, "hostile", count);
                            for _ in 0..if labels < 50 { 5 } else { 1 } {
                                let drawn = sampler.draw(&mut stream, &rates, &inverse);
                                for row in drawn.chunks(labels) {
                                    assert!(row.iter().all(|share| (0.0..=1.0).contains(share)), "{counts:?}: {row:?}");
                                    assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{counts:?}: {row:?}");
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
