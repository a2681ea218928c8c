//! Draws of a division's shares given the error rates, by candidates from around the likeliest shares.

use plaudit_stats::{Stream, gamma};

use super::equations::{backward, dot, factor, forward};

/// The most steps to the mode.
const MOST_STEPS: usize = 40;
/// The degrees of freedom of the candidates.
const FREEDOM: f64 = 10.0;
/// So many steps say whether the chain moves: so many of them must.
const LOOK: usize = 8;
const MOVES: usize = 3;
/// The greatest entry of the inverse of the rates where labels are told apart.
const TOLD_APART: f64 = 10.0;
/// The least weight of a label in the prior for the chain, and the least that the mode is sought with.
const LEAST: f64 = 1.0;
const LEAST_OF_MODE: f64 = 2.0 / 3.0;
/// Where the share of the reference is below that, and the prior does not hold it back, it goes to 0.
const EDGE: f64 = 1e-6;

/// An independence chain (L. Tierney, *Markov chains for exploring posterior distributions*, Annals of Statistics 22
/// (1994)) over the cube roots y of the shares but one, a great one, that is the rest.
///
/// Its candidates are Student-t draws around the mode of y, with the curvature there. A share that the counts drive against
/// 0 has nearly a gamma distribution, and the cube root of that is nearly normal (E. B. Wilson and M. M. Hilferty, 1931);
/// one that they leave inside is nearly normal itself. So most candidates are taken, and each that is taken forgets all
/// before it.
pub(super) struct Laplace {
    counts: Vec<f64>, // [predicted]
    prior: Vec<f64>,  // [labels]
    reference: usize, // the label of the rest
    power: f64,       // that of its share in the density: its weight in the prior, less 1
    powers: Vec<f64>, // [others]: those of y: 3 times the weight, less 1
    apart: Vec<f64>,  // row-major, [others, predicted]: the rates, less those of the reference
    mode: Vec<f64>,   // [others]: y
    fitted: Vec<f64>, // [predicted]: theta^T pi there
    rest: f64,        // the share of the reference there
    factor: Vec<f64>, // [others, others]: of the curvature there
    slopes: Vec<f64>, // [predicted]
    step: Vec<f64>,   // [others]
    moved: Vec<f64>,  // [predicted]: theta^T pi less that at the mode
    now: Vec<f64>,    // [others]
    weight: f64,      // the log of the density of `now` over that of its being drawn
}

impl Laplace {
    /// None where there is one label only; and without a text, where one step of the Gibbs sampler is a draw from the prior.
    pub(super) fn new(counts: &[u64], prior: &[f64]) -> Option<Self> {
        let (width, others) = (counts.len(), counts.len().saturating_sub(1));
        let texts = counts.iter().any(|&count| count > 0);
        (others > 0 && texts).then(|| Self {
            counts: counts.iter().map(|&count| count as f64).collect(),
            prior: prior.to_vec(),
            reference: 0,
            power: 0.0,
            powers: vec![0.0; others],
            apart: vec![0.0; others * width],
            mode: vec![0.0; others],
            fitted: vec![0.0; width],
            rest: 0.0,
            factor: vec![0.0; others * others],
            slopes: vec![0.0; width],
            step: vec![0.0; others],
            moved: vec![0.0; width],
            now: vec![0.0; others],
            weight: 0.0,
        })
    }

    /// Goes to the mode for these rates; `inverse` is that of the transposed rates, or NaN. Returns whether it was reached:
    /// not with a prior of too small weights, not where it is at the edge, and not where labels are hardly told apart. There
    /// likely shares lie along a line, which is bent in their cube roots: candidates miss it, and the few that do not are
    /// kept for long.
    pub(super) fn fit(&mut self, rates: &[f64], inverse: &[f64]) -> bool {
        self.prior.iter().all(|&weight| weight >= LEAST)
            && inverse.iter().all(|entry| entry.abs() <= TOLD_APART)
            && self.seek(rates, inverse, |weight| (weight - 1.0, weight))
    }

    /// Goes to a point near the mode that is inside whatever the prior and the rates, as [`direction`](Self::direction)
    /// takes it, and not the chain. Returns whether it was reached.
    pub(super) fn fit_inside(&mut self, rates: &[f64], inverse: &[f64]) -> bool {
        // The reference too as if its cube root were what has the density.
        let inside = |weight: f64| (weight.max(LEAST_OF_MODE) - 1.0 / 3.0, weight.max(LEAST_OF_MODE));
        self.seek(rates, inverse, inside)
    }

