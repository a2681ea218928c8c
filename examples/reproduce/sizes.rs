//! How many texts there were: the split, the classes of the test part, and the accuracy that such numbers allow.

use plaudit::Result;
use plaudit::metrics::published::{Attainable, Reading, attainable};

use super::scores::mean;
use super::share::Share;
use super::tables::Paper;
use super::{Finding, Verdict, join};

pub(super) fn findings(paper: &Paper) -> Result<Vec<Finding>> {
    let mut all = split(paper)?;
    all.extend(classes(paper));
    all.push(accuracy(paper));
    Ok(all)
}

fn split(paper: &Paper) -> Result<Vec<Finding>> {
    let claims = &paper.claims;
    let rows = usize::try_from(claims.dataset.value).unwrap_or(usize::MAX);
    let sizes = claims.ratios()?.sizes(rows);
    let (whole, rows) = (claims.ratio.value.iter().sum::<u64>() as f64, rows as f64);
    let exact = claims.ratio.value.map(|part| rows * part as f64 / whole);
    // However an exact share is made a whole number, it moves by less than 1.
    let good = exact.iter().zip(&claims.parts).all(|(exact, part)| (exact - part.value as f64).abs() < 1.0);
    let printed = join(claims.parts.iter().map(|part| &part.text));
    let what = format!("parts of {} at {}", claims.dataset.text, claims.ratio.text);
    let heading = ["split_sizes", &claims.ratio.place, &what];
    let sizes = Finding::of(heading, printed, join(sizes), Verdict::matches_if(good))
        .note(format!("exactly {}", join(exact.map(|exact| format!("{exact:.1}")))));
    let sum: u64 = claims.parts.iter().map(|part| part.value).sum();
    let heading = ["split_sum", &claims.dataset.place, "sum of the parts"];
    let verdict = Verdict::matches_if(sum == claims.dataset.value);
    Ok(vec![sizes, Finding::of(heading, &claims.dataset.text, sum.to_string(), verdict)])
}

fn classes(paper: &Paper) -> Vec<Finding> {
    let claims = &paper.claims;
    let (each, place) = (&claims.per_class, claims.per_class.place.as_str());
    let [_, second, third] = &claims.parts;
    let texts = paper.scores.len() as u64 * each.value;
    let heading = ["per_class_sum", place, &format!("test part of {} texts a class", each.text)];
    let verdict = Verdict::matches_if([second.value, third.value].contains(&texts));
    let printed = format!("{} or {}", second.text, third.text);
    let mut all = vec![Finding::of(heading, printed, texts.to_string(), verdict)];

    let recalls = paper.scores.iter().map(|class| attainable(class.recall.printed, each.value, Reading::Either));
    let recalls: Vec<Attainable> = recalls.collect();
    let heading = ["per_class_recall", place, &format!("texts of {} that give the recall", each.text)];
    let missed = paper.labels.iter().zip(&recalls).filter(|(_, found)| found.counts.is_none());
    let missed: Vec<String> = missed.map(|(label, found)| format!("{label}: {found}")).collect();
    let coarse = paper.scores.iter().map(|class| &class.recall).filter(|recall| recall.is_met_by_any(each.value));
    let mut coarse: Vec<String> = coarse.map(|recall| says_nothing(recall, &[each.value])).collect();
    coarse.dedup();
    let (verdict, notes) = match (missed.as_slice(), coarse.as_slice()) {
        ([], []) => (Verdict::Matches, missed),
        ([], _) => (Verdict::Undecided, coarse),
        _ => (Verdict::Impossible, missed),
    };
    let printed = join(paper.scores.iter().map(|class| &class.recall.text));
    all.push(Finding::of(heading, printed, join(recalls.iter().map(counts)), verdict).note(notes.join("; ")));

    // With classes of one size the share of right predictions is the mean recall.
    let recall = mean(paper, |class| &class.recall);
    let (verdict, note) = claims.accuracy.value.judge(recall);
    let heading = ["per_class_accuracy", place, "accuracy with classes of one size"];
    let recomputed = claims.accuracy.value.percent(recall.at, 0);
    all.push(Finding::of(heading, &claims.accuracy.text, recomputed, verdict).note(note));
    all
}

/// The accuracy as a share of each number of texts that the test part is said to have.
fn accuracy(paper: &Paper) -> Finding {
    let claims = &paper.claims;
    let [_, second, third] = &claims.parts;
    let totals = [second.value, third.value, paper.scores.len() as u64 * claims.per_class.value];
    let found = totals.map(|total| attainable(claims.accuracy.value.printed, total, Reading::Either));
    let what = format!("texts of {} that give the accuracy", join(totals));
    let heading = ["accuracy_fraction", &claims.accuracy.place, &what];
    let telling = |total| !claims.accuracy.value.is_met_by_any(total);
    let coarse: Vec<u64> = totals.into_iter().filter(|&total| !telling(total)).collect();
    let missed: Vec<String> = found.iter().filter(|one| one.counts.is_none()).map(ToString::to_string).collect();
    let (verdict, note) = if found.iter().any(|one| one.counts.is_some() && telling(one.total)) {
        (Verdict::Matches, missed.join("; "))
    } else if coarse.is_empty() {
        (Verdict::Impossible, missed.join("; "))
    } else {
        (Verdict::Undecided, says_nothing(&claims.accuracy.value, &coarse))
    };
    Finding::of(heading, &claims.accuracy.text, join(found.iter().map(counts)), verdict).note(note)
}

/// Why a count of these totals says nothing about the share.
fn says_nothing(share: &Share, totals: &[u64]) -> String {
    let (text, ends) = (&share.text, share.ends(share.span()));
    format!("{text} stands for {ends}: with so few decimals some count of {} prints as any share", join(totals))
}

/// The counts that print as the share.
fn counts(found: &Attainable) -> String {
    match found.counts {
        None => "none".to_owned(),
        Some([low, high]) if low == high => low.to_string(),
        Some([low, high]) => format!("{low} to {high}"),
    }
}
