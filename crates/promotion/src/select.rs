//! Which of many divisions are promoted.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ranking::Ranking;
use crate::{DivisionVerdict, Policy, Reason, Verdict};

/// No division with a greater risk is promoted, however small the others' are.
const MOST_RISK: f64 = 0.2;

/// How the verdicts of many divisions hang together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Selection {
    /// Not at all: each division is promoted where its own e is at most alpha.
    #[default]
    Threshold,
    /// As many as possible with an expected share of wrong promotions of at most alpha: the divisions with the least e,
    /// as long as the mean of these is at most alpha and none is above 0.2; alpha is at most 0.2, too. It promotes what
    /// `Threshold` does, and more. P. Müller, G. Parmigiani, C. Robert and J. Rousseau, *Optimal sample size for
    /// multiple testing*, JASA 99 (2004).
    FalseDiscovery,
    /// The one division with the highest mean score of those that `Threshold` promotes, as [`TopK`](Self::TopK) with
    /// `k` = 1.
    PickOne {
        /// The greatest expected regret, in scores, at least 0.
        regret: f64,
    },
    /// The `k` divisions with the highest mean scores of those that `Threshold` promotes, or all where they are fewer.
    ///
    /// They are promoted where the expected regret is at most `regret`: by how much the sum of the `k` highest scores is
    /// expected to be above the sum of theirs (with the best of the others in places that are left). All divisions with
    /// `min_rows` answers count for it, those that are not decided, too; divisions with fewer do not, for over many small
    /// ones the highest score is that of the noisiest. Where the regret is greater, nothing is decided about those that
    /// may be among the `k` best (with a probability above alpha). Divisions that are equal and have not all a place are
    /// not decided either.
    TopK {
        /// The number of divisions to promote, at least 1. Memory grows with `draws` times the lesser of it and the number
        /// of divisions.
        k: usize,
        /// The greatest expected regret, in scores, at least 0.
        regret: f64,
    },
}

impl Selection {
    /// What is wrong with it under this alpha.
    pub(crate) fn faults(&self, alpha: f64) -> Vec<String> {
        let mut faults = Vec::new();
        if *self == Self::FalseDiscovery && alpha > MOST_RISK {
            faults.push(format!("selection: alpha is {alpha}; expected at most {MOST_RISK} for false discoveries"));
        }
        if let Some((k, regret)) = self.top() {
            if k == 0 {
                faults.push("selection: k is 0; expected at least 1".to_owned());
            }
            if !(regret >= 0.0 && regret.is_finite()) {
                faults.push(format!("selection: regret is {regret}; expected a number of at least 0"));
            }
        }
        faults
    }

    /// How many to promote, at which regret.
    fn top(&self) -> Option<(usize, f64)> {
        match *self {
            Self::PickOne { regret } => Some((1, regret)),
            Self::TopK { k, regret } => Some((k, regret)),
            _ => None,
        }
    }

    /// The places that a ranking needs, at least 1.
    pub(crate) fn places(&self) -> usize {
        self.top().map_or(1, |(k, _)| k.max(1))
    }

    /// Turns verdicts by threshold into those of this selection. Each stands for so many divisions with equal counts;
    /// those with too few answers stand in no ranking.
    pub(crate) fn apply(&self, policy: &Policy, ranking: &Ranking, decided: &mut [(usize, DivisionVerdict)]) {
        match self.top() {
            Some(top) => choose(top, policy, ranking, decided),
            None if *self == Self::FalseDiscovery => discover(policy, decided),
            None => {}
        }
    }
}

/// The largest prefix of ascending risks whose mean is at most alpha. Equal risks go together.
fn discover(policy: &Policy, decided: &mut [(usize, DivisionVerdict)]) {
    let enough = |verdict: &DivisionVerdict| verdict.n >= policy.fewest();
    let mut risks: Vec<(f64, usize)> =
        decided.iter().filter(|(_, v)| enough(v)).filter_map(|(size, v)| Some((v.risk?, *size))).collect();
    risks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut sum, mut promoted, mut most) = (0.0, 0, None);
    for equal in risks.chunk_by(|a, b| a.0 == b.0) {
        let size: usize = equal.iter().map(|&(_, size)| size).sum();
        let Some(&(risk, _)) = equal.first() else { break };
        let mean = (sum + risk * size as f64) / (promoted + size) as f64;
        // A mean of risks up to alpha may be above it by rounding.
        if risk > MOST_RISK || (risk > policy.alpha && mean > policy.alpha) {
            break;
        }
        (sum, promoted, most) = (sum + risk * size as f64, promoted + size, Some(risk));
    }
    let reason = Reason::FalseDiscovery { promoted, expected: sum, alpha: policy.alpha };
    for (_, verdict) in decided.iter_mut().filter(|(_, v)| enough(v)) {
        let within = verdict.risk.zip(most).is_some_and(|(risk, most)| risk <= most);
        if within {
            verdict.verdict = Verdict::Promote;
            (verdict.advice, verdict.more) = (None, None);
            verdict.reasons.push(reason.clone());
        }
    }
}

/// The `k` highest mean scores of those that the threshold promotes.
fn choose((k, most): (usize, f64), policy: &Policy, ranking: &Ranking, decided: &mut [(usize, DivisionVerdict)]) {
    let mean = |index: usize, size: usize| ranking.total(index) / size as f64;
    let mut promoted: Vec<(f64, usize, usize)> = decided
        .iter()
        .enumerate()
        .filter(|(_, (_, verdict))| verdict.verdict == Verdict::Promote)
        .map(|(index, &(size, _))| (mean(index, size), index, size))
        .collect();
    promoted.sort_by(|a, b| b.0.total_cmp(&a.0)); // stable: by counts where means are equal
    let (mut chosen, mut divisions, mut tied) = (BTreeSet::new(), 0, BTreeSet::new());
    for equal in promoted.chunk_by(|a, b| a.0 == b.0) {
        let size: usize = equal.iter().map(|&(.., size)| size).sum();
        let indices = equal.iter().map(|&(_, index, _)| index);
        if size > k - divisions {
            if divisions < k {
                tied.extend(indices);
            }
            break;
        }
        chosen.extend(indices);
        divisions += size;
    }
    let regret = ranking.regret(&chosen, divisions);
    let within = ranking.within(k);
    for ((_, index, size), within) in promoted.iter().filter_map(|one| Some((one, within.get(one.1)?))) {
        let Some((_, verdict)) = decided.get_mut(*index) else { continue };
        let probability = within / *size as f64;
        let sure = regret <= most;
        let (decision, reason) = if chosen.contains(index) {
            let decision = if sure { Verdict::Promote } else { Verdict::NeedsMoreData };
            (decision, Reason::Chosen { k, probability, regret, most })
        } else if tied.contains(index) {
            (Verdict::NeedsMoreData, Reason::NoPlaceForAll { k })
        } else {
            let decision = if sure || probability <= policy.alpha { Verdict::Hold } else { Verdict::NeedsMoreData };
            (decision, Reason::NotChosen { k, probability })
        };
        verdict.verdict = decision;
        verdict.reasons.push(reason);
    }
}

impl Policy {
    /// The same policy without looking ahead, which is the slowest part.
    pub(crate) fn alone(&self) -> Self {
        Self { max_more: 0, ..self.clone() }
    }
}