    /// Goes to the mode. `powers` gives that of the reference's share, and the weight of any other label, for its own weight.
    fn seek(&mut self, rates: &[f64], inverse: &[f64], powers: impl Fn(f64) -> (f64, f64)) -> bool {
        let width = self.counts.len();
        let total: f64 = self.counts.iter().sum();
        // Where the counts point to, and inside.
        let even = 1.0 / width as f64;
        let point = |row| -> f64 {
            let share = dot(row, &self.counts) / total;
            if share.is_finite() { share.clamp(1e-3, 1.0) } else { even }
        };
        let shares: Vec<f64> = inverse.chunks_exact(width).map(point).collect();
        let sum: f64 = shares.iter().sum();
        let great = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        self.reference = great.map_or(0, |(label, _)| label);
        let base = rates.chunks_exact(width).nth(self.reference).unwrap_or_default();
        let reference = self.reference;
        let others = |(label, _): &(usize, _)| *label != reference;
        let mut mode = self.mode.iter_mut().zip(self.powers.iter_mut()).zip(self.apart.chunks_exact_mut(width));
        let labels = shares.iter().zip(&self.prior).zip(rates.chunks_exact(width)).enumerate();
        for ((_, ((share, prior), row)), ((y, power), apart)) in labels.filter(others).zip(&mut mode) {
            *y = libm::cbrt(share / sum);
            *power = 3.0 * powers(*prior).1 - 1.0;
            apart.iter_mut().zip(row.iter().zip(base)).for_each(|(slot, (a, b))| *slot = a - b);
        }
        self.power = self.prior.get(reference).map_or(0.0, |weight| powers(*weight).0);
        (0..MOST_STEPS).find_map(|_| self.newton(base)).unwrap_or(false)
    }

    /// A step to the mode; returns whether it is reached, once that is known.
    fn newton(&mut self, base: &[f64]) -> Option<bool> {
        let width = self.counts.len();
        let others = self.mode.len();
        self.fitted.copy_from_slice(base);
        self.rest = 1.0;
        for (y, apart) in self.mode.iter().zip(self.apart.chunks_exact(width)) {
            let share = y * y * y;
            self.rest -= share;
            self.fitted.iter_mut().zip(apart).for_each(|(slot, apart)| *slot += share * apart);
        }
        if self.power == 0.0 && self.rest < EDGE {
            return Some(false);
        }
        for ((slope, &count), &fitted) in self.slopes.iter_mut().zip(&self.counts).zip(&self.fitted) {
            *slope = if count > 0.0 { count / fitted } else { 0.0 };
        }
        let of_rest = self.power / self.rest;
        // The lower triangle of the curvature, and the gradient.
        for (i, (row, step)) in self.factor.chunks_exact_mut(others).zip(&mut self.step).enumerate() {
            let of = |i: usize| self.apart.chunks_exact(width).nth(i).unwrap_or_default();
            let y = |i: usize| self.mode.get(i).copied().unwrap_or(0.0);
            let (apart, own, power) = (of(i), y(i), self.powers.get(i).copied().unwrap_or(0.0));
            let square = 3.0 * own * own;
            for (j, slot) in row.iter_mut().enumerate().take(i + 1) {
                let mut sum = of_rest / self.rest;
                for ((a, b), (slope, fitted)) in apart.iter().zip(of(j)).zip(self.slopes.iter().zip(&self.fitted)) {
                    if *slope > 0.0 {
                        sum += a * b * slope / fitted;
                    }
                }
                *slot = sum * square * 3.0 * y(j) * y(j);
            }
            let slope = dot(apart, &self.slopes) - of_rest;
            *step = power / own + square * slope;
            if let Some(slot) = row.get_mut(i) {
                *slot += power / (own * own) + (-6.0 * own * slope).max(0.0);
            }
        }
        if !factor(&mut self.factor, others) {
            return Some(false);
        }
        forward(&self.factor, &mut self.step);
        let left = dot(&self.step, &self.step);
        if left < 1e-4 {
            return Some(true);
        }
        backward(&self.factor, &mut self.step);
        let mut size = 1.0;
        // Not out of the simplex, nor to its edge.
        while size > 1e-9 {
            let mut rest = 1.0;
            let inside = self.mode.iter().zip(&self.step).all(|(y, step)| {
                let next = y + size * step;
                rest -= next * next * next;
                next > 0.2 * y
            });
            if inside && rest > 0.2 * self.rest {
                break;
            }
            size *= 0.5;
        }
        self.mode.iter_mut().zip(&self.step).for_each(|(y, step)| *y += size * step);
        None
    }

