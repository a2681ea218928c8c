//! How each aspect is spoken of.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use plaudit_core::{Error, Result};
use plaudit_stats::{Interval, benjamini_hochberg, chi_square_sf, wilson_share};
use serde::{Deserialize, Serialize};

/// With fewer of them apart from each other, a test says nothing.
const LEAST_UNITS: usize = 5;

/// An aspect in a clause, or another part of a text, and how that speaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AspectMention<'a> {
    /// The aspect's place among the names.
    pub aspect: usize,
    /// The id of the text.
    pub uid: &'a str,
    /// Who wrote it, where known: an author's mentions hang together.
    pub author: Option<&'a str>,
    /// What is counted apart, such as its division, platform or month; none is in no group.
    pub group: Option<&'a str>,
    /// Its sentiment: above 0 is positive, below 0 negative, 0 neutral; the further from 0 the surer, -1 to 1.
    pub score: f64,
    /// The clause, as it was written: what is quoted.
    pub clause: &'a str,
}

/// What is counted and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct AspectConfig {
    /// The level of intervals, above 0 and below 1. By default 0.95.
    pub level: f64,
    /// The most quotes of each aspect and side, 0 to 100. By default 3.
    pub quotes: usize,
}

impl Default for AspectConfig {
    fn default() -> Self {
        Self { level: 0.95, quotes: 3 }
    }
}

impl AspectConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(self.level > 0.0 && self.level < 1.0) {
            faults.push(format!("level: {}; expected above 0 and below 1", self.level));
        }
        if self.quotes > 100 {
            faults.push(format!("quotes: {}; expected 0 to 100", self.quotes));
        }
        Error::from_faults(faults)
    }
}

/// How aspects are spoken of, all texts together and in each group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AspectSentiment {
    /// Every aspect that is mentioned, the most complaints first.
    pub aspects: Vec<AspectSummary>,
    /// The groups, by name.
    pub groups: Vec<AspectGroup>,
}

/// How aspects are spoken of in one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AspectGroup {
    /// The group.
    pub group: String,
    /// Every aspect that is mentioned in it, the most complaints first.
    pub aspects: Vec<AspectSummary>,
}

/// How one aspect is spoken of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AspectSummary {
    /// The aspect.
    pub aspect: String,
    /// The texts that mention it.
    pub texts: u64,
    /// The clauses that do.
    pub mentions: u64,
    /// The positive ones among them.
    pub positive: AspectShare,
    /// The negative ones.
    pub negative: AspectShare,
    /// The share of negative mentions less that of all other aspects' mentions; none where there are none.
    pub difference: Option<f64>,
    /// Of such a difference or a larger one, to either side, where the aspect is spoken of like the others; none with fewer than five authors.
    pub p_value: Option<f64>,
    /// The same, as one of all aspects of the group (Benjamini and Hochberg).
    pub q_value: Option<f64>,
    /// The surest positive clauses, each of another text.
    pub praise: Vec<AspectQuote>,
    /// The surest negative clauses.
    pub complaints: Vec<AspectQuote>,
}

impl AspectSummary {
    /// Returns how many mentions it takes, those that there are included, until the interval of the negative share is no wider than `half_width`
    /// to each side, if the share stays what it is and authors write as alike as they did. None without an interval, or where
    /// `half_width` is not inside 0 to 0.5.
    ///
    /// Both widths are turned into numbers of independent mentions by Wilson's formula; the mentions grow as these do.
    ///
    /// ```
    /// # use plaudit_insight::{AspectConfig, AspectMention, aspect_sentiment};
    /// let uids: Vec<String> = (0..40).map(|k| k.to_string()).collect();
    /// let mention = |k: usize| AspectMention { aspect: 0, uid: &uids[k], author: None, group: None, score: if k < 20 { -1.0 } else { 1.0 }, clause: "" };
    /// let found = aspect_sentiment(&["battery"], &(0..40).map(mention).collect::<Vec<_>>(), &AspectConfig::default())?;
    /// assert_eq!(found.aspects[0].mentions_for(0.1), Some(93)); // z^2 (0.25 / 0.1^2 - 1) = 92.2 for a share of a half
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn mentions_for(&self, half_width: f64) -> Option<u64> {
        let interval = self.negative.interval?;
        let share = self.negative.share;
        let now = draws(share, (interval.high - interval.low) / 2.0, interval.level)?;
        let then = draws(share, half_width, interval.level)?;
        // Where the width is the wanted one already, rounding must not ask for one more.
        Some((self.mentions as f64 * then / now - 1e-6).ceil() as u64)
    }
}

