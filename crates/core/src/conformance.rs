//! One check per role, and one of a way to train, run on plaudit's own implementors and offered to yours.
//!
//! Each check takes the implementor, and some texts or words where the role reads them, and returns every rule that did
//! not hold. [`EventCheck`] is itself the observer of a run, and returns them when the run has ended.

use std::fmt;
use std::ops::ControlFlow;

use crate::error::Count;
use crate::{
    Analyzer, Embedding, Epoch, Error, Features, Observer, Progress, SparseRow, Stage, Stored, TokenKind, Tokens,
};

mod classifier;
mod training;

pub use classifier::{check_classifier, classifier_checks};
pub use training::{Training, TrainingRows, check_training, training_checks};

/// The rules that did not hold, one sentence each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations(pub Vec<String>);

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Violations {}

/// Texts that every implementor must survive, tried beside the caller's own.
const HOSTILE: [&str; 9] =
    ["", " ", "\0", "\u{feff}", "a\u{301}\u{327}", "👩‍👩‍👧‍👦 🇧🇩", "ﬁ İ ß Σς", "\u{202e}not\u{200b} bad", "好!!!\r\n\t好"];

/// Checks an [`Analyzer`]: the same text gives the same tokens, whatever the list held before; byte ranges lie in the
/// text, on character bounds, and never step back.
///
/// # Errors
/// With every rule that did not hold.
pub fn check_analyzer(analyzer: &dyn Analyzer, texts: &[&str]) -> Result<(), Violations> {
    let mut violations = Vec::new();
    let mut used = Tokens::new();
    for (row, text) in texts.iter().chain(&HOSTILE).enumerate() {
        used.push("left over", 0..usize::MAX, TokenKind::Symbol);
        analyzer.analyze_into(text, &mut used);
        let fresh = analyzer.analyze(text);
        if used != fresh {
            violations.push(format!("text {row}: a used list and a fresh one got different tokens"));
        }
        let mut earlier = 0;
        for token in fresh.iter() {
            if text.get(token.source.clone()).is_none() {
                violations.push(format!("text {row}: {:?} is no range of the text's characters", token.source));
            }
            if token.source.start < earlier {
                violations.push(format!("text {row}: {:?} steps back", token.source));
            }
            earlier = token.source.start;
            if token.text.is_empty() {
                violations.push(format!("text {row}: an empty token"));
            }
        }
    }
    verdict(violations)
}

/// Checks an [`Embedding`]: the answer repeats itself, values are finite, and `out` is left alone for unknown words.
///
/// # Errors
/// With every rule that did not hold.
pub fn check_embedding(embedding: &dyn Embedding, words: &[&str]) -> Result<(), Violations> {
    let mut violations = Vec::new();
    if embedding.dim() == 0 {
        violations.push("dim() is 0".to_owned());
    }
    for (row, word) in words.iter().chain(&HOSTILE).enumerate() {
        let mut first = vec![f32::NAN; embedding.dim()];
        let mut second = vec![7.0; embedding.dim()];
        let known = embedding.embed_into(word, &mut first);
        if embedding.embed_into(word, &mut second) != known {
            violations.push(format!("word {row}: known once and unknown once"));
        }
        if known && (first != second || !first.iter().all(|value| value.is_finite())) {
            violations.push(format!("word {row}: the vector is not finite, or not the same twice"));
        }
        let untouched = first.iter().all(|value| value.is_nan()) && second.iter().all(|&value| value == 7.0);
        if !known && !untouched {
            violations.push(format!("word {row}: `out` was written for an unknown word"));
        }
    }
    verdict(violations)
}

/// Checks [`Features`]: the same text gives the same row, whatever the row held before; columns are below the width and
/// values finite.
///
/// # Errors
/// With every rule that did not hold.
pub fn check_features(features: &dyn Features, texts: &[&str]) -> Result<(), Violations> {
    let mut violations = Vec::new();
    let mut used = SparseRow::new();
    for (row, text) in texts.iter().chain(&HOSTILE).enumerate() {
        used.assign([(u32::MAX, 1.0)]);
        features.features_into(text, &mut used);
        let fresh = features.features(text);
        if used != fresh {
            violations.push(format!("text {row}: a used row and a fresh one got different features"));
        }
        for (column, value) in fresh.iter() {
            if column as usize >= features.width() {
                violations.push(format!("text {row}: column {column} of {}", features.width()));
            }
            if !value.is_finite() {
                violations.push(format!("text {row}: column {column} is not finite"));
            }
        }
    }
    verdict(violations)
}

