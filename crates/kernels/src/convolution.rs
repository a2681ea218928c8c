//! Convolutions over time of a packed batch, several widths side by side, and their gradient.
//!
//! A filter's sum over a window is a sum over the window's places of what each word gives that place. So each distinct word
//! is multiplied by the filters once, for all places, and a window only adds: fewer operations than unfolding windows, and
//! for a vocabulary whose words were multiplied beforehand almost none.

use rayon::prelude::*;

use crate::buffers::Buffer;
use crate::packed::Block;
use crate::product::{Panels, product, product_with};
use crate::simd::{Kernel, Simd, add};
use crate::{InstructionSet, Matrix, Packed, Start};

/// The sizes and the batch of convolutions over time: what both passes share.
///
/// A convolution of width `w` sees for each token the `(w - 1) / 2` tokens before it and the `w / 2` after it, as PyTorch's
/// `padding='same'`; beyond a text's ends there are zeros, and never another text. The result is the positive part (ReLU).
///
/// Arrays, all row-major:
/// - `inputs` `[rows, input]`: what the tokens read. Tokens may share a row;
/// - `weights`: for each width PyTorch's `weight` `[filters, input, width]` and `bias` `[filters]`;
/// - the result `[tokens, widths * filters]` in packed order, widths side by side.
#[derive(Debug, Clone, Copy)]
pub struct Convolution<'a> {
    /// What the loops run on.
    pub set: InstructionSet,
    /// The layout of the batch.
    pub packed: &'a Packed,
    /// For each packed token its row of the inputs, `[tokens]`.
    pub index: &'a [u32],
    /// The length of a row of the inputs.
    pub input: usize,
    /// How many tokens each convolution sees.
    pub widths: &'a [usize],
    /// The filters of each width.
    pub filters: usize,
}

/// The weights of convolutions in the order in which a pass reads them.
#[derive(Debug)]
pub struct ConvolutionPanels {
    set: InstructionSet,
    /// `[input, filters]`.
    sizes: [usize; 2],
    widths: Vec<usize>,
    /// For each width, `[input, width filters]`.
    filters: Vec<Panels>,
    biases: Vec<Vec<f32>>,
}

/// Gradients of convolutions.
#[derive(Debug, PartialEq)]
pub struct ConvolutionGradient {
    /// Of the inputs.
    pub inputs: Buffer,
    /// Of each width's weights and bias.
    pub weights: Vec<[Buffer; 2]>,
}

