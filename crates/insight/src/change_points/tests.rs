use proptest::prelude::*;

use super::*;
use crate::Period;

fn of(hits: &[u64], posts: &[u64], exposure: Exposure, dispersion: Option<f64>) -> ChangePoints {
    let series = Series::new(Period::Day, 0, hits.to_vec(), posts.to_vec()).unwrap();
    change_points(&series, &ChangeConfig { exposure, dispersion, ..ChangeConfig::default() }).unwrap()
}

fn ends(found: &ChangePoints) -> Vec<usize> {
    found.segments.iter().map(|segment| segment.last + 1).collect()
}

// numpy 2.4.6, rng = np.random.default_rng(7): y = r_[rng.poisson(5, 40), rng.poisson(12, 30), rng.poisson(5, 30)]; then
// e = rng.integers(20, 200, 60); h = rng.binomial(e, r_[full(25, .1), full(35, .2)])
const PLANTED: [u64; 100] = [
    6, 5, 8, 2, 7, 4, 7, 5, 3, 8, 4, 8, 4, 6, 5, 2, 8, 5, 5, 6, 5, 10, 5, 7, 4, 8, 2, 9, 1, 3, 2, 2, 7, 5, 6, 6, 9, 6,
    3, 6, 10, 13, 6, 7, 7, 17, 10, 13, 11, 11, 7, 14, 5, 15, 9, 7, 15, 15, 13, 14, 11, 12, 12, 11, 18, 14, 18, 7, 13,
    15, 4, 2, 6, 3, 4, 4, 7, 5, 4, 3, 9, 6, 5, 10, 4, 6, 4, 4, 6, 9, 7, 4, 7, 5, 8, 4, 8, 5, 3, 6,
];
const HITS: [u64; 60] = [
    9, 2, 2, 15, 8, 2, 17, 5, 5, 9, 7, 4, 13, 9, 23, 12, 13, 19, 18, 2, 6, 5, 4, 6, 23, 37, 21, 27, 28, 43, 9, 22, 21,
    24, 32, 25, 21, 35, 8, 18, 9, 11, 40, 23, 4, 22, 3, 9, 22, 14, 10, 30, 23, 7, 39, 10, 19, 9, 30, 16,
];
const POSTS: [u64; 60] = [
    49, 56, 33, 193, 82, 72, 174, 75, 61, 66, 91, 32, 135, 96, 194, 158, 89, 147, 165, 55, 48, 44, 28, 77, 162, 158,
    88, 107, 158, 186, 70, 138, 126, 131, 164, 158, 91, 155, 29, 81, 59, 66, 182, 98, 33, 108, 32, 45, 89, 99, 61, 135,
    109, 44, 167, 44, 84, 51, 189, 70,
];

// By optimal partitioning without pruning, in Python:
//   def partition(y, e):
//       n, S, E = len(y), np.r_[0, np.cumsum(y)], np.r_[0, np.cumsum(e)]
//       best, last = [-3 * log(n)], [0]
//       for t in range(1, n + 1):
//           def c(s):
//               k, m = S[t] - S[s], E[t] - E[s]
//               return best[s] + 3 * log(n) + 2 * (k - (k * log(k / m) if k else 0)) + log((t - s) / n)
//           s = min(range(t), key=c); best.append(c(s)); last.append(s)
//   partition(y, np.ones(100)) -> ends 40, 70, 100, cost -1507.5988452248523
//   partition(h, e) -> ends 25, 60, cost 5346.1083744705875
#[test]
fn equals_optimal_partitioning() {
    let found = of(&PLANTED, &[20; 100], Exposure::Days, Some(0.0));
    assert_eq!(ends(&found), [40, 70, 100]);
    assert!((found.cost + 1_507.598_845_224_852_3).abs() < 1e-8, "{}", found.cost);
    assert_eq!(ends(&of(&PLANTED, &[20; 100], Exposure::Days, None)), [40, 70, 100]);
    let shares = of(&HITS, &POSTS, Exposure::Posts, Some(0.0));
    assert_eq!(ends(&shares), [25, 60]);
    assert!((shares.cost - 5_346.108_374_470_587_5).abs() < 1e-8, "{}", shares.cost);
    // The number of posts jumps about, the share does not.
    assert!(ends(&of(&HITS, &POSTS, Exposure::Days, Some(0.0))).len() > 5);
    let names: Vec<&str> = found.segments.iter().map(|segment| segment.from.as_str()).collect();
    assert_eq!(
        (names, found.segments[2].until.as_str()),
        (vec!["1970-01-01", "1970-02-10", "1970-03-12"], "1970-04-11")
    );
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<ChangePoints>(&json).unwrap(), found);
}

