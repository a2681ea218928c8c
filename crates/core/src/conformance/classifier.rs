//! The contract of a trained classifier.

use super::{HOSTILE, Violations, close, collected, expect, failed};
use crate::{Classifier, Labels, Scores};

/// What the checks look at.
struct Case<'a> {
    classifier: &'a dyn Classifier,
    /// The caller's texts and the hostile ones.
    texts: Vec<&'a str>,
    /// Their scores.
    scores: Scores,
}

impl Case<'_> {
    fn classify(&self, texts: &[&str]) -> Result<Scores, String> {
        let scores = self.classifier.classify(texts).map_err(failed)?;
        match scores.len() == texts.len() {
            true => Ok(scores),
            false => Err(format!("{} texts got {} rows", texts.len(), scores.len())),
        }
    }

    /// Whether `scores` are those of the case's texts at these places, to 1e-5.
    fn compare(&self, scores: &Scores, places: impl Iterator<Item = usize>) -> Result<(), String> {
        for (row, place) in places.enumerate() {
            let (found, expected) = (scores.row(row), self.scores.row(place));
            let same = found.zip(expected).is_some_and(|(a, b)| close(a.scores(), b.scores()));
            expect(same, || format!("text {place} got other scores"))?;
        }
        Ok(())
    }

    /// Whether a text is scored as the rules say.
    fn survives(&self, text: &str) -> Result<(), String> {
        let scores = self.classify(&[text])?;
        sound(scores.row(0).map(|row| row.scores().to_vec()).unwrap_or_default().as_slice())
    }
}

/// Whether a row is one of probabilities.
pub(super) fn sound(row: &[f32]) -> Result<(), String> {
    expect(!row.is_empty() && row.iter().all(|value| (0.0..=1.0).contains(value)), || "a score outside 0 to 1".into())?;
    let sum: f32 = row.iter().sum();
    expect((sum - 1.0).abs() <= 1e-5, || format!("the scores add up to {sum}"))
}

/// Texts in many scripts, none of which a classifier need know.
const SCRIPTS: [&str; 8] = [
    "图书馆很好",
    "مكتبة جيدة",
    "ספרייה",
    "पुस्तकालय",
    "библиотека",
    "도서관",
    "ห้องสมุด",
    "a\u{300}\u{301}\u{302}\u{303}",
];

/// A check with its name. What it says is why the rule did not hold.
type Check = (&'static str, fn(&Case<'_>) -> Result<(), String>);

