//! The forward pass: blocks of texts go through time, each on one thread.

use std::ops::Range;

use rayon::prelude::*;

use super::{GatePanels, Lstm, LstmPanels, LstmState, LstmTrace, LstmWeights, Output, WeightPrecision};
use crate::Buffer;
use crate::math::{gates, tanh};
use crate::packed::Block;
use crate::product::{Left, multiply, with_rows};
use crate::simd::{Fence, Kernel, Simd};

impl Lstm<'_> {
    /// Returns the result of a pass, of [`outputs`](Self::outputs) numbers. `state` is the state before the first token and
    /// becomes the one after the last (which is the first in the text for direction 1). With `trace`, what the backward
    /// pass needs is kept.
    ///
    /// # Panics
    /// When an array has not the size that the type's docs name, or an index is too large.
    pub fn forward(
        &self,
        inputs: &[f32],
        weights: &[LstmWeights<'_>],
        state: &mut LstmState,
        trace: bool,
    ) -> (Buffer, Option<LstmTrace>) {
        assert_eq!(inputs.len() % self.input.max(1), 0, "the inputs of an LSTM");
        let panels = self.panels(weights, WeightPrecision::Single);
        let projected = self.project(inputs, &panels);
        self.recur(&projected, &panels, state, trace)
    }

    /// As [`forward`](Self::forward), for inputs that were [projected](Self::project) before.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn recur(
        &self,
        projected: &[f32],
        panels: &LstmPanels,
        state: &mut LstmState,
        trace: bool,
    ) -> (Buffer, Option<LstmTrace>) {
        let (tokens, texts, hidden, directions) =
            (self.packed.tokens(), self.packed.texts(), self.hidden, self.directions);
        self.check(projected.len() / self.width().max(1));
        self.check_panels(panels);
        assert_eq!(state.hidden.len(), directions * texts * hidden, "hidden states");
        assert_eq!(state.cell.len(), directions * texts * hidden, "cell states");
        let kept = if trace { tokens } else { 0 };
        let sequence = if self.output == Output::Sequence { tokens } else { 0 };
        let pooled = if matches!(self.output, Output::Max | Output::Mean) { texts } else { 0 };
        let mut initial = Buffer::dirty(if trace { state.cell.len() } else { 0 });
        if trace {
            initial.copy_from_slice(&state.cell);
        }
        let mut kept_gates = Buffer::dirty(directions * kept * 4 * hidden);
        let mut kept_cells = Buffer::dirty(directions * kept * hidden);
        let mut kept_before = Buffer::dirty(directions * kept * hidden);
        let mut states = Buffer::dirty(directions * sequence * hidden);
        let mut pool = Buffer::zeros(directions * pooled * hidden);
        let mut steps = Buffer::dirty(if trace && self.output == Output::Max { pool.len() } else { 0 });

        let mut tasks = Vec::with_capacity(directions * self.packed.blocks().len());
        {
            let mut gates = Cut(&mut kept_gates);
            let mut cells = Cut(&mut kept_cells);
            let mut before = Cut(&mut kept_before);
            let mut states = Cut(&mut states);
            let mut pool = Cut(&mut pool);
            let mut steps = Cut(&mut steps);
            let (mut h, mut c) = (Cut(&mut state.hidden), Cut(&mut state.cell));
            for (direction, recurrent) in panels.recurrent.iter().enumerate() {
                for block in self.packed.blocks() {
                    let (tokens, texts) = (block.rows.len() * hidden, block.texts.len() * hidden);
                    tasks.push(Forward {
                        hidden,
                        reverse: direction == 1,
                        block,
                        index: &self.index[block.rows.clone()],
                        projected,
                        width: self.width(),
                        offset: direction * 4 * hidden,
                        recurrent,
                        output: self.output,
                        hidden_state: h.next(texts),
                        cell_state: c.next(texts),
                        gates: gates.next(tokens * 4),
                        cells: cells.next(tokens),
                        far: directions * kept * 4 * hidden > NEAR,
                        before: before.next(tokens),
                        states: states.next(tokens),
                        pool: pool.next(texts),
                        steps: steps.next(texts),
                    });
                }
            }
        }
        if tasks.len() < 2 || tokens * hidden * hidden <= SMALL {
            tasks.into_iter().for_each(|task| self.set.run(task));
        } else {
            tasks.into_par_iter().for_each(|task| self.set.run(task));
        }
        let result = match self.output {
            Output::Sequence => beside(&states, directions, hidden),
            Output::Last => beside(&state.hidden, directions, hidden),
            Output::Max | Output::Mean => beside(&pool, directions, hidden),
        };
        let kept = LstmTrace { gates: kept_gates, cells: kept_cells, before: kept_before, steps, initial };
        (result, trace.then_some(kept))
    }
}

