//! Word2Vec's inner loop: logistic regressions of a few words beside each other on a few others, as small matrix products.
//!
//! A window has contexts, whose rows of the input matrix are learned, and targets, whose rows of the output matrix are: the word
//! in the middle of the window, which is to be told from noise, and the noise. All contexts share one noise (S. Ji et al.,
//! *Parallelizing Word2Vec in Shared and Distributed Memory*, 2016), so that four contexts and six targets make a tile of 24 products,
//! in which every number that was loaded is used several times.

use crate::InstructionSet;
use crate::math::exp;
use crate::simd::{Kernel, Simd};

/// Numbers in a [`Line`].
const LINE: usize = 16;

/// A cache line of numbers. Rows of whole lines never share one, and no vector lies across two.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(C, align(64))]
pub struct Line(pub [f32; LINE]);

impl Line {
    /// Returns how many lines a row of `numbers` needs.
    pub fn count(numbers: usize) -> usize {
        numbers.div_ceil(LINE)
    }
}

/// Windows of one text after another, and the rows that they change.
///
/// The rows of a tile are read, and then changed, together; tiles follow one another. Where a window has the same context twice,
/// the second one begins a new tile.
#[derive(Debug)]
pub struct SkipGram<'a> {
    /// The input rows, `[rows, width]`.
    pub inputs: &'a mut [Line],
    /// The output rows, `[rows, width]`.
    pub outputs: &'a mut [Line],
    /// Lines in a row. What is beyond the vector's length is zero, and stays so.
    pub width: usize,
    /// The input rows of all windows, one window after another.
    pub contexts: &'a [u32],
    /// Where the contexts of each window end.
    pub ends: &'a [u32],
    /// The output rows of each window, `[windows, targets]`: first the word in the middle, then the noise; none twice in a window.
    pub targets: &'a [u32],
    /// Output rows of a window.
    pub count: usize,
    /// The learning rate.
    pub rate: f32,
    /// Whether the mean of the contexts is one context, and its change that of each of them (continuous bag of words).
    pub is_bag: bool,
}

impl SkipGram<'_> {
    /// Trains on the windows in order, and returns the loss of some of them in nats, summed over their pairs, and how many pairs
    /// these were.
    ///
    /// # Panics
    /// When a row is none of the matrices', or the numbers of windows and targets do not fit.
    pub fn train(self, set: InstructionSet) -> (f64, u64) {
        assert_eq!(self.ends.len() * self.count, self.targets.len(), "targets");
        set.run(self)
    }
}

impl Kernel for SkipGram<'_> {
    type Out = (f64, u64);

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> (f64, u64) {
        /// The loss takes logarithms: that of every so many windows is enough to watch.
        const WATCHED: usize = 32;
        let Self { inputs, outputs, width, contexts, ends, targets, count, rate, is_bag } = self;
        let mut loss = (0.0, 0);
        let mut from = 0;
        let (mut mean, mut change) = (vec![Line::default(); width], vec![Line::default(); width]);
        for (window, (&end, targets)) in ends.iter().zip(targets.chunks_exact(count.max(1))).enumerate() {
            let contexts = &contexts[from..end as usize];
            from = end as usize;
            let mut watch = (window % WATCHED == 0).then_some(&mut loss);
            if is_bag {
                average(inputs, contexts, width, &mut mean);
                change.copy_from_slice(&mean);
            }
            let (matrix, mut rest): (&mut [Line], &[u32]) =
                if is_bag { (&mut change, &[0]) } else { (inputs, contexts) };
            while !rest.is_empty() {
                let (contexts, after) = rest.split_at(distinct(rest));
                let mut first = true;
                let mut others = targets;
                while !others.is_empty() {
                    let (targets, after) = others.split_at([1, 1, 2, 2, 2, 2, 6][others.len().min(6)]);
                    let (inputs, outputs) = (&mut *matrix, &mut *outputs);
                    let watch = watch.as_mut();
                    Tile { inputs, outputs, contexts, targets, width, rate, positive: first, watch }.train(s);
                    (others, first) = (after, false);
                }
                rest = after;
            }
            if is_bag {
                for &context in contexts {
                    let row = &mut inputs[context as usize * width..][..width];
                    for ((row, change), mean) in row.iter_mut().zip(&change).zip(&mean) {
                        let values = row.0.iter_mut().zip(change.0.iter().zip(&mean.0));
                        values.for_each(|(row, (change, mean))| *row += change - mean);
                    }
                }
            }
        }
        loss
    }
}

