//! The least log-loss, by Newton's method.

use plaudit_core::{Error, Result};

use super::{Calibration, CalibrationKind, GREATEST_BETA, LEAST_BETA, log, softmax};
use crate::Scored;

/// The fewest texts for each free parameter.
const TEXTS_A_PARAMETER: usize = 10;
/// Why there is no minimum.
const FAULTLESS: &str =
    "calibration: no text is taken for another label, so that no certainty is too great; expected some";
/// A mean log-loss below this is that of texts which biases tell apart without error: one error in a billion costs as much.
const NO_ERROR: f64 = 1e-9;
/// From this squared Newton decrement on, one more step is exact to rounding, because each squares the distance.
const CLOSE: f64 = 1e-12;
/// Added to the curvature, by itself and by its share of it: far from the minimum all rows may be certain, and the curvature 0.
const RIDGE: f64 = 1e-12;
/// From anywhere in bounds a few dozen steps do.
const STEPS: usize = 200;

pub(super) fn fit(kind: CalibrationKind, scored: &Scored) -> Result<Calibration> {
    let biased = kind == CalibrationKind::Bcts;
    let rows = Rows::new(scored);
    rows.check(scored, biased)?;
    let width = scored.labels().len();
    let (beta, bias) = rows.minimum(if biased { width } else { 0 })?;
    Ok(if biased { Calibration::Bcts { beta, bias } } else { Calibration::Temperature { beta } })
}

/// The texts of weight above 0.
struct Rows {
    width: usize,
    logs: Vec<f64>,    // of the probabilities, [texts, labels]
    truth: Vec<usize>, // [texts]
    shares: Vec<f64>,  // of the sum of weights, [texts]
}

/// The log-loss at a point, its slope and its curvature by beta and then by each bias, if there are any.
struct Expansion {
    loss: f64,
    slope: Vec<f64>,
    curvature: Vec<Vec<f64>>,
}

impl Rows {
    fn new(scored: &Scored) -> Self {
        let weights = scored.weights_or_ones();
        let total: f64 = weights.iter().sum();
        let mut rows = Self { width: scored.labels().len(), logs: Vec::new(), truth: Vec::new(), shares: Vec::new() };
        for ((row, &truth), &weight) in scored.rows().zip(scored.truth()).zip(weights.iter()) {
            if weight > 0.0 {
                rows.logs.extend(row.iter().map(|&p| log(p)));
                rows.truth.push(truth);
                rows.shares.push(weight / total);
            }
        }
        rows
    }

    fn check(&self, scored: &Scored, biased: bool) -> Result<()> {
        let mut faults = Vec::new();
        let least = TEXTS_A_PARAMETER * if biased { self.width } else { 1 };
        if self.truth.len() < least {
            faults.push(format!("calibration: {} texts of weight above 0; expected {least} or more", self.truth.len()));
        }
        let missing: Vec<&str> = scored
            .labels()
            .iter()
            .enumerate()
            .filter(|(label, _)| !self.truth.contains(label))
            .map(|(_, name)| name)
            .collect();
        if let (true, Some(first)) = (biased, missing.first()) {
            let count = missing.len();
            faults.push(format!("calibration: {count} labels without a text, the first is `{first}`; expected none"));
        }
        let occurring = self.width - missing.len();
        if occurring < 2 {
            faults.push(format!("calibration: texts of {occurring} labels; expected 2 or more"));
        }
        let outdone = |logs: &[f64], truth: usize| logs.get(truth).is_some_and(|own| logs.iter().any(|log| log > own));
        if !self.iter().any(|(logs, truth, _)| outdone(logs, truth)) {
            faults.push(FAULTLESS.to_owned());
        }
        Error::from_faults(faults)
    }

    /// Each text's log probabilities, true label, and share.
    fn iter(&self) -> impl Iterator<Item = (&[f64], usize, f64)> {
        let rows = self.logs.chunks_exact(self.width).zip(&self.truth).zip(&self.shares);
        rows.map(|((logs, &truth), &share)| (logs, truth, share))
    }

    fn loss(&self, beta: f64, bias: &[f64]) -> f64 {
        let mut row = Vec::with_capacity(self.width);
        self.iter().map(|(logs, truth, share)| share * loss(logs, truth, beta, bias, &mut row)).sum()
    }

    fn expand(&self, beta: f64, bias: &[f64]) -> Expansion {
        let size = 1 + bias.len();
        let mut at = Expansion { loss: 0.0, slope: vec![0.0; size], curvature: vec![vec![0.0; size]; size] };
        let mut row = Vec::with_capacity(self.width);
        for (logs, truth, share) in self.iter() {
            at.loss += share * loss(logs, truth, beta, bias, &mut row);
            at.add(logs, truth, share, &row);
        }
        at
    }