/// Below this much work (tokens times weights of a gate) all blocks stay on the calling thread.
const SMALL: usize = 1 << 19;

/// Gates of a trace that caches may still hold when the backward pass comes: 32 MiB of them. (Few in tests, to try both.)
const NEAR: usize = if cfg!(test) { 1 << 10 } else { 1 << 23 };

/// A slice that is given away piece by piece; where nothing is kept, it is empty and so are the pieces.
struct Cut<'a>(&'a mut [f32]);

impl<'a> Cut<'a> {
    fn next(&mut self, len: usize) -> &'a mut [f32] {
        let whole = std::mem::take(&mut self.0);
        let (piece, rest) = whole.split_at_mut(len.min(whole.len()));
        self.0 = rest;
        piece
    }
}

/// `[directions, rows, hidden]` with the directions side by side: `[rows, directions hidden]`.
fn beside(values: &[f32], directions: usize, hidden: usize) -> Buffer {
    let mut out = Buffer::dirty(values.len());
    let width = hidden.max(1);
    if directions == 1 {
        out.copy_from_slice(values);
        return out;
    }
    let (first, second) = values.split_at(values.len() / 2);
    let rows = first.chunks_exact(width).zip(second.chunks_exact(width));
    for (to, (a, b)) in out.chunks_exact_mut(2 * width).zip(rows) {
        to[..width].copy_from_slice(a);
        to[width..].copy_from_slice(b);
    }
    out
}

/// One direction of one block of texts.
struct Forward<'a> {
    hidden: usize,
    reverse: bool,
    block: &'a Block,
    index: &'a [u32],
    /// What each row of the inputs gives to the gates, the row's `width`, and where this direction's begin.
    projected: &'a [f32],
    width: usize,
    offset: usize,
    recurrent: &'a GatePanels,
    output: Output,
    hidden_state: &'a mut [f32],
    cell_state: &'a mut [f32],
    /// What the backward pass reads, and whether it is more than caches hold. It is written here and not read.
    gates: &'a mut [f32],
    cells: &'a mut [f32],
    far: bool,
    before: &'a mut [f32],
    states: &'a mut [f32],
    pool: &'a mut [f32],
    steps: &'a mut [f32],
}

/// A step of a block.
struct Step<'a> {
    /// Its place in the text.
    number: usize,
    /// The packed rows of its tokens, and of the tokens that are read next.
    rows: Range<usize>,
    next: Range<usize>,
    /// The hidden states before it and, once computed, after it.
    old: &'a mut [f32],
    new: &'a mut [f32],
}

