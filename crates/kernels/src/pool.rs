//! The maximum over time of a packed batch.

use crate::Packed;

/// Returns the largest state of each text, `[texts, 2 hidden]` (first direction, then second), and the packed row that each
/// value came from. A text without tokens gets zeros and the row `u32::MAX`. Of equal values the first in the text counts.
///
/// `states` is `[2, tokens, hidden]`; `order[k]` is the row of the result for the k-th longest text.
///
/// # Panics
/// When the sizes do not fit, or there are more than `u32::MAX` tokens.
pub fn max_over_time(packed: &Packed, order: &[usize], hidden: usize, states: &[f32]) -> (Vec<f32>, Vec<u32>) {
    let tokens = packed.tokens();
    assert_eq!(states.len(), 2 * tokens * hidden, "states");
    assert!(tokens < u32::MAX as usize, "too many tokens in one batch");
    let mut out = vec![0.0; order.len() * 2 * hidden];
    let mut from = vec![u32::MAX; out.len()];
    for (text, &place) in order.iter().enumerate() {
        for (direction, half) in states.chunks_exact((tokens * hidden).max(1)).enumerate() {
            let best = &mut out[(place * 2 + direction) * hidden..][..hidden];
            let from = &mut from[(place * 2 + direction) * hidden..][..hidden];
            for row in (0..).map_while(|step| packed.row(text, step)) {
                let state = &half[row * hidden..][..hidden];
                for ((best, from), &value) in best.iter_mut().zip(from.iter_mut()).zip(state) {
                    // A value that is not finite must reach the loss, where it is noticed.
                    if *from == u32::MAX || value > *best || value.is_nan() {
                        (*best, *from) = (value, row as u32);
                    }
                }
            }
        }
    }
    (out, from)
}

/// Returns the gradient of the states, `[2, tokens, hidden]`, from that of the maxima, `[texts, 2 hidden]`.
///
/// # Panics
/// When the sizes do not fit.
pub fn max_over_time_backward(tokens: usize, hidden: usize, from: &[u32], d_out: &[f32]) -> Vec<f32> {
    assert_eq!(from.len(), d_out.len(), "gradient of the maxima");
    let mut d_states = vec![0.0; 2 * tokens * hidden];
    for (cell, (&row, &value)) in from.iter().zip(d_out).enumerate() {
        if row != u32::MAX {
            let (direction, unit) = (cell / hidden % 2, cell % hidden);
            d_states[(direction * tokens + row as usize) * hidden + unit] += value;
        }
    }
    d_states
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Two texts: two tokens and one; hidden 1. Packed rows: a0 b0 a1.
        let packed = Packed::new(&[2, 1, 0]);
        let states = [1.0, -5.0, 3.0, /* second direction */ 2.0, -6.0, 2.0];
        let (out, from) = max_over_time(&packed, &[1, 0, 2], 1, &states);
        assert_eq!(out, [-5.0, -6.0, 3.0, 2.0, 0.0, 0.0]);
        assert_eq!(from, [1, 1, 2, 0, u32::MAX, u32::MAX]); // the tie 2.0, 2.0 goes to the first
        let back = max_over_time_backward(3, 1, &from, &[10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
        assert_eq!(back, [0.0, 10.0, 30.0, 40.0, 20.0, 0.0]);
    }

    #[test]
    fn nothing_is_swallowed() {
        let packed = Packed::new(&[2]);
        let (out, _) = max_over_time(&packed, &[0], 1, &[f32::NAN, 1.0, 1.0, 2.0]);
        assert!(out[0].is_nan());
        assert_eq!(out[1], 2.0);
        assert_eq!(max_over_time(&Packed::new(&[0]), &[0], 2, &[]).0, [0.0; 4]);
    }
}
