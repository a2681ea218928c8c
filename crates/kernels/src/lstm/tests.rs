//! Against the equations in double precision, central differences of those, and all invariances.

use proptest::prelude::*;

use super::*;
use crate::testing::{every, numbers, same, wide};

/// A layer, a batch, and the weights of a loss: the sum of weights times results and final states.
#[derive(Clone)]
struct Case {
    lengths: Vec<usize>,
    index: Vec<u32>,
    input: usize,
    hidden: usize,
    directions: usize,
    output: Output,
    inputs: Vec<f32>,
    weights: Vec<f32>,
    state: LstmState,
    d_result: Vec<f32>,
    d_state: LstmState,
}

impl Case {
    fn new(lengths: &[usize], [rows, input, hidden, directions]: [usize; 4], output: Output, seed: u32) -> Self {
        let mut lengths = lengths.to_vec();
        lengths.sort_by(|a, b| b.cmp(a));
        let (tokens, texts) = (lengths.iter().sum(), lengths.len());
        let states = directions * texts * hidden;
        let state = |seed| LstmState { hidden: numbers(states, seed), cell: numbers(states, seed + 1) };
        Self {
            index: numbers(tokens, seed).iter().map(|x| ((x + 1.0) * 0.49999 * rows as f32) as u32).collect(),
            inputs: numbers(rows * input, seed + 1),
            weights: numbers(directions * 4 * hidden * (input + hidden + 2), seed + 2)
                .iter()
                .map(|x| x * 0.5)
                .collect(),
            d_result: numbers(directions * hidden * if output == Output::Sequence { tokens } else { texts }, seed + 3),
            state: state(seed + 4),
            d_state: state(seed + 6),
            lengths,
            input,
            hidden,
            directions,
            output,
        }
    }

    fn layer<'a>(&'a self, set: InstructionSet, packed: &'a Packed) -> Lstm<'a> {
        let Self { index, input, hidden, directions, output, .. } = self;
        Lstm { set, packed, index, input: *input, hidden: *hidden, directions: *directions, output: *output }
    }

    fn split(&self) -> Vec<LstmWeights<'_>> {
        self.layer(InstructionSet::best(), &Packed::new(&self.lengths)).split(&self.weights)
    }

    fn forward(&self, set: InstructionSet) -> (Vec<f32>, LstmState) {
        let (packed, mut state) = (Packed::new(&self.lengths), self.state.clone());
        let result = self.layer(set, &packed).forward(&self.inputs, &self.split(), &mut state, false).0;
        (result.to_vec(), state)
    }

    fn backward(&self, set: InstructionSet) -> LstmGradient {
        let (packed, mut state) = (Packed::new(&self.lengths), self.state.clone());
        let layer = self.layer(set, &packed);
        let (_, trace) = layer.forward(&self.inputs, &self.split(), &mut state, true);
        layer.backward(&self.inputs, &self.split(), trace.unwrap(), &self.d_result, Some(self.d_state.clone()))
    }

    /// Everything that a gradient is of: inputs, weights, hidden and cell states.
    fn leaves(&self) -> Vec<f64> {
        [&self.inputs, &self.weights, &self.state.hidden, &self.state.cell].into_iter().flat_map(|x| wide(x)).collect()
    }

    /// Eq. 17-23, text by text: the result and the final states.
    fn reference(&self, leaves: &[f64]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let (h, d, texts) = (self.hidden, self.directions, self.lengths.len());
        let packed = Packed::new(&self.lengths);
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let (inputs, rest) = leaves.split_at(self.inputs.len());
        let (weights, rest) = rest.split_at(self.weights.len());
        let (hidden, cell) = rest.split_at(rest.len() / 2);
        let (mut final_hidden, mut final_cell) = (hidden.to_vec(), cell.to_vec());
        let rows = if self.output == Output::Sequence { packed.tokens() } else { texts };
        let mut result = vec![0.0; rows * d * h];
        for (direction, weights) in weights.chunks_exact(weights.len() / d).enumerate() {
            let (w_ih, rest) = weights.split_at(4 * h * self.input);
            let (w_hh, bias) = rest.split_at(4 * h * h);
            for (text, &length) in self.lengths.iter().enumerate() {
                let hidden = &mut final_hidden[(direction * texts + text) * h..][..h];
                let cell = &mut final_cell[(direction * texts + text) * h..][..h];
                let pooled = (text * d + direction) * h;
                for k in 0..length {
                    let row = packed.row(text, if direction == 1 { length - 1 - k } else { k }).unwrap();
                    let x = &inputs[self.index[row] as usize * self.input..][..self.input];
                    let pre: Vec<f64> = (0..4 * h)
                        .map(|gate| {
                            let of_input: f64 = (0..self.input).map(|j| w_ih[gate * self.input + j] * x[j]).sum();
                            let of_state: f64 = (0..h).map(|j| w_hh[gate * h + j] * hidden[j]).sum();
                            of_input + of_state + bias[gate] + bias[4 * h + gate]
                        })
                        .collect();
                    for j in 0..h {
                        let (i, f) = (sigmoid(pre[j]), sigmoid(pre[h + j]));
                        let (g, o) = (pre[2 * h + j].tanh(), sigmoid(pre[3 * h + j]));
                        cell[j] = f * cell[j] + i * g;
                        hidden[j] = o * cell[j].tanh();
                        match self.output {
                            Output::Sequence => result[(row * d + direction) * h + j] = hidden[j],
                            Output::Mean => result[pooled + j] += hidden[j] / length as f64,
                            Output::Max if k > 0 => result[pooled + j] = result[pooled + j].max(hidden[j]),
                            Output::Max | Output::Last => result[pooled + j] = hidden[j],
                        }
                    }
                }
                if self.output == Output::Last {
                    result[pooled..pooled + h].copy_from_slice(hidden);
                }
            }
        }
        (result, final_hidden, final_cell)
    }

    fn loss(&self, leaves: &[f64]) -> f64 {
        let (result, hidden, cell) = self.reference(leaves);
        let dot = |a: &[f64], b: &[f32]| a.iter().zip(b).map(|(a, &b)| a * f64::from(b)).sum::<f64>();
        dot(&result, &self.d_result) + dot(&hidden, &self.d_state.hidden) + dot(&cell, &self.d_state.cell)
    }
}

