//! The auditor of printed tables, against scikit-learn's tables, brute force, and hostile ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use plaudit_metrics::published::{
    Audit, AuditConfig, AuditVerdict, ClassCounts, Printed, PublishedClass, PublishedTable, Reading, Solution,
    attainable, audit,
};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    dpms: Dpms,
    small: Vec<Small>,
}

#[derive(Deserialize)]
struct Dpms {
    table: PublishedTable,
    possible: Vec<u64>,
    choices: Vec<(u64, i64, u64)>, // n, sum of FP - sum of FN, right
}

#[derive(Deserialize)]
struct Small {
    table: PublishedTable,
    n: u64,
    reading: Reading,
    matrix: Vec<Vec<u64>>,
    rows: Vec<u64>,
    solutions: u64,
    correct: Option<[u64; 2]>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/published.json")).unwrap()
}

fn reading(reading: Reading) -> AuditConfig {
    let mut config = AuditConfig::default();
    config.reading = reading;
    config
}

/// Saves and reads it back, and checks every example.
fn checked(table: &PublishedTable, found: Audit) -> Audit {
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Audit>(&json).unwrap(), found);
    for total in &found.totals {
        for example in &total.examples {
            let matrix = example.matrix().unwrap();
            assert_eq!(matrix.iter().flatten().sum::<u64>(), total.n);
            assert_eq!(scores(&matrix).0, example.classes.iter().map(|class| class.true_positives).sum::<u64>());
            assert!(fits(table, &matrix, found.reading), "{matrix:?}");
        }
        let mut examples: Vec<_> = total.examples.iter().map(|example| format!("{example:?}")).collect();
        examples.sort();
        examples.dedup();
        assert_eq!(examples.len(), total.examples.len());
    }
    found
}

/// Precision, recall, specificity, F1 and FPR of a class as part and whole; and its support.
type Scores = ([(u64, u64); 5], u64);

/// Right predictions, and the scores of each class.
fn scores(matrix: &[Vec<u64>]) -> (u64, Vec<Scores>) {
    let n: u64 = matrix.iter().flatten().sum();
    let classes = (0..matrix.len()).map(|class| {
        let (hits, support) = (matrix[class][class], matrix[class].iter().sum::<u64>());
        let wrong = matrix.iter().map(|row| row[class]).sum::<u64>() - hits;
        let negatives = n - support;
        let both = support + hits + wrong;
        let ratios = [
            (hits, hits + wrong),
            (hits, support),
            (negatives - wrong, negatives),
            (2 * hits, both),
            (wrong, negatives),
        ];
        (ratios, support)
    });
    ((0..matrix.len()).map(|class| matrix[class][class]).sum(), classes.collect())
}

fn columns(class: &PublishedClass) -> [Option<Printed>; 5] {
    [class.precision, class.recall, class.specificity, class.f1, class.fpr]
}

/// Whether a matrix prints the table, by its digits and not by spans.
fn fits(table: &PublishedTable, matrix: &[Vec<u64>], reading: Reading) -> bool {
    let one = |printed: Option<Printed>, (part, whole): (u64, u64)| {
        let Some(printed) = printed else { return true };
        let texts = match (whole, reading) {
            (0, _) => vec![format!("{:.*}", printed.decimals() as usize, 0.0)],
            (_, Reading::Rounded) => rounded(part, whole, printed.decimals()),
            (_, Reading::Truncated) => vec![cut(part, whole, printed.decimals())],
            _ => [rounded(part, whole, printed.decimals()), vec![cut(part, whole, printed.decimals())]].concat(),
        };
        texts.contains(&printed.to_string())
    };
    let (right, classes) = scores(matrix);
    let n = matrix.iter().flatten().sum();
    let class = |(class, (ratios, support)): (&PublishedClass, Scores)| {
        class.support.is_none_or(|printed| printed == support)
            && columns(class).into_iter().zip(ratios).all(|(printed, ratio)| one(printed, ratio))
    };
    one(table.accuracy, (right, n)) && table.classes.iter().zip(classes).all(class)
}

