//! Where a printed percentage may come from.

use std::fmt;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::expression::Expressions;
use super::{Reactions, Valence};

/// A percentage that somebody printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// What it is said to be.
    pub what: String,
    /// The number as it was printed, in percent, with as many decimals: `31.25`.
    pub printed: String,
}

impl Claim {
    /// Returns the claim that `what` is `printed` percent.
    pub fn new(what: impl Into<String>, printed: impl Into<String>) -> Self {
        Self { what: what.into(), printed: printed.into() }
    }

    /// The number and its decimals.
    fn parse(&self) -> Result<(f64, i32)> {
        let wrong = || {
            let message = format!("claim `{}`: `{}`; expected digits with at most 4 decimals", self.what, self.printed);
            Error::config(message)
        };
        let digits = self.printed.strip_prefix(['-', '+']).unwrap_or(&self.printed);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(decimals) || whole.len() > 9 || decimals.len() > 4 {
            return Err(wrong());
        }
        let decimals = if digits.contains('.') { decimals.len() as i32 } else { 0 };
        Ok((self.printed.parse().map_err(|_| wrong())?, decimals))
    }
}

/// An expression beside a claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Match {
    /// The expression in words.
    pub expression: String,
    /// Its value in percent.
    pub percent: f64,
    /// Whether it prints as the claim does, rounded or cut to the claim's decimals.
    pub fits: bool,
}

/// One claim and the expressions that come nearest to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClaimAudit {
    /// The claim.
    pub claim: Claim,
    /// Its value in percent.
    pub percent: f64,
    /// How many expressions print as the claim does.
    pub fits: u64,
    /// About how many would do so by chance, if those between 0 and 100 % were spread evenly. Where it is not far below 1, a
    /// fit says nothing.
    pub by_chance: f64,
    /// The nearest expressions, at most five, those that fit first.
    pub nearest: Vec<Match>,
    /// The fraction with the least denominator that rounds to the claim, as numerator and denominator; none where the claim
    /// is not from 0 to 100 %.
    pub fraction: Option<[u64; 2]>,
}

/// Some claims beside everything that was tried. `Display` prints sentences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Claims {
    /// How many expressions have a value, under the declared valence and each variant.
    pub expressions: u64,
    /// Each claim, in the order given.
    pub audits: Vec<ClaimAudit>,
    /// The pairs of claims, by place, that add up to 100 %: one number told twice.
    pub complements: Vec<[u64; 2]>,
}

/// Returns, for each claim, which natural expressions over these reactions print as it does, and which come nearest.
///
/// The expressions, under the declared valence and with each ambiguous reaction taken for something else: the negative,
/// positive and net share of each label, of all posts pooled, and of the mean label; for each ordered pair of these the
/// difference of the negative shares in points, the relative reduction of the negative share, the relative rise of the
/// positive one, the relative reduction of negative reactions a post and the relative rise of positive ones; Eq. 36 with
/// k = 1 and k = the number of posts, and the mean of the posts' ratios. A claim for which none fits is not derived from
/// these counts in any of these ways. One that fits may do so by chance.
///
/// # Example: what DPMS claims of its Table 5
/// ```
/// use plaudit_promotion::reactions::{Claim, Reactions, Valence, audit};
///
/// let claims = [Claim::new("negative reactions fall", "31.25"), Claim::new("positive ones rise", "68.75")];
/// let found = audit(&Reactions::dpms(), &Valence::default(), &claims)?;
/// assert_eq!((found.audits[0].fits, found.audits[1].fits), (0, 0));
/// assert_eq!((found.audits[0].fraction, found.audits[1].fraction), (Some([5, 16]), Some([11, 16])));
/// assert_eq!(found.complements, [[0, 1]]); // two effects that add up to 100 % are one number
/// println!("{found}");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When a claim is not a number of at most 9 digits and 4 decimals, the valence is at fault, or the data have a reaction that
/// it does not name.
pub fn audit(reactions: &Reactions, valence: &Valence, claims: &[Claim]) -> Result<Claims> {
    let mut valences = vec![(String::new(), valence.clone())];
    valences.extend(valence.variants().into_iter().map(|(name, polarity, v)| (format!("{name} {polarity}: "), v)));
    let mut tried = Vec::new();
    for (prefix, valence) in &valences {
        tried.push((prefix, Expressions::new(reactions, valence)?));
    }
    let all: Vec<_> =
        tried.iter().flat_map(|(prefix, set)| set.all.iter().map(move |one| (prefix, set, one))).collect();
    let audits = claims.iter().map(|claim| {
        let (percent, decimals) = claim.parse()?;
        let unit = 0.1f64.powi(decimals);
        let fits = |value: f64| prints_as(value, percent, unit);
        let mut ranked: Vec<_> = all.iter().map(|&(prefix, set, one)| (!fits(one.percent), prefix, set, one)).collect();
        let distance = |value: f64| (value - percent).abs();
        ranked.sort_by(|a, b| a.0.cmp(&b.0).then(distance(a.3.percent).total_cmp(&distance(b.3.percent))));
        let nearest = ranked.iter().take(NEAREST).map(|&(misses, prefix, set, one)| Match {
            expression: format!("{prefix}{}", set.words(one)),
            percent: one.percent,
            fits: !misses,
        });
        let inside = all.iter().filter(|(.., one)| (0.0..=100.0).contains(&one.percent)).count();
        Ok(ClaimAudit {
            claim: claim.clone(),
            percent,
            fits: ranked.iter().filter(|(misses, ..)| !misses).count() as u64,
            by_chance: inside as f64 * 1.5 * unit / 100.0,
            nearest: nearest.collect(),
            fraction: fraction(percent, unit),
        })
    });
    let audits = audits.collect::<Result<Vec<ClaimAudit>>>()?;
    let mut complements = Vec::new();
    for (place, one) in audits.iter().enumerate() {
        for (other, two) in audits.iter().enumerate().skip(place + 1) {
            if (one.percent + two.percent - 100.0).abs() < 1e-9 {
                complements.push([place as u64, other as u64]);
            }
        }
    }
    Ok(Claims { expressions: all.len() as u64, audits, complements })
}

