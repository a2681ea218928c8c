//! The rule that DPMS seems to use.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::policy::same;
use crate::{DivisionVerdict, Reason, Share, Survey, Verdict, Verdicts};

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
        if !survey.labels().iter().any(|label| same(label, &self.best)) {
            return Err(Error::config(format!("best: the survey has no label `{}`", self.best)));
        }
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
            let mut decided = DivisionVerdict::new(&division.division, n, verdict, vec![reason]);
            if n > 0 {
                let share = |(label, &count): (&str, &u64)| Share::new(label, count, count as f64 / n as f64);
                decided.shares = labels.iter().zip(&division.counts).map(share).collect();
            }
            decided
        });
        Ok(Verdicts::new(labels.clone(), divisions.collect()))
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::Labels;

    use super::*;
    use crate::DivisionCounts;

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