// scipy 1.17.1: gamma.ppf([.025, .975], 200.5) / 40 -> 4.34265606, 5.72968457
//   k = 1 / .5; x = beta.ppf([.025, .975], 40.5, 20 k); k x / (1 - x) -> 1.30454976, 3.14523857
#[test]
fn intervals_equal_scipy() {
    for ((hits, exposure, dispersion), [low, high]) in
        [((200.0, 40.0, 0.0), [4.342_656_06, 5.729_684_57]), ((40.0, 20.0, 0.5), [1.304_549_76, 3.145_238_57])]
    {
        let found = interval(hits, exposure, dispersion, 0.95).unwrap();
        assert!((found.low - low).abs() < 1e-7 && (found.high - high).abs() < 1e-7, "{found:?}");
        // A hint of dispersion is none.
        let [none, hint] = [0.0, 1e-9].map(|dispersion| interval(hits, exposure, dispersion, 0.95).unwrap());
        assert!((none.low - hint.low).abs() < 1e-3 * none.low && (none.high - hint.high).abs() < 1e-3 * none.high);
    }
    assert_eq!(interval(0.0, 5.0, 0.0, 0.95).unwrap().low, 0.0);
}

/// log P(y) of the negative binomial distribution with size E / d and mean rate E.
fn log_mass(hits: f64, exposure: f64, rate: f64, dispersion: f64) -> f64 {
    let size = exposure / dispersion;
    let p = 1.0 / (1.0 + dispersion * rate);
    libm::lgamma(hits + size) - libm::lgamma(size) - libm::lgamma(hits + 1.0) + size * p.ln() + hits * (1.0 - p).ln()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_cut_is_cheaper(
        counts in prop::collection::vec((0u64..30, 0u64..30), 1..=60), dispersion in prop::option::of(0.0..3.0f64), days: bool,
    ) {
        let posts: Vec<u64> = counts.iter().map(|(hits, misses)| hits + misses).collect();
        let hits: Vec<u64> = counts.iter().map(|(hits, _)| *hits).collect();
        let exposure = if days { Exposure::Days } else { Exposure::Posts };
        let found = of(&hits, &posts, exposure, dispersion);
        let series = Series::new(Period::Day, 0, hits, posts).unwrap();
        let cells: Vec<Cell> = series.exposed(exposure).collect();
        let costs = Costs::new(&cells, found.dispersion, 3.0);
        let mut best = vec![-costs.change];
        for end in 1..=cells.len() {
            let least = (0..end).map(|start| best[start] + costs.of(start, end)).fold(f64::INFINITY, f64::min);
            best.push(least + costs.change);
        }
        let least = if cells.is_empty() { 0.0 } else { best[cells.len()] };
        prop_assert!((found.cost - least).abs() < 1e-9 * (1.0 + least.abs()), "{} {least}", found.cost);
        // The segments are what was paid for: every period with exposure once, in turn.
        let mut start = 0;
        let mut sum = -costs.change;
        for segment in &found.segments {
            prop_assert_eq!(segment.first, cells[start].index);
            let end = cells.iter().position(|cell| cell.index == segment.last).unwrap() + 1;
            sum += costs.of(start, end) + costs.change;
            if let Some(interval) = segment.interval {
                prop_assert!(interval.low <= segment.rate && segment.rate <= interval.high, "{:?}", segment);
            }
            start = end;
        }
        prop_assert_eq!(start, cells.len());
        prop_assert!(cells.is_empty() || (sum - least).abs() < 1e-9 * (1.0 + least.abs()));
    }

    /// What segments cost differs by as much as the likelihoods do.
    #[test]
    fn costs_are_likelihoods(
        hits in prop::collection::vec(0u64..40, 2..20), exposures in prop::collection::vec(1.0..50.0f64, 20), dispersion in 0.05..5.0f64,
    ) {
        let total = |range: std::ops::Range<usize>| {
            let (sum, exposure) = range.clone().fold((0.0, 0.0), |(s, e), k| (s + hits[k] as f64, e + exposures[k]));
            let direct: f64 = match sum > 0.0 {
                true => range.map(|k| -2.0 * log_mass(hits[k] as f64, exposures[k], sum / exposure, dispersion)).sum(),
                false => 0.0,
            };
            (without_length(sum, exposure, dispersion), direct)
        };
        let (n, half) = (hits.len(), hits.len() / 2);
        let gain = |of: [(f64, f64); 3]| (of[0].0 - of[1].0 - of[2].0, of[0].1 - of[1].1 - of[2].1);
        let (found, direct) = gain([total(0..n), total(0..half), total(half..n)]);
        prop_assert!((found - direct).abs() < 1e-7 && found > -1e-9, "{found} {direct}");
    }
}

