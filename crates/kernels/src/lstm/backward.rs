//! The backward pass: blocks go back through time, then a few large products sum up.

use std::ops::Range;

use rayon::prelude::*;

use super::{Lstm, LstmGradient, LstmState, LstmTrace, LstmWeights, Output};
use crate::math::tanh;
use crate::packed::Block;
use crate::product::{Panels, Product};
use crate::simd::{Kernel, Simd, add};
use crate::{Buffer, InstructionSet, Matrix, Start, product, product_with};

impl Lstm<'_> {
    /// Returns the gradients of everything that went into [`forward`](Self::forward), from that of its result and, where it
    /// counts, that of the state after the last token. The trace is used up.
    ///
    /// # Panics
    /// When an array has not the size that the type's docs name.
    pub fn backward(
        &self,
        inputs: &[f32],
        weights: &[LstmWeights<'_>],
        trace: LstmTrace,
        d_result: &[f32],
        d_state: Option<LstmState>,
    ) -> LstmGradient {
        let (tokens, texts, hidden, directions) =
            (self.packed.tokens(), self.packed.texts(), self.hidden, self.directions);
        let rows = inputs.len() / self.input.max(1);
        self.check(rows);
        self.check_weights(weights);
        assert_eq!(d_result.len(), self.outputs(), "the gradient of the result");
        assert_eq!(trace.cells.len(), directions * tokens * hidden, "the trace");
        let LstmTrace { mut gates, cells, before, steps, initial } = trace;
        let mut state = d_state.unwrap_or_else(|| LstmState::zeros(directions, texts, hidden));
        assert_eq!(state.hidden.len(), directions * texts * hidden, "the gradient of hidden states");
        assert_eq!(state.cell.len(), directions * texts * hidden, "the gradient of cell states");
        let d_result = apart(d_result, directions, hidden);
        if self.output == Output::Last {
            state.hidden.iter_mut().zip(d_result.iter()).for_each(|(sum, &value)| *sum += value);
        }

        let recurrent: Vec<Panels> = weights
            .par_iter()
            .map(|weights| Panels::new(self.set, Matrix::new(weights.recurrent, 4 * hidden, hidden)))
            .collect();
        // Of each direction, so many groups of blocks have sums of their own, whatever the number of threads.
        let blocks = self.packed.blocks();
        let groups = blocks.chunks(blocks.len().div_ceil(GROUPS).max(1));
        let mut tasks = Vec::with_capacity(directions * groups.len());
        let mut rest = (&mut gates[..], &mut state.hidden[..], &mut state.cell[..]);
        for (direction, recurrent) in recurrent.iter().enumerate() {
            for group in groups.clone() {
                let sums = [Buffer::zeros(4 * hidden * hidden), Buffer::zeros(4 * hidden)];
                let mut blocks = Vec::with_capacity(group.len());
                for block in group {
                    let (size, width) = (block.rows.len() * hidden, block.texts.len() * hidden);
                    let of_tokens = |from: usize| (direction * tokens + block.rows.start) * from;
                    let of_texts = (direction * texts + block.texts.start) * hidden;
                    let (gates, more_gates) = rest.0.split_at_mut(size * 4);
                    let (d_hidden, more_hidden) = rest.1.split_at_mut(width);
                    let (d_cell, more_cell) = rest.2.split_at_mut(width);
                    rest = (more_gates, more_hidden, more_cell);
                    blocks.push(Backward {
                        set: self.set,
                        hidden,
                        reverse: direction == 1,
                        block,
                        recurrent,
                        output: self.output,
                        cells: &cells[of_tokens(hidden)..][..size],
                        before: &before[of_tokens(hidden)..][..size],
                        initial: &initial[of_texts..][..width],
                        steps: if self.output == Output::Max { &steps[of_texts..][..width] } else { &[] },
                        d_result: match self.output {
                            Output::Sequence => &d_result[of_tokens(hidden)..][..size],
                            _ => &d_result[of_texts..][..width],
                        },
                        gates,
                        d_hidden,
                        d_cell,
                    });
                }
                tasks.push((blocks, sums));
            }
        }
        // What the forward pass wrote last is nearest.
        let back = |(blocks, mut sums): (Vec<Backward<'_>>, [Buffer; 2])| {
            blocks.into_iter().rev().for_each(|block| self.set.run(Summed { block, sums: &mut sums }));
            sums
        };
        let sums: Vec<[Buffer; 2]> = tasks.into_par_iter().rev().map(back).collect();

        // From here on `gates` holds the gradients of the pre-activations, in packed order.
        let plain = directions == 1 && rows == tokens && (0u32..).zip(self.index).all(|(place, &row)| place == row);
        let mut summed = Buffer::dirty(if plain { 0 } else { rows * self.width() });
        if !plain {
            let readers = Readers::new(self.index, rows);
            let chunk = rows.div_ceil(rayon::current_num_threads()).max(1);
            summed.par_chunks_mut((chunk * self.width()).max(1)).enumerate().for_each(|(place, sums)| {
                let first = place * chunk;
                self.set.run(Gather { width: 4 * hidden, directions, readers: &readers, first, from: &gates, sums });
            });
        }
        let d_projected = Matrix::new(if plain { &gates } else { &summed }, rows, self.width());
        let of_direction = |direction: usize| d_projected.columns(direction * 4 * hidden..(direction + 1) * 4 * hidden);
        let panels = Panels::new(self.set, Matrix::new(inputs, rows, self.input));
        let d_weights = (0..directions).into_par_iter().map(|direction| {
            let mut d_input = Buffer::dirty(4 * hidden * self.input);
            product_with(of_direction(direction).t(), &panels, Start::Zero, &mut d_input);
            let (mut d_recurrent, mut d_bias) = (Buffer::zeros(4 * hidden * hidden), Buffer::zeros(4 * hidden));
            for [recurrent, bias] in sums.iter().rev().skip(direction * groups.len()).take(groups.len()) {
                self.set.run(Columns { from: recurrent, sums: &mut d_recurrent });
                self.set.run(Columns { from: bias, sums: &mut d_bias });
            }
            [d_input, d_recurrent, d_bias.clone(), d_bias]
        });
        let d_weights = d_weights.collect();
        let mut d_inputs = Buffer::dirty(inputs.len());
        for (direction, weights) in weights.iter().enumerate() {
            let start = if direction == 0 { Start::Zero } else { Start::Old };
            let input = Matrix::new(weights.input, 4 * hidden, self.input);
            product(self.set, of_direction(direction), input, start, &mut d_inputs);
        }
        LstmGradient { inputs: d_inputs, weights: d_weights, state }
    }
}

