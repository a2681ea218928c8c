//! The rule that DPMS seems to use.

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

use crate::flip::{FlipBudget, counts_of};
use crate::policy::same;
use crate::{DivisionCounts, DivisionVerdict, Reason, Share, Survey, Verdict, Verdicts};

/// Promotes a division just where its most frequent label is the best one: a baseline to compare with, not advice.
///
/// DPMS never defines its rule. Its verdicts (section 5.3: library Good, accounts Poor, admission Average, registrar
/// Neutral) fit this one. It knows no doubt: two answers decide as firmly as two thousand. A tie holds; only a division
/// without answers needs more data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PaperRule {
    /// The best label, compared ignoring case; `Good` by default.
    pub best: String,
}

impl Default for PaperRule {
    fn default() -> Self {
        Self { best: "Good".to_owned() }
    }
}

impl PaperRule {
    /// Returns one verdict a division, with the shares that were counted.
    ///
    /// # Errors
    /// When the survey has no label `best`.
    pub fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.best(survey)?;
        let labels = survey.labels();
        let divisions = survey.divisions().iter().map(|division| {
            let n = division.total();
            let most = division.counts.iter().copied().max().unwrap_or(0);
            let mut leaders = labels.iter().zip(&division.counts).filter(|&(_, &count)| count == most);
            let (verdict, reason) = match (n, leaders.next(), leaders.next()) {
                (0, ..) => (Verdict::NeedsMoreData, Reason::TooFewRows { n: 0, min: 1 }),
                (_, Some((label, &count)), None) => {
                    let verdict = if same(label, &self.best) { Verdict::Promote } else { Verdict::Hold };
                    (verdict, Reason::MostFrequent { label: label.to_owned(), count, n })
                }
                _ => (Verdict::Hold, Reason::Tie),
            };
            counted(labels, division, verdict, vec![reason])
        });
        Ok(Verdicts::new(labels.clone(), divisions.collect()))
    }

    /// Returns the flip budget, in closed form: with a answers of the best label and b of the most frequent other one,
    /// a - b where the division is promoted, the lesser of b - a + 1 and the number of answers where it is held, and 1
    /// without an answer.
    ///
    /// Proof: an insertion or removal changes a - b by at most 1, and one of the best label by exactly 1. A division with
    /// answers is promoted just where a - b > 0, so to hold it takes at least a - b changes, and removing so many answers of
    /// the best label does (or leaves none, which needs more data); to promote it takes at least b - a + 1, and inserting
    /// so many does. It needs more data just where no answer is left.
    ///
    /// # Errors
    /// When the survey has no label `best`, or no such division.
    pub fn flip_budget(&self, survey: &Survey, division: &str) -> Result<FlipBudget> {
        let best = self.best(survey)?;
        let counts = counts_of(survey, division)?;
        let n: u64 = counts.iter().sum();
        let own = counts.get(best).copied().unwrap_or(0);
        let others = counts.iter().enumerate().filter(|&(index, _)| index != best);
        let most = others.map(|(_, &count)| count).max().unwrap_or(0);
        Ok(FlipBudget::exact(match n {
            0 => 1,
            _ if own > most => own - most,
            _ => (most - own).saturating_add(1).min(n),
        }))
    }

    fn best(&self, survey: &Survey) -> Result<usize> {
        let best = survey.labels().iter().position(|label| same(label, &self.best));
        best.ok_or_else(|| Error::config(format!("best: the survey has no label `{}`", self.best)))
    }
}

/// A verdict with the shares that were counted; none without an answer.
pub(crate) fn counted(
    labels: &Labels,
    division: &DivisionCounts,
    verdict: Verdict,
    reasons: Vec<Reason>,
) -> DivisionVerdict {
    let n = division.total();
    let mut decided = DivisionVerdict::new(&division.division, n, verdict, reasons);
    if n > 0 {
        let share = |(label, &count): (&str, &u64)| Share::new(label, count, count as f64 / n as f64);
        decided.shares = labels.iter().zip(&division.counts).map(share).collect();
    }
    decided
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotes_the_library_alone() {
        // DPMS, section 5.3: library Good, accounts Poor, admission Average, registrar Neutral
        let divisions = [
            ("library", [60, 20, 12, 8]),
            ("accounts", [10, 15, 20, 55]),
            ("admission", [25, 45, 20, 10]),
            ("registrar", [20, 25, 40, 15]),
        ];
        let divisions = divisions.map(|(name, counts)| DivisionCounts::new(name, counts)).to_vec();
        let verdicts = PaperRule::default().decide(&Survey::new(Labels::dpms(), divisions).unwrap()).unwrap();
        let promoted: Vec<_> = verdicts.iter().filter(|v| v.verdict == Verdict::Promote).collect();
        assert_eq!(promoted.iter().map(|v| v.division.as_str()).collect::<Vec<_>>(), ["library"]);
        assert_eq!(promoted[0].reasons[0].to_string(), "the most frequent label is Good (60 of 100)");
        assert_eq!(promoted[0].shares[0].value, 0.6);
    }

    #[test]
    fn ties_hold_and_nothing_needs_something() {
        let divisions = vec![DivisionCounts::new("none", [0, 0, 0]), DivisionCounts::new("tie", [3, 3, 0])];
        let survey = Survey::new(Labels::polarity(), divisions).unwrap();
        assert!(PaperRule::default().decide(&survey).unwrap_err().to_string().contains("`Good`"));
        let rule = PaperRule { best: "Positive".to_owned() };
        let verdicts = rule.decide(&survey).unwrap();
        assert_eq!(verdicts.of("none").unwrap().verdict, Verdict::NeedsMoreData);
        assert_eq!(verdicts.of("tie").unwrap().verdict, Verdict::Hold);
        assert_eq!(verdicts.of("tie").unwrap().reasons, [Reason::Tie]);
        assert!(verdicts.of("none").unwrap().shares.is_empty());
    }
}