fn text(digits: u64, decimals: u32) -> String {
    let one = 10u64.pow(decimals);
    let printed = format!("{}.{:0width$}", digits / one, digits % one, width = decimals as usize);
    printed.trim_end_matches('.').to_owned()
}

/// The nearest; both where it is a tie.
fn rounded(part: u64, whole: u64, decimals: u32) -> Vec<String> {
    let twice = 2 * part * 10u64.pow(decimals);
    let (up, down) = ((twice + whole) / (2 * whole), (twice + whole).div_ceil(2 * whole) - 1);
    vec![text(up, decimals), text(down, decimals)]
}

fn cut(part: u64, whole: u64, decimals: u32) -> String {
    text(part * 10u64.pow(decimals) / whole, decimals)
}

// DPMS, Tables 2 and 3; every choice of rows whose supports add up, from tests/golden/make_published.py.
#[test]
fn dpms_prints_no_confusion_matrix() {
    let Dpms { table, possible, choices } = golden().dpms;
    assert_eq!(choices.len(), 20);
    assert!(choices.iter().all(|&(_, imbalance, _)| imbalance == 2));
    let found = checked(&table, audit(&table, 200..=2000, &AuditConfig::default()).unwrap());
    assert_eq!(found.verdict, AuditVerdict::Impossible);
    assert_eq!(found.classes.iter().map(|class| class.possible).collect::<Vec<_>>(), possible);
    let mut missed = Vec::new();
    for total in found.nearest() {
        let miss = total.miss.as_ref().unwrap();
        assert_eq!((miss.imbalance, miss.correct[0]), (2, miss.correct[1]));
        missed.extend((0..miss.count).map(|_| (total.n, 2, miss.correct[0])));
        let sum = |part: fn(&ClassCounts) -> u64| miss.example.iter().map(part).sum::<u64>();
        assert_eq!((sum(|row| row.support), sum(|row| row.true_positives)), (total.n, miss.correct[0]));
        assert_eq!(sum(|row| row.false_positives), sum(ClassCounts::false_negatives) + 2);
        assert_eq!(Solution::new(miss.example.clone()).matrix(), None);
    }
    assert_eq!(missed, choices);
    // the same with the zero that 0.983 seems to have lost
    let padded = audit(&table.padded(), 200..=2000, &AuditConfig::default()).unwrap();
    assert_eq!(
        padded.totals.iter().map(|total| &total.miss).collect::<Vec<_>>(),
        found.totals.iter().map(|total| &total.miss).collect::<Vec<_>>()
    );
    // FPR 0.0041 and specificity 0.9958, both rounded, leave FPR = 0.00415 alone, a multiple of 1/20,000
    let rounded = audit(&table, 1..=10_000, &reading(Reading::Rounded)).unwrap();
    assert_eq!((rounded.verdict, rounded.classes[1].possible), (AuditVerdict::Impossible, 0));
    assert_eq!(audit(&table, 200..=10_000, &reading(Reading::Truncated)).unwrap().verdict, AuditVerdict::Impossible);
}

#[test]
fn dpms_has_no_350_texts_a_class() {
    let mut table = golden().dpms.table;
    table.classes.iter_mut().for_each(|class| class.support = Some(350));
    let found = audit(&table, 1400..=1400, &AuditConfig::default()).unwrap();
    assert_eq!(found.verdict, AuditVerdict::Impossible);
    // 344 of 350 print as 0.983, but no false positives do as all of the row's other scores
    assert_eq!(found.classes.iter().map(|class| class.possible).collect::<Vec<_>>(), [0; 4]);
    let reached = table.classes.iter().map(|class| attainable(class.recall.unwrap(), 350, Reading::Either).counts);
    assert_eq!(reached.collect::<Vec<_>>(), [None, Some([344, 344]), None, None]);
}

