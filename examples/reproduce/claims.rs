//! The effects that the paper claims.

use plaudit::Result;
use plaudit::promotion::reactions::{self, Valence};

use super::share::Share;
use super::tables::{Claim, Paper};
use super::{Finding, Verdict};

/// Fewer fits by chance than this, and one that is found says something.
const RARE: f64 = 0.1;

pub(super) fn findings(paper: &Paper) -> Result<Vec<Finding>> {
    let claims = &paper.claims;
    let claims: [(&str, &str, &Claim<Share>); 3] = [
        ("negative_change", "fall of negative reactions", &claims.negative_change),
        ("positive_change", "rise of positive impressions", &claims.positive_change),
        ("conversion_change", "rise of conversions", &claims.conversion_change),
    ];
    let number = |share: &Share| share.percent(share.value, 0).trim_end_matches([' ', '%']).to_owned();
    let asked = claims.map(|(_, what, claim)| reactions::Claim::new(what, number(&claim.value)));
    let found = reactions::audit(&paper.reactions, &Valence::default(), &asked)?;
    let mut all = Vec::new();
    for ((id, what, claim), audit) in claims.into_iter().zip(&found.audits) {
        let count = if audit.fits == 0 { "none".to_owned() } else { audit.fits.to_string() };
        let recomputed = format!("{count} of {} expressions", found.expressions);
        let verdict = match audit.fits {
            _ if found.expressions == 0 => Verdict::Undefined,
            0 => Verdict::NotDerivable,
            _ if audit.by_chance < RARE => Verdict::Matches,
            _ => Verdict::Undecided,
        };
        if verdict == Verdict::Undefined {
            let found = Finding::of([id, &claim.place, what], &claim.text, "-", verdict);
            all.push(found.because("no share of Table 5 has a value"));
            continue;
        }
        let nearest = audit.nearest.first().map(|one| format!("; nearest {:.2} %: {}", one.percent, one.expression));
        let note = format!(
            "about {:.2} would fit by chance{}{}{}",
            audit.by_chance,
            if verdict == Verdict::Undecided {
                let (text, ends) = (&claim.text, claim.value.ends(claim.value.span()));
                format!(", since {text} stands for {ends}: those which do say nothing")
            } else {
                String::new()
            },
            nearest.unwrap_or_default(),
            audit
                .fraction
                .map_or_else(String::new, |[part, whole]| format!("; the simplest fraction is {part}/{whole}"))
        );
        all.push(Finding::of([id, &claim.place, what], &claim.text, recomputed, verdict).note(note));
    }
    for pair in &found.complements {
        let of = |place: &u64| usize::try_from(*place).ok().and_then(|place| claims.get(place));
        let pair: Vec<_> = pair.iter().filter_map(of).collect();
        let names = pair.iter().map(|(_, what, _)| *what).collect::<Vec<_>>().join(" and ");
        let texts = pair.iter().map(|(.., claim)| claim.text.as_str()).collect::<Vec<_>>().join(" + ");
        let place = &paper.claims.positive_change.place;
        let found = Finding::unprinted(["complements", place, &texts], "100 %", Verdict::Derived);
        all.push(found.note(format!("{names} add up to 100 %: either follows from the other")));
    }
    Ok(all)
}
