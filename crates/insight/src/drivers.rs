//! The terms that carry the change of a score.

use std::fmt;

use plaudit_core::{Error, Result, Table};
use plaudit_stats::{Bootstrap, Interval, Replicates};
use serde::{Deserialize, Serialize};

use crate::{Documents, Exchange};

/// How the terms that carry a change are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct DriverConfig {
    /// The most terms, 1 to 1,000. By default 20.
    pub most: usize,
    /// How the intervals are drawn; by default 1,000 resamples and a level of 0.95.
    pub bootstrap: Bootstrap,
}

impl Default for DriverConfig {
    fn default() -> Self {
        let mut bootstrap = Bootstrap::default();
        bootstrap.resamples = 1_000;
        Self { most: 20, bootstrap }
    }
}

impl DriverConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(1..=1_000).contains(&self.most) {
            faults.push(format!("most: {}; expected 1 to 1000", self.most));
        }
        if let Err(Error::Config { faults: found }) = self.bootstrap.validate() {
            faults.extend(found);
        }
        Error::from_faults(faults)
    }
}

/// The terms that carry the change of a mean score from one period to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Drivers {
    /// The number of texts of the first period.
    pub texts_before: u64,
    /// The number of texts of the second period.
    pub texts_after: u64,
    /// The mean score of the first period.
    pub before: f64,
    /// The mean score of the second period.
    pub after: f64,
    /// The interval of the change; none where a resample in twenty has no text of a period.
    pub interval: Option<Interval>,
    /// The terms that carry most of the change, to either side, the first the most.
    pub terms: Vec<Driver>,
}

/// What one term has of the change.
///
/// The mean score is m s + (1 - m) t, with the share m of texts that mention the term, their mean score s, and the mean score t of the others.
/// With means over both periods marked by a bar, its change is, exactly,
///
/// ```text
/// (change of m) (s bar - t bar)  +  m bar (change of s)  +  (1 - m bar) (change of t)
/// ```
///
/// [`mention`](Self::mention), [`sentiment`](Self::sentiment) and [`others`](Self::others) in this order. In a period without such texts
/// their score is taken to be that of the other period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Driver {
    /// The term.
    pub term: String,
    /// How many texts of the first period mention it.
    pub mentioned_before: u64,
    /// How many of the second do.
    pub mentioned_after: u64,
    /// The mean score of those of the first period; none where there is none.
    pub score_before: Option<f64>,
    /// The mean score of those of the second period.
    pub score_after: Option<f64>,
    /// What of the change is that the term is mentioned more, or less, often.
    pub mention: f64,
    /// What of the change is that texts which mention it are better, or worse.
    pub sentiment: f64,
    /// What is left: texts that do not mention it.
    pub others: f64,
    /// `mention` + `sentiment`: what the term carries.
    pub carried: f64,
    /// The interval of `mention`.
    pub mention_interval: Option<Interval>,
    /// The interval of `sentiment`.
    pub sentiment_interval: Option<Interval>,
    /// The interval of `carried`.
    pub carried_interval: Option<Interval>,
}

