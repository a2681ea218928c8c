//! What a person said, and the labelled text that training needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Time;

/// One answer or post, as it was given (DPMS, Eq. 1 and 2).
///
/// # Example: an answer from code
/// ```
/// use plaudit_core::Feedback;
///
/// let mut answer = Feedback::new("17", "Not bad at all.");
/// answer.division = "Library".into();
/// answer.label = Some("Good".into());
/// assert_eq!(answer.example().unwrap().label, "Good");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Feedback {
    /// The unique id of the answer.
    pub uid: String,
    /// The division, product or department that it is about; empty where there is none.
    pub division: String,
    /// What the person wrote.
    pub text: String,
    /// The label that a person gave it, where one did.
    pub label: Option<String>,
    /// When it was said, where known.
    pub time: Option<Time>,
    /// Where it was collected (form, box, platform), where known.
    pub source: Option<String>,
    /// Every other column of the file that has a value in this row, by name.
    pub extra: BTreeMap<String, String>,
}

impl Feedback {
    /// Returns an answer with an id and a text and nothing else.
    pub fn new(uid: impl Into<String>, text: impl Into<String>) -> Self {
        Self { uid: uid.into(), text: text.into(), ..Self::default() }
    }

    /// Returns the text with its label, where it has one.
    pub fn example(&self) -> Option<Example<'_>> {
        self.label.as_deref().map(|label| Example { text: &self.text, label })
    }
}

/// One labelled text, borrowed: what training and evaluation need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example<'a> {
    /// What the person wrote.
    pub text: &'a str,
    /// The label that a person gave it.
    pub label: &'a str,
}
