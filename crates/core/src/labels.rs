//! The classes of a problem, as ordered strings of the user's own.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// An ordered list of class names. The order is the order of every score, row and column that plaudit prints.
///
/// Cloning is cheap: clones share one list.
///
/// # Example: presets and labels of one's own
/// ```
/// use plaudit_core::Labels;
///
/// let labels = Labels::new(["late", "on time"])?;
/// assert_eq!(labels.index_of("on time"), Some(1));
/// assert_eq!(labels.nearest("on tme"), Some("on time"));
/// assert_eq!(Labels::dpms().iter().collect::<Vec<_>>(), ["Good", "Average", "Neutral", "Poor"]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Labels(Arc<[String]>);

impl Labels {
    /// The most labels there may be. A column that holds more holds something else, such as the texts themselves.
    pub const MAX: usize = 1000;
    /// The most characters of a name.
    const MAX_CHARS: usize = 100;
    /// The most names that an error message lists.
    const LISTED: usize = 20;
    /// The most letters by which a name and its nearest label differ.
    const MOST_EDITS: usize = 3;

    /// Returns the labels in the order given.
    ///
    /// # Errors
    /// When there is none or more than [`MAX`](Self::MAX), one is blank, contains a control character or is longer than
    /// 100 characters, or one stands twice.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if names.len() > Self::MAX {
            let (found, most) = (names.len(), Self::MAX);
            let fault = format!("labels: found {found} labels; at most {most}: is the label column the right one?");
            return Err(Error::config(fault));
        }
        let mut faults = Vec::new();
        let mut seen = HashSet::with_capacity(names.len());
        let mut long = Vec::new();
        if names.is_empty() {
            faults.push("labels: there must be at least one".to_owned());
        }
        for (index, name) in names.iter().enumerate() {
            if name.chars().nth(Self::MAX_CHARS).is_some() {
                long.push(index + 1);
            } else if let Some(fault) = Self::name_fault(name) {
                faults.push(format!("labels: label {} {fault}", index + 1));
            } else if !seen.insert(name) {
                faults.push(format!("labels: `{name}` stands twice"));
            }
        }
        // One fault for all of them: where texts were taken for labels there are many.
        if let Some(first) = long.first() {
            let (count, most) = (long.len(), Self::MAX_CHARS);
            faults.push(format!(
                "labels: {count} longer than {most} characters, the first is label {first}: is the label column the right one?"
            ));
        }
        Error::from_faults(faults)?;
        Ok(Self(names.into()))
    }

    /// Returns why no label can have this name, as the end of a sentence, with what was expected; none where one can.
    ///
    /// The name itself does not stand in it: where the column is the wrong one, it is a person's text.
    ///
    /// ```
    /// use plaudit_core::Labels;
    ///
    /// assert_eq!(Labels::name_fault("on time"), None);
    /// let fault = Labels::name_fault("on\ttime").unwrap();
    /// assert_eq!(fault, r"contains the control character `\t`; expected none");
    /// ```
    pub fn name_fault(name: &str) -> Option<String> {
        if name.trim().is_empty() {
            return Some("is blank; expected a name".to_owned());
        }
        if let Some(control) = name.chars().find(|c| c.is_control()) {
            return Some(format!("contains the control character `{}`; expected none", control.escape_default()));
        }
        let found = name.chars().count();
        (found > Self::MAX_CHARS).then(|| format!("has {found} characters; expected at most {}", Self::MAX_CHARS))
    }

    /// Returns the labels of DPMS, Eq. 3, best first: Good, Average, Neutral, Poor.
    pub fn dpms() -> Self {
        Self(["Good", "Average", "Neutral", "Poor"].map(String::from).into())
    }

    /// Returns positive, neutral, negative.
    pub fn polarity() -> Self {
        Self(["positive", "neutral", "negative"].map(String::from).into())
    }

    /// Returns the labels that occur, in the preset's order where all of them belong to one preset
    /// ([`dpms`](Self::dpms) or [`polarity`](Self::polarity)), and in lexicographic order otherwise.
    ///
    /// # Errors
    /// As [`new`](Self::new); repetitions are no error here.
    pub fn from_occurring<'a>(occurring: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let names: BTreeSet<&str> = occurring.into_iter().collect();
        for preset in [Self::dpms(), Self::polarity()] {
            if !names.is_empty() && names.iter().all(|name| preset.index_of(name).is_some()) {
                return Self::new(preset.iter().filter(|name| names.contains(name)));
            }
        }
        Self::new(names)
    }

    /// Returns the number of labels, at least 1.
    #[allow(clippy::len_without_is_empty)] // never empty by construction
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the names in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.0.iter().map(String::as_str)
    }

    /// Returns the name of label `index`, counted from 0.
    pub fn name(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(String::as_str)
    }

    /// Returns the place of `name`, counted from 0.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| known == name)
    }

    /// Returns the label that is most like `name`, for an error message, where one differs in case alone, or in a third of
    /// its letters and no more than three.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let lower = |text: &str, most| text.chars().flat_map(char::to_lowercase).take(most).collect::<Vec<char>>();
        let wanted = lower(name, 3 * Self::MAX_CHARS + Self::MOST_EDITS + 1); // no longer name is like any
        let near = self.iter().filter_map(|label| {
            let letters = lower(label, usize::MAX);
            let most = (letters.len() / 3).min(Self::MOST_EDITS);
            distance(&wanted, &letters, most).map(|edits| (edits, label))
        });
        near.min_by_key(|&(edits, _)| edits).map(|(_, label)| label)
    }

    /// Returns the labels as a message lists them: at most 20, and how many more there are.
    pub fn listed(&self) -> String {
        let mut listed = self.iter().take(Self::LISTED).collect::<Vec<_>>().join(", ");
        let more = self.len().saturating_sub(Self::LISTED);
        if more > 0 {
            listed.push_str(&format!(" and {more} more"));
        }
        listed
    }

    /// Returns the end of an error message about a `name` that is none of these: the labels as [`listed`](Self::listed), and
    /// the [`nearest`](Self::nearest) where there is one. The name itself does not stand in it: it may be anything.
    ///
    /// ```
    /// use plaudit_core::Labels;
    ///
    /// let known = Labels::dpms().known_and_nearest("god");
    /// assert_eq!(known, "Good, Average, Neutral, Poor; nearest: `Good`");
    /// ```
    pub fn known_and_nearest(&self, name: &str) -> String {
        let nearest = self.nearest(name).map_or(String::new(), |label| format!("; nearest: `{label}`"));
        self.listed() + &nearest
    }
}

