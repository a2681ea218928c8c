//! Sizes, strata, groups and seeds of splits.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise, and say what they skip

use std::collections::{BTreeMap, BTreeSet};

use plaudit_core::Feedback;
use plaudit_data::{Dataset, SplitRatios};
use proptest::prelude::*;

fn dataset(labels: impl IntoIterator<Item = Option<usize>>) -> Dataset {
    let row = |(number, label): (usize, Option<usize>)| {
        let mut row = Feedback::new(number.to_string(), "fine");
        row.label = label.map(|label| format!("label {label}"));
        row
    };
    Dataset::from_rows(labels.into_iter().enumerate().map(row).collect())
}

fn counts(data: &Dataset) -> BTreeMap<Option<&str>, usize> {
    let mut counts = BTreeMap::new();
    for row in data {
        *counts.entry(row.label.as_deref()).or_default() += 1;
    }
    counts
}

fn uids(data: &Dataset) -> Vec<usize> {
    data.iter().map(|row| row.uid.parse().unwrap()).collect()
}

#[test]
fn sizes_are_those_of_largest_remainder() {
    // By hand: exact shares, rounded down, the rest to the largest fractions.
    for (ratios, rows, expected) in [
        ([70.0, 15.0, 15.0], 8_810, [6167, 1322, 1321]), // 6167, 1321.5, 1321.5
        ([0.7, 0.15, 0.15], 8_810, [6167, 1322, 1321]),
        ([70.0, 15.0, 15.0], 10, [7, 2, 1]),       // 7, 1.5, 1.5
        ([1.0, 1.0, 1.0], 5, [2, 2, 1]),           // 1.67 each
        ([8.0, 1.0, 1.0], 1_234, [987, 124, 123]), // 987.2, 123.4, 123.4
        ([98.0, 1.0, 1.0], 49, [48, 1, 0]),        // 48.02, 0.49, 0.49
        ([1e100, 1e100, 1e100], 3, [1, 1, 1]),
        ([1.0, 1.0, 1.0], 0, [0, 0, 0]),
    ] {
        let [train, valid, test] = ratios;
        assert_eq!(SplitRatios::new(train, valid, test).unwrap().sizes(rows), expected, "{ratios:?} of {rows}");
    }
}

#[test]
fn ratios_are_checked() {
    let error = SplitRatios::new(0.0, f64::NAN, 1e200).unwrap_err().to_string();
    assert!(error.contains("3 faults") && error.contains("split.valid"), "{error}");
    assert_eq!(serde_json::to_string(&SplitRatios::PAPER).unwrap(), "[70.0,15.0,15.0]");
    assert_eq!(serde_json::from_str::<SplitRatios>("[70, 15, 15]").unwrap(), SplitRatios::PAPER);
    assert!(serde_json::from_str::<SplitRatios>("[70, -15, 15]").is_err());
}

#[test]
fn a_part_without_rows_is_an_error() {
    let data = dataset([None; 2]);
    let error = data.split(SplitRatios::PAPER, 0).unwrap_err().to_string();
    assert!(error == "memory: a split of 2 rows leaves none for the validation and the test part", "{error}");
    assert!(dataset([None; 4]).split(SplitRatios::PAPER, 0).is_err()); // 2.8, 0.6, 0.6
    assert!(dataset([None; 5]).split(SplitRatios::PAPER, 0).is_ok()); // 3.5, 0.75, 0.75
    assert!(data.hold_out(0.1, 0).unwrap_err().to_string().contains("held-out part"));
    assert!(data.hold_out(0.9, 0).unwrap_err().to_string().contains("remaining part"));
    assert!(dataset([]).hold_out(0.5, 0).is_err());
    for share in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
        assert!(data.hold_out(share, 0).is_err());
        assert!(data.hold_out_grouped(share, 0, |row| &row.uid).is_err());
    }
    // all rows in one group
    let error = dataset([None; 50]).split_grouped(SplitRatios::PAPER, 0, |_| 0).unwrap_err().to_string();
    assert!(error.ends_with("a split of 50 rows leaves none for the validation and the test part"), "{error}");
}