fn output() -> impl Strategy<Value = Output> {
    prop_oneof![Just(Output::Sequence), Just(Output::Last), Just(Output::Max), Just(Output::Mean)]
}

fn close(ours: &[f32], expected: &[f64], most: f64) -> bool {
    ours.len() == expected.len()
        && ours.iter().zip(expected).all(|(&a, b)| (f64::from(a) - b).abs() <= most * b.abs().max(1.0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any ragged batch, any sizes, on every instruction set: the equations; and the same bytes wherever `a b + c` is
    /// rounded once.
    #[test]
    fn results_are_those_of_the_equations(
        lengths in proptest::collection::vec(0usize..9, 0..40), rows in 1usize..6, input in 1usize..20,
        hidden in 1usize..40, directions in 1usize..3, output in output(), seed in 0u32..1000,
    ) {
        let case = Case::new(&lengths, [rows, input, hidden, directions], output, seed);
        let (result, hidden, cell) = case.reference(&case.leaves());
        let mut fused: Option<(Vec<f32>, LstmState)> = None;
        for set in every() {
            let (ours, state) = case.forward(set);
            prop_assert!(close(&ours, &result, 2e-5), "{}", set.name());
            prop_assert!(close(&state.hidden, &hidden, 2e-5) && close(&state.cell, &cell, 2e-5));
            if set.is_fused() {
                let first = fused.get_or_insert_with(|| (ours.clone(), state.clone()));
                prop_assert!(same(&first.0, &ours) && same(&first.1.cell, &state.cell), "{}", set.name());
            }
        }
    }
}

#[test]
fn gradients_are_what_differences_of_the_equations_show() {
    for (lengths, sizes, output) in [
        (&[4, 1, 3][..], [5, 3, 2, 2], Output::Max),
        (&[5, 2, 1, 0], [3, 2, 5, 2], Output::Sequence),
        (&[3, 3, 1], [4, 2, 17, 1], Output::Last),
        (&[4, 2, 0], [3, 5, 3, 2], Output::Mean),
        (&[3, 2, 1], [2, 3, 4, 2], Output::Last),
        (&[2; 40], [3, 2, 2, 2], Output::Max), // more than a block
    ] {
        let case = Case::new(lengths, sizes, output, 7);
        let leaves = case.leaves();
        let slopes: Vec<f64> = (0..leaves.len())
            .map(|k| {
                let at = |shift: f64| {
                    let mut moved = leaves.clone();
                    moved[k] += shift;
                    case.loss(&moved)
                };
                (at(1e-5) - at(-1e-5)) / 2e-5
            })
            .collect();
        let mut fused: Option<Vec<f32>> = None;
        for set in every() {
            let LstmGradient { inputs, weights, state } = case.backward(set);
            let weights: Vec<f32> = weights.iter().flatten().flat_map(|part| part.to_vec()).collect();
            let ours = [&inputs[..], &weights, &state.hidden, &state.cell].concat();
            for (k, (&ours, slope)) in ours.iter().zip(&slopes).enumerate() {
                let error = (f64::from(ours) - slope).abs();
                assert!(error < 1e-4 * slope.abs().max(1.0), "{output:?} {} {k}: {ours} {slope}", set.name());
            }
            if set.is_fused() {
                assert!(same(fused.get_or_insert_with(|| ours.clone()), &ours), "{output:?} {}", set.name());
            }
        }
    }
}

#[test]
fn threads_change_no_byte() {
    let lengths: Vec<usize> = (0..70).map(|k| k * 13 % 29).collect();
    for output in [Output::Max, Output::Sequence] {
        let case = Case::new(&lengths, [50, 20, 33, 2], output, 3);
        let at = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| (case.forward(InstructionSet::best()), case.backward(InstructionSet::best())))
        };
        let one = at(1);
        assert!([2, 3, 4].into_iter().all(|threads| at(threads) == one));
    }
}

