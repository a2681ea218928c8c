//! Tables 2 and 3: averages, F1, rates, and what they imply class by class.

use plaudit::metrics::published::Reading;

use super::share::{Share, Span};
use super::tables::{ClassScores, Paper};
use super::{Finding, Verdict, join};

/// The averages of the abstract against Table 2, and the two accuracies.
pub(super) fn averages(paper: &Paper) -> Vec<Finding> {
    type Column = fn(&ClassScores) -> &Share;
    let columns: [(&str, Column); 4] = [
        ("precision", |class| &class.precision),
        ("recall", |class| &class.recall),
        ("specificity", |class| &class.specificity),
        ("F1", |class| &class.f1),
    ];
    let claims = &paper.claims;
    let mut all = Vec::new();
    for ((name, column), claim) in columns.into_iter().zip(&claims.averages) {
        let mean = mean(paper, column);
        let heading =
            [&format!("macro_{}", name.to_lowercase()), claim.place.as_str(), &format!("{name}, mean of Table 2")];
        let recomputed = claim.value.percent(mean.at, 2);
        let (verdict, note) = claim.value.judge(mean);
        all.push(Finding::of(heading, &claim.text, recomputed, verdict).note(note));
    }
    let other = &claims.accuracy_beside_others;
    let equal =
        columns.iter().zip(&claims.averages).filter(|(_, average)| average.value.printed == other.value.printed);
    let equal: Vec<&str> = equal.map(|((name, _), _)| *name).collect();
    let (verdict, spans) = other.value.judge(claims.accuracy.value.span());
    let heading = ["accuracy_beside_others", &other.place, "accuracy set beside other papers'"];
    let found = Finding::of(heading, &other.text, &claims.accuracy.text, verdict);
    let accuracy = format!("{} prints the accuracy {}", claims.accuracy.place, claims.accuracy.text);
    let mean = match equal.as_slice() {
        [] => String::new(),
        names => format!("{} is printed as the mean {}", other.text, names.join(" and the mean ")),
    };
    let notes: Vec<String> = [accuracy, mean, spans].into_iter().filter(|note| !note.is_empty()).collect();
    all.push(found.note(notes.join("; ")));
    all
}

/// The mean over the classes.
pub(super) fn mean(paper: &Paper, column: fn(&ClassScores) -> &Share) -> Span {
    let spans: Vec<Span> = paper.scores.iter().map(column).map(Share::span).collect();
    Span::mean(&spans)
}

/// What one class's figures say about each other.
pub(super) fn by_class(paper: &Paper) -> Vec<Finding> {
    let classes = || paper.labels.iter().zip(&paper.scores);
    let texts = |column: fn(&ClassScores) -> &Share| join(paper.scores.iter().map(|class| &column(class).text));
    // The worst verdict of the classes; the note has those that have it: their labels, or spans where it is not settled.
    type Column = fn(&ClassScores) -> &Share;
    let checked = |heading: [&str; 3], column: Column, recomputed: String, span: &dyn Fn(&ClassScores) -> Span| {
        let judged = classes().map(|(label, class)| (label, column(class).judge(span(class))));
        let judged: Vec<(&str, (Verdict, String))> = judged.collect();
        let worst = judged.iter().map(|(_, (verdict, _))| *verdict).max().unwrap_or(Verdict::Undefined);
        let those = judged.iter().filter(|(_, (verdict, _))| *verdict == worst);
        let note = match worst {
            Verdict::Matches => String::new(),
            Verdict::Differs => format!("not {}", join(those.map(|(label, _)| label))),
            _ => those.map(|(label, (_, spans))| format!("{label}: {spans}")).collect::<Vec<_>>().join("; "),
        };
        Finding::of(heading, texts(column), recomputed, worst).note(note)
    };

    let f1 = join(paper.scores.iter().map(|c| c.f1.decimal(f1_span(c).at)));
    let heading = ["f1", "Table 2", "F1 from precision and recall"];
    let mut all = vec![checked(heading, |c| &c.f1, f1, &f1_span)];
    all.push(class_shares(paper));

    let heading = ["tpr", "Table 3", "TPR is Table 2's recall"];
    all.push(checked(heading, |c| &c.tpr, texts(|c| &c.recall), &|c| c.recall.span()));

    let rates = join(paper.scores.iter().map(|c| c.fpr.decimal(c.specificity.span().complement().at)));
    let heading = ["fpr", "Table 3", "FPR is 1 - Table 2's specificity"];
    let found = checked(heading, |c| &c.fpr, rates, &|c| c.specificity.span().complement());
    let ways = (found.verdict < Verdict::Undecided).then(|| ways(paper));
    let notes: Vec<String> = [found.note.clone()].into_iter().filter(|note| !note.is_empty()).chain(ways).collect();
    all.push(found.note(notes.join("; ")));
    all.push(area(paper));
    all
}

/// The F1 of all precisions and recalls that print so: it rises with both.
fn f1_span(class: &ClassScores) -> Span {
    let (precision, recall) = (class.precision.span(), class.recall.span());
    let of = |part: fn(Span) -> f64| harmonic_mean(part(precision), part(recall));
    Span { low: of(|span| span.low), high: of(|span| span.high), at: of(|span| span.at) }
}

