//! The LSTM over a packed batch, in both directions, and its gradient.

use crate::{Matrix, Packed, gates, product};

/// A bidirectional LSTM layer's sizes and batch: everything that both passes share.
///
/// Direction 0 reads each text from its first token, direction 1 from its last; neither ever sees padding, so a text's
/// states do not depend on the texts beside it.
///
/// Arrays, all row-major:
/// - `projected` `[2, unique, 4 hidden]`: for each direction and each distinct token of the batch, its input's share of the
///   gates, biases included, in PyTorch's order input, forget, cell, output;
/// - `recurrent` `[2, 4 hidden, hidden]`: PyTorch's `weight_hh`;
/// - states `[2, tokens, hidden]` in packed order.
#[derive(Debug, Clone, Copy)]
pub struct Lstm<'a> {
    /// The layout of the batch.
    pub packed: &'a Packed,
    /// For each packed token, its row among the distinct tokens, `[tokens]`.
    pub index: &'a [u32],
    /// The hidden size of one direction.
    pub hidden: usize,
}

/// What the forward pass keeps for the backward pass.
#[derive(Debug, Clone)]
pub struct LstmTrace {
    /// Gate activations, `[2, tokens, 4 hidden]`.
    gates: Vec<f32>,
    /// Cell states, `[2, tokens, hidden]`.
    cells: Vec<f32>,
}

/// Gradients of a layer.
#[derive(Debug, Clone)]
pub struct LstmGradient {
    /// Of `projected`, `[2, unique, 4 hidden]`.
    pub projected: Vec<f32>,
    /// Of `recurrent`, `[2, 4 hidden, hidden]`.
    pub recurrent: Vec<f32>,
}

#[derive(Clone, Copy)]
enum Direction {
    FromFirst,
    FromLast,
}