/// Checks [`Stored`]: there is at least one file, names are plain, what is read back writes the same bytes, and a missing
/// file is an error.
///
/// # Errors
/// With every rule that did not hold.
pub fn check_stored<S: Stored>(value: &S) -> Result<(), Violations> {
    let mut violations = Vec::new();
    let files = match value.to_files() {
        Ok(files) => files,
        Err(error) => return verdict(vec![format!("to_files failed: {error}")]),
    };
    if files.is_empty() {
        violations.push("no file was written".to_owned());
    }
    for name in files.keys() {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if !plain || name.chars().all(|c| c == '.') {
            violations.push(format!("{name:?} is no plain file name"));
        }
        let mut without = files.clone();
        without.remove(name);
        if S::from_files(&without).is_ok() {
            violations.push(format!("without {name:?} there was no error"));
        }
    }
    match S::from_files(&files).and_then(|again| again.to_files()) {
        Ok(again) if again == files => {}
        Ok(_) => violations.push("what was read back writes other bytes".to_owned()),
        Err(error) => violations.push(format!("reading back failed: {error}")),
    }
    verdict(violations)
}

/// An [`Observer`] that checks the events of a run, for those who write one: `done` never steps back within a stage of an
/// epoch and never passes `total`, losses are finite, epochs are numbered 1, 2, 3, a run with epochs tells the progress of
/// its training, and nothing is said after a break.
///
/// ```
/// use plaudit_core::{Epoch, Observer, Progress, Stage, conformance::EventCheck};
///
/// let mut check = EventCheck::new(2); // breaks at the second epoch
/// let _ = check.progressed(&Progress::new(Stage::Training, 5, Some(5)));
/// assert!(check.epoch_ended(&Epoch::new(1, 9)).is_continue());
/// assert!(check.epoch_ended(&Epoch::new(2, 9)).is_break());
/// check.finish().expect("the rules hold");
/// ```
#[derive(Debug, Clone)]
pub struct EventCheck {
    break_at: usize,
    broken: bool,
    epochs: usize,
    trained: bool,
    last: Option<Progress>,
    violations: Vec<String>,
}

impl EventCheck {
    /// Returns a check that ends the run when epoch `break_at` has ended.
    pub fn new(break_at: usize) -> Self {
        Self { break_at, broken: false, epochs: 0, trained: false, last: None, violations: Vec::new() }
    }

    /// Returns the number of epochs that ended.
    pub fn epochs(&self) -> usize {
        self.epochs
    }

    /// Ends the check.
    ///
    /// # Errors
    /// With every rule that did not hold.
    pub fn finish(mut self) -> Result<(), Violations> {
        if self.epochs > 0 && !self.trained {
            let ended = Count(self.epochs, "epoch");
            self.violations.push(format!("{ended} ended without any progress of training"));
        }
        verdict(self.violations)
    }

    fn event(&mut self, what: &str) {
        if self.broken {
            self.violations.push(format!("{what} after the observer asked for the end"));
        }
    }
}

impl Observer for EventCheck {
    fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
        self.event("progress");
        if progress.total.is_some_and(|total| progress.done > total) {
            self.violations.push(format!("{} done of {:?}", progress.done, progress.total));
        }
        if self.last.is_some_and(|last| last.stage == progress.stage && last.done > progress.done) {
            self.violations.push(format!("{:?} stepped back to {}", progress.stage, progress.done));
        }
        if progress.loss.is_some_and(|loss| !loss.is_finite()) {
            self.violations.push("a loss that is not finite".to_owned());
        }
        self.trained |= progress.stage == Stage::Training;
        self.last = Some(*progress);
        ControlFlow::Continue(())
    }

    fn epoch_ended(&mut self, epoch: &Epoch) -> ControlFlow<()> {
        self.event("an epoch");
        self.epochs += 1;
        if epoch.number != self.epochs || epoch.number > epoch.of {
            self.violations.push(format!("epoch {} of {} came as number {}", epoch.number, epoch.of, self.epochs));
        }
        if self.last.is_some_and(|last| last.stage == Stage::Training) {
            self.last = None; // the next epoch counts from the start
        }
        self.broken = self.epochs >= self.break_at;
        if self.broken { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| (x - y).abs() <= 1e-5)
}