/// The number of independent draws whose interval of the share has this half-width: found by halving, since it falls with them.
fn draws(share: f64, half_width: f64, level: f64) -> Option<f64> {
    if !(half_width > 0.0 && half_width < 0.5) {
        return None;
    }
    let (mut low, mut high) = (1e-6f64, 1e15f64);
    for _ in 0..100 {
        let middle = (low * high).sqrt();
        let interval = wilson_share(share, middle, level)?;
        if (interval.high - interval.low) / 2.0 > half_width {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

/// A share of an aspect's mentions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AspectShare {
    /// The mentions.
    pub mentions: u64,
    /// Their share, 0 to 1.
    pub share: f64,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// A clause as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AspectQuote {
    /// The id of its text.
    pub uid: String,
    /// The clause.
    pub clause: String,
    /// Its sentiment, -1 to 1.
    pub score: f64,
}

/// Returns how each of the aspects `names` is spoken of in these mentions, whatever their order.
///
/// An author's mentions, or a text's where the author is not known, are no independent draws. A share has Wilson's interval with the mentions
/// divided by the design effect: the variance of the share by authors over that of as many independent mentions, at least 1 (J. N. K. Rao and
/// A. J. Scott, *A simple method for the analysis of clustered binary data*, Biometrics 48, 1992). The variance is the jackknife's, of leaving
/// out one author: theirs where all wrote as much, and far greater where one wrote most, of whom the share is then told alone. Where all
/// mentions are alike the effect is the mentions an author; where one author wrote them all, they are one draw; where each wrote one it is 1.
/// The test of a difference is of two shares with a common one under the null hypothesis, its variance by the jackknife, too.
///
/// The shares are of what a classifier said: its errors are in no interval here.
///
/// # Errors
/// When the configuration is at fault, an aspect has no name, or a score is outside -1 to 1; the message names the mention, counted from 0.
///
/// ```
/// use plaudit_insight::{AspectConfig, AspectMention, aspect_sentiment};
///
/// let uids: Vec<String> = (0..40).map(|k| k.to_string()).collect();
/// let mentions: Vec<AspectMention<'_>> = (0..40).map(|k| {
///     let (clause, score) = if k % 4 == 0 { ("the battery is fine", 0.8) } else { ("the battery is dead", -0.9) };
///     AspectMention { aspect: 0, uid: &uids[k], author: None, group: None, score, clause }
/// }).collect();
/// let found = aspect_sentiment(&["battery"], &mentions, &AspectConfig::default())?;
/// let battery = &found.aspects[0];
/// let interval = battery.negative.interval.unwrap();
/// assert_eq!((battery.negative.share, battery.complaints.len()), (0.75, 1)); // the same clause is quoted once
/// assert!((interval.low - 0.60).abs() < 0.01 && (interval.high - 0.86).abs() < 0.01);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn aspect_sentiment<S: AsRef<str>>(
    names: &[S],
    mentions: &[AspectMention<'_>],
    config: &AspectConfig,
) -> Result<AspectSentiment> {
    config.validate()?;
    for (place, mention) in mentions.iter().enumerate() {
        if mention.aspect >= names.len() {
            let (found, most) = (mention.aspect, names.len());
            return Err(Error::config(format!("mention {place}: aspect {found}; expected below {most}")));
        }
        if !(-1.0..=1.0).contains(&mention.score) {
            return Err(Error::config(format!("mention {place}: score {}; expected -1 to 1", mention.score)));
        }
    }
    let mut groups: BTreeMap<&str, Vec<&AspectMention<'_>>> = BTreeMap::new();
    for mention in mentions {
        if let Some(group) = mention.group {
            groups.entry(group).or_default().push(mention);
        }
    }
    let of_group = |(group, mentions): (&str, Vec<_>)| -> Result<AspectGroup> {
        Ok(AspectGroup { group: group.to_owned(), aspects: summaries(names, &mentions, config)? })
    };
    Ok(AspectSentiment {
        aspects: summaries(names, &mentions.iter().collect::<Vec<_>>(), config)?,
        groups: groups.into_iter().map(of_group).collect::<Result<_>>()?,
    })
}

/// Mentions of one author: of each aspect, how many, and how many of them are positive and negative.
type Unit = BTreeMap<usize, [u64; 3]>;

fn summaries<S: AsRef<str>>(
    names: &[S],
    mentions: &[&AspectMention<'_>],
    config: &AspectConfig,
) -> Result<Vec<AspectSummary>> {
    // A name is an author, or else an id is; no name is an id.
    let mut units: BTreeMap<(bool, &str), Unit> = BTreeMap::new();
    let mut by_aspect: BTreeMap<usize, Vec<&AspectMention<'_>>> = BTreeMap::new();
    for mention in mentions {
        let unit = mention.author.map_or((false, mention.uid), |author| (true, author));
        let [all, positive, negative] = units.entry(unit).or_default().entry(mention.aspect).or_default();
        *all += 1;
        *positive += u64::from(mention.score > 0.0);
        *negative += u64::from(mention.score < 0.0);
        by_aspect.entry(mention.aspect).or_default().push(mention);
    }
    let units: Vec<Unit> = units.into_values().collect();
    let mut found = Vec::new();
    for (aspect, mentions) in by_aspect {
        let own: Vec<[u64; 3]> = units.iter().filter_map(|unit| unit.get(&aspect).copied()).collect();
        let (difference, p_value) = against_others(&units, aspect);
        let texts: BTreeSet<&str> = mentions.iter().map(|mention| mention.uid).collect();
        let side = |sign: f64| quotes(&mentions, sign, config.quotes);
        found.push(AspectSummary {
            aspect: names.get(aspect).map_or_else(String::new, |name| name.as_ref().to_owned()),
            texts: texts.len() as u64,
            mentions: mentions.len() as u64,
            positive: share(own.iter().map(|&[all, positive, _]| [all, positive]), config.level),
            negative: share(own.iter().map(|&[all, _, negative]| [all, negative]), config.level),
            difference,
            p_value,
            q_value: None,
            praise: side(1.0),
            complaints: side(-1.0),
        });
    }
    let p_values: Vec<f64> = found.iter().filter_map(|summary| summary.p_value).collect();
    let mut q_values = benjamini_hochberg(&p_values)?.into_iter();
    for summary in found.iter_mut().filter(|summary| summary.p_value.is_some()) {
        summary.q_value = q_values.next();
    }
    found.sort_by(|a, b| b.negative.mentions.cmp(&a.negative.mentions).then_with(|| a.aspect.cmp(&b.aspect)));
    Ok(found)
}

/// The share of hits; of each unit `[mentions, hits]`.
fn share(units: impl Iterator<Item = [u64; 2]> + Clone, level: f64) -> AspectShare {
    let [all, hits] = units.clone().fold([0, 0], |[all, hits], [a, h]| [all + a, hits + h]);
    let (n, count) = (all as f64, units.clone().count() as f64);
    let share = hits as f64 / n;
    let variance = share * (1.0 - share) / n;
    // By how much the share changes without a unit.
    let without = |[all, hits]: [u64; 2]| (hits as f64 - share * all as f64) / (n - all as f64);
    let by_unit = units.map(|unit| without(unit).powi(2)).sum::<f64>() * (count - 1.0) / count;
    let effect = if count == n {
        1.0 // one mention a unit: Wilson's interval as it is
    } else if count < 2.0 {
        n // how far one differs from others cannot be known
    } else if variance > 0.0 {
        (by_unit / variance).clamp(1.0, n)
    } else {
        n / count
    };
    AspectShare { mentions: hits, share, interval: wilson_share(share, n / effect, level) }
}

/// The share of negative mentions less that of the other aspects' mentions, and its p-value.
fn against_others(units: &[Unit], aspect: usize) -> (Option<f64>, Option<f64>) {
    // Of each author: own mentions, negative ones among them, those of other aspects, negative ones among these.
    let counts: Vec<[f64; 4]> = units
        .iter()
        .map(|unit| {
            unit.iter().fold([0.0; 4], |[own, hits, others, other_hits], (&of, &[all, _, negative])| {
                let (all, negative) = (all as f64, negative as f64);
                if of == aspect {
                    [own + all, hits + negative, others, other_hits]
                } else {
                    [own, hits, others + all, other_hits + negative]
                }
            })
        })
        .collect();
    let add = |[a, b, c, d]: [f64; 4], &[e, f, g, h]: &[f64; 4]| [a + e, b + f, c + g, d + h];
    let [own, own_hits, others, other_hits] = counts.iter().fold([0.0; 4], add);
    if own == 0.0 || others == 0.0 {
        return (None, None);
    }
    let difference = own_hits / own - other_hits / others;
    let common = (own_hits + other_hits) / (own + others);
    let of_side = |place: usize| counts.iter().filter(|unit| unit.get(place).is_some_and(|&all| all > 0.0)).count();
    let (mine, theirs) = (of_side(0), of_side(2));
    let enough = mine >= LEAST_UNITS && theirs >= LEAST_UNITS;
    // By how much a share changes without a unit; the factor of as many units as have mentions.
    let without = |units: usize, all: f64, own: f64, hits: f64| {
        (hits - common * own) / (all - own) * (1.0 - 1.0 / units as f64).sqrt()
    };
    let residual = |&[of, hits, of_others, other_hits]: &[f64; 4]| {
        without(mine, own, of, hits) - without(theirs, others, of_others, other_hits)
    };
    let variance = counts.iter().map(|unit| residual(unit).powi(2)).sum::<f64>();
    let p_value = match difference.partial_cmp(&0.0) {
        _ if !enough => None,
        Some(Ordering::Equal) | None => Some(1.0),
        _ => chi_square_sf(difference * difference / variance, 1),
    };
    (Some(difference), p_value)
}

/// The surest clauses of one sign, each of another text and another author, and none twice.
fn quotes(mentions: &[&AspectMention<'_>], sign: f64, most: usize) -> Vec<AspectQuote> {
    let mut own: Vec<&&AspectMention<'_>> = mentions.iter().filter(|mention| mention.score * sign > 0.0).collect();
    let key = |mention: &AspectMention<'_>| mention.score * sign;
    own.sort_by(|a, b| {
        key(b).total_cmp(&key(a)).then_with(|| (a.uid, a.clause, a.author).cmp(&(b.uid, b.clause, b.author)))
    });
    let (mut from, mut said) = (BTreeSet::new(), BTreeSet::new());
    let fresh = own.into_iter().filter(|mention| {
        let unit = mention.author.map_or((false, mention.uid), |author| (true, author));
        !from.contains(&unit) && !said.contains(mention.clause) && from.insert(unit) && said.insert(mention.clause)
    });
    let quote = |mention: &&AspectMention<'_>| AspectQuote {
        uid: mention.uid.to_owned(),
        clause: mention.clause.to_owned(),
        score: mention.score,
    };
    fresh.take(most).map(quote).collect()
}
