//! Whether a rate rises or falls over a whole series.

use plaudit_core::{Error, Result};
use plaudit_stats::{Interval, normal_quantile, normal_sf};
use serde::{Deserialize, Serialize};

use crate::rates::check_level;
use crate::series::{Exposure, Series};

/// With fewer periods no order of them is rare.
const LEAST: usize = 4;
/// With more periods their pairs would fill memory.
const MOST: usize = 5_000;

/// The trend of a rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trend {
    /// The number of periods that have exposure.
    pub periods: usize,
    /// The median of the slopes of all pairs of periods (Theil and Sen): by how much the rate rises a period.
    pub slope: f64,
    /// The rate that the line through the medians has at the first period of the series.
    pub intercept: f64,
    /// The interval of the slope (Sen).
    pub interval: Interval,
    /// Kendall's tau-b of rate and time, -1 to 1; 0 where all rates are equal.
    pub tau: f64,
    /// The two-sided p-value that there is no trend (Mann and Kendall).
    pub p_value: f64,
}

/// Returns the trend of the rate; none with fewer than four periods that have exposure. Periods without any are left out, and time goes
/// on over them.
///
/// The slope is the median of the slopes of all pairs, which outliers hardly move; its interval is that of P. K. Sen, *Estimates of the
/// regression coefficient based on Kendall's tau*, JASA 63 (1968), as `scipy.stats.theilslopes` has it. The p-value is that of M. G.
/// Kendall, *Rank Correlation Methods* (1955), and H. B. Mann, *Nonparametric tests against trend*, Econometrica 13 (1945): S counts
/// the pairs that rise less those that fall, its variance is corrected for equal rates, and z = (S -+ 1) / sd(S), with the correction
/// for continuity, is taken for normal. (`scipy.stats.kendalltau` leaves out that correction, or counts orders where the series is short and
/// has no equal rates.)
///
/// Both take periods for independent. Where a rate stays high for a while once it is high, a trend is found more often than `p_value` says.
///
/// # Errors
/// When the level is not above 0 and below 1, or more than 5,000 periods have exposure: then count weeks.
///
/// ```
/// use plaudit_insight::{Exposure, Period, Series, trend};
///
/// let hits = vec![3, 5, 4, 4, 7, 6, 6, 9, 8, 12, 7, 10];
/// let found = trend(&Series::new(Period::Day, 0, hits, vec![20; 12])?, Exposure::Days, 0.95)?.unwrap();
/// assert!((found.slope - 2.0 / 3.0).abs() < 1e-12 && (found.p_value - 0.002_376).abs() < 1e-6);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn trend(series: &Series, exposure: Exposure, level: f64) -> Result<Option<Trend>> {
    check_level(level)?;
    let points: Vec<(f64, f64)> =
        series.exposed(exposure).map(|cell| (cell.index as f64, cell.hits as f64 / cell.exposure)).collect();
    let n = points.len();
    if n > MOST {
        return Err(Error::config(format!("trend: {n} periods; expected at most {MOST}, of weeks or months")));
    }
    if n < LEAST {
        return Ok(None);
    }
    let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
    let mut s: i64 = 0;
    for (first, &(x, y)) in points.iter().enumerate() {
        for &(later, other) in points.iter().skip(first + 1) {
            slopes.push((other - y) / (later - x));
            s += i64::from(other > y) - i64::from(other < y);
        }
    }
    let mut rates: Vec<f64> = points.iter().map(|&(_, rate)| rate).collect();
    rates.sort_unstable_by(f64::total_cmp);
    let ties: Vec<f64> = rates.chunk_by(|a, b| a == b).map(|equal| equal.len() as f64).collect();
    let spread = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let sd = ((spread(n as f64) - ties.iter().map(|&n| spread(n)).sum::<f64>()) / 18.0).max(0.0).sqrt();
    let (pairs, s) = (slopes.len() as f64, s as f64);
    let untied = pairs - ties.iter().map(|&n| n * (n - 1.0) / 2.0).sum::<f64>();
    let p_value = if sd > 0.0 { (2.0 * normal_sf((s.abs() - 1.0).max(0.0) / sd)).min(1.0) } else { 1.0 };

    let most = slopes.len() - 1;
    let mut nth = |place: usize| *slopes.select_nth_unstable_by(place.min(most), f64::total_cmp).1;
    let margin = normal_quantile(0.5 + level / 2.0).unwrap_or(0.0) * sd;
    let slope = (nth(most / 2) + nth(most.div_ceil(2))) / 2.0;
    let [low, high] = [(pairs - margin) / 2.0, (pairs + margin) / 2.0].map(f64::round_ties_even);
    let times: Vec<f64> = points.iter().map(|&(index, _)| index).collect();
    Ok(Some(Trend {
        periods: n,
        slope,
        intercept: median(&rates) - slope * median(&times),
        interval: Interval { low: nth((low - 1.0).max(0.0) as usize), high: nth(high as usize), level },
        tau: if untied > 0.0 { s / (pairs * untied).sqrt() } else { 0.0 },
        p_value,
    }))
}