/// What became of checks, each with its name.
fn collected(checks: impl Iterator<Item = (&'static str, Result<(), String>)>) -> Result<(), Violations> {
    let violation = |(name, checked): (&str, Result<(), String>)| checked.err().map(|what| format!("{name}: {what}"));
    verdict(checks.filter_map(violation).collect())
}

fn expect(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` hands it over
fn failed(error: Error) -> String {
    format!("an error where none may be: {error}")
}

fn verdict(violations: Vec<String>) -> Result<(), Violations> {
    if violations.is_empty() { Ok(()) } else { Err(Violations(violations)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Result as CoreResult;

    struct Forgetful;

    impl Analyzer for Forgetful {
        fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
            tokens.push(text, 0..text.len() + 1, TokenKind::Word); // does not clear, range too long
        }
    }

    #[test]
    fn a_broken_analyzer_is_found() {
        let violations = check_analyzer(&Forgetful, &["x"]).unwrap_err().0;
        assert!(violations.iter().any(|v| v.contains("used list")), "{violations:?}");
        assert!(violations.iter().any(|v| v.contains("no range")), "{violations:?}");
    }

    struct Zero;

    impl Embedding for Zero {
        fn dim(&self) -> usize {
            2
        }
        fn embed_into(&self, _: &str, out: &mut [f32]) -> bool {
            out.fill(0.0);
            false
        }
    }

    struct Wide;

    impl Features for Wide {
        fn width(&self) -> usize {
            1
        }
        fn features_into(&self, _: &str, row: &mut SparseRow) {
            row.assign([(1, f32::INFINITY)]);
        }
    }

    #[test]
    fn broken_embeddings_and_features_are_found() {
        assert!(check_embedding(&Zero, &["x"]).is_err());
        // through a pointer as well
        assert!(check_embedding(&std::sync::Arc::new(Zero), &["x"]).is_err());
        assert!(check_features(&(Box::new(Wide) as Box<dyn Features>), &[]).is_err());
        assert_eq!(check_features(&Wide, &[]).unwrap_err().0.len(), 2 * HOSTILE.len());
    }

    struct Careless;

    impl Stored for Careless {
        fn to_files(&self) -> CoreResult<crate::Files> {
            Ok([("../x".to_owned(), vec![1])].into())
        }
        fn from_files(_: &crate::Files) -> CoreResult<Self> {
            Ok(Self)
        }
    }

    #[test]
    fn broken_storage_and_events_are_found() {
        let violations = check_stored(&Careless).unwrap_err().0;
        assert_eq!(violations.len(), 2, "{violations:?}");
        let mut check = EventCheck::new(1);
        let _ = check.progressed(&Progress::new(Stage::Training, 9, Some(5)));
        let _ = check.progressed(&Progress::new(Stage::Training, 1, None));
        let _ = check.epoch_ended(&Epoch::new(2, 1));
        let _ = check.progressed(&Progress::new(Stage::Training, 1, None));
        assert_eq!(check.finish().unwrap_err().0.len(), 4);
    }

    #[test]
    fn a_run_that_tells_no_progress_is_found() {
        let mut silent = EventCheck::new(9);
        let _ = silent.progressed(&Progress::new(Stage::Analyzing, 5, Some(5)));
        silent.clone().finish().unwrap(); // no epoch, nothing to tell
        let _ = silent.epoch_ended(&Epoch::new(1, 1));
        assert_eq!(silent.finish().unwrap_err().0, ["1 epoch ended without any progress of training"]);
    }
}