#[test]
fn neighbours_change_nothing() {
    let case = Case::new(&[9, 8, 4, 4, 2, 1, 1, 0], [6, 5, 19, 2], Output::Max, 5);
    let packed = Packed::new(&case.lengths);
    let (together, _) = case.forward(InstructionSet::best());
    for (text, &length) in case.lengths.iter().enumerate() {
        let mut alone = case.clone();
        alone.lengths = vec![length];
        alone.index = (0..length).map(|step| case.index[packed.row(text, step).unwrap()]).collect();
        let state = |values: &[f32]| {
            let of = |d: usize| values[(d * 8 + text) * 19..][..19].to_vec();
            [of(0), of(1)].concat()
        };
        alone.state = LstmState { hidden: state(&case.state.hidden), cell: state(&case.state.cell) };
        assert!(same(&alone.forward(InstructionSet::best()).0, &together[text * 38..][..38]), "text {text}");
    }
}

#[test]
fn rounded_weights_are_near_and_the_same_alone_and_in_a_batch() {
    for (first, second) in numbers(2000, 1).into_iter().zip(numbers(2000, 2)) {
        let both = rounded(first, second);
        // Of 8 significant digits, half of the last one is 2^-8 of the number at most.
        assert!(
            (both - first).abs() <= first.abs() / 256.0 && (second_of(both) - second).abs() <= second.abs() / 256.0
        );
    }
    assert!(rounded(f32::NAN, 1.0).is_nan() && second_of(rounded(1.0, f32::NAN)).is_nan());
    for hidden in [1, 5, 16, 33, 40] {
        let case = Case::new(&[6, 5, 5, 1], [6, 5, hidden, 2], Output::Sequence, 5);
        for set in every() {
            let run = |case: &Case, precision| {
                let (packed, mut state) = (Packed::new(&case.lengths), case.state.clone());
                let layer = case.layer(set, &packed);
                let panels = layer.panels(&layer.split(&case.weights), precision);
                layer.recur(&layer.project(&case.inputs, &panels), &panels, &mut state, false).0
            };
            let [together, exact] =
                [WeightPrecision::Bfloat16, WeightPrecision::Single].map(|precision| run(&case, precision));
            assert!(close(&together, &wide(&exact), 0.02) && !same(&together, &exact), "{hidden} {}", set.name());
            let packed = Packed::new(&case.lengths);
            for (text, &length) in case.lengths.iter().enumerate() {
                let mut alone = case.clone();
                let rows: Vec<usize> = (0..length).filter_map(|step| packed.row(text, step)).collect();
                alone.lengths = vec![length];
                alone.index = rows.iter().map(|&row| case.index[row]).collect();
                let state = |values: &[f32]| {
                    let of = |d: usize| values[(d * 4 + text) * hidden..][..hidden].to_vec();
                    [of(0), of(1)].concat()
                };
                alone.state = LstmState { hidden: state(&case.state.hidden), cell: state(&case.state.cell) };
                let expected: Vec<f32> =
                    rows.iter().flat_map(|row| together[row * 2 * hidden..][..2 * hidden].to_vec()).collect();
                assert!(same(&run(&alone, WeightPrecision::Bfloat16), &expected), "{hidden} {} {text}", set.name());
            }
        }
    }
}

#[test]
fn a_text_in_two_pieces_is_the_text() {
    let whole = Case::new(&[7], [4, 3, 18, 1], Output::Sequence, 9);
    let (expected, end) = whole.forward(InstructionSet::best());
    let (mut found, mut state) = (Vec::new(), whole.state.clone());
    for piece in [0..3, 3..7] {
        let mut part = whole.clone();
        (part.lengths, part.index) = (vec![piece.len()], whole.index[piece].to_vec());
        part.state = state;
        let (result, after) = part.forward(InstructionSet::best());
        found.extend(result);
        state = after;
    }
    assert!(same(&found, &expected) && state == end);
}

#[test]
fn what_is_not_a_number_comes_out() {
    for output in [Output::Max, Output::Mean, Output::Last, Output::Sequence] {
        let mut case = Case::new(&[3], [3, 2, 5, 2], output, 1);
        case.index = vec![0, 1, 2];
        case.inputs[2] = f32::NAN; // read by the second token
        assert!(every().into_iter().all(|set| case.forward(set).0.iter().any(|x| x.is_nan())), "{output:?}");
    }
}

#[test]
#[should_panic(expected = "index is too large")]
fn indexes_are_checked() {
    let mut case = Case::new(&[1], [1, 1, 1, 1], Output::Last, 0);
    case.index = vec![5];
    case.forward(InstructionSet::best());
}