#[test]
fn an_audit_reads_well() {
    let table = golden().dpms.table;
    let expected = "\
Impossible: no confusion matrix of 200 to 2000 texts prints this table (rounded or cut).
Nearest: rows whose supports add up to n, where the sums of FP and FN differ by
n     choices  difference  right  accuracy
1316        1           2   1294   98.33 %
1317        3           2   1295   98.33 %
1318        5           2   1296   98.33 %
1319        5           2   1297   98.33 %
1320        4           2   1298   98.33 %
1321        2           2   1299   98.33 %
";
    assert_eq!(audit(&table, 200..=2000, &AuditConfig::default()).unwrap().to_string(), expected);
    let expected = "\
Impossible: no confusion matrix of 100 texts prints this table (rounded or cut).
No counts print the row of `Good` by itself.
No counts print the row of `Average` by itself.
No counts print the row of `Neutral` by itself.
No counts print the row of `Poor` by itself.
Nowhere do rows of all classes have supports that add up to the total.
";
    assert_eq!(audit(&table, 100..=100, &AuditConfig::default()).unwrap().to_string(), expected);
    let mut table = PublishedTable::new(vec![PublishedClass::new("a"), PublishedClass::new("b")]);
    table.classes[0].recall = Some("0.50".parse().unwrap());
    table.classes[0].support = Some(2);
    table.classes[1].recall = Some("0.70".parse().unwrap());
    let expected = "\
Consistent: of 11 to 12 texts, confusion matrices of 1 total print this table (rounded or cut).
n   solutions  right  accuracy
12          1      8   66.67 %
";
    assert_eq!(audit(&table, 11..=12, &AuditConfig::default()).unwrap().to_string(), expected);
    let empty = PublishedTable::new(vec![PublishedClass::new("a"); 3]);
    let expected = "\
Undecided: no confusion matrix of 9000 texts was found that prints this table (rounded or cut).
At 1 total, the first n = 9000, the steps of one total (a 16th of max_steps) or its memory ran out.
";
    assert_eq!(audit(&empty, 9000..=9000, &AuditConfig::default()).unwrap().to_string(), expected);
}

#[test]
fn tables_of_scikit_learn_have_as_many_solutions_as_brute_force_finds() {
    for case in golden().small {
        let found = checked(&case.table, audit(&case.table, case.n..=case.n, &reading(case.reading)).unwrap());
        let total = &found.totals[0];
        assert!(fits(&case.table, &case.matrix, case.reading));
        assert_eq!(total.rows.iter().map(|rows| rows.unwrap()).collect::<Vec<_>>(), case.rows);
        assert_eq!((total.solutions, total.correct), (Some(case.solutions), case.correct));
        assert_eq!(found.verdict, AuditVerdict::Consistent);
    }
}

/// A table that this matrix prints, with these columns, rounded half up or cut.
fn printed(matrix: &[Vec<u64>], mask: u8, decimals: u32, cutting: bool) -> PublishedTable {
    let print = |(part, whole): (u64, u64)| {
        let text = match whole {
            0 => text(0, decimals),
            _ if cutting => cut(part, whole, decimals),
            _ => rounded(part, whole, decimals)[0].clone(),
        };
        Some(text.parse().unwrap())
    };
    let (right, classes) = scores(matrix);
    let rows = classes.into_iter().map(|(ratios, support)| {
        let mut class = PublishedClass::new("");
        let column = |bit: usize| if mask >> bit & 1 == 1 { print(ratios[bit]) } else { None };
        (class.precision, class.recall, class.specificity) = (column(0), column(1), column(2));
        (class.f1, class.fpr, class.support) = (column(3), column(4), (mask >> 5 & 1 == 1).then_some(support));
        class
    });
    let mut table = PublishedTable::new(rows.collect());
    table.accuracy = if mask >> 6 & 1 == 1 { print((right, matrix.iter().flatten().sum())) } else { None };
    table
}

/// Every K x K matrix of n texts; calls `visit` with each.
fn every_matrix(cells: &mut Vec<u64>, size: usize, left: u64, visit: &mut impl FnMut(&[u64])) {
    if cells.len() + 1 == size {
        cells.push(left);
        visit(cells);
        cells.pop();
        return;
    }
    for count in 0..=left {
        cells.push(count);
        every_matrix(cells, size, left - count, visit);
        cells.pop();
    }
}

