//! Draws from the hypergeometric distribution.

use crate::Stream;

/// So many balls are drawn one by one, which is faster than log-gamma.
const FEW: u64 = 32;

/// Returns how many of `drawn` balls are marked, drawn without putting back from `marked` marked ones and `others`: 0 to the smaller of
/// `marked` and `drawn`. Where more are drawn than there are, all are.
///
/// A few balls are drawn one by one. Else the distribution function is inverted from its mode outwards, which takes some standard deviations of steps, about the square root of the
/// balls at most. Exact but for the rounding of log-gamma: with a million balls a probability is off by a part of 1e8.
///
/// ```
/// use plaudit_stats::{Stream, hypergeometric};
///
/// let found = hypergeometric(&mut Stream::new(1, "balls", 0), 50_000, 150_000, 1_000);
/// assert!((180..320).contains(&found)); // 250 expected, with a standard deviation of 13.7
/// ```
pub fn hypergeometric(stream: &mut Stream, marked: u64, others: u64, drawn: u64) -> u64 {
    let all = marked.saturating_add(others);
    let drawn = drawn.min(all);
    let (low, high) = (drawn.saturating_sub(others), marked.min(drawn));
    if low >= high {
        return high;
    }
    if drawn.min(marked) <= FEW {
        // Marked and drawn may change places.
        let (of, balls) = (drawn.max(marked), drawn.min(marked));
        return (0..balls).fold(0, |found, ball| found + u64::from(stream.below(all - ball) < of - found));
    }
    let [of, without, n] = [marked, others, drawn].map(|count| count as f64);
    let mode = ((n + 1.0) * (of + 1.0) / (all as f64 + 2.0)) as u64;
    let mode = mode.clamp(low, high);
    let ways =
        |all: f64, some: f64| libm::lgamma(all + 1.0) - libm::lgamma(some + 1.0) - libm::lgamma(all - some + 1.0);
    let k = mode as f64;
    let at_mode = libm::exp(ways(of, k) + ways(without, n - k) - ways(all as f64, n));
    let mut left = stream.uniform();
    if left < at_mode {
        return mode;
    }
    left -= at_mode;
    let (mut up, mut down) = ((mode, at_mode), (mode, at_mode));
    while (up.0 < high && up.1 > 0.0) || (down.0 > low && down.1 > 0.0) {
        if up.0 < high {
            let k = up.0 as f64;
            up = (up.0 + 1, up.1 * ((of - k) * (n - k) / ((k + 1.0) * (without - n + k + 1.0))));
            if left < up.1 {
                return up.0;
            }
            left -= up.1;
        }
        if down.0 > low {
            let k = down.0 as f64;
            down = (down.0 - 1, down.1 * (k * (without - n + k) / ((of - k + 1.0) * (n - k + 1.0))));
            if left < down.1 {
                return down.0;
            }
            left -= down.1;
        }
    }
    mode // what rounding left over
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_as_frequent_as_counting_says() {
        for (marked, others, drawn) in
            [(7, 13, 8), (13, 7, 12), (3, 300, 40), (40, 40, 1), (5, 5, 9), (50, 60, 70), (900, 40, 35)]
        {
            let (runs, mut counts) = (40_000, vec![0u32; 64]);
            let mut stream = Stream::new(3, "hypergeometric", 0);
            for _ in 0..runs {
                counts[hypergeometric(&mut stream, marked, others, drawn) as usize] += 1;
            }
            let mut statistic = 0.0;
            for (k, &count) in counts.iter().enumerate() {
                let expected = f64::from(runs) * mass(marked, others, drawn, k as u64);
                if expected < 1e-3 {
                    assert_eq!(count, 0, "{k} of {marked} {others} {drawn}");
                } else {
                    statistic += (f64::from(count) - expected).powi(2) / expected;
                }
            }
            // with at most 30 degrees of freedom, of which 59.7 is the 99.9 % point
            assert!(statistic < 59.7, "{marked} {others} {drawn}: {statistic}");
        }
    }

    /// C(marked, k) C(others, drawn - k) / C(all, drawn).
    fn mass(marked: u64, others: u64, drawn: u64, k: u64) -> f64 {
        let choose =
            |n: u64, k: u64| if k > n { 0.0 } else { (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64) };
        if k > drawn {
            return 0.0;
        }
        choose(marked, k) * choose(others, drawn - k) / choose(marked + others, drawn)
    }

    #[test]
    fn many_balls_have_their_moments() {
        let (marked, others, drawn) = (200_000u64, 300_000u64, 90_000u64);
        let mut stream = Stream::new(4, "hypergeometric", 0);
        let draws: Vec<f64> = (0..4_000).map(|_| hypergeometric(&mut stream, marked, others, drawn) as f64).collect();
        let mean = draws.iter().sum::<f64>() / 4_000.0;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / 3_999.0;
        // 90,000 0.4 = 36,000; 36,000 0.6 (410,000 / 499,999) = 17,712, whose estimate has a standard deviation of 396
        assert!((mean - 36_000.0).abs() < 4.0 * (17_712.0f64 / 4_000.0).sqrt(), "{mean}");
        assert!((variance - 17_712.0).abs() < 1_600.0, "{variance}");
    }

    #[test]
    fn what_is_certain_is_so() {
        let mut stream = Stream::new(0, "hypergeometric", 0);
        for (marked, others, drawn, found) in
            [(0, 0, 0, 0), (0, 9, 5, 0), (9, 0, 5, 5), (4, 6, 10, 4), (4, 6, 99, 4), (4, 6, 0, 0), (u64::MAX, 0, 3, 3)]
        {
            assert_eq!(hypergeometric(&mut stream, marked, others, drawn), found);
        }
    }
}