/// Returns the terms that carry most of the change of the mean of `worth`, one number a text (what its label is worth, say), from the texts
/// outside the group of `exchange` to those inside. None where a period has no text.
///
/// Terms overlap: a text counts for every term in it, and what terms carry does not add up over terms. Intervals are those of a
/// bootstrap of texts, or of what `exchange` holds [together](Exchange::together). They are of each term by itself, and the terms were chosen
/// for carrying much: they look greater than they will be found again. Where `worth` comes from predicted labels, the
/// classifier's errors are not in it.
///
/// # Errors
/// When the configuration is at fault, there is not one number and one text of `exchange` a document, or a number is not finite or beyond
/// 1e100.
///
/// ```
/// use plaudit_insight::{DocumentsBuilder, DriverConfig, Exchange, drivers};
///
/// // Before, 1 of 10 texts is of the queue, and all are good; after, 5 of 10 are, and all of those are bad.
/// let mut builder = DocumentsBuilder::new();
/// (0..20).for_each(|k| builder.push([if k == 0 || (10..15).contains(&k) { "queue" } else { "staff" }]));
/// let worth: Vec<f64> = (0..20).map(|k| if (10..15).contains(&k) { -1.0 } else { 1.0 }).collect();
/// let later: Vec<bool> = (0..20).map(|k| k >= 10).collect();
/// let found = drivers(&builder.finish(1)?, &worth, &Exchange::new(&later), &DriverConfig::default())?.unwrap();
/// let queue = found.terms.iter().find(|driver| driver.term == "queue").unwrap();
/// // 0.4 more mention it, at (1 - 1) / 2 against 1 elsewhere; and 0.3 do on average, 2 worse than before.
/// assert!((queue.mention - 0.4 * (0.0 - 1.0)).abs() < 1e-12 && (queue.sentiment - 0.3 * -2.0).abs() < 1e-12);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn drivers(
    documents: &Documents,
    worth: &[f64],
    exchange: &Exchange,
    config: &DriverConfig,
) -> Result<Option<Drivers>> {
    config.validate()?;
    exchange.check(documents.len())?;
    if worth.len() != documents.len() {
        return Err(Error::config(format!("worth: {}; expected {}, one a text", worth.len(), documents.len())));
    }
    if let Some((text, value)) = worth.iter().enumerate().find(|(_, value)| !(-1e100..=1e100).contains(*value)) {
        return Err(Error::config(format!("worth: text {text} is {value}; expected a number from -1e100 to 1e100")));
    }
    let ones = vec![1.0; worth.len()];
    let whole = Sums::of(exchange.group(), worth, &ones, 0..worth.len());
    let (Some(before), Some(after)) = (whole.mean(0), whole.mean(1)) else { return Ok(None) };

    let rows = mentions(documents);
    let split = |rows: &[usize], whole: &Sums, weights: &[f64]| {
        let own = Sums::of(exchange.group(), worth, weights, rows.iter().copied());
        Split::new(whole, &own)
    };
    let mut found: Vec<(usize, Split)> =
        rows.iter().enumerate().filter_map(|(term, rows)| Some((term, split(rows, &whole, &ones)?))).collect();
    // Stable: by name where they carry as much.
    found.sort_by(|a, b| b.1.carried().abs().total_cmp(&a.1.carried().abs()));
    found.truncate(config.most);

    let mut changes = Vec::with_capacity(config.bootstrap.resamples);
    let mut drawn = vec![[const { Vec::new() }; 3]; found.len()];
    config.bootstrap.resample(&exchange.resampled(), |weights| {
        let whole = Sums::of(exchange.group(), worth, weights, 0..worth.len());
        changes.push(whole.mean(0).zip(whole.mean(1)).map(|(before, after)| after - before));
        for ((term, _), drawn) in found.iter().zip(&mut drawn) {
            let split = rows.get(*term).and_then(|rows| split(rows, &whole, weights));
            let values = split.map(|split| [split.mention, split.sentiment, split.carried()]);
            for (place, drawn) in drawn.iter_mut().enumerate() {
                drawn.push(values.and_then(|values| values.get(place).copied()));
            }
        }
    })?;
    let interval =
        |values: Vec<Option<f64>>| values.into_iter().collect::<Replicates>().interval(config.bootstrap.level);
    let terms = found.into_iter().zip(drawn).map(|((term, split), drawn)| {
        let [mention, sentiment, carried] = drawn.map(interval);
        Driver {
            term: documents.terms().get(term).cloned().unwrap_or_default(),
            mentioned_before: split.counts[0] as u64,
            mentioned_after: split.counts[1] as u64,
            score_before: split.scores[0],
            score_after: split.scores[1],
            mention: split.mention,
            sentiment: split.sentiment,
            others: split.others,
            carried: split.carried(),
            mention_interval: mention,
            sentiment_interval: sentiment,
            carried_interval: carried,
        }
    });
    Ok(Some(Drivers {
        texts_before: whole.counts[0] as u64,
        texts_after: whole.counts[1] as u64,
        before,
        after,
        terms: terms.collect(),
        interval: interval(changes),
    }))
}