/// Groups of blocks that have sums of their own: their memory is this many times that of the recurrent weights at most.
const GROUPS: usize = 8;

/// Numbers in what a processor reads at once.
const LINE: usize = 16;

/// Gradients of gates, in numbers, that wait for their part in the gradients of weights: they fit the second cache.
const TOGETHER: usize = 1 << 17;

/// `[rows, directions hidden]` as `[directions, rows, hidden]`.
fn apart(values: &[f32], directions: usize, hidden: usize) -> Buffer {
    let mut out = Buffer::dirty(values.len());
    if directions == 1 {
        out.copy_from_slice(values);
        return out;
    }
    let half = values.len() / 2;
    let (first, second) = out.split_at_mut(half);
    let rows = first.chunks_exact_mut(hidden.max(1)).zip(second.chunks_exact_mut(hidden.max(1)));
    for (row, (a, b)) in values.chunks_exact((2 * hidden).max(1)).zip(rows) {
        a.copy_from_slice(&row[..hidden]);
        b.copy_from_slice(&row[hidden..]);
    }
    out
}

/// One direction of one block of texts.
struct Backward<'a> {
    set: InstructionSet,
    hidden: usize,
    reverse: bool,
    block: &'a Block,
    recurrent: &'a Panels,
    output: Output,
    cells: &'a [f32],
    before: &'a [f32],
    initial: &'a [f32],
    steps: &'a [f32],
    d_result: &'a [f32],
    /// Activations, which become the gradients of the pre-activations.
    gates: &'a mut [f32],
    /// Gradients of the state after the last token that was read, which become those of the state before the first.
    d_hidden: &'a mut [f32],
    d_cell: &'a mut [f32],
}