#[test]
fn seeds_matter_and_nothing_else_does() {
    let data = dataset((0..1_000).map(|n| Some(n % 3)));
    let split = |seed| data.split(SplitRatios::PAPER, seed).unwrap();
    assert_eq!(split(1), split(1));
    let [a, b] = [split(1), split(2)].map(|[_, _, test]| BTreeSet::from_iter(uids(&test)));
    let common = a.intersection(&b).count(); // hypergeometric: 22.5, standard deviation 4.1
    assert!((5..45).contains(&common), "{common}");
    let held = data.hold_out(0.15, 1).unwrap();
    assert_ne!(uids(&held[1]), uids(&split(1)[2]));
    let grouped = |seed| data.split_grouped(SplitRatios::PAPER, seed, |row| row.uid.clone()).unwrap();
    assert_eq!(grouped(1), grouped(1));
    assert_ne!(grouped(1), grouped(2));
}

/// A change of these rows would change every published split: it needs a new major version.
#[test]
fn parts_are_pinned() {
    let data = dataset((0..20).map(|n| Some(n % 2)));
    let [_, valid, test] = data.split(SplitRatios::PAPER, 7).unwrap();
    assert_eq!((uids(&valid), uids(&test)), (vec![1, 2, 4], vec![8, 13, 15]));
    assert_eq!(uids(&data.hold_out(0.2, 7).unwrap()[1]), [0, 5, 9, 18]);
    assert_eq!(uids(&data.hold_out_grouped(0.2, 7, |row| row.uid.clone()).unwrap()[1]), [1, 6, 8, 15]);
    let [_, valid, test] = data.split_grouped(SplitRatios::PAPER, 7, |row| row.uid.clone()).unwrap();
    assert_eq!((uids(&valid), uids(&test)), (vec![4, 17, 18], vec![7, 8, 16]));
}

#[test]
fn every_row_is_as_likely_to_be_held_out() {
    let data = dataset((0..40).map(|n| Some(n % 2)));
    let mut hits = [0u32; 40];
    for seed in 0..4_000 {
        for uid in uids(&data.hold_out(0.25, seed).unwrap()[1]) {
            hits[uid] += 1;
        }
    }
    // 1,000 expected, standard deviation 27.4; five of them
    assert!(hits.iter().all(|&hit| (863..1137).contains(&hit)), "{hits:?}");
}