/// Returns how many of the first contexts make a tile: 1, 2 or 4 that differ from each other.
#[inline(always)]
fn distinct(places: &[u32]) -> usize {
    let most = places.len().min(4);
    let most = (1..most).find(|&next| places[..next].contains(&places[next])).unwrap_or(most);
    [1, 1, 2, 2, 4][most]
}

/// Returns rows of a matrix, all different.
#[inline(always)]
fn rows<const M: usize>(matrix: &mut [Line], places: [u32; M], width: usize) -> [&mut [Line]; M] {
    let ranges = places.map(|place| place as usize * width..(place as usize + 1) * width);
    match matrix.get_disjoint_mut(ranges) {
        Ok(rows) => rows,
        Err(error) => panic!("rows {places:?}: {error}"),
    }
}

/// Contexts and targets whose products are taken together.
struct Tile<'a, 'b> {
    inputs: &'a mut [Line],
    outputs: &'a mut [Line],
    contexts: &'a [u32],
    targets: &'a [u32],
    width: usize,
    rate: f32,
    /// Whether the first target is the word in the middle.
    positive: bool,
    watch: Option<&'a mut &'b mut (f64, u64)>,
}

impl Tile<'_, '_> {
    #[inline(always)]
    fn train<S: Simd>(self, s: S) {
        match *self.contexts {
            [a] => self.beside(s, [a]),
            [a, b] => self.beside(s, [a, b]),
            [a, b, c, d] => self.beside(s, [a, b, c, d]),
            _ => {}
        }
    }

    #[inline(always)]
    fn beside<S: Simd, const M: usize>(self, s: S, contexts: [u32; M]) {
        let Self { inputs, outputs, targets, width, rate, positive, watch, .. } = self;
        let contexts = rows(inputs, contexts, width);
        match *targets {
            [a] => train(s, contexts, rows(outputs, [a], width), width, rate, positive, watch),
            [a, b] => train(s, contexts, rows(outputs, [a, b], width), width, rate, positive, watch),
            [a, b, c, d, e, f] => {
                train(s, contexts, rows(outputs, [a, b, c, d, e, f], width), width, rate, positive, watch);
            }
            _ => {}
        }
    }
}

/// One step of gradient descent on each pair of a context and a target, all from the same numbers.
#[inline(always)]
fn train<S: Simd, const M: usize, const N: usize>(
    s: S,
    contexts: [&mut [Line]; M],
    targets: [&mut [Line]; N],
    width: usize,
    rate: f32,
    positive: bool,
    watch: Option<&mut &mut (f64, u64)>,
) {
    assert!(contexts.iter().all(|row| row.len() == width) && targets.iter().all(|row| row.len() == width));
    // Sixteen sums a product, whatever the instruction set, so that all of them add in the same order.
    let mut sums = [[[0.0_f32; LINE]; N]; M];
    for part in (0..LINE).step_by(S::LANES) {
        let mut sum = [[s.splat(0.0); N]; M];
        for line in 0..width {
            let mut context = [s.splat(0.0); M];
            for m in 0..M {
                context[m] = s.load(&contexts[m][line].0[part..]);
            }
            for n in 0..N {
                let target = s.load(&targets[n][line].0[part..]);
                for m in 0..M {
                    sum[m][n] = s.mul_add(context[m], target, sum[m][n]);
                }
            }
        }
        for m in 0..M {
            for n in 0..N {
                s.store(sum[m][n], &mut sums[m][n][part..]);
            }
        }
    }
    let mut products = [0.0_f32; 32];
    for m in 0..M {
        for n in 0..N {
            products[m * N + n] = total(&sums[m][n]);
        }
    }
    if let Some((loss, pairs)) = watch.map(|watch| &mut **watch) {
        for (place, &product) in products[..M * N].iter().enumerate() {
            let sign = if positive && place % N == 0 { -1.0 } else { 1.0 };
            *loss += softplus(sign * f64::from(product));
        }
        *pairs += (M * N) as u64;
    }
    // The label, 1 or 0, less its probability, times the rate.
    let one = s.splat(1.0);
    for values in products[..(M * N).next_multiple_of(S::LANES)].chunks_mut(S::LANES) {
        let power = exp(s, s.sub(s.splat(0.0), s.load(values)));
        s.store(s.div(s.splat(-rate), s.add(one, power)), values);
    }
    if positive {
        products[..M * N].iter_mut().step_by(N).for_each(|product| *product += rate);
    }
    for line in 0..width {
        for part in (0..LINE).step_by(S::LANES) {
            let mut context = [s.splat(0.0); M];
            let mut target = [s.splat(0.0); N];
            for m in 0..M {
                context[m] = s.load(&contexts[m][line].0[part..]);
            }
            for n in 0..N {
                target[n] = s.load(&targets[n][line].0[part..]);
            }
            for m in 0..M {
                let mut new = context[m];
                for n in 0..N {
                    new = s.mul_add(s.splat(products[m * N + n]), target[n], new);
                }
                s.store(new, &mut contexts[m][line].0[part..]);
            }
            for n in 0..N {
                let mut new = target[n];
                for m in 0..M {
                    new = s.mul_add(s.splat(products[m * N + n]), context[m], new);
                }
                s.store(new, &mut targets[n][line].0[part..]);
            }
        }
    }
}

