//! Tables 2 and 3 as scores of one confusion matrix.

use std::ops::RangeInclusive;

use plaudit::Result;
use plaudit::metrics::published::{
    Audit, AuditConfig, AuditVerdict, AuditedTotal, ClassCounts, PublishedClass, PublishedTable, audit,
};

use super::share::{Share, Span};
use super::tables::Paper;
use super::{Finding, Verdict, join};

/// The numbers of texts that are tried.
const TOTALS: RangeInclusive<u64> = 200..=2000;

/// A second's work. The paper's tables need less than a sixteenth of it; tables with fewer digits leave too much to try anyway.
const MOST_STEPS: u64 = 1 << 24;

const PLACE: &str = "Tables 2 and 3";

pub(super) fn findings(paper: &Paper) -> Result<Vec<Finding>> {
    let classes = paper.labels.iter().zip(&paper.scores).map(|(label, scores)| {
        let mut class = PublishedClass::new(label);
        class.precision = Some(scores.precision.printed);
        class.recall = Some(scores.recall.printed);
        class.specificity = Some(scores.specificity.printed);
        class.f1 = Some(scores.f1.printed);
        class.fpr = Some(scores.fpr.printed);
        class
    });
    let mut config = AuditConfig::default();
    config.max_steps = MOST_STEPS;
    let found = audit(&PublishedTable::new(classes.collect()), TOTALS, &config)?;
    let near: Vec<Near> = near(&found).into_iter().filter_map(|total| Near::of(total, paper)).collect();
    // Some matrices of these may have been found all the same.
    let unfinished = found.totals.iter().filter(|total| total.solutions.is_none()).count();
    let accuracy = &paper.claims.accuracy;
    let reading = |heading: [&str; 3], ends: fn(&Near) -> [f64; 2]| {
        let found = spanning(near.iter().map(ends));
        let finding = accuracy_finding(heading, &accuracy.text, &accuracy.value, found, unfinished);
        let verdict = finding.verdict;
        (finding, vec![verdict])
    };
    let readings = vec![
        reading(["one_accuracy", PLACE, "the share that is right"], |near| near.right),
        reading(["one_vs_rest_accuracy", PLACE, "Eq. 29, mean of the classes"], |near| near.one_vs_rest),
    ];
    let mut all = vec![matrix(&found, &near, unfinished)];
    all.extend(Finding::claim(["matrix_accuracy", PLACE, "accuracy at these totals"], &accuracy.text, readings));
    Ok(all)
}

/// The totals that have a matrix, or else those that come nearest to one.
fn near(found: &Audit) -> Vec<&AuditedTotal> {
    match found.verdict {
        AuditVerdict::Consistent => found.totals.iter().filter(|total| total.is_consistent()).collect(),
        AuditVerdict::Impossible => found.nearest(),
        _ => Vec::new(),
    }
}

/// A total, its least and greatest accuracies, and one choice of counts.
struct Near<'a> {
    n: u64,
    right: [f64; 2],
    one_vs_rest: [f64; 2],
    imbalance: u64,
    example: &'a [ClassCounts], // empty where the steps did not suffice for one
    likely: bool,               // whether the paper says that the test part has so many texts
}

impl<'a> Near<'a> {
    fn of(total: &'a AuditedTotal, paper: &Paper) -> Option<Self> {
        let example = || total.examples.first().map_or(&[][..], |solution| &solution.classes);
        let (correct, imbalance, example) = match &total.miss {
            Some(miss) => (miss.correct, miss.imbalance, miss.example.as_slice()),
            None => (total.correct?, 0, example()),
        };
        let share = |count: u64| count as f64 / total.n as f64;
        let right = correct.map(share);
        // Every text that is not right is missed once (FN), and is in surplus (FP) once, but for the imbalance.
        let sum = |part: fn(&ClassCounts) -> u64| example.iter().map(part).sum::<u64>();
        let surplus = sum(|class| class.false_positives) as f64 - sum(ClassCounts::false_negatives) as f64;
        let one_vs_rest =
            |right: f64| 1.0 - (2.0 * (1.0 - right) + surplus / total.n as f64) / paper.scores.len() as f64;
        let likely = paper.claims.parts.iter().any(|part| part.value == total.n);
        Some(Self { n: total.n, right, one_vs_rest: right.map(one_vs_rest), imbalance, example, likely })
    }
}