/// A block, and what it adds to: the gradients of the recurrent weights and of the biases.
struct Summed<'a, 's> {
    block: Backward<'a>,
    sums: &'s mut [Buffer; 2],
}

impl Kernel for Summed<'_, '_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        self.block.run(s, self.sums);
    }
}

impl Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(mut self, s: S, sums: &mut [Buffer; 2]) {
        let (hidden, steps) = (self.hidden, self.block.steps());
        let together = TOGETHER / (4 * hidden).max(1);
        let mut waiting = 0..0;
        for k in (0..steps).rev() {
            let (step, read_before) =
                if self.reverse { (steps - 1 - k, (k > 0).then(|| steps - k)) } else { (k, k.checked_sub(1)) };
            let rows = self.block.step(step);
            let old = read_before.map_or(0..0, |step| self.block.step(step));
            for text in 0..rows.len() {
                if text < old.len() {
                    // The next step needs these, and reads them backwards, which a processor does not foresee.
                    for gate in self.gates[(old.start + text) * 4 * hidden..][..4 * hidden].chunks(LINE) {
                        s.prefetch(gate);
                    }
                }
                let old_cell = match text < old.len() {
                    true => &self.cells[(old.start + text) * hidden..][..hidden],
                    false => &self.initial[text * hidden..][..hidden],
                };
                self.text(s, step, text, rows.start + text, old_cell);
            }
            let gates = &self.gates[rows.start * 4 * hidden..][..rows.len() * 4 * hidden];
            let a = Matrix::new(gates, rows.len(), 4 * hidden);
            let out = &mut self.d_hidden[..rows.len() * hidden];
            self.set.run(Product { a, b: self.recurrent, start: Start::Zero, out });
            waiting = match waiting.is_empty() {
                true => rows,
                false => waiting.start.min(rows.start)..waiting.end.max(rows.end),
            };
            if k == 0 || waiting.len() >= together {
                self.sum(s, std::mem::take(&mut waiting), sums);
            }
        }
    }

    /// Adds what some tokens give to the gradients of the recurrent weights and of the biases.
    #[inline(always)]
    fn sum<S: Simd>(&self, s: S, rows: Range<usize>, [d_recurrent, d_bias]: &mut [Buffer; 2]) {
        let of = |width: usize| rows.start * width..rows.end * width;
        let gates = &self.gates[of(4 * self.hidden)];
        let before = Matrix::new(&self.before[of(self.hidden)], rows.len(), self.hidden);
        let (a, b) = (Matrix::new(gates, rows.len(), 4 * self.hidden).t(), Panels::new(self.set, before));
        self.set.run(Product { a, b: &b, start: Start::Old, out: d_recurrent });
        Columns { from: gates, sums: d_bias }.run(s);
    }

    /// One step of one text: the gradients of the gates and of the old cell state.
    #[inline(always)]
    fn text<S: Simd>(&mut self, s: S, step: usize, text: usize, row: usize, old_cell: &[f32]) {
        let hidden = self.hidden;
        let one = s.splat(1.0);
        let step = s.splat(step as f32);
        let share = self.block.shares[text];
        for first in (0..hidden).step_by(S::LANES) {
            let width = S::LANES.min(hidden - first);
            let at = |from: usize| from * hidden + first..from * hidden + first + width;
            let d_hidden = s.load_some(&self.d_hidden[at(text)]);
            let d_hidden = match self.output {
                Output::Last => d_hidden,
                Output::Sequence => s.add(d_hidden, s.load_some(&self.d_result[at(row)])),
                Output::Mean => s.mul_add(s.splat(share), s.load_some(&self.d_result[at(text)]), d_hidden),
                Output::Max => {
                    let d_result = s.load_some(&self.d_result[at(text)]);
                    s.add(d_hidden, s.keep_where_eq(s.load_some(&self.steps[at(text)]), step, d_result))
                }
            };
            let mut gates = [one; 4];
            for (gate, value) in gates.iter_mut().enumerate() {
                *value = s.load_some(&self.gates[at(row * 4 + gate)]);
            }
            let [i, f, g, o] = gates;
            let [t] = tanh(s, [s.load_some(&self.cells[at(row)])]);
            let old_cell = s.load_some(&old_cell[first..first + width]);
            // d c = d c' + d h o (1 - tanh(c)^2)
            let d = s.mul_add(s.mul(d_hidden, o), s.neg_mul_add(t, t, one), s.load_some(&self.d_cell[at(text)]));
            s.store_some(without_dust(s, s.mul(d, f)), &mut self.d_cell[at(text)]);
            let slope = |y: S::V| s.neg_mul_add(y, y, y); // of the logistic function: y (1 - y)
            let d_gates = [
                s.mul(s.mul(d, g), slope(i)),
                s.mul(s.mul(d, old_cell), slope(f)),
                s.mul(s.mul(d, i), s.neg_mul_add(g, g, one)),
                s.mul(s.mul(d_hidden, t), slope(o)),
            ];
            for (gate, value) in d_gates.into_iter().enumerate() {
                s.store_some(without_dust(s, value), &mut self.gates[at(row * 4 + gate)]);
            }
        }
    }
}

