//! The role that decides.

use plaudit_core::Result;

use crate::{Corrected, PaperRule, Policy, Survey, Verdicts};

/// Decides about every division of a survey. The same survey always gets the same verdicts.
///
/// # Example: a rule of one's own
/// ```
/// use plaudit_core::{Labels, Result};
/// use plaudit_promotion::{DivisionVerdict, Reason, Rule, Survey, Verdict, Verdicts};
///
/// /// Promotes what nobody complained about.
/// struct NoComplaint;
///
/// impl Rule for NoComplaint {
///     fn decide(&self, survey: &Survey) -> Result<Verdicts> {
///         let poor = survey.labels().index_of("Poor").unwrap_or(usize::MAX);
///         let divisions = survey.divisions().iter().map(|division| {
///             let complaints = division.counts.get(poor).copied().unwrap_or(0);
///             let verdict = if complaints == 0 { Verdict::Promote } else { Verdict::Hold };
///             let reason = Reason::Note { sentence: format!("{complaints} complaints") };
///             DivisionVerdict::new(&division.division, division.total(), verdict, vec![reason])
///         });
///         Ok(Verdicts::new(survey.labels().clone(), divisions.collect()))
///     }
/// }
///
/// let survey = Survey::tally(Labels::dpms(), [("Library", 0), ("Accounts", 3)])?;
/// assert_eq!(NoComplaint.decide(&survey)?.of("Accounts").unwrap().verdict, Verdict::Hold);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub trait Rule {
    /// Returns one verdict a division, in the survey's order.
    ///
    /// # Errors
    /// When the rule cannot be applied to the survey's labels, or its own settings are at fault.
    fn decide(&self, survey: &Survey) -> Result<Verdicts>;
}

impl Rule for Policy {
    fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.decide(survey)
    }
}

impl Rule for Corrected {
    fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.decide(survey)
    }
}

impl Rule for PaperRule {
    fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.decide(survey)
    }
}
