//! Simulations: that they judge what is decided in use, that their digits hang on nothing else, and what they refuse.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::{Labels, Origin};
use plaudit_promotion::prevalence::{CutPosterior, ErrorMatrix};
use plaudit_promotion::simulation::{Cell, Outcome, Rate, Shares, SimulationConfig, simulate};
use plaudit_promotion::{Corrected, DivisionCounts, MajorityRule, NaiveShare, Rule, Survey, Verdict};

fn quick(runs: usize) -> SimulationConfig {
    let mut config = SimulationConfig::default();
    (config.runs, config.divisions, config.cut.draws) = (runs, 3, 100);
    config.policy.draws = 200;
    config.policy.max_more = 0;
    config
}

fn fixed(shares: &[f64]) -> Shares {
    Shares::Fixed { shares: shares.to_vec() }
}

fn one(cell: Cell, config: &SimulationConfig, rules: &[(&str, &(dyn Rule + Sync))]) -> Outcome {
    let labels = if cell.gold.len() == 4 { Labels::dpms() } else { Labels::new(["positive", "negative"]).unwrap() };
    simulate(&labels, &[cell], config, rules).unwrap().remove(0)
}

/// Without errors and with very many gold rows both posteriors are those of known labels: nothing is left to correct. At the
/// bar about alpha are promoted, whatever the number of texts.
#[test]
fn without_errors_nothing_is_corrected() {
    let cell = Cell::symmetric(2, 1.0, 1 << 40, 300, fixed(&[0.7, 0.3]));
    let mut config = quick(400);
    config.policy.prior = 1.0; // that of `CutConfig`
    let found = one(cell, &config, &[]);
    for figures in [found.corrected, found.naive] {
        // 1,200 divisions: three standard errors are 0.026 of a coverage and 0.019 of a rate of 0.05
        assert!((figures.coverage.value - 0.9).abs() < 0.03, "{figures:?}");
        assert!((figures.score_coverage.value - 0.9).abs() < 0.03, "{figures:?}");
        assert!(figures.false_promotions.value < 0.07 && figures.power.value > 0.6, "{figures:?}");
    }
}

/// A division at 2^53 texts, and gold rows that leave nothing to chance, get the verdict of `Corrected` on them.
#[test]
fn verdicts_are_those_of_corrected() {
    let labels = Labels::new(["positive", "negative"]).unwrap();
    let rows = [[8 << 30, 2 << 30], [3 << 30, 7 << 30]];
    let gold = ErrorMatrix::new(labels.clone(), Origin::SetAside, &rows).unwrap();
    for (share, score) in [(0.7, 0.4), (0.6, 0.2)] {
        let config = quick(4);
        let found = one(Cell::like(&gold, 1 << 40, fixed(&[share, 1.0 - share])).unwrap(), &config, &[]);
        let positive = ((0.8 * share + 0.3 * (1.0 - share)) * (1u64 << 40) as f64) as u64;
        let division = DivisionCounts::new("d", [positive, (1 << 40) - positive]);
        let mut policy = config.policy.clone();
        policy.limits.clear();
        let corrected = Corrected::new(policy, CutPosterior::new(&gold, &config.cut).unwrap());
        let verdicts = corrected.decide(&Survey::new(labels.clone(), vec![division]).unwrap()).unwrap();
        let promoted = verdicts.of("d").unwrap().verdict == Verdict::Promote;
        assert_eq!(promoted, score > 0.25);
        assert!(found.regret[0].regret.value < 1e-12 && found.corrected.power.value == 1.0, "{found:?}");
    }
}

// By hand, with two labels, shares (0.7, 0.3) in every division, u = (1, -1) and s_min = 0.25: the score is 0.4 and a division
// is worth 0.15. A rule that never promotes loses 0.15, one that always does nothing; where s_min is 0.5 it is -0.1, and the
// other way round. With 10^9 texts, rates of 0.6 and 0.1 for `positive` make 0.45 of them predicted so: the majority holds.
#[test]
fn regret_is_as_by_hand() {
    let gold =
        ErrorMatrix::new(Labels::new(["positive", "negative"]).unwrap(), Origin::SetAside, &[[60, 40], [10, 90]]);
    let cell = Cell::like(&gold.unwrap(), 1_000_000_000, fixed(&[0.7, 0.3])).unwrap();
    let (majority, mut naive) = (MajorityRule::default(), NaiveShare::default());
    naive.policy.min_score = -0.5; // it promotes whatever is above
    naive.policy.limits.clear();
    let mut config = quick(4);
    for (min_score, held, promoted) in [(0.25, [0.15, 0.0], [0.0, 0.0]), (0.5, [0.0, 0.0], [0.1, 0.1])] {
        config.policy.min_score = min_score;
        let found = one(cell.clone(), &config, &[("majority", &majority), ("all", &naive)]);
        let names: Vec<&str> = found.regret.iter().map(|regret| regret.rule.as_str()).collect();
        assert_eq!(names, ["Corrected", "majority", "all"]);
        for (regret, expected) in found.regret[1..].iter().zip([held, promoted]) {
            assert!((regret.regret.value - expected[0]).abs() < 1e-12, "{min_score}: {regret:?}");
            assert!((regret.harm.value - expected[1]).abs() < 1e-12, "{min_score}: {regret:?}");
            assert!(regret.regret.error < 1e-12);
        }
    }
}

