//! The role that scores texts.

use crate::{Labels, Prediction, Result, Scores};

/// Gives each text a probability for each label.
///
/// The scores of a text do not depend on the texts beside it. `predict` borrows, so one classifier serves all threads.
///
/// # Example: a rule as a classifier
/// ```
/// use plaudit_core::{Classifier, Labels, Result, Scores, conformance};
///
/// struct Exclamation(Labels);
///
/// impl Classifier for Exclamation {
///     fn labels(&self) -> &Labels {
///         &self.0
///     }
///     fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
///         out.reset(&self.0);
///         for text in texts {
///             out.push(if text.contains('!') { &[0.9, 0.1] } else { &[0.3, 0.7] })?;
///         }
///         Ok(())
///     }
/// }
///
/// let rule = Exclamation(Labels::new(["loud", "calm"])?);
/// assert_eq!(rule.predict("Stop!")?.label(), "loud");
/// conformance::check_classifier(&rule, &["Stop!", "go on", ""]).expect("the role's rules hold");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub trait Classifier: Send + Sync {
    /// Returns the labels, in the order of the scores.
    fn labels(&self) -> &Labels;

    /// Replaces `out` by one row a text, in the order of `texts`; each row adds up to 1.
    ///
    /// # Errors
    /// When the backend fails. No text is refused: an empty one gets scores too.
    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()>;

    /// Returns one row of scores a text.
    ///
    /// # Errors
    /// As [`classify_into`](Self::classify_into).
    fn classify(&self, texts: &[&str]) -> Result<Scores> {
        let mut out = Scores::new(self.labels().clone());
        self.classify_into(texts, &mut out)?;
        Ok(out)
    }

    /// Returns the label and scores of one text.
    ///
    /// # Errors
    /// As [`classify_into`](Self::classify_into).
    fn predict(&self, text: &str) -> Result<Prediction<'static>> {
        let scores = self.classify(&[text])?;
        match scores.row(0) {
            Some(row) => Ok(row.into_owned()),
            None => Err(crate::Error::config("classifier: no scores came back for one text")),
        }
    }
}

impl<C: Classifier + ?Sized> Classifier for &C {
    fn labels(&self) -> &Labels {
        (**self).labels()
    }
    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        (**self).classify_into(texts, out)
    }
}

impl<C: Classifier + ?Sized> Classifier for Box<C> {
    fn labels(&self) -> &Labels {
        (**self).labels()
    }
    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        (**self).classify_into(texts, out)
    }
}

impl<C: Classifier + ?Sized> Classifier for std::sync::Arc<C> {
    fn labels(&self) -> &Labels {
        (**self).labels()
    }
    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        (**self).classify_into(texts, out)
    }
}