    /// Starts the chain at the mode, and returns whether it moves.
    pub(super) fn moves(&mut self, stream: &mut Stream) -> bool {
        self.now.copy_from_slice(&self.mode);
        self.weight = self.density(0.0);
        self.walk(stream, LOOK) >= MOVES
    }

    /// Takes so many steps, and returns how many of the candidates were taken.
    pub(super) fn walk(&mut self, stream: &mut Stream, steps: usize) -> usize {
        let mut taken = 0;
        for _ in 0..steps {
            self.step.iter_mut().for_each(|slot| *slot = stream.normal());
            let wide = FREEDOM / (2.0 * gamma(stream, FREEDOM / 2.0));
            let distance = wide * dot(&self.step, &self.step);
            let wide = wide.sqrt();
            self.step.iter_mut().for_each(|slot| *slot *= wide);
            backward(&self.factor, &mut self.step);
            self.step.iter_mut().zip(&self.mode).for_each(|(slot, mode)| *slot += mode);
            std::mem::swap(&mut self.step, &mut self.now);
            let weight = self.density(distance);
            // A uniform number above 0 and at most 1.
            if libm::log(1.0 - stream.uniform()) <= weight - self.weight {
                self.weight = weight;
                taken += 1;
            } else {
                std::mem::swap(&mut self.step, &mut self.now);
            }
        }
        taken
    }

    /// The log of the density of `now`, less that of its being drawn, where it is so far (squared) from the mode.
    fn density(&mut self, distance: f64) -> f64 {
        if !self.now.iter().all(|&y| y > 0.0) {
            return f64::NEG_INFINITY;
        }
        self.moved.fill(0.0);
        let (mut away, mut sum) = (0.0, 0.0);
        let labels =
            self.now.iter().zip(&self.mode).zip(self.powers.iter().zip(self.apart.chunks_exact(self.moved.len())));
        for ((y, mode), (power, apart)) in labels {
            // The difference of the cubes, to all its digits.
            let apart_by = (y - mode) * (y * y + y * mode + mode * mode);
            away += apart_by;
            self.moved.iter_mut().zip(apart).for_each(|(slot, apart)| *slot += apart_by * apart);
            sum += power * libm::log(y / mode);
        }
        if away >= self.rest {
            return f64::NEG_INFINITY;
        }
        if self.power > 0.0 {
            sum += self.power * libm::log1p(-away / self.rest);
        }
        for ((&count, moved), fitted) in self.counts.iter().zip(&self.moved).zip(&self.fitted) {
            if count > 0.0 {
                sum += count * libm::log1p(moved / fitted);
            }
        }
        let others = self.now.len() as f64;
        sum + 0.5 * (FREEDOM + others) * libm::log1p(distance / FREEDOM)
    }

    /// Replaces `out` by a direction that has the covariance of the shares, as the curvature has it. Returns how many standard
    /// deviations long it is.
    pub(super) fn direction(&mut self, stream: &mut Stream, out: &mut [f64]) -> f64 {
        self.step.iter_mut().for_each(|slot| *slot = stream.normal());
        let length = dot(&self.step, &self.step).sqrt();
        backward(&self.factor, &mut self.step);
        let mut rest = 0.0;
        let mut steps = self.step.iter().zip(&self.mode);
        for (label, slot) in out.iter_mut().enumerate() {
            if label != self.reference {
                *slot = steps.next().map_or(0.0, |(step, y)| 3.0 * y * y * step);
                rest -= *slot;
            }
        }
        if let Some(slot) = out.get_mut(self.reference) {
            *slot = rest;
        }
        length
    }

    /// Replaces `out` by the shares of the mode.
    pub(super) fn middle(&mut self, out: &mut [f64]) {
        self.now.copy_from_slice(&self.mode);
        self.shares(out);
    }

    /// Replaces `out` by the shares of the chain.
    pub(super) fn shares(&self, out: &mut [f64]) {
        let mut rest = 1.0;
        let mut roots = self.now.iter();
        for (label, slot) in out.iter_mut().enumerate() {
            if label != self.reference {
                let y = roots.next().copied().unwrap_or(0.0);
                *slot = y * y * y;
                rest -= *slot;
            }
        }
        if let Some(slot) = out.get_mut(self.reference) {
            *slot = rest.max(0.0);
        }
    }
}