/// Of ascending values; there is one.
fn median(sorted: &[f64]) -> f64 {
    plaudit_stats::quantile(sorted, 0.5).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Period;

    fn of(hits: &[u64], posts: &[u64], exposure: Exposure) -> Option<Trend> {
        trend(&Series::new(Period::Day, 0, hits.to_vec(), posts.to_vec()).unwrap(), exposure, 0.95).unwrap()
    }

    // scipy 1.17.1, numpy: y = [3, 5, 4, 4, 7, 6, 6, 9, 8, 12, 7, 10]; t = np.arange(12)
    //   theilslopes(y, t) -> slope 0.6666666666666666, intercept 2.8333333333333335, low 0.25, high 1.0
    //   kendalltau(t, y).statistic -> 0.697863157798853
    //   S = sum(np.sign(y[j] - y[i]) for i < j) = 45; _, c = np.unique(y, return_counts=True)
    //   v = (n(n-1)(2n+5) - sum(c(c-1)(2c+5))) / 18 = 209.66667; 2 * norm.sf((45 - 1) / sqrt(v)) -> 0.002376004759956042
    // and y = hits / posts of the days with posts, t = 0, 1, 3, 4, 5, 6, 7:
    //   theilslopes -> 0.031720430107526884, 0.07311827956989247, 0.025, 0.06304985337243404; tau 0.8095238095238096; p 0.016260936780450295
    #[test]
    fn equals_scipy() {
        let days = of(&[3, 5, 4, 4, 7, 6, 6, 9, 8, 12, 7, 10], &[20; 12], Exposure::Days).unwrap();
        let gap = of(&[2, 3, 0, 1, 6, 5, 9, 8], &[20, 25, 0, 12, 30, 22, 31, 25], Exposure::Posts).unwrap();
        for (found, periods, expected) in [
            (
                days,
                12,
                [2.0 / 3.0, 2.833_333_333_333_333_5, 0.25, 1.0, 0.697_863_157_798_853, 0.002_376_004_759_956_042],
            ),
            (
                gap,
                7,
                [
                    0.031_720_430_107_526_884,
                    0.073_118_279_569_892_47,
                    0.025,
                    0.063_049_853_372_434_04,
                    0.809_523_809_523_809_6,
                    0.016_260_936_780_450_295,
                ],
            ),
        ] {
            let Trend { slope, intercept, interval, tau, p_value, .. } = found;
            for (found, expected) in
                [slope, intercept, interval.low, interval.high, tau, p_value].into_iter().zip(expected)
            {
                assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
            }
            assert_eq!(found.periods, periods);
        }
    }

    #[test]
    fn where_nothing_moves_there_is_no_trend() {
        let level = of(&[0; 9], &[3; 9], Exposure::Posts).unwrap();
        assert_eq!(
            (level.slope, level.tau, level.p_value, level.interval.low, level.interval.high),
            (0.0, 0.0, 1.0, 0.0, 0.0)
        );
        assert_eq!(of(&[1, 2, 3], &[3; 3], Exposure::Days), None);
        assert_eq!(of(&[0; 50], &[0; 50], Exposure::Posts), None);
        let long = Series::new(Period::Day, 0, vec![0; 6000], vec![1; 6000]).unwrap();
        assert!(
            trend(&long, Exposure::Posts, 0.95)
                .unwrap_err()
                .to_string()
                .contains("6000 periods; expected at most 5000")
        );
        assert!(trend(&long, Exposure::Posts, 2.0).unwrap_err().to_string().contains("level: 2"));
        assert!(of(&[u64::MAX; 5], &[u64::MAX; 5], Exposure::Days).is_some());
    }

    proptest! {
        #[test]
        fn time_backwards_turns_the_sign(hits in prop::collection::vec(0u64..20, 4..40)) {
            let posts = vec![20; hits.len()];
            let back: Vec<u64> = hits.iter().rev().copied().collect();
            let (found, mirror) = (of(&hits, &posts, Exposure::Posts).unwrap(), of(&back, &posts, Exposure::Posts).unwrap());
            prop_assert!((found.slope + mirror.slope).abs() < 1e-12 && (found.tau + mirror.tau).abs() < 1e-12);
            prop_assert_eq!(found.p_value, mirror.p_value);
            prop_assert!(found.interval.low <= found.slope && found.slope <= found.interval.high);
            prop_assert!((0.0..=1.0).contains(&found.p_value) && found.tau.abs() <= 1.0 + 1e-12);
        }
    }
}
