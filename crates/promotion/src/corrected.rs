//! The policy on predicted labels.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use plaudit_core::{Error, Result};

use crate::decide::decide;
use crate::policy::Criteria;
use crate::prevalence::{CutPosterior, OwnShares, Shift, ShiftCheck};
use crate::source::Counts;
use crate::{Policy, Survey, Verdict, Verdicts};

/// A policy that decides about predicted labels with the classifier's errors in the posterior.
///
/// It is as [`Policy`] says, but the shares are drawn by the [`CutPosterior`] in the place of Dirichlet(`prior` + counts):
/// the policy's `prior` and `draws` are not used, and its `seed` is only for looking ahead. Where nothing is decided, the
/// [`Advice`](crate::Advice) asks for gold rows where the error rates have the greater part of the score's variance, and
/// for answers otherwise.
///
/// The same draws of the error rates serve every division. A verdict hangs on the policy, the posterior and the division's
/// counts alone; with [`shift`](Self::shift), also on whether the division's texts are predicted as the gold rows were, and with
/// [`own`](Self::own) on its own labels.
///
/// # Example: what the classifier's errors leave open
/// ```
/// use plaudit_core::{Labels, Origin};
/// use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix};
/// use plaudit_promotion::{Advice, Corrected, DivisionCounts, Policy, Survey, Verdict};
///
/// let labels = Labels::new(["positive", "negative"])?;
/// let gold = ErrorMatrix::new(labels.clone(), Origin::OutOfFold { folds: 5 }, &[[45, 5], [20, 30]])?;
/// let posterior = CutPosterior::new(&gold, &CutConfig::default())?;
/// let survey = Survey::new(labels, vec![DivisionCounts::new("Library", [1_400, 600])])?;
///
/// // Counted, 70 % are positive: a score of 0.4. But 40 % of the negative were taken for positive, as far as 50 rows tell.
/// assert_eq!(Policy::default().decide(&survey)?.of("Library").unwrap().verdict, Verdict::Promote);
/// let corrected = Corrected::new(Policy::default(), posterior).decide(&survey)?;
/// let library = corrected.of("Library").unwrap();
/// assert_eq!(library.verdict, Verdict::NeedsMoreData);
/// assert!(matches!(library.advice, Some(Advice::Label { .. })));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Corrected {
    /// What is wanted.
    pub policy: Policy,
    /// Where the shares come from.
    pub posterior: CutPosterior,
    /// How much of what the prior of the error rates does for a division is added to the score that promotion needs, and taken
    /// from the limits, 0 to 10; by default [`MARGIN`](Self::MARGIN), and 0 turns it off.
    ///
    /// That prior makes error rates look more even than those of the gold rows, and shares that are corrected for it less
    /// even: a score that is above that of even shares is overestimated, and a share that is below that of even shares
    /// underestimated. Where the likeliest shares by the rates with the prior have a score that is d > 0 above that of the
    /// likeliest shares by the rates as counted, `min_score` is raised by `margin` x d. For limits, the shares are those that explain
    /// the counts exactly, be they below 0: where those by the rates with the prior have a share with a limit that is d > 0 lower than that by
    /// the rates as counted, the limit is lowered by `margin` x d. The more gold rows there are, the less that is; the look
    /// ahead at more of them keeps it as it is. A division is held where it fails without the margin. `docs/decision.md` has what it does to divisions exactly at the bar, and what
    /// it costs those above it.
    pub margin: f64,
    /// Whether the texts of each division are predicted as the gold rows were. None where that is not known; then it is taken for
    /// granted.
    ///
    /// Where the check of a division with `min_rows` answers fails ([`Shift`]; its level is the policy's `shift_alpha`), its
    /// corrected shares decide nothing: it needs more data, namely labels of at least 100 of its texts, or of all if it has fewer,
    /// drawn at random ([`labelling`](crate::labelling)). With these it stands in `own`. A check that does not fail proves nothing: of
    /// few texts it sees only a great shift.
    pub shift: Option<ShiftCheck>,
    /// The divisions with enough random labels of their own. They are always decided by these and the predictions of their other
    /// texts, whatever the check says and whichever interval is narrower: such shares need no assumption about the classifier, and
    /// a choice between two results would be made by the results. The draws have the policy's `prior` and no margin.
    pub own: BTreeMap<String, OwnShares>,
}