impl Kernel for Forward<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) {
        let _fence = Fence(s);
        let (hidden, steps, reverse) = (self.hidden, self.block.steps(), self.reverse);
        let hidden_state = std::mem::take(&mut self.hidden_state);
        let mut other = Buffer::dirty(hidden_state.len());
        other.copy_from_slice(hidden_state);
        let (mut old, mut new) = (&mut *hidden_state, &mut other[..]);
        let place = |k: usize| if reverse { steps - 1 - k } else { k };
        let texts = if steps == 0 { 0..0 } else { self.block.step(0) };
        if self.output == Output::Max {
            self.pool[..texts.len() * hidden].fill(-2.0); // less than any state
        }
        for k in 0..steps.min(2) {
            self.ask_for(s, self.block.step(place(k)), 0..4, 0, hidden);
        }
        for k in 0..steps {
            let number = place(k);
            let rows = self.block.step(number);
            let next = if k + 1 == steps { 0..0 } else { self.block.step(place(k + 1)) };
            let (alive, going_on) = (rows.len(), next.len());
            if !self.before.is_empty() {
                self.before[rows.start * hidden..][..alive * hidden].copy_from_slice(&old[..alive * hidden]);
            }
            let mut step = Step { number, rows, next, old, new };
            let panel = (hidden * 4 * S::LANES).max(1);
            if alive == 1 {
                // Two panels at once: the sums of one alone would wait for each other. Every other step begins with those that
                // the last one ended with: they are still near.
                let later = if k + 2 < steps { self.block.step(place(k + 2)) } else { 0..0 };
                let later = later.start..later.end.min(later.start + 1);
                let pairs = self.recurrent.single.len().div_ceil(2 * panel);
                for pair in 0..pairs {
                    let pair = if k % 2 == 0 { pair } else { pairs - 1 - pair };
                    let first = pair * 2 * S::LANES;
                    self.ask_for(s, later.clone(), 0..4, first, 2);
                    if hidden - first > S::LANES {
                        self.pair(s, first, &mut step);
                    } else {
                        self.tile::<S, 1>(s, &self.recurrent.single[pair * 2 * panel..], first, 0, &mut step);
                    }
                }
            } else {
                for (panel, first) in self.recurrent.single.chunks_exact(panel).zip((0..hidden).step_by(S::LANES)) {
                    for row in (0..alive).step_by(S::ROWS) {
                        let rows = S::ROWS.min(alive - row);
                        with_rows!(rows, R => self.tile::<S, R>(s, panel, first, row, &mut step));
                    }
                }
            }
            (old, new) = (step.new, step.old);
            if !reverse && going_on < alive {
                let ended = going_on * hidden..alive * hidden;
                new[ended.clone()].copy_from_slice(&old[ended]);
            }
        }
        if self.output == Output::Mean {
            for (sums, share) in self.pool.chunks_exact_mut(hidden.max(1)).zip(&self.block.shares) {
                sums.iter_mut().for_each(|sum| *sum *= share);
            }
        }
        if steps % 2 == 1 {
            hidden_state.copy_from_slice(&other);
        }
    }
}