impl Convolution<'_> {
    /// Returns the weights in the order in which a pass reads them.
    ///
    /// # Panics
    /// When there is not one pair of weights and bias a width, of the sizes that the type's docs name.
    pub fn panels(&self, weights: &[[&[f32]; 2]]) -> ConvolutionPanels {
        assert_eq!(weights.len(), self.widths.len(), "the weights of convolutions");
        let parts = weights.iter().zip(self.widths).map(|([weight, bias], &width)| {
            assert_eq!(weight.len(), self.filters * self.input * width, "the weights of a convolution");
            assert_eq!(bias.len(), self.filters, "the bias of a convolution");
            let turned = self.turned(weight, width);
            (Panels::new(self.set, Matrix::new(&turned, self.input, width * self.filters)), bias.to_vec())
        });
        let (filters, biases) = parts.unzip();
        let (set, sizes, widths) = (self.set, [self.input, self.filters], self.widths.to_vec());
        ConvolutionPanels { set, sizes, widths, filters, biases }
    }

    /// `[filters, input, width]` as `[input, width, filters]`.
    fn turned(&self, weight: &[f32], width: usize) -> Buffer {
        let mut turned = Buffer::dirty(weight.len());
        for (filter, rows) in weight.chunks_exact((self.input * width).max(1)).enumerate() {
            for (place, &value) in rows.iter().enumerate() {
                turned[place * self.filters + filter] = value;
            }
        }
        turned
    }

    /// Returns what each input row gives every place of every window, width by width: `[rows, width filters]`.
    ///
    /// # Panics
    /// When the panels are of other convolutions.
    pub fn project(&self, inputs: &[f32], panels: &ConvolutionPanels) -> Vec<Buffer> {
        assert_eq!(inputs.len() % self.input.max(1), 0, "the inputs of convolutions");
        self.check_panels(panels);
        let rows = inputs.len() / self.input.max(1);
        let project = |(panels, &width): (&Panels, &usize)| {
            let mut out = Buffer::dirty(rows * width * self.filters);
            product_with(Matrix::new(inputs, rows, self.input), panels, Start::Zero, &mut out);
            out
        };
        panels.filters.iter().zip(self.widths).map(project).collect()
    }

    /// Returns the result of a pass over inputs that were [projected](Self::project).
    ///
    /// # Panics
    /// When an array has not the size that the type's docs name, or an index is too large.
    pub fn forward(&self, projected: &[Buffer], panels: &ConvolutionPanels) -> Buffer {
        assert_eq!(projected.len(), self.widths.len(), "projected inputs");
        self.check_panels(panels);
        for (projected, width) in projected.iter().zip(self.widths) {
            self.check(projected.len() / (width * self.filters).max(1));
        }
        let columns = self.widths.len() * self.filters;
        let mut out = Buffer::dirty(self.packed.tokens() * columns);
        if out.is_empty() {
            return out;
        }
        let mut rest = &mut out[..];
        let mut tasks = Vec::with_capacity(self.packed.blocks().len());
        for block in self.packed.blocks() {
            let (part, more) = rest.split_at_mut(block.rows.len() * columns);
            rest = more;
            tasks.push(Windows { of: self, block, projected, biases: &panels.biases, out: part });
        }
        tasks.into_par_iter().for_each(|task| self.set.run(task));
        out
    }

    /// Returns the gradients of inputs and weights, from the result of [`forward`](Self::forward) and its gradient.
    ///
    /// # Panics
    /// When an array has not the size that the type's docs name.
    pub fn backward(
        &self,
        inputs: &[f32],
        weights: &[[&[f32]; 2]],
        result: &[f32],
        d_result: &[f32],
    ) -> ConvolutionGradient {
        let rows = inputs.len() / self.input.max(1);
        let (tokens, filters) = (self.packed.tokens(), self.filters);
        let columns = self.widths.len() * filters;
        assert!([result.len(), d_result.len()] == [tokens * columns; 2], "the result of convolutions");
        assert_eq!(weights.len(), self.widths.len(), "the weights of convolutions");
        self.check(rows);
        // Each width on its own: no two threads write to one array.
        let spread: Vec<(Buffer, Buffer)> = (0..self.widths.len())
            .into_par_iter()
            .map(|at| {
                let mut sums = Buffer::zeros(rows * self.widths[at] * filters);
                let mut bias = Buffer::zeros(filters);
                let d_result = (result, d_result);
                self.set.run(Spread { of: self, at, d_result, sums: &mut sums, bias: &mut bias });
                (sums, bias)
            })
            .collect();
        let mut d_inputs = Buffer::dirty(inputs.len());
        if self.widths.is_empty() {
            d_inputs.fill(0.0);
        }
        let mut gradients = Vec::with_capacity(weights.len());
        for (at, ((sums, bias), [weight, _])) in spread.into_iter().zip(weights).enumerate() {
            let width = self.widths[at];
            let sums = Matrix::new(&sums, rows, width * filters);
            let turned = self.turned(weight, width);
            let start = if at == 0 { Start::Zero } else { Start::Old };
            product(self.set, sums, Matrix::new(&turned, self.input, width * filters).t(), start, &mut d_inputs);
            // [width filters, input], to be put in PyTorch's order
            let mut d_turned = Buffer::dirty(weight.len());
            product(self.set, sums.t(), Matrix::new(inputs, rows, self.input), Start::Zero, &mut d_turned);
            let mut d_weight = Buffer::dirty(weight.len());
            for (column, from) in d_turned.chunks_exact(self.input.max(1)).enumerate() {
                let (place, filter) = (column / filters, column % filters);
                for (j, &value) in from.iter().enumerate() {
                    d_weight[(filter * self.input + j) * width + place] = value;
                }
            }
            gradients.push([d_weight, bias]);
        }
        ConvolutionGradient { inputs: d_inputs, weights: gradients }
    }

    fn check_panels(&self, panels: &ConvolutionPanels) {
        let same = panels.set == self.set && panels.sizes == [self.input, self.filters];
        assert!(same && panels.widths == self.widths, "panels of other convolutions");
    }

    fn check(&self, rows: usize) {
        assert!(self.widths.iter().all(|&width| width > 0), "a width of 0");
        assert_eq!(self.index.len(), self.packed.tokens(), "one index a token");
        assert!(self.index.iter().all(|&row| (row as usize) < rows), "an index is too large");
    }
}