/// The margins (support, TP, FP by class) of all matrices that print the table.
fn brute_force(table: &PublishedTable, n: u64, reading: Reading) -> BTreeMap<Vec<(u64, u64, u64)>, u64> {
    let k = table.classes.len();
    let mut found = BTreeMap::new();
    every_matrix(&mut Vec::new(), k * k, n, &mut |cells| {
        let matrix: Vec<Vec<u64>> = cells.chunks(k).map(<[u64]>::to_vec).collect();
        if fits(table, &matrix, reading) {
            let (_, classes) = scores(&matrix);
            let margins = classes
                .iter()
                .enumerate()
                .map(|(class, (ratios, support))| (*support, matrix[class][class], ratios[4].0));
            *found.entry(margins.collect()).or_insert(0) += 1;
        }
    });
    found
}

fn matrix(k: usize, cells: &[u64]) -> Vec<Vec<u64>> {
    cells.chunks(k).take(k).map(|row| row[..k].to_vec()).collect()
}

fn any_reading() -> impl Strategy<Value = Reading> {
    prop::sample::select(vec![Reading::Rounded, Reading::Truncated, Reading::Either])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Also where one value is off, so that there is often nothing to find.
    #[test]
    fn counts_equal_brute_force(
        (k, cells) in prop::sample::select(vec![(1usize, 20u64), (2, 30), (3, 7)])
            .prop_flat_map(|(k, n)| (Just(k), prop::collection::vec(0..k * k, n as usize))),
        mask in 0u8..128, decimals in 1u32..3, reading in any_reading(), slip in prop::option::of(0u64..100),
    ) {
        let mut counts = vec![0; k * k];
        cells.iter().for_each(|&cell| counts[cell] += 1);
        let matrix = matrix(k, &counts);
        let n = cells.len() as u64;
        let mut table = printed(&matrix, mask, decimals, reading == Reading::Truncated);
        if let Some(slip) = slip {
            table.classes[0].f1 = Some(text(slip, 2).parse().unwrap());
        }
        let expected = brute_force(&table, n, reading);
        let mut config = AuditConfig::default();
        (config.reading, config.max_examples) = (reading, 1000);
        let found = checked(&table, audit(&table, n..=n, &config).unwrap());
        let right = expected.keys().map(|classes| classes.iter().map(|class| class.1).sum::<u64>());
        let correct = right.clone().min().zip(right.max()).map(|(low, high)| [low, high]);
        match found.totals.first() {
            None => prop_assert!(expected.is_empty()),
            Some(total) => {
                prop_assert_eq!(total.solutions, Some(expected.len() as u64));
                prop_assert_eq!(total.correct, correct);
                prop_assert_eq!(total.examples.len(), expected.len().min(1000));
                for example in &total.examples {
                    let margins = |class: &ClassCounts| (class.support, class.true_positives, class.false_positives);
                    let key: Vec<_> = example.classes.iter().map(margins).collect();
                    prop_assert!(expected.contains_key(&key), "{key:?}");
                }
                prop_assert!(total.miss.is_none() || expected.is_empty());
            }
        }
    }

    #[test]
    fn a_real_matrix_is_always_consistent(
        k in 1usize..6, cells in prop::collection::vec(0u64..12, 25), hits in prop::collection::vec(0u64..150, 5),
        mask in 0u8..128, decimals in 3u32..6, cutting: bool, steps in 0u64..500,
    ) {
        let mut matrix: Vec<Vec<u64>> = cells.chunks(5).take(k).map(|row| row[..k].to_vec()).collect();
        for (class, row) in matrix.iter_mut().enumerate() {
            row[class] = hits[class];
        }
        let n: u64 = matrix.iter().flatten().sum();
        prop_assume!(n > 0);
        // precision, recall and one of specificity, FPR: enough to be few
        let table = printed(&matrix, mask | 0b111, decimals, cutting);
        let exact = if cutting { Reading::Truncated } else { Reading::Rounded };
        for reading in [exact, Reading::Either] {
            let found = checked(&table, audit(&table, n..=n, &self::reading(reading)).unwrap());
            prop_assert_eq!(found.verdict, AuditVerdict::Consistent);
            let [low, high] = found.totals[0].correct.unwrap();
            let (right, _) = scores(&matrix);
            prop_assert!(low <= right && right <= high);
        }
        let full = audit(&table, n..=n, &self::reading(exact)).unwrap();
        let mut few = self::reading(exact);
        few.max_steps = 16 * steps;
        let found = checked(&table, audit(&table, n..=n, &few).unwrap());
        prop_assert_ne!(found.verdict, AuditVerdict::Impossible);
        let (found, full) = (&found.totals[0], &full.totals[0]);
        prop_assert!(found.solutions.is_none() || found.solutions == full.solutions, "{found:?}");
        if let (Some([low, high]), Some([least, most])) = (found.correct, full.correct) {
            prop_assert!(least <= low && high <= most);
        }
        let padded = audit(&table.padded(), n..=n, &self::reading(exact)).unwrap();
        prop_assert_eq!(padded.verdict, AuditVerdict::Consistent);
    }
}

