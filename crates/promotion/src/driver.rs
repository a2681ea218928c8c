//! Which label keeps a division from being promoted.

use plaudit_core::Labels;

use crate::policy::Criteria;
use crate::posterior::Posterior;
use crate::{Policy, Reason, Verdict};

/// The label that carries a Hold, where there is one: that at most half of the answers have, and with whose answers
/// turned into those of the next better label the division would be promoted. Of several it is the one that takes most
/// from the score, and of those the first.
pub(crate) fn driver(policy: &Policy, labels: &Labels, criteria: &Criteria, posterior: &Posterior) -> Option<Reason> {
    let mut found: Option<(f64, Reason)> = None;
    for ((index, label), &share) in labels.iter().enumerate().zip(&posterior.means) {
        let Some(better) = criteria.next_better(index).filter(|_| share <= 0.5) else { continue };
        let mut turned = vec![0.0; posterior.means.len()];
        let risk = posterior.draws.probability(|row| {
            turned.copy_from_slice(row);
            turn(&mut turned, index, better);
            criteria.fails(&turned)
        });
        let pull = criteria.pull(index, share);
        let most = found.as_ref().is_none_or(|(most, _)| pull > *most);
        if policy.verdict(risk, risk) == Verdict::Promote && most {
            let instead = labels.name(better)?.to_owned();
            found = Some((pull, Reason::Driver { label: label.to_owned(), share, pull, instead, risk }));
        }
    }
    found.map(|(_, reason)| reason)
}

/// Turns the share of one label into that of another.
fn turn(shares: &mut [f64], from: usize, to: usize) {
    let moved = shares.get_mut(from).map(std::mem::take);
    if let (Some(moved), Some(slot)) = (moved, shares.get_mut(to)) {
        *slot += moved;
    }
}

impl Criteria {
    /// The label with the least utility above that of this one; the first of several.
    fn next_better(&self, label: usize) -> Option<usize> {
        let own = *self.utilities.get(label)?;
        let better = self.utilities.iter().enumerate().filter(|&(_, &utility)| utility > own);
        better.min_by(|a, b| a.1.total_cmp(b.1)).map(|(index, _)| index)
    }

    /// How much a label with this share takes from the score, measured at the score that is needed: (s_min - u_k) p_k. The
    /// labels' sum is s_min - s.
    fn pull(&self, label: usize, share: f64) -> f64 {
        self.utilities.get(label).map_or(0.0, |utility| (self.min_score - utility) * share)
    }
}
