//! The minimum of a smooth convex function, by L-BFGS.
//!
//! D. C. Liu and J. Nocedal, *On the limited memory BFGS method for large scale optimization*, Mathematical Programming 45, 1989. The
//! length of a step is found by doubling and bisection until both of Wolfe's conditions hold, the second in its weak form (A. S. Lewis
//! and M. L. Overton, *Nonsmooth optimization via quasi-Newton methods*, Mathematical Programming 141, 2013).

use std::collections::VecDeque;

use rayon::prelude::*;

/// Steps that the curvature is told from, as many as in SciPy's `L-BFGS-B`.
const HISTORY: usize = 10;
/// Of the fall that the slope promises, a step must keep this share (Armijo's condition) ...
const FALL: f64 = 1e-4;
/// ... and end where the slope is less than this share of what it was (the condition of curvature).
const SLOPE: f64 = 0.9;
/// Near the minimum, differences between values are rounding: this share of a value counts as none.
const ROUNDING: f64 = 1e-13;
/// Lengths that are tried before a step is given up.
const LENGTHS: usize = 60;
/// Numbers of which one thread takes the sum. It fixes the order of every sum, whatever the number of threads.
const CHUNK: usize = 1 << 14;

/// What is minimised. Points and gradients are lists of numbers, of which sums and multiples are taken number by number.
pub(super) trait Function {
    /// Returns the value at a point and the greatest slope there, without its sign, and writes the gradient.
    fn value(&mut self, at: &[f64], gradient: &mut [f64]) -> (f64, f64);

    /// Returns the inner product of two points or gradients.
    fn product(&self, a: &[f64], b: &[f64]) -> f64 {
        dot(a, b)
    }
}

/// Where the search ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Minimum {
    pub(super) at: Vec<f64>,
    pub(super) value: f64,
    /// Steps taken.
    pub(super) iterations: usize,
    /// Whether no slope was greater than the tolerance in the end.
    pub(super) converged: bool,
}

/// A point, its value and its slopes.
#[derive(Clone)]
struct Point {
    at: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    steepest: f64,
}

impl Point {
    fn look(&mut self, function: &mut impl Function) {
        (self.value, self.steepest) = function.value(&self.at, &mut self.gradient);
    }
}

/// A step, how it changed the gradient, and one over their product.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    rho: f64,
}

/// Returns the minimum of a function. The search begins at `start`, and ends where no slope is greater than `tolerance`, after `most` steps,
/// or where rounding lets no step go further. The result is the same with any number of threads, as long as that of the function is.
pub(super) fn minimize(start: Vec<f64>, tolerance: f64, most: usize, function: &mut impl Function) -> Minimum {
    let mut here = Point { gradient: vec![0.0; start.len()], at: start, value: 0.0, steepest: 0.0 };
    here.look(function);
    let (mut next, mut history, mut iterations) = (here.clone(), VecDeque::with_capacity(HISTORY), 0);
    while iterations < most && here.steepest > tolerance {
        let direction = direction(&here.gradient, &history, function);
        if !step(&here, &direction, history.is_empty(), &mut next, function) {
            break;
        }
        remember(&mut history, &here, &next, function);
        std::mem::swap(&mut here, &mut next);
        iterations += 1;
    }
    let converged = here.steepest <= tolerance;
    Minimum { at: here.at, value: here.value, iterations, converged }
}

/// Moves `next` from `here` along a direction, where that leads down.
fn step(here: &Point, direction: &[f64], first: bool, next: &mut Point, function: &mut impl Function) -> bool {
    let slope = function.product(direction, &here.gradient);
    // Nothing tells yet how far to go: as far as 1.
    let mut length = if first { 1.0 / (-slope).sqrt() } else { 1.0 };
    let (mut low, mut high) = (0.0, f64::INFINITY);
    for _ in 0..LENGTHS {
        next.at.copy_from_slice(&here.at);
        add(&mut next.at, length, direction);
        next.look(function);
        let most = here.value + FALL * length * slope + ROUNDING * here.value.abs();
        if next.value.is_nan() || next.value > most {
            high = length;
        } else if function.product(direction, &next.gradient) < SLOPE * slope {
            low = length;
        } else {
            return true;
        }
        length = if high.is_finite() { (low + high) / 2.0 } else { 2.0 * length };
    }
    false
}

/// Keeps what a step told of the curvature. Of one that told nothing but rounding, nothing is kept.
fn remember(history: &mut VecDeque<Pair>, here: &Point, next: &Point, function: &impl Function) {
    let oldest = if history.len() == HISTORY { history.pop_front() } else { None };
    let (mut step, mut change) = oldest.map_or_else(Default::default, |pair| (pair.step, pair.change));
    step.clone_from(&next.at);
    add(&mut step, -1.0, &here.at);
    change.clone_from(&next.gradient);
    add(&mut change, -1.0, &here.gradient);
    let product = function.product(&step, &change);
    if product > f64::EPSILON * function.product(&change, &change) {
        history.push_back(Pair { step, change, rho: 1.0 / product });
    }
}