// As scikit-learn prints by default: two decimals, no specificity; here without the support.
#[test]
fn where_solutions_are_too_many_to_count_some_are_found() {
    let matrix = [[252, 23, 22], [21, 255, 21], [26, 20, 254]].map(Vec::from);
    let n: u64 = matrix.iter().flatten().sum();
    let table = printed(&matrix, 0b1011, 2, false);
    let mut config = AuditConfig::default();
    (config.max_examples, config.max_steps) = (10, 1 << 24);
    let found = checked(&table, audit(&table, n..=n, &config).unwrap());
    assert_eq!((found.verdict, found.totals[0].solutions), (AuditVerdict::Consistent, None));
    assert_eq!(found.totals[0].examples.len(), 10);
    let shown = found.to_string();
    assert!(
        shown.contains("not counted") && shown.contains("At 1 total, the first n = 894, the steps of one total"),
        "{shown}"
    );
}

#[test]
fn supports_must_add_up() {
    for (supports, n, possible) in
        [(vec![5], 7, false), (vec![7], 7, true), (vec![3, 4], 8, false), (vec![3, 4], 7, true)]
    {
        let mut table = PublishedTable::new(vec![PublishedClass::new("a"); supports.len()]);
        table.classes.iter_mut().zip(&supports).for_each(|(class, &support)| class.support = Some(support));
        let expected = if possible { AuditVerdict::Consistent } else { AuditVerdict::Impossible };
        let found = audit(&table, n..=n, &AuditConfig::default()).unwrap();
        assert_eq!((found.verdict, found.totals.len()), (expected, usize::from(possible)), "{supports:?} {n}");
        // a support that no total reaches
        table.classes[0].support = Some(u64::MAX);
        let found = audit(&table, n..=n, &AuditConfig::default()).unwrap();
        assert_eq!((found.verdict, found.classes[0].possible), (AuditVerdict::Impossible, 0));
    }
}

#[test]
fn an_accuracy_alone_can_be_what_is_wrong() {
    let table = |accuracy: &str| printed_with_accuracy(&[vec![9, 1], vec![2, 8]], accuracy);
    assert_eq!(audit(&table("0.85"), 20..=20, &AuditConfig::default()).unwrap().verdict, AuditVerdict::Consistent);
    let found = audit(&table("0.90"), 20..=20, &AuditConfig::default()).unwrap();
    let miss = found.totals[0].miss.as_ref().unwrap();
    assert_eq!((found.verdict, miss.imbalance, miss.count, miss.correct), (AuditVerdict::Impossible, 0, 1, [17, 17]));
}