/// Rounds to a multiple of 2^-59 what is below 2^-36, and so to 0 what is below 2^-60 or 9e-19: gradients fade over many
/// steps, and processors take a hundred times as long for numbers so small that they lose digits. Adam, which adds 1e-8,
/// would not feel them.
#[inline(always)]
fn without_dust<S: Simd>(s: S, value: S::V) -> S::V {
    let large = s.splat(f32::from_bits((127 - 36) << 23));
    s.sub(s.add(value, large), large)
}

/// Which tokens read each row, in order.
struct Readers {
    /// Where each row's tokens begin, and where the last one's end.
    starts: Vec<u32>,
    tokens: Vec<u32>,
}

impl Readers {
    fn new(index: &[u32], rows: usize) -> Self {
        let mut starts = vec![0; rows + 1];
        index.iter().for_each(|&row| starts[row as usize] += 1);
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut tokens = vec![0; index.len()];
        for (token, &row) in index.iter().enumerate().rev() {
            starts[row as usize] -= 1;
            tokens[starts[row as usize] as usize] = token as u32;
        }
        Self { starts, tokens }
    }
}

/// Writes for some rows, from `first`, the sums of what their readers have in `from`, `[directions, tokens, width]`, in order:
/// `[rows, directions, width]`.
struct Gather<'a> {
    width: usize,
    directions: usize,
    readers: &'a Readers,
    first: usize,
    from: &'a [f32],
    sums: &'a mut [f32],
}

impl Kernel for Gather<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        const TOGETHER: usize = 8;
        let Self { width, directions, readers: Readers { starts, tokens: all }, first, from, sums } = self;
        for (row, sums) in sums.chunks_exact_mut((directions * width).max(1)).enumerate() {
            let tokens = &all[starts[first + row] as usize..starts[first + row + 1] as usize];
            for (direction, sums) in sums.chunks_exact_mut(width.max(1)).enumerate() {
                let from = &from[direction * all.len() * width..][..all.len() * width];
                for (part, sums) in sums.chunks_mut(TOGETHER * S::LANES).enumerate() {
                    let mut kept = [s.splat(0.0); TOGETHER];
                    for &token in tokens {
                        let from = &from[token as usize * width + part * TOGETHER * S::LANES..][..sums.len()];
                        for (kept, from) in kept.iter_mut().zip(from.chunks(S::LANES)) {
                            *kept = s.add(*kept, s.load_some(from));
                        }
                    }
                    for (kept, to) in kept.into_iter().zip(sums.chunks_mut(S::LANES)) {
                        s.store_some(kept, to);
                    }
                }
            }
        }
    }
}

/// Sums of columns, rows in order.
struct Columns<'a> {
    from: &'a [f32],
    sums: &'a mut [f32],
}

impl Kernel for Columns<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for row in self.from.chunks_exact(self.sums.len().max(1)) {
            add(s, row, self.sums);
        }
    }
}