/// As many labels as rows, and few rows a label, must neither be slow nor lose a row.
#[test]
fn many_small_strata() {
    let data = dataset((0..100_000).map(Some));
    let parts = data.split_grouped(SplitRatios::PAPER, 3, |row| &row.uid).unwrap();
    assert_eq!(parts.map(|part| part.len()), [70_000, 15_000, 15_000]);
    let data = dataset((0..100_000).map(Some));
    let parts = data.split(SplitRatios::PAPER, 3).unwrap();
    assert_eq!(parts.map(|part| part.len()), [70_000, 15_000, 15_000]);
    let data = dataset((0..10_000).map(|n| Some(n / 7)));
    let parts = data.split(SplitRatios::PAPER, 3).unwrap();
    assert_eq!(parts.map(|part| part.len()), [7_000, 1_500, 1_500]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn parts_are_stratified(
        labels in proptest::collection::vec(proptest::option::weighted(0.9, 0usize..5), 20..300),
        ratios in proptest::array::uniform3(0.2f64..1.0),
        seed in any::<u64>(),
    ) {
        let data = dataset(labels);
        let ratios = SplitRatios::new(ratios[0], ratios[1], ratios[2]).unwrap();
        let parts = data.split(ratios, seed).unwrap();
        prop_assert_eq!(parts.each_ref().map(Dataset::len), ratios.sizes(data.len()));
        // every row in one part, in the file's order
        let mut all: Vec<usize> = parts.iter().flat_map(uids).collect();
        prop_assert!(parts.iter().all(|part| uids(part).is_sorted()));
        all.sort_unstable();
        prop_assert_eq!(all, (0..data.len()).collect::<Vec<_>>());
        let shares: [f64; 3] = ratios.into();
        let sum: f64 = shares.iter().sum();
        for (label, count) in counts(&data) {
            for (part, share) in parts.iter().zip(shares) {
                let found = counts(part).get(&label).copied().unwrap_or(0) as f64;
                prop_assert!((found - count as f64 * share / sum).abs() < 2.0, "{label:?}: {found}");
            }
        }
    }

    #[test]
    fn groups_stay_together(
        groups in proptest::collection::vec(0usize..40, 60..300),
        seed in any::<u64>(),
    ) {
        let data = dataset(groups.iter().map(|&group| Some(group)));
        let parts = data.split_grouped(SplitRatios::PAPER, seed, |row| row.label.as_deref()).unwrap();
        let mut seen = BTreeSet::new();
        for part in &parts {
            for group in counts(part).into_keys() {
                prop_assert!(seen.insert(group.unwrap().to_owned()));
            }
        }
        prop_assert_eq!(parts.iter().map(Dataset::len).sum::<usize>(), data.len());
        let largest = counts(&data).into_values().max().unwrap();
        for (part, size) in parts.iter().zip(SplitRatios::PAPER.sizes(data.len())) {
            prop_assert!(part.len().abs_diff(size) <= largest, "{} for {size}, largest group {largest}", part.len());
        }
    }

    /// Each group has one label: a split that looked at sizes alone would miss the shares by chance.
    #[test]
    fn groups_are_stratified(
        groups in proptest::collection::vec((0usize..3, 1usize..5), 120..200),
        seed in any::<u64>(),
    ) {
        let rows = groups.iter().enumerate().flat_map(|(group, &(label, size))| vec![(group, label); size]);
        let rows: Vec<(usize, usize)> = rows.collect();
        let mut data = dataset(rows.iter().map(|&(_, label)| Some(label)));
        for (row, (group, _)) in data.rows.iter_mut().zip(&rows) {
            row.division = group.to_string();
        }
        let parts = data.split_grouped(SplitRatios::PAPER, seed, |row| &row.division).unwrap();
        let held = data.hold_out_grouped(0.15, seed, |row| &row.division).unwrap();
        let all = [(&parts[0], 0.7), (&parts[1], 0.15), (&parts[2], 0.15), (&held[0], 0.85), (&held[1], 0.15)];
        for (part, share) in all {
            for (label, count) in counts(&data) {
                let found = counts(part).get(&label).copied().unwrap_or(0) as f64;
                prop_assert!((found - count as f64 * share).abs() < 5.0, "{label:?}: {found} of {count} for {share}");
            }
        }
        for division in held[0].divisions() {
            prop_assert!(!held[1].divisions().contains(&division));
        }
    }

    #[test]
    fn groups_of_one_are_exact(rows in 10usize..200, seed in any::<u64>()) {
        let data = dataset((0..rows).map(Some));
        let parts = data.split_grouped(SplitRatios::PAPER, seed, |row| &row.uid).unwrap();
        prop_assert_eq!(parts.map(|part| part.len()), SplitRatios::PAPER.sizes(rows));
    }
}

#[test]
fn each_row_is_in_one_fold() {
    let data = dataset((0..103).map(|row| (row % 10 != 0).then_some(row % 3)));
    let mut held = Vec::new();
    for fold in 0..7 {
        let [rest, part] = data.fold(7, fold, 3).unwrap();
        assert!(part.len() == 14 || part.len() == 15, "{}", part.len());
        assert_eq!(rest.len() + part.len(), data.len());
        for (label, count) in counts(&part) {
            let whole = counts(&data)[&label] as f64 / 7.0;
            assert!((count as f64 - whole).abs() < 2.0, "{label:?}: {count} of {whole}");
        }
        held.extend(uids(&part));
    }
    held.sort_unstable();
    assert_eq!(held, (0..103).collect::<Vec<_>>());
    assert_eq!(uids(&data.fold(7, 2, 3).unwrap()[1]), uids(&data.fold(7, 2, 3).unwrap()[1]));
    assert_ne!(uids(&data.fold(7, 2, 3).unwrap()[1]), uids(&data.fold(7, 2, 4).unwrap()[1]));
    for (folds, fold) in [(0, 0), (1, 0), (7, 7), (104, 0)] {
        let error = data.fold(folds, fold, 3).unwrap_err().to_string();
        assert!(error.contains("expected 2 or more, no more than 103 rows"), "{error}");
    }
}

#[test]
fn rows_are_set_apart_by_what_they_are() {
    let data = dataset([Some(0), Some(1), None, Some(1)]);
    let [rest, ones] = data.set_apart(|row| row.label.as_deref() == Some("label 1")).unwrap();
    assert_eq!((uids(&rest), uids(&ones)), (vec![0, 2], vec![1, 3]));
    assert!(data.set_apart(|_| true).unwrap_err().to_string().contains("remaining"));
}