/// Returns Levenshtein's distance where it is at most `most`. It takes a row of memory, and ends once every way is longer:
/// names that have nothing in common cost a few rows.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
        if row.iter().all(|&edits| edits > most) {
            return None;
        }
    }
    row.last().copied().filter(|&edits| edits <= most)
}

impl TryFrom<Vec<String>> for Labels {
    type Error = Error;

    fn try_from(names: Vec<String>) -> Result<Self> {
        Self::new(names)
    }
}

impl From<Labels> for Vec<String> {
    fn from(labels: Labels) -> Self {
        labels.0.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let error = Labels::new(["a", " ", "a", "b\n"]).unwrap_err().to_string();
        assert!(error.contains("3 faults"), "{error}");
        assert!(Labels::new(Vec::<String>::new()).is_err());
        assert!(serde_json::from_str::<Labels>(r#"["a","a"]"#).is_err());
    }

    #[test]
    fn texts_are_not_taken_for_labels() {
        let names = |count: usize| (0..count).map(|index| format!("text {index}"));
        let most = Labels::new(names(Labels::MAX)).unwrap();
        assert_eq!(most.index_of("text 999"), Some(999));
        let many: Vec<String> = names(1001).collect();
        let asked = "found 1001 labels; at most 1000: is the label column the right one?";
        for error in
            [Labels::new(&many).unwrap_err(), Labels::from_occurring(many.iter().map(String::as_str)).unwrap_err()]
        {
            let error = error.to_string();
            assert!(error.contains(asked) && !error.contains("text 1"), "{error}");
        }
        assert!(serde_json::from_str::<Labels>(&serde_json::to_string(&many).unwrap()).is_err());

        let secret = "ü".repeat(101);
        assert!(Labels::new(["ü".repeat(100)]).is_ok() && Labels::name_fault(&"ü".repeat(100)).is_none());
        assert_eq!(Labels::name_fault(&secret).unwrap(), "has 101 characters; expected at most 100");
        assert_eq!(Labels::name_fault("\u{3000}").unwrap(), "is blank; expected a name");
        let error = Labels::from_occurring(["a", &secret]).unwrap_err().to_string();
        assert!(error.contains("1 longer than 100 characters, the first is label 2"), "{error}");
        assert!(!error.contains("üü"), "{error}");
    }

    #[test]
    fn a_message_lists_twenty_labels_and_never_the_name() {
        let many = Labels::new((0..1000).map(|index| format!("l{index:03}"))).unwrap();
        let tail = many.known_and_nearest("my whole text");
        assert!(tail.starts_with("l000, l001, ") && tail.ends_with(", l018, l019 and 980 more"), "{tail}");
        assert_eq!(many.known_and_nearest("L500").split_once("; ").unwrap().1, "nearest: `l500`");
        assert_eq!(Labels::polarity().known_and_nearest("my whole text"), "positive, neutral, negative");
    }

    #[test]
    fn occurring_labels_take_the_preset_order() {
        let three = Labels::from_occurring(["Poor", "Good", "Neutral", "Good"]).unwrap();
        assert_eq!(three.iter().collect::<Vec<_>>(), ["Good", "Neutral", "Poor"]);
        let own = Labels::from_occurring(["z", "a"]).unwrap();
        assert_eq!(own.iter().collect::<Vec<_>>(), ["a", "z"]);
    }

    #[test]
    fn nearest_is_near_or_nothing() {
        let labels = Labels::dpms();
        assert_eq!(labels.nearest(" Good"), Some("Good"));
        assert_eq!(labels.nearest("POOR"), Some("Poor"));
        assert_eq!(labels.nearest("excellent"), None);
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        for (a, b, edits) in [("kit", "sitt", 2), ("", "ab", 2), ("ab", "", 2), ("", "", 0), ("late", "late", 0)] {
            assert_eq!(distance(&letters(a), &letters(b), edits), Some(edits), "{a} {b}");
            assert_eq!(edits.checked_sub(1).and_then(|less| distance(&letters(a), &letters(b), less)), None, "{a} {b}");
        }
        // twelve letters of which four differ are another word; a long text is no label
        assert_eq!(Labels::new(["satisfactory"]).unwrap().nearest("xxxxsfactory"), None);
        assert_eq!(labels.nearest(&"Good".repeat(1_000_000)), None);
    }
}