/// Adds sixteen numbers, halves first.
#[inline(always)]
fn total(sums: &[f32; LINE]) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|k| sums[k] + sums[k + 8]);
    let four: [f32; 4] = std::array::from_fn(|k| eight[k] + eight[k + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

/// `ln(1 + e^x)`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Puts the mean of the rows into `mean`.
fn average(matrix: &[Line], places: &[u32], width: usize, mean: &mut [Line]) {
    mean.fill(Line::default());
    for &place in places {
        let row = &matrix[place as usize * width..][..width];
        for (mean, row) in mean.iter_mut().zip(row) {
            mean.0.iter_mut().zip(&row.0).for_each(|(mean, value)| *mean += value);
        }
    }
    let share = 1.0 / places.len().max(1) as f32;
    mean.iter_mut().flat_map(|line| &mut line.0).for_each(|value| *value *= share);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::every;

    const WIDTH: usize = 2;

    fn matrix(rows: usize, seed: usize) -> Vec<Line> {
        let value = |n: usize| ((n * 7919 + seed * 104_729) % 1009) as f32 / 1009.0 - 0.5;
        (0..rows * WIDTH).map(|line| Line(std::array::from_fn(|k| value(line * LINE + k)))).collect()
    }

    struct Case {
        contexts: Vec<u32>,
        ends: Vec<u32>,
        targets: Vec<u32>,
        count: usize,
        is_bag: bool,
    }

    fn run(case: &Case, set: InstructionSet) -> (Vec<Line>, Vec<Line>, (f64, u64)) {
        let (mut inputs, mut outputs) = (matrix(12, 1), matrix(12, 2));
        let Case { contexts, ends, targets, count, is_bag } = case;
        let windows = SkipGram {
            inputs: &mut inputs,
            outputs: &mut outputs,
            width: WIDTH,
            contexts,
            ends,
            targets,
            count: *count,
            rate: 0.1,
            is_bag: *is_bag,
        };
        let loss = windows.train(set);
        (inputs, outputs, loss)
    }

    fn cases() -> Vec<Case> {
        let window = |contexts: &[u32], count: u32, is_bag: bool| Case {
            contexts: contexts.to_vec(),
            ends: vec![contexts.len() as u32],
            targets: (2..2 + count).collect(),
            count: count as usize,
            is_bag,
        };
        let mut cases = Vec::new();
        for count in 1..=10 {
            for is_bag in [false, true] {
                cases.push(window(&[0, 1, 5, 7, 2, 9, 3], count, is_bag));
                cases.push(window(&[4, 4, 4, 1], count, is_bag));
                cases.push(window(&[6], count, is_bag));
            }
        }
        let (ends, targets) = (vec![2, 3, 7], vec![0, 1, 2, 4, 3, 0, 2, 5, 6]);
        cases.push(Case { contexts: vec![1, 2, 0, 5, 5, 3, 1], ends, targets, count: 3, is_bag: false });
        cases
    }

    /// The same in double precision, from the definition: each tile's rows are read together, and then changed.
    fn reference(case: &Case) -> (Vec<f64>, Vec<f64>) {
        let numbers = |lines: Vec<Line>| lines.iter().flat_map(|line| line.0.map(f64::from)).collect::<Vec<f64>>();
        let (mut inputs, mut outputs) = (numbers(matrix(12, 1)), numbers(matrix(12, 2)));
        let size = WIDTH * LINE;
        let mut from = 0;
        for (&end, targets) in case.ends.iter().zip(case.targets.chunks(case.count)) {
            let contexts = &case.contexts[from..end as usize];
            from = end as usize;
            let mean: Vec<f64> = (0..size)
                .map(|k| contexts.iter().map(|&c| inputs[c as usize * size + k]).sum::<f64>() / contexts.len() as f64)
                .collect();
            let mut bag = mean.clone();
            let (rows, mut rest) = if case.is_bag { (&mut bag, &[0_u32][..]) } else { (&mut inputs, contexts) };
            while !rest.is_empty() {
                let (tile, after) = rest.split_at(distinct(rest));
                rest = after;
                let (mut others, mut label) = (targets, 1.0);
                while !others.is_empty() {
                    let (columns, after) =
                        others.split_at(if others.len() >= 6 { 6 } else { 1 + usize::from(others.len() > 1) });
                    others = after;
                    let (old_rows, old_outputs) = (rows.clone(), outputs.clone());
                    for &c in tile {
                        for (n, &t) in columns.iter().enumerate() {
                            let (c, t) = (c as usize * size, t as usize * size);
                            let product: f64 = (0..size).map(|k| old_rows[c + k] * old_outputs[t + k]).sum();
                            let step = 0.1 * (if n == 0 { label } else { 0.0 } - 1.0 / (1.0 + (-product).exp()));
                            for k in 0..size {
                                rows[c + k] += step * old_outputs[t + k];
                                outputs[t + k] += step * old_rows[c + k];
                            }
                        }
                    }
                    label = 0.0;
                }
            }
            if case.is_bag {
                for &c in contexts {
                    (0..size).for_each(|k| inputs[c as usize * size + k] += bag[k] - mean[k]);
                }
            }
        }
        (inputs, outputs)
    }

    #[test]
    fn equals_the_definition_in_double_precision() {
        for case in cases() {
            let (inputs, outputs) = reference(&case);
            for set in every() {
                let found = run(&case, set);
                for (found, expected) in [(found.0, &inputs), (found.1, &outputs)] {
                    let found = found.iter().flat_map(|line| line.0);
                    assert!(found.zip(expected).all(|(found, expected)| (f64::from(found) - expected).abs() < 3e-6));
                }
            }
        }
    }

    #[test]
    fn the_same_bytes_on_every_set_that_rounds_once() {
        for case in cases() {
            let mut all = every().into_iter().filter(|set| set.is_fused()).map(|set| run(&case, set));
            let first = all.next();
            assert!(all.all(|other| Some(other) == first));
        }
    }

    /// ln(1 + e^-0.3) + ln(1 + e^-0.2), by hand: 0.554355 + 0.598139
    #[test]
    fn the_loss_is_that_of_the_first_numbers() {
        let line = |value: f32| Line(std::array::from_fn(|k| if k == 0 { value } else { 0.0 }));
        let windows = SkipGram {
            inputs: &mut [line(1.0)],
            outputs: &mut [line(0.3), line(-0.2)],
            width: 1,
            contexts: &[0],
            ends: &[1],
            targets: &[0, 1],
            count: 2,
            rate: 0.0,
            is_bag: false,
        };
        let (loss, pairs) = windows.train(InstructionSet::best());
        assert!((loss - 1.152_494).abs() < 1e-5 && pairs == 2, "{loss}");
    }
}
