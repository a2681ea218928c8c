//! How many rows of each stratum are drawn.

/// Returns how many of `sizes` rows are drawn from each stratum, in proportion to `weights` (finite and above 0): at least
/// one of each, at most all, `budget` in all. `budget` is at least the number of strata and at most the number of rows, and
/// no size is 0.
///
/// The real-valued allocation is t w held to 1 to size, t found by halving; it is rounded by largest remainders, of equal
/// ones the first.
pub(super) fn allocate(sizes: &[u64], weights: &[f64], budget: u64) -> Vec<u64> {
    // Weights of any size: what is compared is t w, between 1 and the largest size.
    let (least, most) = weights.iter().fold((f64::INFINITY, 0.0f64), |(least, most), &w| (least.min(w), most.max(w)));
    let largest = sizes.iter().copied().max().unwrap_or(1) as f64;
    let at = |t: f64| sizes.iter().zip(weights).map(move |(&size, &w)| (t + w.ln()).exp().clamp(1.0, size as f64));
    let (mut low, mut high) = (-most.ln(), largest.ln() - least.ln());
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if at(middle).sum::<f64>() < budget as f64 { low = middle } else { high = middle }
    }
    let mut drawn: Vec<u64> = Vec::with_capacity(sizes.len());
    let mut parts: Vec<(f64, usize)> = Vec::with_capacity(sizes.len());
    for (stratum, real) in at(low).enumerate() {
        // What misses a whole number by rounding alone is that number.
        let whole = (real + 1e-9).floor();
        drawn.push(whole as u64);
        parts.push((real - whole, stratum));
    }
    parts.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut sum: u64 = drawn.iter().sum();
    while sum < budget {
        let before = sum;
        for &(_, stratum) in &parts {
            if let (Some(count), Some(&size)) = (drawn.get_mut(stratum), sizes.get(stratum))
                && sum < budget
                && *count < size
            {
                *count += 1;
                sum += 1;
            }
        }
        if sum == before {
            break; // all are drawn
        }
    }
    // The other way where the small tolerance took one too many.
    for &(_, stratum) in parts.iter().rev() {
        if let Some(count) = drawn.get_mut(stratum)
            && sum > budget
            && *count > 1
        {
            *count -= 1;
            sum -= 1;
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn allocations_by_hand() {
        // 10 of 100: 60, 30 and 10 % of the rows
        assert_eq!(allocate(&[60, 30, 10], &[60.0, 30.0, 10.0], 10), [6, 3, 1]);
        // the smallest has one though its share is 0.1; the others share 9 by 60 to 39: 5.45 and 3.55
        assert_eq!(allocate(&[60, 39, 1], &[60.0, 39.0, 1.0], 10), [5, 4, 1]);
        // equal: 4 each, but the last has only 2, so 5 and 5
        assert_eq!(allocate(&[60, 30, 2], &[1.0; 3], 12), [5, 5, 2]);
        // of equal remainders the first
        assert_eq!(allocate(&[5, 5, 5], &[1.0; 3], 7), [3, 2, 2]);
        assert_eq!(allocate(&[5, 1], &[f64::MIN_POSITIVE, f64::MAX], 6), [5, 1]);
        assert_eq!(allocate(&[5, 7], &[1e-300, 1.0], 2), [1, 1]);
    }

    proptest! {
        #[test]
        fn the_budget_is_spent(
            strata in prop::collection::vec((1u64..500, 1e-6f64..1e6), 1..40),
            part in 0.0f64..=1.0,
        ) {
            let (sizes, weights): (Vec<u64>, Vec<f64>) = strata.into_iter().unzip();
            let (least, most) = (sizes.len() as u64, sizes.iter().sum::<u64>());
            let budget = least + ((most - least) as f64 * part) as u64;
            let drawn = allocate(&sizes, &weights, budget);
            prop_assert_eq!(drawn.iter().sum::<u64>(), budget);
            prop_assert!(drawn.iter().zip(&sizes).all(|(&n, &size)| 1 <= n && n <= size));
            // in proportion, but for rounding, where neither bound is met
            let free: Vec<(f64, f64)> = drawn.iter().zip(&sizes).zip(&weights)
                .filter(|((n, size), _)| **n > 2 && *n + 1 < **size).map(|((n, _), w)| (*n as f64, *w)).collect();
            for (a, v) in &free {
                for (b, w) in &free {
                    prop_assert!((a - 1.0) / v <= (b + 1.0) / w * 1.000001);
                }
            }
        }
    }
}
