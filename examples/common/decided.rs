//! What a model that leaves texts to a person decides, and how much of it is wrong.

use std::fmt;

use serde_json::{Value, json};

/// Counts of texts.
pub(crate) struct Decided {
    texts: usize,
    decided: usize,
    wrong: usize,
}

impl Decided {
    /// Counts labels, none where a text is left to a person, beside the true ones.
    pub(crate) fn new(found: &[Option<usize>], truth: &[usize]) -> Self {
        let decided = || found.iter().zip(truth).filter_map(|(label, truth)| Some((label.as_ref()?, truth)));
        let wrong = decided().filter(|(label, truth)| label != truth).count();
        Self { texts: found.len(), decided: decided().count(), wrong }
    }

    /// The share of texts that are decided, and of those the share that is wrong; none where it would divide by zero.
    fn shares(&self) -> [Option<f64>; 2] {
        let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
        [share(self.decided, self.texts), share(self.wrong, self.decided)]
    }

    pub(crate) fn json(&self) -> Value {
        let [coverage, risk] = self.shares();
        json!({"texts": self.texts, "decided": self.decided, "wrong": self.wrong, "coverage": coverage, "risk": risk})
    }
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [coverage, risk] = self.shares().map(|share| share.map_or("-".to_owned(), |share| format!("{share:.3}")));
        let left = self.texts - self.decided;
        writeln!(f, "Decided, as classify does: {} of {} texts (coverage {coverage}),", self.decided, self.texts)?;
        writeln!(f, "of these {} wrong (risk {risk}); {left} left to a person.", self.wrong)
    }
}