impl Corrected {
    /// The default margin. It was chosen by simulation: without one, of divisions whose score is exactly the one that
    /// promotion needs, more than `alpha` were promoted where gold rows are few.
    pub const MARGIN: f64 = 1.0;

    /// Returns the policy over this posterior, with the default margin.
    pub fn new(policy: Policy, posterior: CutPosterior) -> Self {
        Self { policy, posterior, margin: Self::MARGIN, shift: None, own: BTreeMap::new() }
    }

    /// Returns one verdict a division, in the survey's order. The divisions are spread over the threads of the caller's
    /// rayon pool, whose number changes nothing; time does not grow with the number of answers.
    ///
    /// # Errors
    /// When the policy or the margin is at fault, labels of the survey have no utility, they are not those of the posterior in its
    /// order, a division has more than 2^53 answers, or there are fewer than 10 / `alpha` draws of the shares. Where
    /// labels and draws are as they must be, all faulty divisions are named.
    pub fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.criteria(survey)?;
        decide(&self.policy, Counts::Predicted(self, &self.shifts(survey)?), survey)
    }

    /// What the label-shift check says of the divisions with enough answers.
    pub(crate) fn shifts(&self, survey: &Survey) -> Result<BTreeMap<String, Shift>> {
        let Some(check) = &self.shift else { return Ok(BTreeMap::new()) };
        let enough = survey.divisions().iter().filter(|division| division.total() >= self.policy.fewest());
        let names: BTreeSet<&str> = enough.map(|division| division.division.as_str()).collect();
        check.judge(&names, self.policy.shift_alpha)
    }

    /// Checks everything, and returns the conditions for the labels.
    ///
    /// # Errors
    /// As [`decide`](Self::decide).
    pub(crate) fn criteria(&self, survey: &Survey) -> Result<Criteria> {
        self.policy.validate()?;
        let (found, expected) = (survey.labels(), self.posterior.labels());
        let mut faults = Vec::new();
        if found != expected {
            faults.push(format!(
                "survey: labels {}; expected those of the gold rows, {}",
                found.listed(),
                expected.listed()
            ));
        }
        if !(0.0..=10.0).contains(&self.margin) {
            faults.push(format!("margin: {}; expected 0 to 10", self.margin));
        }
        if self.shift.as_ref().is_some_and(|check| check.labels() != found.len()) {
            faults.push(format!("shift: another number of labels; expected {}, those of the survey", found.len()));
        }
        for (division, own) in &self.own {
            if own.labels() != found.len() {
                let labels = own.labels();
                faults
                    .push(format!("own: `{division}`: {labels} labels; expected {}, those of the survey", found.len()));
            }
        }
        let draws = self.posterior.draws();
        if (draws as f64) < 10.0 / self.policy.alpha {
            faults.push(format!("draws: {draws} of the shares; expected at least 10 / alpha"));
        }
        Error::from_faults(faults)?;
        let mut faults = Vec::new();
        for division in survey.divisions() {
            if let Err(Error::Config { faults: of_division }) = self.posterior.check(&division.counts) {
                faults.extend(of_division.into_iter().map(|fault| format!("survey: `{}`: {fault}", division.division)));
            }
        }
        Error::from_faults(faults)?;
        self.policy.criteria(found)
    }

    /// What is done about a division with these counts, by its draws as far as they are needed to know: as
    /// [`decide`](Self::decide), but without telling Improve from Hold.
    pub(crate) fn action(&self, criteria: &Criteria, counts: &[u64]) -> Verdict {
        if counts.iter().sum::<u64>() < self.policy.fewest() {
            return Verdict::NeedsMoreData;
        }
        let stricter = self.posterior.stricter(self.margin, criteria, counts);
        let draws = self.posterior.draws();
        let share = |fails: usize| fails as f64 / draws as f64;
        let verdict = |[bare, risk]: [usize; 2]| self.policy.verdict(share(bare), share(risk));
        // The number of draws that fail, without margins and with them: at least and at most.
        let (mut least, mut most) = ([0; 2], [draws; 2]);
        self.posterior.until(counts, 0, |shares| {
            for ((conditions, least), most) in [criteria, &stricter].into_iter().zip(&mut least).zip(&mut most) {
                if conditions.fails(shares) {
                    *least += 1;
                } else {
                    *most -= 1;
                }
            }
            if verdict(least) == verdict(most) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        verdict(least)
    }
}