    /// The beta and the biases, `[biases]`, of the least loss.
    fn minimum(&self, biases: usize) -> Result<(f64, Vec<f64>)> {
        let (mut beta, mut bias) = (1.0, vec![0.0; biases]);
        for _ in 0..STEPS {
            let mut at = self.expand(beta, &bias);
            if at.loss < NO_ERROR {
                return Err(Error::config(FAULTLESS));
            }
            let Some(mut step) = at.newton_step() else { break };
            // A step may point out of bounds although beta's slope does not: the biases then go first.
            let along = step.first().copied().unwrap_or(0.0);
            if (beta <= LEAST_BETA && along < 0.0) || (beta >= GREATEST_BETA && along > 0.0) {
                at.hold_beta();
                let Some(held) = at.newton_step() else { break };
                step = held;
            }
            let fall: f64 = at.slope.iter().zip(&step).map(|(slope, step)| -slope * step).sum();
            let moved = |t: f64| {
                let mut steps = step.iter().map(|step| t * step);
                let beta = (beta + steps.next().unwrap_or(0.0)).clamp(LEAST_BETA, GREATEST_BETA);
                (beta, bias.iter().zip(steps).map(|(bias, step)| bias + step).collect::<Vec<_>>())
            };
            if fall <= CLOSE {
                return Ok(moved(1.0));
            }
            // The longest step ends where beta meets a bound: beyond, the biases would go on without it. It is a hair longer,
            // so that rounding does not stop it just before.
            let along = step.first().copied().unwrap_or(0.0);
            let room = if along > 0.0 { GREATEST_BETA - beta } else { LEAST_BETA - beta };
            let longest = if along == 0.0 { 1.0 } else { (room / along * (1.0 + 1e-9)).min(1.0) };
            // Backtracking with Armijo's condition, up to rounding.
            let low = |t: f64, loss: f64| loss <= at.loss - 1e-4 * t * fall + 4.0 * f64::EPSILON * at.loss;
            let lengths = std::iter::successors(Some(longest), |t| Some(t / 2.0)).take(STEPS);
            let next = lengths.map(|t| (t, moved(t))).find(|(t, (beta, bias))| low(*t, self.loss(*beta, bias)));
            let Some((_, next)) = next else { break };
            (beta, bias) = next;
        }
        Err(Error::config("calibration: found no minimum of the log-loss"))
    }
}

/// The log-loss of one text; `row` becomes its calibrated probabilities.
fn loss(logs: &[f64], truth: usize, beta: f64, bias: &[f64], row: &mut Vec<f64>) -> f64 {
    row.clear();
    row.extend(logs.iter().map(|log| beta * log));
    row.iter_mut().zip(bias).for_each(|(z, bias)| *z += bias);
    let own = row.get(truth).copied().unwrap_or(0.0);
    softmax(row) - own
}

impl Expansion {
    /// Adds the derivatives of one text's log-loss, with calibrated probabilities `row`.
    fn add(&mut self, logs: &[f64], truth: usize, share: f64, row: &[f64]) {
        let mean: f64 = row.iter().zip(logs).map(|(q, log)| q * log).sum();
        let own = logs.get(truth).copied().unwrap_or(0.0);
        let (Some((slope, slopes)), Some((curvature, curvatures))) =
            (self.slope.split_first_mut(), self.curvature.split_first_mut())
        else {
            return;
        };
        *slope += share * (mean - own);
        let deviations = row.iter().zip(logs).map(|(q, log)| q * (log - mean));
        let variance: f64 = row.iter().zip(logs).map(|(q, log)| q * (log - mean) * (log - mean)).sum();
        curvature.iter_mut().zip([variance].into_iter().chain(deviations.clone())).for_each(|(c, d)| *c += share * d);
        let labels = slopes.iter_mut().zip(curvatures).zip(row.iter().zip(deviations)).enumerate();
        for (label, ((slope, curvature), (q, deviation))) in labels {
            *slope += share * (q - f64::from(u8::from(label == truth)));
            let products = row.iter().enumerate().map(|(other, r)| if other == label { q * (1.0 - q) } else { -q * r });
            curvature.iter_mut().zip([deviation].into_iter().chain(products)).for_each(|(c, d)| *c += share * d);
        }
    }

    /// Makes beta stay where it is.
    fn hold_beta(&mut self) {
        for (parameter, (slope, curvature)) in self.slope.iter_mut().zip(&mut self.curvature).enumerate() {
            if parameter == 0 {
                *slope = 0.0;
                curvature.iter_mut().for_each(|c| *c = 0.0);
            }
            curvature.iter_mut().take(1).for_each(|c| *c = f64::from(u8::from(parameter == 0)));
        }
    }

    /// The way to the minimum of the expansion, under which biases that add up to 0 still do.
    fn newton_step(&self) -> Option<Vec<f64>> {
        let mut rows = self.curvature.clone();
        for (parameter, (row, slope)) in rows.iter_mut().zip(&self.slope).enumerate() {
            if let Some(own) = row.get_mut(parameter) {
                *own += RIDGE * (1.0 + *own);
            }
            // The loss is the same for biases that are all moved alike. A curvature in that direction, in which there is no
            // slope, makes the solution unique and the sum of its biases 0.
            if parameter > 0 {
                row.iter_mut().skip(1).for_each(|c| *c += 1.0);
            }
            row.push(-slope);
        }
        solve(rows)
    }
}

/// The solution of a positive definite system by Gauss-Jordan elimination; each row ends in its right side. None where the
/// system is not positive definite.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    for column in 0..rows.len() {
        let chosen = rows.get(column)?.clone();
        let pivot = *chosen.get(column)?;
        if !(pivot > 0.0 && pivot.is_finite()) {
            return None;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != column) {
            let factor = row.get(column)? / pivot;
            row.iter_mut().zip(&chosen).for_each(|(x, y)| *x -= factor * y);
        }
    }
    rows.iter().enumerate().map(|(index, row)| Some(row.last()? / row.get(index)?)).collect()
}