impl Lstm<'_> {
    /// Returns the hidden states, `[2, tokens, hidden]`, and the trace where `keep` asks for it. The two directions run side
    /// by side where rayon has a second thread.
    ///
    /// # Panics
    /// When an array has not the size that the type's docs name, or an index is too large.
    pub fn forward(&self, projected: &[f32], recurrent: &[f32], keep: bool) -> (Vec<f32>, Option<LstmTrace>) {
        let (tokens, size) = (self.packed.tokens(), self.hidden);
        self.check(projected, recurrent);
        let mut states = vec![0.0; 2 * tokens * size];
        // Without a trace, one step's worth of gates is enough.
        let rows = if keep { tokens } else { self.widest() };
        let mut gates = vec![0.0; 2 * rows * 4 * size];
        let mut cells = vec![0.0; 2 * rows * size];
        {
            let (states, gates, cells) = (halves(&mut states), halves(&mut gates), halves(&mut cells));
            let (projected, recurrent) = (projected.split_at(projected.len() / 2), recurrent.split_at(4 * size * size));
            rayon::join(
                || self.run(Direction::FromFirst, projected.0, recurrent.0, states.0, gates.0, cells.0, keep),
                || self.run(Direction::FromLast, projected.1, recurrent.1, states.1, gates.1, cells.1, keep),
            );
        }
        (states, keep.then_some(LstmTrace { gates, cells }))
    }

    /// Returns the gradients of both inputs, from that of the states, `[2, tokens, hidden]`. The trace is used up: its gates
    /// become the gradient of the pre-activations.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn backward(
        &self,
        unique: usize,
        recurrent: &[f32],
        states: &[f32],
        mut trace: LstmTrace,
        d_states: &[f32],
    ) -> LstmGradient {
        let (tokens, size) = (self.packed.tokens(), self.hidden);
        assert_eq!(states.len(), 2 * tokens * size, "states");
        assert_eq!(d_states.len(), 2 * tokens * size, "gradient of the states");
        assert_eq!(trace.cells.len(), 2 * tokens * size, "trace");
        let mut gradient =
            LstmGradient { projected: vec![0.0; 2 * unique * 4 * size], recurrent: vec![0.0; 2 * 4 * size * size] };
        {
            let half = tokens * size;
            let gates = halves(&mut trace.gates);
            let (d_projected, d_recurrent) = (halves(&mut gradient.projected), halves(&mut gradient.recurrent));
            let (states, cells) = (states.split_at(half), trace.cells.split_at(half));
            let (d_states, recurrent) = (d_states.split_at(half), recurrent.split_at(4 * size * size));
            use Direction::{FromFirst, FromLast};
            rayon::join(
                || {
                    self.run_back(FromFirst, recurrent.0, states.0, cells.0, gates.0, d_states.0);
                    self.collect(FromFirst, states.0, gates.0, d_projected.0, d_recurrent.0);
                },
                || {
                    self.run_back(FromLast, recurrent.1, states.1, cells.1, gates.1, d_states.1);
                    self.collect(FromLast, states.1, gates.1, d_projected.1, d_recurrent.1);
                },
            );
        }
        gradient
    }

    fn check(&self, projected: &[f32], recurrent: &[f32]) {
        let size = self.hidden;
        assert_eq!(self.index.len(), self.packed.tokens(), "one index a token");
        assert_eq!(recurrent.len(), 2 * 4 * size * size, "recurrent weights");
        assert_eq!(projected.len() % (2 * 4 * size).max(1), 0, "projected inputs");
        let unique = projected.len() / (2 * 4 * size).max(1);
        assert!(self.index.iter().all(|&row| (row as usize) < unique), "an index is too large");
    }

    /// The most texts alive at once.
    fn widest(&self) -> usize {
        if self.packed.steps() == 0 { 0 } else { self.packed.step(0).len() }
    }

    /// The steps in reading order, each with the step read before it.
    fn steps(&self, direction: Direction) -> impl DoubleEndedIterator<Item = (usize, Option<usize>)> {
        let steps = self.packed.steps();
        (0..steps).map(move |k| match direction {
            Direction::FromFirst => (k, k.checked_sub(1)),
            Direction::FromLast => (steps - 1 - k, (k > 0).then(|| steps - k)),
        })
    }

    #[allow(clippy::too_many_arguments)] // the arrays of one direction; a struct of them would be used here alone
    fn run(
        &self,
        direction: Direction,
        projected: &[f32],
        recurrent: &[f32],
        states: &mut [f32],
        gates: &mut [f32],
        cells: &mut [f32],
        keep: bool,
    ) {
        let size = self.hidden;
        let weights = Matrix::new(recurrent, 4 * size, size).t();
        let mut cell = vec![0.0; self.widest() * size];
        let mut old = Vec::with_capacity(cell.len());
        for (step, before) in self.steps(direction) {
            let rows = self.packed.step(step);
            let carried = before.map_or(0, |before| self.packed.step(before).len().min(rows.len()));
            let gates = match keep {
                true => &mut gates[rows.start * 4 * size..rows.end * 4 * size],
                false => &mut gates[..rows.len() * 4 * size],
            };
            for (row, &token) in gates.chunks_exact_mut(4 * size).zip(&self.index[rows.clone()]) {
                row.copy_from_slice(&projected[token as usize * 4 * size..][..4 * size]);
            }
            if let Some(before) = before {
                let start = self.packed.step(before).start;
                old.clear();
                old.extend_from_slice(&states[start * size..(start + carried) * size]);
                product(Matrix::new(&old, carried, size), weights, 1.0, &mut gates[..carried * 4 * size]);
            }
            // Texts that begin here have no past (only when reading from the last token).
            cell[carried * size..rows.len() * size].fill(0.0);
            let cell = &mut cell[..rows.len() * size];
            gates::forward(size, gates, cell, &mut states[rows.start * size..rows.end * size]);
            if keep {
                cells[rows.start * size..rows.end * size].copy_from_slice(cell);
            }
        }
    }

    /// Turns `gates` from activations into gradients of the pre-activations, `[tokens, 4 hidden]`.
    fn run_back(
        &self,
        direction: Direction,
        recurrent: &[f32],
        states: &[f32],
        cells: &[f32],
        gates: &mut [f32],
        d_states: &[f32],
    ) {
        let size = self.hidden;
        debug_assert_eq!(states.len(), cells.len());
        let weights = Matrix::new(recurrent, 4 * size, size);
        let mut d_hidden = vec![0.0; self.widest() * size]; // from the step read after this one
        let mut d_cell = vec![0.0; self.widest() * size];
        let mut d_here = Vec::with_capacity(d_hidden.len());
        let mut old_cell = Vec::with_capacity(d_hidden.len());
        for (step, before) in self.steps(direction).rev() {
            let rows = self.packed.step(step);
            let (start, end) = (rows.start * size, rows.end * size);
            let carried = before.map_or(0, |before| self.packed.step(before).len().min(rows.len()));
            d_here.clear();
            d_here.extend(d_states[start..end].iter().zip(&d_hidden).map(|(a, b)| a + b));
            old_cell.clear();
            if let Some(before) = before {
                let from = self.packed.step(before).start * size;
                old_cell.extend_from_slice(&cells[from..from + carried * size]);
            }
            old_cell.resize(end - start, 0.0);
            let gates = &mut gates[start * 4..end * 4];
            gates::backward(size, gates, &cells[start..end], &old_cell, &d_here, &mut d_cell[..end - start]);
            // Gradients for texts that the earlier step does not hold, or that begin here, are spent.
            let held = before.map_or(0, |before| self.packed.step(before).len()) * size;
            d_hidden[..held].fill(0.0);
            product(
                Matrix::new(&gates[..carried * 4 * size], carried, 4 * size),
                weights,
                0.0,
                &mut d_hidden[..carried * size],
            );
            if held > carried * size {
                d_cell[carried * size..held].fill(0.0);
            }
        }
    }

    /// Sums the gradients of the pre-activations into those of the inputs, in packed order.
    fn collect(
        &self,
        direction: Direction,
        states: &[f32],
        gates: &[f32],
        d_projected: &mut [f32],
        d_recurrent: &mut [f32],
    ) {
        let (size, tokens) = (self.hidden, self.packed.tokens());
        for (row, &token) in gates.chunks_exact((4 * size).max(1)).zip(self.index) {
            let sum = &mut d_projected[token as usize * 4 * size..][..4 * size];
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        let mut old = vec![0.0; tokens * size];
        for (step, before) in self.steps(direction) {
            let Some(before) = before else { continue };
            let (to, from) = (self.packed.step(step), self.packed.step(before));
            let carried = to.len().min(from.len()) * size;
            old[to.start * size..][..carried].copy_from_slice(&states[from.start * size..][..carried]);
        }
        product(Matrix::new(gates, tokens, 4 * size).t(), Matrix::new(&old, tokens, size), 0.0, d_recurrent);
    }
}