/// The texts that mention each term.
fn mentions(documents: &Documents) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); documents.terms().len()];
    for (row, terms) in documents.iter().enumerate() {
        for &term in terms {
            rows.iter_mut().skip(term as usize).take(1).for_each(|rows: &mut Vec<usize>| rows.push(row));
        }
    }
    rows
}

/// The weight of texts and the sum of their scores, of each period.
struct Sums {
    counts: [f64; 2],
    scores: [f64; 2],
}

impl Sums {
    fn of(group: &[bool], worth: &[f64], weights: &[f64], rows: impl Iterator<Item = usize>) -> Self {
        let (mut counts, mut scores) = ([0.0; 2], [0.0; 2]);
        for row in rows {
            if let (Some(&later), Some(&worth), Some(&weight)) = (group.get(row), worth.get(row), weights.get(row)) {
                let [first, second] = &mut counts;
                *(if later { second } else { first }) += weight;
                let [first, second] = &mut scores;
                *(if later { second } else { first }) += weight * worth;
            }
        }
        Self { counts, scores }
    }

    /// The mean score of a period, 0 or 1; none without a text.
    fn mean(&self, period: usize) -> Option<f64> {
        let (&count, &score) = (self.counts.get(period)?, self.scores.get(period)?);
        (count > 0.0).then(|| score / count)
    }
}

/// The change of the mean score in three parts.
struct Split {
    counts: [f64; 2],
    scores: [Option<f64>; 2],
    mention: f64,
    sentiment: f64,
    others: f64,
}

impl Split {
    /// None where a period has no text.
    fn new(whole: &Sums, own: &Sums) -> Option<Self> {
        let rest = |period: usize| {
            let count = whole.counts.get(period)? - own.counts.get(period)?;
            (count > 0.0).then_some((whole.scores.get(period)? - own.scores.get(period)?) / count)
        };
        if whole.counts.contains(&0.0) {
            return None;
        }
        let [m, n] = [own.counts[0] / whole.counts[0], own.counts[1] / whole.counts[1]];
        let scores = [own.mean(0), own.mean(1)];
        let (s, t) = (known(scores), known([rest(0), rest(1)]));
        let half = |[a, b]: [f64; 2]| a / 2.0 + b / 2.0;
        Some(Self {
            counts: own.counts,
            scores,
            mention: (n - m) * (half(s) - half(t)),
            sentiment: half([m, n]) * (s[1] - s[0]),
            others: (1.0 - half([m, n])) * (t[1] - t[0]),
        })
    }

    fn carried(&self) -> f64 {
        self.mention + self.sentiment
    }
}

/// What is not known in one period is as in the other.
fn known(scores: [Option<f64>; 2]) -> [f64; 2] {
    let [before, after] = scores;
    [before.or(after).unwrap_or(0.0), after.or(before).unwrap_or(0.0)]
}