/// The way down: minus the gradient times the inverse of the curvature, as the last steps tell it (the two-loop recursion).
fn direction(gradient: &[f64], history: &VecDeque<Pair>, function: &impl Function) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(history.len());
    for Pair { step, change, rho } in history.iter().rev() {
        let share = rho * function.product(step, &direction);
        add(&mut direction, -share, change);
        shares.push(share);
    }
    if let Some(Pair { change, rho, .. }) = history.back() {
        let scale = 1.0 / (rho * function.product(change, change));
        direction.iter_mut().for_each(|x| *x *= scale);
    }
    for (Pair { step, change, rho }, share) in history.iter().zip(shares.into_iter().rev()) {
        let back = rho * function.product(change, &direction);
        add(&mut direction, share - back, step);
    }
    direction
}

/// The sum of products, in an order that hangs on the length alone.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let chunks = a.par_chunks(CHUNK).zip(b.par_chunks(CHUNK));
    let sums: Vec<f64> = chunks
        .map(|(a, b)| {
            let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
            let mut lanes = [0.0; 8]; // side by side, as a processor adds
            for (a, b) in a.iter().zip(b) {
                lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
            }
            lanes.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
        })
        .collect();
    sums.iter().sum()
}

/// Adds so many times `b` to `a`.
fn add(a: &mut [f64], times: f64, b: &[f64]) {
    let chunks = a.par_chunks_mut(CHUNK).zip(b.par_chunks(CHUNK));
    chunks.for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += times * b));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain<F>(F);

    impl<F: Fn(&[f64], &mut [f64]) -> f64> Function for Plain<F> {
        fn value(&mut self, at: &[f64], gradient: &mut [f64]) -> (f64, f64) {
            let value = (self.0)(at, gradient);
            (value, gradient.iter().fold(0.0, |most: f64, slope| most.max(slope.abs())))
        }
    }

    fn minimize(start: Vec<f64>, tolerance: f64, most: usize, f: impl Fn(&[f64], &mut [f64]) -> f64) -> Minimum {
        super::minimize(start, tolerance, most, &mut Plain(f))
    }

    // The minimum of sum of i (x_i - i)^2 / 2 is at x_i = i.
    #[test]
    fn a_bowl_has_its_minimum_where_it_must() {
        let bowl = |at: &[f64], gradient: &mut [f64]| {
            let mut value = 0.0;
            for (i, (x, slope)) in (1..).zip(at.iter().zip(gradient)) {
                let (i, from) = (f64::from(i), x - f64::from(i));
                value += i * from * from / 2.0;
                *slope = i * from;
            }
            value
        };
        let found = minimize(vec![0.0; 100], 1e-9, 1000, bowl);
        assert!(found.converged && found.iterations < 200, "{}", found.iterations);
        assert!((1..).zip(&found.at).all(|(i, x)| (x - f64::from(i)).abs() < 1e-8));
        assert_eq!(minimize(vec![0.0; 100], 1e-9, 1000, bowl), found);
        let cut = minimize(vec![0.0; 100], 1e-9, 3, bowl);
        assert!(!cut.converged && cut.iterations == 3);
    }

    // Rosenbrock's function is not convex, and its valley is bent: (1, 1) is its only minimum.
    #[test]
    fn a_bent_valley_is_followed() {
        let valley = |at: &[f64], gradient: &mut [f64]| {
            let (x, y) = (at[0], at[1]);
            gradient[0] = -2.0 * (1.0 - x) - 400.0 * x * (y - x * x);
            gradient[1] = 200.0 * (y - x * x);
            (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
        };
        let found = minimize(vec![-1.2, 1.0], 1e-8, 1000, valley);
        assert!(found.converged && found.iterations < 100, "{found:?}");
        assert!((found.at[0] - 1.0).abs() < 1e-7 && (found.at[1] - 1.0).abs() < 1e-7, "{found:?}");
    }

    #[test]
    fn there_may_be_nothing_to_do() {
        let found = minimize(Vec::new(), 1e-9, 9, |_, _| 3.0);
        assert!(found.converged && found.iterations == 0 && found.value == 3.0);
        let found = minimize(vec![2.0], 1e-9, 9, |_, gradient| {
            gradient.fill(0.0);
            1.0
        });
        assert_eq!((found.at, found.iterations), (vec![2.0], 0));
        // A gradient that is wrong leads nowhere, and the search ends.
        let found = minimize(vec![1.0], 1e-9, 9, |at, gradient| {
            gradient.fill(-1.0);
            at[0]
        });
        assert!(!found.converged && found.at == [1.0], "{found:?}");
    }

    #[test]
    fn sums_hang_on_no_thread() {
        let numbers: Vec<f64> = (0..100_003).map(|i| f64::from(i).sin()).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| dot(&numbers, &numbers))
        };
        assert_eq!(with(1).to_bits(), with(3).to_bits());
        assert!((with(1) - numbers.iter().map(|x| x * x).sum::<f64>()).abs() < 1e-7);
    }
}