fn halves(values: &mut [f32]) -> (&mut [f32], &mut [f32]) {
    values.split_at_mut(values.len() / 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One text, one direction, straight from Eq. 17-22 in double precision: states `[tokens][hidden]`.
    fn reference(inputs: &[Vec<f64>], recurrent: &[f64], size: usize) -> Vec<Vec<f64>> {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let (mut h, mut c) = (vec![0.0; size], vec![0.0; size]);
        inputs
            .iter()
            .map(|input| {
                let pre: Vec<f64> = (0..4 * size)
                    .map(|g| input[g] + (0..size).map(|k| recurrent[g * size + k] * h[k]).sum::<f64>())
                    .collect();
                for k in 0..size {
                    let (i, f) = (sigmoid(pre[k]), sigmoid(pre[size + k]));
                    let (g, o) = (pre[2 * size + k].tanh(), sigmoid(pre[3 * size + k]));
                    c[k] = f * c[k] + i * g;
                    h[k] = o * c[k].tanh();
                }
                h.clone()
            })
            .collect()
    }

    struct Case {
        lengths: Vec<usize>,
        index: Vec<u32>,
        unique: usize,
        size: usize,
        projected: Vec<f64>,
        recurrent: Vec<f64>,
        weights: Vec<f64>, // of the loss: sum of weights * states
    }

    impl Case {
        fn new(mut lengths: Vec<usize>, size: usize, unique: usize, seed: u32) -> Self {
            lengths.sort_by(|a, b| b.cmp(a));
            let mut state = seed;
            let mut value = move || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                f64::from((state >> 8) as f32 / 8_388_608.0 - 1.0) // exact in f32
            };
            let tokens: usize = lengths.iter().sum();
            Self {
                index: (0..tokens).map(|_| ((value() + 1.0) * 0.5 * unique as f64) as u32).collect(),
                projected: (0..2 * unique * 4 * size).map(|_| value()).collect(),
                recurrent: (0..2 * 4 * size * size).map(|_| value()).collect(),
                weights: (0..2 * tokens * size).map(|_| value()).collect(),
                lengths,
                unique,
                size,
            }
        }

        /// States in packed order, `[2, tokens, hidden]`.
        fn reference(&self, projected: &[f64], recurrent: &[f64]) -> Vec<f64> {
            let packed = Packed::new(&self.lengths);
            let (tokens, size) = (packed.tokens(), self.size);
            let mut out = vec![0.0; 2 * tokens * size];
            for (text, &length) in self.lengths.iter().enumerate() {
                for direction in 0..2 {
                    let row = |step| packed.row(text, if direction == 0 { step } else { length - 1 - step }).unwrap();
                    let inputs: Vec<Vec<f64>> = (0..length)
                        .map(|step| {
                            let at = (direction * self.unique + self.index[row(step)] as usize) * 4 * size;
                            projected[at..at + 4 * size].to_vec()
                        })
                        .collect();
                    let half = &recurrent[direction * 4 * size * size..][..4 * size * size];
                    for (step, state) in reference(&inputs, half, size).iter().enumerate() {
                        out[(direction * tokens + row(step)) * size..][..size].copy_from_slice(state);
                    }
                }
            }
            out
        }

        fn loss(&self, projected: &[f64], recurrent: &[f64]) -> f64 {
            self.reference(projected, recurrent).iter().zip(&self.weights).map(|(h, w)| h * w).sum()
        }
    }

    fn narrow(values: &[f64]) -> Vec<f32> {
        values.iter().map(|&value| value as f32).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn states_and_gradients_equal_the_equations(
            lengths in proptest::collection::vec(0usize..7, 1..6), size in 1usize..6, unique in 1usize..5, seed: u32,
        ) {
            let case = Case::new(lengths, size, unique, seed);
            let packed = Packed::new(&case.lengths);
            let lstm = Lstm { packed: &packed, index: &case.index, hidden: size };
            let (projected, recurrent) = (narrow(&case.projected), narrow(&case.recurrent));
            let (states, trace) = lstm.forward(&projected, &recurrent, true);
            for (ours, expected) in states.iter().zip(case.reference(&case.projected, &case.recurrent)) {
                prop_assert!((f64::from(*ours) - expected).abs() < 1e-5);
            }
            prop_assert_eq!(&lstm.forward(&projected, &recurrent, false).0, &states);

            let gradient = lstm.backward(unique, &recurrent, &states, trace.unwrap(), &narrow(&case.weights));
            let step = 1e-5;
            let check = |ours: &[f32], of_projected: bool| {
                for k in 0..ours.len() {
                    let (mut low, mut high) = ((case.projected.clone(), case.recurrent.clone()), (case.projected.clone(), case.recurrent.clone()));
                    let (l, h) = if of_projected { (&mut low.0, &mut high.0) } else { (&mut low.1, &mut high.1) };
                    l[k] -= step;
                    h[k] += step;
                    let slope = (case.loss(&high.0, &high.1) - case.loss(&low.0, &low.1)) / (2.0 * step);
                    assert!((f64::from(ours[k]) - slope).abs() < 2e-4, "{k}: {} {slope}", ours[k]);
                }
            };
            check(&gradient.projected, true);
            check(&gradient.recurrent, false);
        }
    }

    #[test]
    fn neighbours_and_threads_change_nothing() {
        let case = Case::new(vec![9, 4, 4, 1, 0], 17, 6, 3);
        let packed = Packed::new(&case.lengths);
        let lstm = Lstm { packed: &packed, index: &case.index, hidden: 17 };
        let (projected, recurrent) = (narrow(&case.projected), narrow(&case.recurrent));
        let together = lstm.forward(&projected, &recurrent, false).0;
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| lstm.forward(&projected, &recurrent, false).0), together);
        }
        for (text, &length) in case.lengths.iter().enumerate() {
            let index: Vec<u32> = (0..length).map(|step| case.index[packed.row(text, step).unwrap()]).collect();
            let alone = Packed::new(&[length]);
            let states = Lstm { packed: &alone, index: &index, hidden: 17 }.forward(&projected, &recurrent, false).0;
            for direction in 0..2 {
                for step in 0..length {
                    let a = &states[(direction * length + step) * 17..][..17];
                    let row = packed.row(text, step).unwrap();
                    let b = &together[(direction * packed.tokens() + row) * 17..][..17];
                    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6));
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "index is too large")]
    fn indexes_are_checked() {
        let packed = Packed::new(&[1]);
        let _ = Lstm { packed: &packed, index: &[5], hidden: 1 }.forward(&[0.0; 8], &[0.0; 8], false);
    }
}