/// Calls `f` for every token of a block, with its row in the block and what its window sees: the places in `projected`,
/// `[rows, width filters]`, that belong to it, in order; then what the next token's window will see.
#[inline(always)]
fn for_each_window(
    block: &Block,
    index: &[u32],
    width: usize,
    filters: usize,
    mut f: impl FnMut(usize, &[usize], &[usize]),
) {
    let before = (width - 1) / 2;
    let (mut steps, mut seen, mut soon) = (Vec::with_capacity(width), Vec::new(), Vec::new());
    for step in 0..block.steps() {
        // For each place of the window, the step that stands there; texts that end before it come last.
        steps.clear();
        let there = |place: usize| (step + place).checked_sub(before).filter(|&step| step < block.steps());
        steps.extend((0..width).filter_map(|place| Some((place, block.step(there(place)?)))));
        let seen_by = |text: usize, seen: &mut Vec<usize>| {
            seen.clear();
            let seeing = steps.iter().filter(|(_, rows)| text < rows.len());
            seen.extend(seeing.map(|(place, rows)| (index[rows.start + text] as usize * width + place) * filters));
        };
        seen_by(0, &mut soon);
        for (text, row) in block.step(step).enumerate() {
            std::mem::swap(&mut seen, &mut soon);
            seen_by(text + 1, &mut soon);
            f(row, &seen, &soon);
        }
    }
}

/// The results of one block of texts.
struct Windows<'a> {
    of: &'a Convolution<'a>,
    block: &'a Block,
    projected: &'a [Buffer],
    biases: &'a [Vec<f32>],
    out: &'a mut [f32],
}

impl Kernel for Windows<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { of, block, projected, biases, out } = self;
        let filters = of.filters;
        let index = &of.index[block.rows.clone()];
        let columns = of.widths.len() * filters;
        let zero = s.splat(0.0);
        let parts = of.widths.iter().zip(projected).zip(biases);
        for (at, ((&width, projected), bias)) in parts.enumerate() {
            for_each_window(block, index, width, filters, |row, seen, soon| {
                for &from in soon {
                    for n in (0..filters).step_by(16) {
                        s.prefetch(&projected[from + n..]);
                    }
                }
                let to = &mut out[row * columns + at * filters..][..filters];
                for (n, (to, bias)) in to.chunks_mut(S::LANES).zip(bias.chunks(S::LANES)).enumerate() {
                    let mut sum = s.load_some(bias);
                    for &from in seen {
                        sum = s.add(sum, s.load_some(&projected[from + n * S::LANES..][..to.len()]));
                    }
                    s.store_some(s.pick_unless_le(sum, zero, sum, zero), to); // what is not a number stays so
                }
            });
        }
    }
}

/// What one width's results give back to the input rows and to the bias.
struct Spread<'a> {
    of: &'a Convolution<'a>,
    at: usize,
    /// The results and their gradients.
    d_result: (&'a [f32], &'a [f32]),
    sums: &'a mut [f32],
    bias: &'a mut [f32],
}

impl Kernel for Spread<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { of, at, d_result: (result, d_result), sums, bias } = self;
        let (filters, width) = (of.filters, of.widths[at]);
        let columns = of.widths.len() * filters;
        let mut slopes = Buffer::dirty(filters);
        for block in of.packed.blocks() {
            for_each_window(block, &of.index[block.rows.clone()], width, filters, |row, seen, _| {
                let from = (block.rows.start + row) * columns + at * filters;
                where_positive(s, &result[from..][..filters], &d_result[from..][..filters], &mut slopes);
                add(s, &slopes, bias);
                for &to in seen {
                    add(s, &slopes, &mut sums[to..][..filters]);
                }
            });
        }
    }
}

