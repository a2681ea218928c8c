//! The role that decides.

use plaudit_core::Result;

use crate::flip::{self, FlipBudget};
use crate::{Corrected, MajorityRule, NaiveShare, PaperRule, Policy, Selection, Survey, Verdicts};

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

    /// Returns the [`FlipBudget`] of one division of a survey.
    ///
    /// All changes of up to `radius` labels are tried, of up to 12 with four labels (16,640 changes, and no more than that
    /// with other numbers of labels); beyond, single labels and replacements of one label by another, so that there the
    /// budget is at least `least` and at most `most`. Every change is decided anew, which can take some minutes where the
    /// decision takes draws. [`Corrected`] passes over changes of which bounds on its posterior say that draws would decide them
    /// otherwise with a chance of less than 10^-15 each; with a prior of other weights than 1, and where nothing is decided, it
    /// draws for all. The baselines have closed forms, whatever the radius.
    ///
    /// # Errors
    /// As [`decide`](Self::decide), or when the survey has no such division.
    fn flip_budget(&self, survey: &Survey, division: &str, radius: u64) -> Result<FlipBudget> {
        flip::in_survey(self, survey, division, radius)
    }
}

impl Rule for Policy {
    fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.decide(survey)
    }

    fn flip_budget(&self, survey: &Survey, division: &str, radius: u64) -> Result<FlipBudget> {
        match self.selection {
            Selection::Threshold => flip::alone(&self.alone(), survey, division, radius),
            _ => flip::in_survey(self, survey, division, radius),
        }
    }
}

impl Rule for Corrected {
    fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.decide(survey)
    }

    fn flip_budget(&self, survey: &Survey, division: &str, radius: u64) -> Result<FlipBudget> {
        match self.policy.selection {
            Selection::Threshold => {
                // Neither own labels nor a check that failed change with the counts.
                if self.own.contains_key(division) || self.shifts(survey)?.get(division).is_some_and(|s| s.fails) {
                    flip::never(survey, division, radius)
                } else {
                    flip::corrected(self, survey, division, radius)
                }
            }
            _ => flip::in_survey(self, survey, division, radius),
        }
    }
}

impl Rule for PaperRule {
    fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.decide(survey)
    }

    fn flip_budget(&self, survey: &Survey, division: &str, _radius: u64) -> Result<FlipBudget> {
        self.flip_budget(survey, division)
    }
}

impl Rule for MajorityRule {
    fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.decide(survey)
    }

    fn flip_budget(&self, survey: &Survey, division: &str, _radius: u64) -> Result<FlipBudget> {
        self.flip_budget(survey, division)
    }
}

impl Rule for NaiveShare {
    fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.decide(survey)
    }

    fn flip_budget(&self, survey: &Survey, division: &str, radius: u64) -> Result<FlipBudget> {
        self.flip_budget(survey, division, radius)
    }
}