impl fmt::Display for Drivers {
    /// The change, and one line a term.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = |interval: Option<Interval>| {
            interval.map_or_else(String::new, |ends| format!(" ({:+.3} to {:+.3})", ends.low, ends.high))
        };
        let (before, after) = (self.before, self.after);
        writeln!(f, "score {before:.3} to {after:.3}: {:+.3}{}", after - before, ends(self.interval))?;
        let mut table = Table::new(["term", "before", "after", "carried", "by mention", "by sentiment"]);
        for term in &self.terms {
            table.push([
                term.term.clone(),
                term.mentioned_before.to_string(),
                term.mentioned_after.to_string(),
                format!("{:+.3}{}", term.carried, ends(term.carried_interval)),
                format!("{:+.3}", term.mention),
                format!("{:+.3}", term.sentiment),
            ]);
        }
        write!(f, "{table}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::DocumentsBuilder;

    fn config() -> DriverConfig {
        let mut config = DriverConfig::default();
        config.bootstrap.resamples = 200;
        config
    }

    #[test]
    fn intervals_are_those_of_what_hangs_together() {
        let mut builder = DocumentsBuilder::new();
        (0..400).for_each(|k| builder.push(if k % 4 == 0 { vec!["queue", "desk"] } else { vec!["desk"] }));
        let documents = builder.finish(1).unwrap();
        let later: Vec<bool> = (0..400).map(|k| k >= 200).collect();
        let worth: Vec<f64> = (0..400).map(|k| if k % 4 == 0 && k >= 200 && k % 8 == 0 { -1.0 } else { 1.0 }).collect();
        let single = Exchange::new(&later);
        let authors = single.clone().together(&(0..400).map(|k| k / 20).collect::<Vec<_>>()).unwrap();
        let width = |exchange: &Exchange| {
            let found = drivers(&documents, &worth, exchange, &config()).unwrap().unwrap();
            let queue = found.terms.iter().find(|term| term.term == "queue").unwrap().clone();
            assert!((queue.sentiment + 0.25).abs() < 1e-12 && queue.mention == 0.0, "{queue:?}");
            assert!((queue.carried + queue.others - (found.after - found.before)).abs() < 1e-12);
            let ends = queue.carried_interval.unwrap();
            assert!(ends.low < queue.carried && queue.carried < ends.high);
            ends.high - ends.low
        };
        // Within each author the texts are the same mix: resampled as one, they vary less.
        assert!(width(&single) > 1.5 * width(&authors));
        let found = drivers(&documents, &worth, &single, &config()).unwrap().unwrap();
        assert!(found.to_string().contains("score 1.000 to 0.750: -0.250"), "{found}");
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Drivers>(&json).unwrap(), found);
    }

    #[test]
    fn what_cannot_be_split_is_named() {
        let mut builder = DocumentsBuilder::new();
        builder.push(["a"]);
        let documents = builder.finish(1).unwrap();
        let of = |worth: &[f64], group: &[bool], config: &DriverConfig| {
            drivers(&documents, worth, &Exchange::new(group), config)
        };
        assert_eq!(of(&[1.0], &[true], &config()).unwrap(), None);
        let none = DocumentsBuilder::new().finish(1).unwrap();
        assert_eq!(drivers(&none, &[], &Exchange::new(&[]), &config()).unwrap(), None);
        assert!(of(&[f64::NAN], &[true], &config()).unwrap_err().to_string().contains("text 0 is NaN"));
        assert!(of(&[], &[true], &config()).unwrap_err().to_string().contains("worth: 0; expected 1"));
        let mut config = config();
        (config.most, config.bootstrap.resamples) = (0, 1);
        let error = of(&[1.0], &[true], &config).unwrap_err().to_string();
        assert!(error.contains("most: 0") && error.contains("resamples: 1"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_parts_add_up(rows in prop::collection::vec((0u8..8, -1.0..1.0f64, prop::bool::ANY), 1..40)) {
            let mut builder = DocumentsBuilder::new();
            let names = ["a", "b", "c"];
            for (bits, ..) in &rows {
                builder.push((0..3).filter(|bit| bits >> bit & 1 == 1).map(|bit| names[bit]));
            }
            let worth: Vec<f64> = rows.iter().map(|row| row.1).collect();
            let later: Vec<bool> = rows.iter().map(|row| row.2).collect();
            let found = drivers(&builder.finish(1).unwrap(), &worth, &Exchange::new(&later), &config()).unwrap();
            for term in found.iter().flat_map(|found| &found.terms) {
                let change = found.as_ref().unwrap().after - found.as_ref().unwrap().before;
                prop_assert!((term.mention + term.sentiment + term.others - change).abs() < 1e-12, "{:?}", term);
            }
        }
    }
}