#[test]
fn nothing_but_seed_cell_and_run_names_the_draws() {
    let cells = [
        Cell::symmetric(4, 0.7, 30, 150, fixed(&[0.55, 0.2, 0.15, 0.1])),
        Cell::symmetric(4, 0.7, 30, 150, Shares::Uniform),
    ];
    let policy = quick(10).policy;
    let rules: [(&str, &(dyn Rule + Sync)); 1] = [("Policy", &policy)];
    let of = |cells: &[Cell], config: &SimulationConfig| simulate(&Labels::dpms(), cells, config, &rules).unwrap();
    let all = of(&cells, &quick(10));
    assert_eq!((all[0].runs, all[1].runs), (5, 5));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| of(&cells, &quick(10))), all);
    }
    assert_eq!(of(&cells[1..], &quick(5)), all[1..]);
    let odd = of(&cells, &quick(11));
    assert_eq!((odd[0].runs, odd[1].runs), (6, 5));
    let mut other = quick(10);
    other.seed = 1;
    assert_ne!(of(&cells, &other), all);
    let json = serde_json::to_string(&all).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Outcome>>(&json).unwrap(), all);
    let json = serde_json::to_string(&cells).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Cell>>(&json).unwrap(), cells);
    assert!(of(&[], &quick(0)).is_empty());
}

// Means by hand: (0.2 + 0.4) / 2 and sqrt(0.03^2 + 0.04^2) / 2.
#[test]
fn rates_of_cells_are_averaged() {
    let rates = one(Cell::symmetric(2, 0.8, 20, 100, Shares::Uniform), &quick(6), &[]).corrected;
    let mean = Rate::mean([rates.coverage, rates.power]);
    assert!((mean.value - (rates.coverage.value + rates.power.value) / 2.0).abs() < 1e-15);
    assert!((mean.error - rates.coverage.error.hypot(rates.power.error) / 2.0).abs() < 1e-15);
    assert_eq!(Rate::mean([]).value, 0.0);
}

#[test]
fn few_texts_promote_nothing() {
    for texts in [0, 9] {
        let found = one(Cell::symmetric(4, 0.8, 50, texts, fixed(&[1.0, 0.0, 0.0, 0.0])), &quick(4), &[]);
        assert_eq!((found.corrected.power.value, found.naive.power.value), (0.0, 0.0));
        assert!((found.regret[0].regret.value - 0.75).abs() < 1e-12 && found.regret[0].harm.value == 0.0);
    }
    // a label that nobody gave, and a classifier that is always wrong
    let found = one(Cell::symmetric(2, 0.0, 1, 1 << 53, fixed(&[0.0, 1.0])), &quick(4), &[]);
    assert!(found.corrected.coverage.value.is_finite());
}

#[test]
fn every_fault_is_named_at_once() {
    let mut cell = Cell::symmetric(3, 1.5, 0, u64::MAX, fixed(&[0.5, f64::NAN, 0.5]));
    cell.rates.pop();
    let error = simulate(&Labels::dpms(), &[cell], &quick(1), &[]).unwrap_err().to_string();
    for fault in
        ["cell 0: rates of label 0", "rates: 2 rows", "shares", "gold: 3 counts", "gold: 0 rows", "texts", "runs: 1"]
    {
        assert!(error.contains(fault), "{fault}: {error}");
    }
    let mut config = quick(usize::MAX);
    (config.divisions, config.gap, config.policy.alpha, config.cut.draws) = (0, f64::NAN, 0.0, 1);
    let error = config.validate().unwrap_err().to_string();
    for fault in ["runs", "divisions: 0", "gap: NaN", "policy: alpha: 0", "cut: draws: 1"] {
        assert!(error.contains(fault), "{fault}: {error}");
    }
    assert!(serde_json::from_str::<SimulationConfig>(r#"{"run": 1}"#).is_err());
    let two = Cell::symmetric(2, 0.8, 9, 9, Shares::Uniform);
    let labels = Labels::new(["a", "b"]).unwrap();
    let error = simulate(&labels, &[two], &quick(2), &[]).unwrap_err().to_string();
    assert!(error.contains("label `a`"), "{error}");
}