/// The gradients where the results are positive, 0 elsewhere.
#[inline(always)]
fn where_positive<S: Simd>(s: S, results: &[f32], gradients: &[f32], out: &mut [f32]) {
    let zero = s.splat(0.0);
    let parts = results.chunks(S::LANES).zip(gradients.chunks(S::LANES)).zip(out.chunks_mut(S::LANES));
    for ((result, gradient), out) in parts {
        s.store_some(s.pick_unless_le(s.load_some(result), zero, s.load_some(gradient), zero), out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{every, numbers, same, wide};

    struct Case {
        lengths: Vec<usize>,
        index: Vec<u32>,
        input: usize,
        widths: Vec<usize>,
        filters: usize,
        inputs: Vec<f32>,
        weights: Vec<[Vec<f32>; 2]>,
        d_result: Vec<f32>,
    }

    impl Case {
        fn new(lengths: &[usize], rows: usize, input: usize, widths: &[usize], filters: usize, seed: u32) -> Self {
            let mut lengths = lengths.to_vec();
            lengths.sort_by(|a, b| b.cmp(a));
            let tokens = lengths.iter().sum();
            let weights = widths.iter().zip(seed..);
            Self {
                index: numbers(tokens, seed).iter().map(|x| ((x + 1.0) * 0.49999 * rows as f32) as u32).collect(),
                input,
                widths: widths.to_vec(),
                filters,
                inputs: numbers(rows * input, seed + 1),
                weights: weights
                    .map(|(&width, seed)| [numbers(filters * input * width, seed + 2), numbers(filters, seed + 3)])
                    .collect(),
                d_result: numbers(tokens * widths.len() * filters, seed + 4),
                lengths,
            }
        }

        fn layer<'a>(&'a self, set: InstructionSet, packed: &'a Packed) -> Convolution<'a> {
            let Self { index, input, widths, filters, .. } = self;
            Convolution { set, packed, index, input: *input, widths, filters: *filters }
        }

        fn weights(&self) -> Vec<[&[f32]; 2]> {
            self.weights.iter().map(|[weight, bias]| [&weight[..], &bias[..]]).collect()
        }

        fn run(&self, set: InstructionSet) -> (Buffer, ConvolutionGradient) {
            let packed = Packed::new(&self.lengths);
            let (layer, weights) = (self.layer(set, &packed), self.weights());
            let panels = layer.panels(&weights);
            let result = layer.forward(&layer.project(&self.inputs, &panels), &panels);
            let gradient = layer.backward(&self.inputs, &weights, &result, &self.d_result);
            (result, gradient)
        }

        /// Inputs, then each width's weights and bias.
        fn leaves(&self) -> Vec<f64> {
            let weights = self.weights.iter().flatten().flat_map(|values| wide(values));
            wide(&self.inputs).into_iter().chain(weights).collect()
        }

        /// The definition, window by window, before the positive part.
        fn reference(&self, leaves: &[f64]) -> Vec<f64> {
            let packed = Packed::new(&self.lengths);
            let columns = self.widths.len() * self.filters;
            let mut out = vec![0.0; packed.tokens() * columns];
            for (row, (text, step)) in packed.places().enumerate() {
                let mut from = self.inputs.len();
                for (at, &width) in self.widths.iter().enumerate() {
                    let (weight, bias) = (from, from + self.filters * self.input * width);
                    from = bias + self.filters;
                    for f in 0..self.filters {
                        let mut sum = leaves[bias + f];
                        for place in 0..width {
                            let there = (step + place).checked_sub((width - 1) / 2);
                            let Some(there) = there.and_then(|step| packed.row(text, step)) else { continue };
                            for j in 0..self.input {
                                let x = leaves[self.index[there] as usize * self.input + j];
                                sum += x * leaves[weight + (f * self.input + j) * width + place];
                            }
                        }
                        out[row * columns + at * self.filters + f] = sum;
                    }
                }
            }
            out
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Any ragged batch on every instruction set: the definition and its slopes; and the same bytes wherever `a b + c`
        /// is rounded once.
        #[test]
        fn results_and_slopes_are_those_of_the_definition(
            lengths in proptest::collection::vec(0usize..7, 0..30), rows in 1usize..5, input in 1usize..5,
            widths in proptest::collection::vec(1usize..6, 0..4), filters in 1usize..20, seed in 0u32..1000,
        ) {
            let case = Case::new(&lengths, rows, input, &widths, filters, seed);
            let leaves = case.leaves();
            let sums = case.reference(&leaves);
            // The loss is linear in each leaf where no sum changes its sign: slopes of the positive sums alone.
            let alive: Vec<f64> =
                sums.iter().zip(&case.d_result).map(|(&sum, &d)| if sum > 0.0 { f64::from(d) } else { 0.0 }).collect();
            let mut fused: Option<(Buffer, ConvolutionGradient)> = None;
            for set in every() {
                let (result, gradient) = case.run(set);
                for (ours, sum) in result.iter().zip(&sums) {
                    prop_assert!((f64::from(*ours) - sum.max(0.0)).abs() < 1e-5, "{}", set.name());
                }
                if sums.iter().all(|sum| sum.abs() > 1e-5) {
                    let weights = gradient.weights.iter().flatten().flat_map(|values| values.iter());
                    for (k, ours) in gradient.inputs.iter().chain(weights).enumerate() {
                        let mut moved = leaves.clone();
                        moved[k] += 1.0;
                        let slope: f64 =
                            case.reference(&moved).iter().zip(&sums).zip(&alive).map(|((b, a), d)| (b - a) * d).sum();
                        let error = (f64::from(*ours) - slope).abs();
                        prop_assert!(error < 1e-4 * slope.abs().max(1.0), "{} {k}: {ours} {slope}", set.name());
                    }
                }
                if set.is_fused() {
                    let first = fused.get_or_insert_with(|| case.run(set));
                    prop_assert!(same(&first.0, &result) && first.1 == gradient, "{}", set.name());
                }
            }
        }
    }

    /// torch 2.15: `F.relu(F.conv1d(x, w, padding='same'))` of x = [1, 2, 3, 4] and w = [1, 10, 100, 1000]
    /// gives [3210, 4321, 432, 43]: a window of 4 begins one token before.
    #[test]
    fn even_widths_lie_as_in_pytorch() {
        let packed = Packed::new(&[4]);
        for set in every() {
            let layer = Convolution { set, packed: &packed, index: &[0, 1, 2, 3], input: 1, widths: &[4], filters: 1 };
            let panels = layer.panels(&[[&[1.0, 10.0, 100.0, 1000.0], &[0.0]]]);
            let result = layer.forward(&layer.project(&[1.0, 2.0, 3.0, 4.0], &panels), &panels);
            assert_eq!(result[..], [3210.0, 4321.0, 432.0, 43.0], "{}", set.name());
        }
    }

    #[test]
    fn threads_and_neighbours_change_no_byte() {
        let lengths: Vec<usize> = (0..60).map(|k| k * 13 % 17).collect();
        let case = Case::new(&lengths, 40, 10, &[3, 4, 5], 33, 3);
        let at = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| case.run(InstructionSet::best()))
        };
        let one = at(1);
        assert!([2, 4].into_iter().all(|threads| at(threads) == one));
        let packed = Packed::new(&case.lengths);
        for (text, &length) in case.lengths.iter().enumerate() {
            let rows: Vec<usize> = (0..length).map(|step| packed.row(text, step).unwrap()).collect();
            let mut alone = Case::new(&[length], 40, 10, &[3, 4, 5], 33, 3);
            alone.index = rows.iter().map(|&row| case.index[row]).collect();
            for (ours, row) in alone.run(InstructionSet::best()).0.chunks(99).zip(rows) {
                assert!(same(ours, &one.0[row * 99..][..99]), "text {text}");
            }
        }
    }
}