/// Eq. 33; 0 where both are 0, as without any true positive.
fn harmonic_mean(precision: f64, recall: f64) -> f64 {
    let sum = precision + recall;
    if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 }
}

/// In which ways specificity and FPR can both be printed, for all classes: ways that hold at a single number only are left
/// out.
fn ways(paper: &Paper) -> String {
    let readings = [Reading::Rounded, Reading::Truncated];
    let pairs = readings.into_iter().flat_map(|one| readings.into_iter().map(move |other| (one, other)));
    let holds = |(one, other): &(Reading, Reading)| {
        let overlaps = |c: &ClassScores| c.fpr.span_by(*other).overlaps(c.specificity.span_by(*one).complement());
        paper.scores.iter().all(overlaps)
    };
    let words = pairs.filter(holds).map(|(one, other)| format!("specificity is {one} and FPR {other}"));
    match words.collect::<Vec<_>>().join(", or ") {
        none if none.is_empty() => "only where a column is rounded in some classes and cut in others".to_owned(),
        ways => format!("in all classes at once where {ways}"),
    }
}

/// The share of texts that truly have the label, by the counts behind its scores: with n texts of which a share p has the
/// label, FP = (1 - S) (1 - p) n, TP = R p n and P = TP / (TP + FP), so that p / (1 - p) = (1 - S) P / (R (1 - P)).
fn class_shares(paper: &Paper) -> Finding {
    let share = |precision: f64, recall: f64, specificity: f64| {
        let (of_it, of_others) = ((1.0 - specificity) * precision, recall * (1.0 - precision));
        (of_it + of_others > 0.0).then(|| of_it / (of_it + of_others))
    };
    // It rises with precision, and falls with recall and specificity. None where the cells as printed give 0 / 0: what they
    // stand for then leaves all shares.
    let span = |c: &ClassScores| {
        let (p, r, s) = (c.precision.span(), c.recall.span(), c.specificity.span());
        let (low, high) = (share(p.low, r.high, s.high)?, share(p.high, r.low, s.low)?);
        Some(Span { low, high, at: share(p.at, r.at, s.at)? })
    };
    let shares: Vec<Option<Span>> = paper.scores.iter().map(span).collect();
    let each = 1.0 / shares.len() as f64;
    let worst = shares.iter().flatten().map(|span| span.verdict(Span::point(each))).max();
    let classes = || paper.labels.iter().zip(&shares);
    let undefined: Vec<&str> = classes().filter(|(_, span)| span.is_none()).map(|(label, _)| label).collect();
    let place = &paper.claims.per_class.place;
    let heading = ["class_shares", "Table 2", "shares of the classes in the test part"];
    let printed = format!("{:.0} % each ({place})", 100.0 * each);
    let spans = classes().map(|(label, span)| match span {
        Some(span) => format!("{label} {:.1} to {:.1} %", 100.0 * span.low, 100.0 * span.high),
        None => format!("{label} any share"),
    });
    let percent = |span: &Option<Span>| span.map_or_else(|| "-".to_owned(), |span| format!("{:.1} %", 100.0 * span.at));
    let found = |verdict| Finding::of(heading, printed, join(shares.iter().map(percent)), verdict);
    match worst {
        Some(verdict) if verdict == Verdict::Differs || undefined.is_empty() => {
            let sum: Option<f64> = shares.iter().map(|span| span.map(|span| span.at)).sum();
            let sum = sum.map_or_else(String::new, |sum| format!("; as printed they add up to {:.1} %", 100.0 * sum));
            found(verdict).note(format!("the cells leave {}{sum}", join(spans)))
        }
        _ => found(Verdict::Undefined).because(&format!(
            "scores without an error, or without a right prediction, go with any share: {}",
            join(undefined)
        )),
    }
}

/// The area under a ROC curve, of which one point (F, T) is known. The curve rises from (0, 0) to (1, 1) and never falls: it is
/// at least 0 before F and at least T after it, which leaves an area of T (1 - F); and it is at most T before F and at most 1
/// after it, which leaves F T + 1 - F = 1 - F (1 - T).
///
/// That is for the score of which a threshold gives the point. The greatest of four probabilities is no threshold on one.
fn area(paper: &Paper) -> Finding {
    let least = |c: &ClassScores| c.tpr.span().low * (1.0 - c.fpr.span().high);
    let most = |c: &ClassScores| 1.0 - c.fpr.span().low * (1.0 - c.tpr.span().high);
    // Outwards, so that what is printed holds.
    let words = |low: f64, high: f64| {
        let (low, high) = ((1e4 * low).floor() / 1e4, (1e4 * high).ceil() / 1e4);
        format!("{low:.4} to {high:.4}")
    };
    let mean = |of: &dyn Fn(&ClassScores) -> f64| paper.scores.iter().map(of).sum::<f64>() / paper.scores.len() as f64;
    let classes = paper.labels.iter().zip(&paper.scores);
    let classes = join(classes.map(|(label, class)| format!("{label} {}", words(least(class), most(class)))));
    let note = format!("{classes}; for scores of which a threshold gives the printed TPR and FPR");
    let heading = ["auc", "Table 3", "area under the ROC curve, mean of the classes"];
    Finding::unprinted(heading, words(mean(&least), mean(&most)), Verdict::Bounded).note(note)
}
