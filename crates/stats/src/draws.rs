//! Draws from the gamma and Dirichlet distributions.

use crate::Stream;

/// Returns a draw from the gamma distribution with this shape and scale 1 (Marsaglia and Tsang 2000); 0 where `shape` is
/// not a positive finite number.
pub fn gamma(stream: &mut Stream, shape: f64) -> f64 {
    if !(shape > 0.0 && shape.is_finite()) {
        return 0.0;
    }
    if shape < 1.0 {
        // Gamma(a) = Gamma(a + 1) U^(1/a)
        let boost = libm::pow(1.0 - stream.uniform(), 1.0 / shape);
        return gamma(stream, shape + 1.0) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = stream.normal();
        let root = 1.0 + c * x;
        let v = root * root * root;
        if v > 0.0 {
            let u = 1.0 - stream.uniform(); // in (0, 1]
            // The authors' squeeze accepts what the logarithms would, at less cost.
            if u < 1.0 - 0.0331 * (x * x) * (x * x) || libm::log(u) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
                return d * v;
            }
        }
    }
}

/// Replaces `out` by a draw from the Dirichlet distribution with parameters `alpha`, of which those beyond the length of `out`
/// are not read. The draw adds up to 1. A parameter that is missing, or not a positive finite number, gets 0, and where all
/// get 0, by such parameters or because their gamma draws are too small for a number, the draw is even.
///
/// ```
/// use plaudit_stats::{Stream, dirichlet};
///
/// let mut shares = [0.0; 3];
/// dirichlet(&mut Stream::new(1, "shares", 0), &[8.0, 1.0, 1.0], &mut shares);
/// assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
/// ```
pub fn dirichlet(stream: &mut Stream, alpha: &[f64], out: &mut [f64]) {
    for (slot, shape) in out.iter_mut().zip(alpha.iter().copied().chain(std::iter::repeat(0.0))) {
        *slot = gamma(stream, shape);
    }
    let sum: f64 = out.iter().sum();
    let even = 1.0 / out.len().max(1) as f64;
    for slot in out {
        *slot = if sum > 0.0 { *slot / sum } else { even };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_has_its_moments() {
        for (index, shape) in [0.3, 1.0, 4.5, 200.0].into_iter().enumerate() {
            let mut stream = Stream::new(3, "gamma", index as u64);
            let draws: Vec<f64> = (0..100_000).map(|_| gamma(&mut stream, shape)).collect();
            let mean = draws.iter().sum::<f64>() / 1e5;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e5;
            // mean and variance both equal the shape; four standard errors
            assert!((mean - shape).abs() < 4.0 * (shape / 1e5).sqrt(), "{shape}: mean {mean}");
            assert!((variance / shape - 1.0).abs() < 0.08, "{shape}: variance {variance}");
        }
        assert_eq!(gamma(&mut Stream::new(0, "", 0), f64::NAN), 0.0);
        assert_eq!(gamma(&mut Stream::new(0, "", 0), 0.0), 0.0);
    }

    /// To the last bit, whatever the platform's own logarithm and power.
    #[test]
    fn gamma_draws_are_pinned() {
        let draw = |shape| gamma(&mut Stream::new(7, "gamma", 0), shape).to_bits();
        assert_eq!([draw(0.3), draw(4.5)], [4_564_278_246_332_282_838, 4_619_562_847_992_446_867]);
    }

    #[test]
    fn dirichlet_has_its_mean_and_survives_zeros() {
        let mut stream = Stream::new(4, "dirichlet", 0);
        let mut sum = [0.0; 3];
        let mut draw = [0.0; 3];
        for _ in 0..20_000 {
            dirichlet(&mut stream, &[1.0, 2.0, 5.0], &mut draw);
            sum.iter_mut().zip(draw).for_each(|(s, d)| *s += d / 20_000.0);
        }
        for (mean, expected) in sum.iter().zip([0.125, 0.25, 0.625]) {
            assert!((mean - expected).abs() < 0.005, "{sum:?}");
        }
        dirichlet(&mut stream, &[0.0, 0.0, 0.0], &mut draw);
        assert!(draw.iter().all(|&d| (d - 1.0 / 3.0).abs() < 1e-12));
        // What stood in `out` is no draw.
        draw = [9.0; 3];
        dirichlet(&mut stream, &[1.0, 2.0], &mut draw);
        assert!((draw[0] + draw[1] - 1.0).abs() < 1e-12 && draw[2] == 0.0, "{draw:?}");
    }
}