#[test]
fn the_dispersion_that_was_planted_is_found() {
    use plaudit_stats::{Stream, binomial, gamma};
    let mut stream = Stream::new(1, "test: dispersion", 0);
    for dispersion in [0.0, 0.5, 4.0] {
        // Rate 3 and exposures 1 to 4, with a change of level in the middle: a gamma draw of shape E / d, then a Poisson one.
        let cells: Vec<Cell> = (0..4_000)
            .map(|index| {
                let exposure = (1 + index % 4) as f64;
                let rate = if index < 2_000 { 3.0 } else { 6.0 };
                let mean = match dispersion > 0.0 {
                    true => rate * dispersion * gamma(&mut stream, exposure / dispersion),
                    false => rate * exposure,
                };
                Cell { index, hits: binomial(&mut stream, 1 << 40, mean / (1u64 << 40) as f64), exposure }
            })
            .collect();
        let found = estimated(&cells);
        assert!((found - dispersion).abs() < 0.02 + 0.1 * dispersion, "{found} for {dispersion}");
    }
    assert_eq!(estimated(&[]), 0.0);
}

#[test]
fn hostile_series_are_cut_too() {
    for (hits, posts) in
        [(vec![0; 9], vec![0; 9]), (vec![0; 9], vec![4; 9]), (vec![3], vec![3]), (vec![u64::MAX, 0], vec![u64::MAX; 2])]
    {
        for exposure in [Exposure::Posts, Exposure::Days] {
            let found = of(&hits, &posts, exposure, None);
            let finite =
                |s: &Segment| s.rate.is_finite() && s.interval.is_none_or(|i| i.low.is_finite() && i.high.is_finite());
            assert!(found.cost.is_finite() && found.segments.iter().all(finite), "{found:?}");
            let unexposed = posts[0] == 0 && exposure == Exposure::Posts;
            assert_eq!(found.segments.is_empty(), unexposed, "{found:?}");
        }
    }
    let config = ChangeConfig { dispersion: Some(-1.0), penalty: f64::NAN, level: 1.0, ..ChangeConfig::default() };
    let error = config.validate().unwrap_err().to_string();
    assert!(["dispersion: -1", "penalty: NaN", "level: 1"].iter().all(|fault| error.contains(fault)), "{error}");
}