/// The numbers of texts that have a matrix. Where the steps did not suffice for some, what is found is the least of it.
fn matrix(found: &Audit, near: &[Near], unfinished: usize) -> Finding {
    let what = format!("confusion matrices of {} to {} texts", TOTALS.start(), TOTALS.end());
    let heading = ["confusion_matrix", PLACE, &what];
    let totals = match near {
        [] => String::new(),
        [one] => format!("a total of {}", one.n),
        [first, .., last] => format!("{} totals of {} to {}", near.len(), first.n, last.n),
    };
    let imbalance = near.first().map_or(0, |near| near.imbalance);
    let open = found.totals.iter().filter(|total| total.solutions.is_none() && !total.is_consistent()).count();
    let (recomputed, verdict) = match found.verdict {
        AuditVerdict::Consistent if open > 0 => (format!("at least {totals}; {open} undecided"), Verdict::Consistent),
        AuditVerdict::Consistent => (totals, Verdict::Consistent),
        AuditVerdict::Impossible if near.is_empty() => ("none".to_owned(), Verdict::Impossible),
        AuditVerdict::Impossible => (format!("none; nearest at {totals}"), Verdict::Impossible),
        _ => (format!("none so far; {open} undecided"), Verdict::Undecided),
    };
    let examples = || near.iter().filter(|near| !near.example.is_empty());
    let shown = examples().find(|near| near.likely).or_else(|| examples().next());
    let note = shown.map(|near| {
        let counts = |part: fn(&ClassCounts) -> u64| join(near.example.iter().map(part));
        let sum = |part: fn(&ClassCounts) -> u64| near.example.iter().map(part).sum::<u64>();
        let (wrong, missed) = (sum(|class| class.false_positives), sum(ClassCounts::false_negatives));
        let balance = match imbalance {
            0 => String::new(),
            n => format!("; FP and FN add up to the same in every matrix, and here they are {n} apart at the least"),
        };
        format!(
            "of {} texts, supports {}, TP {}, FP {} (sum {wrong}), FN {} (sum {missed}){balance}",
            near.n,
            counts(|class| class.support),
            counts(|class| class.true_positives),
            counts(|class| class.false_positives),
            counts(ClassCounts::false_negatives),
        )
    });
    let unfinished = (unfinished > 0)
        .then(|| format!("with {unfinished} numbers of texts there are too many counts to try them all"));
    let notes: Vec<String> = note.into_iter().chain(unfinished).collect();
    Finding::of(heading, "4 classes of scores", recomputed, verdict).note(notes.join("; "))
}

/// The least and the greatest of these.
fn spanning(ends: impl Iterator<Item = [f64; 2]>) -> Option<[f64; 2]> {
    ends.reduce(|[low, high], [other_low, other_high]| [low.min(other_low), high.max(other_high)])
}

fn accuracy_finding(
    heading: [&str; 3],
    text: &str,
    printed: &Share,
    found: Option<[f64; 2]>,
    unfinished: usize,
) -> Finding {
    let words = |ends: [f64; 2]| {
        let [low, high] = ends.map(|share| printed.percent(share, 0));
        if low == high { low } else { format!("{low} to {high}") }
    };
    match found {
        _ if unfinished > 0 => {
            let recomputed = found.map_or_else(|| "none so far".to_owned(), |ends| format!("at least {}", words(ends)));
            let note = format!("too many counts to try them all, with {unfinished} numbers of texts");
            Finding::of(heading, text, recomputed, Verdict::Undecided).note(note)
        }
        None => Finding::of(heading, text, "-", Verdict::Undefined).because("no counts come near the scores"),
        Some(ends @ [low, high]) => {
            // No one matrix is better than another: all of them print so where the least and the greatest share do.
            let [least, greatest] = ends.map(|at| printed.judge(Span { low, high, at }));
            let (verdict, note) = least.max(greatest);
            Finding::of(heading, text, words(ends), verdict).note(note)
        }
    }
}