impl Forward<'_> {
    /// What a row of the inputs gives to the gates of this direction.
    #[inline(always)]
    fn share(&self, row: u32) -> &[f32] {
        &self.projected[row as usize * self.width + self.offset..][..4 * self.hidden]
    }

    /// One step of `R` texts, from `row`, for one vector of hidden units, from `first`: the recurrent product and Eq. 17-22,
    /// in registers. Meanwhile it asks for what the tokens of the next step will read.
    #[inline(always)]
    fn tile<S: Simd, const R: usize>(&mut self, s: S, panel: &[f32], first: usize, row: usize, step: &mut Step<'_>) {
        let hidden = self.hidden;
        let width = S::LANES.min(hidden - first);
        let mut sums = [[s.splat(0.0); 4]; R];
        let mut places = [(0, first); R];
        for (r, (sums, place)) in sums.iter_mut().zip(&mut places).enumerate() {
            place.0 = row + r;
            let from = self.share(self.index[step.rows.start + row + r]);
            for (gate, sum) in sums.iter_mut().enumerate() {
                *sum = s.load_some(&from[gate * hidden + first..][..width]);
            }
        }
        let soon = step.next.start + row..step.next.end.min(step.next.start + row + S::ROWS);
        let left = Left { data: &step.old[row * hidden..], row: hidden, column: 1 };
        self.ask_for(s, soon.clone(), 0..2, first, 1);
        multiply::<S, R, 4>(s, left, panel, &mut sums);
        self.ask_for(s, soon, 2..4, first, 1); // a processor asks for a dozen lines at once
        self.activate(s, sums, places, step);
    }

    /// One step of the block's first text alone, for two vectors of hidden units, from `first`: as [`tile`](Self::tile).
    #[inline(always)]
    fn pair<S: Simd>(&mut self, s: S, first: usize, step: &mut Step<'_>) {
        let hidden = self.hidden;
        let mut sums = [[s.splat(0.0); 4]; 2];
        let places = [(0, first), (0, first + S::LANES)];
        let from = self.share(self.index[step.rows.start]);
        for (sums, (_, first)) in sums.iter_mut().zip(places) {
            for (gate, sum) in sums.iter_mut().enumerate() {
                *sum = s.load_some(&from[gate * hidden + first..][..S::LANES.min(hidden - first)]);
            }
        }
        let states = &step.old[..hidden];
        match &self.recurrent.pairs {
            None => {
                let panel = hidden * 4 * S::LANES;
                let (one, other) = self.recurrent.single[first * hidden * 4..][..2 * panel].split_at(panel);
                let weights = one.chunks_exact(4 * S::LANES).zip(other.chunks_exact(4 * S::LANES));
                for (&state, (one, other)) in states.iter().zip(weights) {
                    let state = s.splat(state);
                    for (sums, weights) in sums.iter_mut().zip([one, other]) {
                        for (gate, sum) in sums.iter_mut().enumerate() {
                            *sum = s.mul_add(state, s.load(&weights[gate * S::LANES..]), *sum);
                        }
                    }
                }
            }
            Some(pairs) => {
                let panel = hidden.div_ceil(2) * 4 * S::LANES;
                let (one, other) = pairs[first / S::LANES * panel..][..2 * panel].split_at(panel);
                let weights = one.chunks_exact(4 * S::LANES).zip(other.chunks_exact(4 * S::LANES));
                for (states, (one, other)) in states.chunks(2).zip(weights) {
                    // A state that is not there reads a weight of 0.
                    let (state, next) = (s.splat(states[0]), s.splat(states.get(1).copied().unwrap_or(0.0)));
                    for (sums, weights) in sums.iter_mut().zip([one, other]) {
                        for (gate, sum) in sums.iter_mut().enumerate() {
                            let both = s.load(&weights[gate * S::LANES..]);
                            *sum = s.mul_add(next, s.lower_half(both), s.mul_add(state, both, *sum));
                        }
                    }
                }
            }
        }
        self.activate(s, sums, places, step);
    }

    /// Eq. 17-22 for some texts and vectors of hidden units, the first numbers of each place, from the sums of their gates.
    #[inline(always)]
    fn activate<S: Simd, const N: usize>(
        &mut self,
        s: S,
        sums: [[S::V; 4]; N],
        places: [(usize, usize); N],
        step: &mut Step<'_>,
    ) {
        let hidden = self.hidden;
        let sums = gates(s, sums);
        let mut cells = [s.splat(0.0); N];
        for (c, (&[i, f, g, _], (text, first))) in cells.iter_mut().zip(sums.iter().zip(places)) {
            let cell = &mut self.cell_state[text * hidden + first..][..S::LANES.min(hidden - first)];
            *c = s.mul_add(f, s.load_some(cell), s.mul(i, g));
            s.store_some(*c, cell);
        }
        let tangents = tanh(s, cells);
        for (n, (text, first)) in places.into_iter().enumerate() {
            let width = S::LANES.min(hidden - first);
            let place = text * hidden + first..text * hidden + first + width;
            let state = s.mul(sums[n][3], tangents[n]);
            s.store_some(state, &mut step.new[place.clone()]);
            let row = step.rows.start + text;
            match self.output {
                Output::Last => {}
                Output::Sequence => s.store_some(state, &mut self.states[row * hidden + first..][..width]),
                Output::Max => {
                    // What is larger than the best, or not a number, takes its place.
                    let best = &mut self.pool[place.clone()];
                    let old = s.load_some(best);
                    s.store_some(s.pick_unless_le(state, old, state, old), best);
                    if !self.steps.is_empty() {
                        let steps = &mut self.steps[place];
                        let now = s.splat(step.number as f32);
                        s.store_some(s.pick_unless_le(state, old, now, s.load_some(steps)), steps);
                    }
                }
                Output::Mean => {
                    let sum = &mut self.pool[place];
                    s.store_some(s.add(s.load_some(sum), state), sum);
                }
            }
            if !self.gates.is_empty() {
                for (gate, &value) in sums[n].iter().enumerate() {
                    keep(s, self.far, value, &mut self.gates[(row * 4 + gate) * hidden + first..][..width]);
                }
                keep(s, self.far, cells[n], &mut self.cells[row * hidden + first..][..width]);
            }
        }
    }

    /// Asks for what tokens will read of some gates, for some vectors of hidden units, from `first`.
    #[inline(always)]
    fn ask_for<S: Simd>(&self, s: S, tokens: Range<usize>, gates: Range<usize>, first: usize, vectors: usize) {
        for &row in self.index.get(tokens).unwrap_or(&[]) {
            for gate in gates.clone() {
                for first in (first..self.hidden).step_by(S::LANES).take(vectors) {
                    s.prefetch(&self.share(row)[gate * self.hidden + first..]);
                }
            }
        }
    }
}

/// Writes what the backward pass will read.
#[inline(always)]
fn keep<S: Simd>(s: S, far: bool, value: S::V, to: &mut [f32]) {
    if far {
        // SAFETY: nobody looks at the trace before the block is done, and `run` drops a fence at its end.
        unsafe { s.store_far(value, to) }
    } else {
        s.store_some(value, to);
    }
}
