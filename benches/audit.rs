//! How long it takes to look for the confusion matrices behind a printed table.
#![allow(missing_docs)] // criterion's macros make undocumented functions

use std::hint::black_box;
use std::ops::RangeInclusive;

use criterion::{Criterion, criterion_group, criterion_main};
use plaudit::metrics::published::{AuditConfig, Printed, PublishedClass, PublishedTable, audit};

/// DPMS, Tables 2 and 3: label, precision, recall, specificity, F1, FPR.
const DPMS: [[&str; 6]; 4] = [
    ["Good", "0.9749", "0.9784", "0.9933", "0.9766", "0.0067"],
    ["Average", "0.9886", "0.983", "0.9958", "0.9858", "0.0041"],
    ["Neutral", "0.9779", "0.9779", "0.9943", "0.9779", "0.0057"],
    ["Poor", "0.9833", "0.9904", "0.9922", "0.9868", "0.0078"],
];

fn table() -> plaudit::Result<PublishedTable> {
    let mut classes = Vec::new();
    for [label, precision, recall, specificity, f1, fpr] in DPMS {
        let mut class = PublishedClass::new(label);
        let share = |text: &str| text.parse::<Printed>().map(Some);
        (class.precision, class.recall) = (share(precision)?, share(recall)?);
        (class.specificity, class.f1, class.fpr) = (share(specificity)?, share(f1)?, share(fpr)?);
        classes.push(class);
    }
    Ok(PublishedTable::new(classes))
}

fn benches(criterion: &mut Criterion) {
    let full = match table() {
        Ok(table) => table,
        Err(error) => return eprintln!("skipped: {error}"),
    };
    // As most reports are printed: neither specificity nor its complement.
    let mut usual = full.clone();
    usual.classes.iter_mut().for_each(|class| (class.specificity, class.fpr) = (None, None));
    let config = AuditConfig::default();
    let mut group = criterion.benchmark_group("audit");
    group.sample_size(10);
    for (name, table, totals) in [
        ("DPMS, 200 to 10,000 texts", &full, 200..=10_000),
        ("DPMS, 10,000 texts", &full, 10_000..=10_000),
        ("precision, recall and F1 of DPMS, 1,320 texts", &usual, 1320..=1320),
    ] {
        let search = |totals: RangeInclusive<u64>| audit(black_box(table), totals, &config);
        group.bench_function(name, |bencher| bencher.iter(|| search(totals.clone())));
    }
    group.finish();
}

criterion_group!(audits, benches);
criterion_main!(audits);