fn printed_with_accuracy(matrix: &[Vec<u64>], accuracy: &str) -> PublishedTable {
    let mut table = printed(matrix, 0b111, 4, false);
    table.accuracy = Some(accuracy.parse().unwrap());
    table
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let table = PublishedTable::new(vec![PublishedClass::new("a")]);
    let fault =
        |table: &PublishedTable, totals, config: &AuditConfig| audit(table, totals, config).unwrap_err().to_string();
    let config = AuditConfig::default();
    for totals in [
        0..=5,
        RangeInclusive::new(6, 5),
        1..=100_001,
        1_000_000_000_000..=1_000_000_000_001,
        0..=u64::MAX,
        u64::MAX..=u64::MAX,
    ] {
        assert!(fault(&table, totals, &config).contains("expected ascending, from 1 to 10^12"));
    }
    let mut many = AuditConfig::default();
    many.max_examples = 1001;
    assert!(fault(&table, 0..=1, &many).contains("2 faults"));
    assert!(fault(&PublishedTable::default(), 1..=1, &config).contains("classes: 0"));
    assert!(serde_json::from_str::<AuditConfig>(r#"{"steps":1}"#).is_err());
    assert_eq!(serde_json::from_str::<AuditConfig>("{}").unwrap(), config);
}

#[test]
fn hostile_tables_end() {
    let share = |text: &str| -> Option<Printed> { Some(text.parse().unwrap()) };
    let mut loose = PublishedClass::new("loose");
    (loose.precision, loose.recall, loose.f1) = (share("0.5"), share("0.5"), share("0.5"));
    let mut config = AuditConfig::default();
    config.max_steps = 1 << 22;
    for class in [PublishedClass::new("nothing"), loose] {
        for k in [1, 2, 3, 50, 100] {
            let table = PublishedTable::new(vec![class.clone(); k]);
            for range in [1..=100, 9_900..=10_000, 999_999_999_990..=1_000_000_000_000] {
                let found = audit(&table, range.clone(), &config).unwrap();
                assert!(found.totals.iter().any(|total| total.solutions.is_none()) || k <= 2, "{k} {range:?}: {found}");
                let json = serde_json::to_string(&found).unwrap();
                assert_eq!(serde_json::from_str::<Audit>(&json).unwrap(), found);
            }
        }
    }
    // without a step nothing is known
    config.max_steps = 0;
    let found = audit(&golden().dpms.table, 1..=100_000, &config).unwrap();
    assert_eq!((found.verdict, found.totals.len(), found.cut_short_at), (AuditVerdict::Undecided, 100_000, None));
}

/// Totals that take all that they may leave nothing to those behind, which are not to blame.
#[test]
fn totals_that_others_left_no_steps_are_told_from_those_with_too_many_counts() {
    let mut table = PublishedTable::new(vec![PublishedClass::new("a"); 3]);
    table.accuracy = Some("0.50".parse().unwrap());
    let mut config = AuditConfig::default();
    config.max_steps = 1 << 12;
    let found = checked(&table, audit(&table, 9_000..=9_099, &config).unwrap());
    let first = found.cut_short_at.unwrap();
    assert!((9_016..=9_040).contains(&first), "{first}"); // 16 totals may take a 16th of the steps each
    let shown = found.to_string();
    let large = format!("At {} totals, the first n = 9000, the steps of one total", first - 9_000);
    let short = format!("At {} totals, from n = {first} on, the steps of the whole search", 9_100 - first);
    assert!(shown.contains(&large) && shown.contains(&short), "{shown}");
    // The totals from 200 on leave none for 1,990, which by itself takes few.
    let table = golden().dpms.table;
    let found = checked(&table, audit(&table, 200..=2000, &config).unwrap());
    assert_eq!(found.verdict, AuditVerdict::Undecided);
    assert!(found.cut_short_at.is_some_and(|first| first < 1_990), "{found}");
    let undecided: Vec<u64> =
        found.totals.iter().filter(|total| total.solutions.is_none()).map(|total| total.n).collect();
    let alone = audit(&table, 1_990..=1_990, &config).unwrap();
    assert!(undecided.contains(&1_990) && alone.verdict == AuditVerdict::Impossible && alone.cut_short_at.is_none());
}
