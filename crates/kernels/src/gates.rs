//! The gate mathematics of an LSTM cell, forward and backward, in loops that the compiler turns into vector code.
//!
//! No operation is fused or reordered by the compiler, so the wide and the narrow build of each loop give the same bytes.

/// e^x with a relative error below 3e-7 for |x| < 87, by range reduction and a polynomial of degree 6 (Cephes' `expf`).
#[inline(always)]
fn exp(x: f32) -> f32 {
    const SHIFT: f32 = 12_582_912.0; // 1.5 * 2^23: adding it rounds to a whole number, left in the low bits
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
    let p = 1.987_569_2e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let value = p * r * r + r + 1.0;
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    value * power
}

/// 1 / (1 + e^-x).
#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Hyperbolic tangent to 3e-7.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// One row of one step: pre-activations in `gates` (`[4 hidden]`, order i f g o) become activations; `cell` becomes the new
/// cell state, `hidden` the new hidden state (Eq. 17-22 of DPMS).
#[inline(always)]
fn forward_row(gates: &mut [f32], cell: &mut [f32], hidden: &mut [f32]) {
    let size = cell.len();
    let (i, rest) = gates.split_at_mut(size);
    let (f, rest) = rest.split_at_mut(size);
    let (g, o) = rest.split_at_mut(size);
    let (o, hidden) = (&mut o[..size], &mut hidden[..size]);
    for k in 0..size {
        i[k] = sigmoid(i[k]);
        f[k] = sigmoid(f[k]);
        g[k] = tanh(g[k]);
        o[k] = sigmoid(o[k]);
        cell[k] = f[k] * cell[k] + i[k] * g[k];
        hidden[k] = o[k] * tanh(cell[k]);
    }
}

/// One row of one step, backward. `gates` holds activations and becomes the gradient of the pre-activations; `d_cell` is the
/// gradient of the new cell state from later steps and becomes that of the old one.
#[inline(always)]
fn backward_row(gates: &mut [f32], cell: &[f32], old_cell: &[f32], d_hidden: &[f32], d_cell: &mut [f32]) {
    let size = d_cell.len();
    let (i, rest) = gates.split_at_mut(size);
    let (f, rest) = rest.split_at_mut(size);
    let (g, o) = rest.split_at_mut(size);
    let (o, cell, old_cell, d_hidden) = (&mut o[..size], &cell[..size], &old_cell[..size], &d_hidden[..size]);
    for k in 0..size {
        let t = tanh(cell[k]);
        let d = d_cell[k] + d_hidden[k] * o[k] * (1.0 - t * t);
        let (di, df, dg, d_o) = (d * g[k], d * old_cell[k], d * i[k], d_hidden[k] * t);
        d_cell[k] = d * f[k];
        i[k] = di * i[k] * (1.0 - i[k]);
        f[k] = df * f[k] * (1.0 - f[k]);
        g[k] = dg * (1.0 - g[k] * g[k]);
        o[k] = d_o * o[k] * (1.0 - o[k]);
    }
}

/// Runs [`forward_row`] over the rows of one step.
pub(crate) fn forward(size: usize, gates: &mut [f32], cell: &mut [f32], hidden: &mut [f32]) {
    #[inline(always)]
    fn rows(size: usize, gates: &mut [f32], cell: &mut [f32], hidden: &mut [f32]) {
        let rows = gates.chunks_exact_mut(4 * size).zip(cell.chunks_exact_mut(size)).zip(hidden.chunks_exact_mut(size));
        for ((gates, cell), hidden) in rows {
            forward_row(gates, cell, hidden);
        }
    }
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn wide(size: usize, gates: &mut [f32], cell: &mut [f32], hidden: &mut [f32]) {
            rows(size, gates, cell, hidden);
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the one requirement is that the processor has AVX2, which was just checked.
            unsafe { wide(size, gates, cell, hidden) };
            return;
        }
    }
    rows(size, gates, cell, hidden);
}

/// Runs [`backward_row`] over the rows of one step.
pub(crate) fn backward(
    size: usize,
    gates: &mut [f32],
    cell: &[f32],
    old_cell: &[f32],
    d_hidden: &[f32],
    d_cell: &mut [f32],
) {
    #[inline(always)]
    fn rows(size: usize, gates: &mut [f32], cell: &[f32], old_cell: &[f32], d_hidden: &[f32], d_cell: &mut [f32]) {
        let rows = gates
            .chunks_exact_mut(4 * size)
            .zip(cell.chunks_exact(size))
            .zip(old_cell.chunks_exact(size))
            .zip(d_hidden.chunks_exact(size))
            .zip(d_cell.chunks_exact_mut(size));
        for ((((gates, cell), old_cell), d_hidden), d_cell) in rows {
            backward_row(gates, cell, old_cell, d_hidden, d_cell);
        }
    }
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn wide(size: usize, gates: &mut [f32], cell: &[f32], old_cell: &[f32], d_hidden: &[f32], d_cell: &mut [f32]) {
            rows(size, gates, cell, old_cell, d_hidden, d_cell);
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the one requirement is that the processor has AVX2, which was just checked.
            unsafe { wide(size, gates, cell, old_cell, d_hidden, d_cell) };
            return;
        }
    }
    rows(size, gates, cell, old_cell, d_hidden, d_cell);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_sigmoid_and_tanh_are_close_everywhere() {
        let mut worst = [0.0f64; 3];
        for step in -90_000..=90_000 {
            let x = step as f32 / 1000.0;
            let wide = f64::from(x);
            if x.abs() < 87.0 {
                worst[0] = worst[0].max((f64::from(exp(x)) / wide.exp() - 1.0).abs());
            }
            worst[1] = worst[1].max((f64::from(sigmoid(x)) - 1.0 / (1.0 + (-wide).exp())).abs());
            worst[2] = worst[2].max((f64::from(tanh(x)) - wide.tanh()).abs());
        }
        assert!(worst[0] < 3e-7 && worst[1] < 1.5e-7 && worst[2] < 3e-7, "{worst:?}");
        assert_eq!((sigmoid(f32::INFINITY), tanh(f32::NEG_INFINITY)), (1.0, -1.0));
        assert!(sigmoid(f32::NAN).is_nan());
    }

    #[test]
    fn the_wide_build_gives_the_same_bytes() {
        let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761) >> 16) as f32 / 8192.0 - 4.0;
        let (size, rows) = (13, 3);
        let mut gates: Vec<f32> = (0..rows * 4 * size).map(value).collect();
        let mut cell: Vec<f32> = (0..rows * size).map(|i| value(i + 99)).collect();
        let mut hidden = vec![0.0; rows * size];
        let (mut gates2, mut cell2, mut hidden2) = (gates.clone(), cell.clone(), hidden.clone());
        forward(size, &mut gates, &mut cell, &mut hidden);
        for row in 0..rows {
            forward_row(
                &mut gates2[row * 4 * size..][..4 * size],
                &mut cell2[row * size..][..size],
                &mut hidden2[row * size..][..size],
            );
        }
        assert_eq!((gates, cell, hidden), (gates2, cell2, hidden2));
    }
}