/// The checks in their order.
const CHECKS: &[Check] = &[
    ("labels are named", |case| {
        let named = case.classifier.labels().iter().all(|label| !label.is_empty());
        expect(named, || "a label without a name".into())
    }),
    ("labels stay", |case| {
        let before: Vec<String> = case.classifier.labels().iter().map(str::to_owned).collect();
        case.classify(&["x"])?;
        expect(case.classifier.labels().iter().eq(before.iter().map(String::as_str)), || {
            "other labels after a call".into()
        })
    }),
    ("scores have the labels", |case| {
        expect(case.scores.labels() == case.classifier.labels(), || "scores of other labels".into())
    }),
    ("one row a text", |case| {
        let (texts, rows) = (case.texts.len(), case.scores.len());
        expect(texts == rows, || format!("{texts} texts got {rows} rows"))
    }),
    ("scores are probabilities", |case| {
        let check = |(row, scores): (usize, &[f32])| sound(scores).map_err(|what| format!("text {row}: {what}"));
        case.scores.as_slice().chunks(case.classifier.labels().len().max(1)).enumerate().try_for_each(check)
    }),
    ("no texts give no rows", |case| expect(case.classify(&[])?.is_empty(), || "rows of no text".into())),
    ("the same batch twice", |case| {
        expect(case.classify(&case.texts)? == case.scores, || "other bytes the second time".into())
    }),
    ("the order of the texts", |case| {
        let reversed: Vec<&str> = case.texts.iter().rev().copied().collect();
        case.compare(&case.classify(&reversed)?, (0..reversed.len()).rev())
    }),
    ("another order of the texts", |case| {
        let mut turned = case.texts.clone();
        turned.rotate_left(case.texts.len() / 3);
        let places = (0..turned.len()).map(|row| (row + case.texts.len() / 3) % turned.len());
        case.compare(&case.classify(&turned)?, places)
    }),
    ("a text alone", |case| {
        (0..).zip(&case.texts).try_for_each(|(place, text)| case.compare(&case.classify(&[text])?, [place].into_iter()))
    }),
    ("batches of 1, 2 and 7", |case| {
        for size in [1, 2, 7] {
            for (part, texts) in case.texts.chunks(size).enumerate() {
                case.compare(&case.classify(texts)?, part * size..part * size + texts.len())?;
            }
        }
        Ok(())
    }),
    ("a batch of 1 against one of 256", |case| {
        let many: Vec<&str> = case.texts.iter().cycle().take(256).copied().collect();
        case.compare(&case.classify(&many)?, (0..256).map(|row| row % case.texts.len()))
    }),
    ("a batch of 1,500", |case| {
        let many: Vec<&str> = case.texts.iter().cycle().take(1500).copied().collect();
        case.compare(&case.classify(&many)?, (0..1500).map(|row| row % case.texts.len()))
    }),
    ("a beginning of the batch", |case| {
        let part = case.texts.get(..case.texts.len() / 2).unwrap_or_default();
        case.compare(&case.classify(part)?, 0..part.len())
    }),
    ("repeated texts", |case| {
        for (place, text) in case.texts.iter().enumerate() {
            case.compare(&case.classify(&[text, text, text])?, [place; 3].into_iter())?;
        }
        Ok(())
    }),
    ("empty texts beside others", |case| {
        let among: Vec<&str> = case.texts.iter().flat_map(|text| [*text, ""]).collect();
        let scores = case.classify(&among)?;
        let mut own = Scores::new(case.classifier.labels().clone());
        for row in scores.iter().step_by(2) {
            own.push(row.scores()).map_err(failed)?;
        }
        case.compare(&own, 0..case.texts.len())
    }),
    ("a very long text beside others", |case| {
        let long = "long ".repeat(5000);
        let among: Vec<&str> = [long.as_str()].into_iter().chain(case.texts.iter().copied()).collect();
        let scores = case.classify(&among)?;
        let mut own = Scores::new(case.classifier.labels().clone());
        for row in scores.iter().skip(1) {
            own.push(row.scores()).map_err(failed)?;
        }
        case.compare(&own, 0..case.texts.len())
    }),
    ("other texts between", |case| {
        case.classify(&SCRIPTS)?;
        case.classify(&[&"word ".repeat(999)])?;
        expect(case.classify(&case.texts)? == case.scores, || "other texts left a trace".into())
    }),
    ("the same text elsewhere in memory", |case| {
        let copies: Vec<String> = case.texts.iter().map(|text| format!("{text} ")).collect();
        let copies: Vec<&str> = copies.iter().map(|copy| copy.get(..copy.len() - 1).unwrap_or_default()).collect();
        case.compare(&case.classify(&copies)?, 0..copies.len())
    }),
    ("`out` is emptied first", |case| {
        let mut out = Scores::new(case.classifier.labels().clone());
        for _ in 0..2 {
            case.classifier.classify_into(&case.texts, &mut out).map_err(failed)?;
        }
        expect(out == case.scores, || "rows of the call before were left".into())
    }),
    ("`out` of other labels", |case| {
        let mut out = Scores::new(Labels::dpms());
        out.push(&[0.25; 4]).map_err(failed)?;
        case.classifier.classify_into(&case.texts, &mut out).map_err(failed)?;
        expect(out == case.scores, || "a used `out` and a fresh one got different scores".into())
    }),
    ("`out` is emptied for no texts", |case| {
        let mut out = case.scores.clone();
        case.classifier.classify_into(&[], &mut out).map_err(failed)?;
        expect(out.is_empty() && out.labels() == case.classifier.labels(), || "rows were left".into())
    }),
    ("one text by `predict`", |case| {
        for (place, text) in case.texts.iter().enumerate() {
            let alone = case.classifier.predict(text).map_err(failed)?;
            let batch = case.scores.row(place);
            let same = batch.is_some_and(|row| close(row.scores(), alone.scores()));
            expect(same, || format!("text {place}: alone it got other scores than in a batch"))?;
        }
        Ok(())
    }),
    ("the label of `predict`", |case| {
        for text in &case.texts {
            let alone = case.classifier.predict(text).map_err(failed)?;
            let greatest = alone.scores().iter().all(|&score| score <= alone.score());
            let named = case.classifier.labels().index_of(alone.label()) == Some(alone.index());
            expect(greatest && named, || "the label is not the most probable one".into())?;
        }
        Ok(())
    }),
    ("through a reference", |case| {
        let reference: &dyn Classifier = &case.classifier;
        expect(reference.classify(&case.texts).map_err(failed)? == case.scores, || "other scores".into())
    }),
    ("an empty text", |case| case.survives("")),
    ("blanks alone", |case| [" ", "\t", "\n\r\n", "\u{a0}\u{3000}"].iter().try_for_each(|text| case.survives(text))),
    ("words that nobody knows", |case| case.survives("qzxv kwjq xxqz vvkq zzzq")),
    ("signs alone", |case| {
        ["?!", ". . .", "-", "#", "@", "::", "&amp;"].iter().try_for_each(|text| case.survives(text))
    }),
    ("digits alone", |case| case.survives("0123456789 1,000.00 -1e308")),
    ("odd Unicode", |case| HOSTILE.iter().try_for_each(|text| case.survives(text))),
    ("many scripts", |case| SCRIPTS.iter().try_for_each(|text| case.survives(text))),
    ("controls and marks of direction", |case| {
        case.survives("\u{1}\u{7f}\u{9f}\u{202e}\u{2066}\u{feff}\u{fffe}\u{10ffff}")
    }),
    ("a very long text", |case| case.survives(&"not good at all, ".repeat(10_000))),
    ("a very long word", |case| case.survives(&"a".repeat(200_000))),
    ("a thousand empty texts", |case| {
        let scores = case.classify(&[""; 1000])?;
        let first = scores.row(0).map(|row| row.scores().to_vec()).unwrap_or_default();
        expect(scores.iter().all(|row| close(row.scores(), &first)), || "empty texts got different scores".into())
    }),
    ("many threads at once", |case| {
        let answers: Vec<Result<Scores, String>> = std::thread::scope(|scope| {
            let ask = |_| scope.spawn(|| case.classify(&case.texts));
            let asked: Vec<_> = (0..4).map(ask).collect();
            let answer = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join();
            asked.into_iter().map(|thread| answer(thread).unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
        });
        for answer in answers {
            expect(answer? == case.scores, || "threads side by side got other scores".into())?;
        }
        Ok(())
    }),
];

/// Returns the names of what [`check_classifier`] checks, in their order.
pub fn classifier_checks() -> impl ExactSizeIterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

/// Checks a trained [`Classifier`] on these texts and on others that are made to break it: one row a text in the texts' order, values in
/// 0 to 1 that add up to 1 (to 1e-5), and the same scores (to 1e-5) alone and in batches of any size, in any order, beside any other
/// texts, twice, from several threads, whatever `out` held before; no text is refused. [`classifier_checks`] names every check.
///
/// # Errors
/// With every rule that did not hold, each after the name of its check.
pub fn check_classifier(classifier: &dyn Classifier, texts: &[&str]) -> Result<(), Violations> {
    let texts: Vec<&str> = texts.iter().chain(&HOSTILE).copied().collect();
    match classifier.classify(&texts) {
        Ok(scores) => {
            let case = Case { classifier, texts, scores };
            collected(CHECKS.iter().map(|(name, check)| (*name, check(&case))))
        }
        Err(error) => Err(Violations(vec![format!("a batch: {}", failed(error))])),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{Error, Result as CoreResult};

    /// What a classifier may do wrong.
    #[derive(Clone, Copy, PartialEq, Debug)]
    enum Fault {
        None,
        ByPlace,
        BySize,
        ByCalls,
        ByAddress,
        ByLongest,
        Adds,
        KeepsLabels,
        KeepsWhenEmpty,
        Drops,
        RefusesEmpty,
        RefusesBlank,
        RefusesLong,
        RefusesLongWord,
        RefusesScripts,
        RefusesControls,
        RefusesUnknown,
        RefusesDigits,
        RefusesSigns,
        OutOfRange,
        Sum,
        ByThread,
    }

    struct Faulty {
        fault: Fault,
        labels: Labels,
        calls: AtomicUsize,
    }

    fn of(fault: Fault) -> Faulty {
        Faulty { fault, labels: Labels::new(["a", "b", "c", "d"]).unwrap(), calls: AtomicUsize::new(0) }
    }

    impl Classifier for Faulty {
        fn labels(&self) -> &Labels {
            &self.labels
        }

        fn classify_into(&self, texts: &[&str], out: &mut Scores) -> CoreResult<()> {
            let calls = self.calls.fetch_add(1, Ordering::Relaxed);
            match self.fault {
                Fault::Adds if out.labels() == &self.labels => {}
                Fault::KeepsLabels if out.labels() != &self.labels => {
                    let kept = out.labels().clone();
                    out.reset(&kept);
                }
                Fault::KeepsWhenEmpty if texts.is_empty() => {}
                _ => out.reset(&self.labels),
            }
            let main = std::thread::current().name().is_some();
            for (place, text) in texts.iter().enumerate() {
                let refused = match self.fault {
                    Fault::RefusesEmpty => text.is_empty(),
                    Fault::RefusesBlank => *text == "\t",
                    Fault::RefusesLong => text.len() > 100_000 && text.contains(' '),
                    Fault::RefusesLongWord => text.len() > 100_000 && !text.contains(' '),
                    Fault::RefusesScripts => text.contains('م'),
                    Fault::RefusesControls => text.contains('\u{9f}'),
                    Fault::RefusesUnknown => text.contains("qzxv"),
                    Fault::RefusesDigits => text.contains("1e308"),
                    Fault::RefusesSigns => *text == "::",
                    _ => false,
                };
                if refused {
                    return Err(Error::config("refused"));
                }
                let moved = match self.fault {
                    Fault::ByPlace => place as f32 * 1e-3,
                    Fault::BySize => texts.len() as f32 * 1e-3,
                    Fault::ByCalls => calls as f32 * 1e-3,
                    Fault::ByAddress => f32::from(u8::from(text.as_ptr() as usize % 2 == 1)) * 0.01,
                    Fault::ByLongest => f32::from(u8::from(texts.iter().any(|text| text.len() > 20_000))) * 0.01,
                    Fault::ByThread => f32::from(u8::from(!main)) * 0.01,
                    _ => 0.0,
                };
                let first = (0.4 + (text.len() % 7) as f32 * 0.01 - moved).clamp(0.0, 0.5);
                let row = match self.fault {
                    Fault::OutOfRange if text.is_empty() => [1.5, -0.5, 0.0, 0.0],
                    Fault::Sum => [0.5; 4],
                    _ => [first, 0.5 - first, 0.25, 0.25],
                };
                if !(self.fault == Fault::Drops && place == 3) {
                    out.push(&row)?;
                }
            }
            Ok(())
        }
    }

    fn found(fault: Fault) -> Vec<String> {
        match check_classifier(&of(fault), &["x", "yes no", "maybe"]) {
            Ok(()) => Vec::new(),
            Err(Violations(found)) => found,
        }
    }

    #[test]
    fn a_classifier_without_faults_passes() {
        assert_eq!(found(Fault::None), Vec::<String>::new());
        let mut names: Vec<&str> = classifier_checks().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert!(count >= 30 && names.len() == count, "{count}");
    }

    #[test]
    fn every_fault_is_found_by_the_check_of_its_name() {
        for (fault, name) in [
            (Fault::ByPlace, "the order of the texts"),
            (Fault::ByPlace, "another order of the texts"),
            (Fault::ByPlace, "a text alone"),
            (Fault::ByPlace, "repeated texts"),
            (Fault::ByPlace, "a thousand empty texts"),
            (Fault::ByPlace, "one text by `predict`"),
            (Fault::BySize, "a batch of 1 against one of 256"),
            (Fault::BySize, "a batch of 1,500"),
            (Fault::BySize, "batches of 1, 2 and 7"),
            (Fault::BySize, "a beginning of the batch"),
            (Fault::BySize, "empty texts beside others"),
            (Fault::ByCalls, "the same batch twice"),
            (Fault::ByCalls, "other texts between"),
            (Fault::ByCalls, "through a reference"),
            (Fault::ByLongest, "a very long text beside others"),
            (Fault::Adds, "`out` is emptied first"),
            (Fault::KeepsLabels, "`out` of other labels"),
            (Fault::KeepsWhenEmpty, "`out` is emptied for no texts"),
            (Fault::Drops, "one row a text"),
            (Fault::RefusesBlank, "blanks alone"),
            (Fault::RefusesLong, "a very long text"),
            (Fault::RefusesLongWord, "a very long word"),
            (Fault::RefusesScripts, "many scripts"),
            (Fault::RefusesControls, "controls and marks of direction"),
            (Fault::RefusesUnknown, "words that nobody knows"),
            (Fault::RefusesDigits, "digits alone"),
            (Fault::RefusesSigns, "signs alone"),
            (Fault::RefusesEmpty, "a batch"),
            (Fault::OutOfRange, "an empty text"),
            (Fault::OutOfRange, "odd Unicode"),
            (Fault::Sum, "scores are probabilities"),
            (Fault::ByThread, "many threads at once"),
        ] {
            let found = found(fault);
            assert!(found.iter().any(|what| what.starts_with(&format!("{name}: "))), "{fault:?} {name}: {found:#?}");
        }
        // One of these is at an odd address, its copy at an even one.
        let texts = String::from("texts");
        let Violations(found) =
            check_classifier(&of(Fault::ByAddress), &[&texts, texts.get(1..).unwrap()]).unwrap_err();
        assert!(found.iter().any(|what| what.starts_with("the same text elsewhere in memory: ")), "{found:#?}");
    }
}