/// The most expressions that an audit lists.
const NEAREST: usize = 5;

/// Whether `value` is `printed` when it is rounded, or cut towards 0, to a whole number of units.
fn prints_as(value: f64, printed: f64, unit: f64) -> bool {
    let beyond = value - printed;
    let outward = if printed < 0.0 { -beyond } else { beyond };
    beyond.abs() <= unit * (0.5 + 1e-9) || (outward >= 0.0 && outward < unit * (1.0 - 1e-9))
}

/// The fraction with the least denominator that rounds to so many percent.
fn fraction(percent: f64, unit: f64) -> Option<[u64; 2]> {
    if !(0.0..=100.0).contains(&percent) {
        return None;
    }
    // With a denominator of 100 / unit it is met exactly.
    (1..=(100.0 / unit).round() as u64).find_map(|denominator| {
        let numerator = (percent / 100.0 * denominator as f64).round();
        let close = (100.0 * numerator / denominator as f64 - percent).abs() <= unit * (0.5 + 1e-9);
        close.then_some([numerator as u64, denominator])
    })
}

impl fmt::Display for Claims {
    /// A sentence a claim, its nearest expressions, and the claims that add up to 100 %.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for audit in &self.audits {
            let Claim { what, printed } = &audit.claim;
            match audit.fits {
                0 => write!(f, "{what}: none of {} expressions prints as {printed} %", self.expressions)?,
                n => write!(f, "{what}: {n} of {} expressions print as {printed} %", self.expressions)?,
            }
            writeln!(f, "; about {:.2} would by chance", audit.by_chance)?;
            for Match { expression, percent, fits } in &audit.nearest {
                writeln!(f, "  {} {percent:.4} %: {expression}", if *fits { "fits   " } else { "nearest" })?;
            }
            if let Some([numerator, denominator]) = audit.fraction {
                writeln!(f, "  the simplest fraction that prints so is {numerator}/{denominator}")?;
            }
        }
        let printed = |place: u64| {
            let audit = usize::try_from(place).ok().and_then(|place| self.audits.get(place));
            audit.map_or("", |audit| audit.claim.printed.as_str())
        };
        for &[one, other] in &self.complements {
            let (one, other) = (printed(one), printed(other));
            writeln!(f, "{one} % and {other} % add up to 100 %: they are one number, not two effects")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audit_of(printed: &str) -> ClaimAudit {
        let claims = [Claim::new("x", printed)];
        audit(&Reactions::dpms(), &Valence::default(), &claims).unwrap().audits.remove(0)
    }

    #[test]
    fn what_comes_from_the_table_is_found() {
        for (printed, expression) in [
            // 8 / 299 = .0267559, 239 / 838 = .2852029, 360 / 599 = .6010017
            ("2.68", "negative share, Good"),
            ("2.67", "negative share, Good"), // cut, not rounded
            ("28.52", "negative share, all posts pooled"),
            ("60.10", "Eq. 36 of DPMS with k = 1"),
            ("15.03", "Eq. 36 of DPMS with k = the number of posts"),
            ("-40.85", "mean over posts of (Pos - Neg) / Pos"),
            // 1 - .0267559 / .8333333 = .967893; 291 / 221 - 1 = .3167421
            ("96.789", "negative share, relative reduction, Good against Poor"),
            ("31.67", "positive reactions a post, relative rise, Good against Average"),
            // 113 / 146 = .7739726 once haha is ignored
            ("77.397", "haha ignored: negative share, Poor"),
        ] {
            let found = audit_of(printed);
            let fits: Vec<_> = found.nearest.iter().filter(|one| one.fits).map(|one| one.expression.as_str()).collect();
            assert!(fits.contains(&expression), "{printed}: {found:?}");
        }
        assert_eq!(audit_of("2.66").fits, 0);
    }

    #[test]
    fn what_dpms_claims_is_not() {
        let claims = [("negative ones", "31.25"), ("positive ones", "68.75"), ("conversions", "18")];
        let claims = claims.map(|(what, printed)| Claim::new(what, printed));
        let found = audit(&Reactions::dpms(), &Valence::default(), &claims).unwrap();
        // Four labels, all posts and the mean label: 6 terms of 3 shares; 30 ordered pairs of 3 comparisons of shares, 20
        // without the mean label of 2 comparisons of counts; 3 formulas; all under three valences.
        assert_eq!(found.expressions, 3 * (6 * 3 + 30 * 3 + 20 * 2 + 3));
        let [fall, rise, conversion] = &found.audits[..] else { panic!("{found:?}") };
        assert!((fall.fits, rise.fits) == (0, 0) && fall.by_chance < 0.1 && rise.by_chance < 0.1, "{found:?}");
        // A number without decimals is met by chance as often as it is met.
        assert!(conversion.fits > 0 && conversion.by_chance > 1.0, "{conversion:?}");
        assert_eq!([fall, rise, conversion].map(|audit| audit.fraction.unwrap()), [[5, 16], [11, 16], [2, 11]]);
        assert_eq!(found.complements, [[0, 1]]);
        let text = found.to_string();
        assert!(text.starts_with("negative ones: none of 453 expressions prints as 31.25 %"), "{text}");
        assert!(text.contains("31.25 % and 68.75 % add up to 100 %"), "{text}");
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Claims>(&json).unwrap(), found);
    }

    #[test]
    fn rounded_or_cut() {
        for (value, printed, unit, expected) in [
            (31.254_9, 31.25, 0.01, true),
            (31.259_9, 31.25, 0.01, true),  // cut
            (31.245, 31.25, 0.01, true),    // rounded
            (31.244_9, 31.25, 0.01, false), // neither
            (31.26, 31.25, 0.01, false),
            (-31.259, -31.25, 0.01, true),
            (-31.244, -31.25, 0.01, false),
            (18.99, 18.0, 1.0, true),
            (19.0, 18.0, 1.0, false),
        ] {
            assert_eq!(prints_as(value, printed, unit), expected, "{value} {printed}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for printed in ["", "-", "31,25", "31.25%", "1e3", "NaN", "inf", "1.", ".5", "1.23456", "1234567890", "1.2.3"] {
            let claims = [Claim::new("x", printed)];
            let error = audit(&Reactions::dpms(), &Valence::default(), &claims).unwrap_err().to_string();
            assert!(error.contains("expected digits"), "{printed}: {error}");
        }
        assert_eq!(audit_of("-5").fraction, None);
        assert_eq!((audit_of("0").fraction, audit_of("100.0000").fraction), (Some([0, 1]), Some([1, 1])));
        assert_eq!(audit_of("0.0001").fraction.map(|[numerator, _]| numerator), Some(1));
        assert_eq!(audit(&Reactions::dpms(), &Valence::default(), &[]).unwrap().audits, []);
    }
}
