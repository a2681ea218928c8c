//! What people said that stands behind each verdict: comments, and the terms that mark them.

mod terms;

use std::collections::BTreeMap;

use plaudit_core::{Error, Labels, Result};
use plaudit_promotion::export::{Evidence, Quote, Stance, driving_label, label_worths};
use plaudit_promotion::{DivisionVerdict, Policy, Reason, Verdict, Verdicts};
use plaudit_text::{Language, MaskConfig, Masker, QualityConfig, QualityGate};
use serde::{Deserialize, Serialize};

use crate::PredictedRow;
use crate::excerpt::excerpt;
use terms::Terms;

/// How many comments and terms are shown, and what of them.
///
/// ```
/// let mut config = plaudit::EvidenceConfig::default();
/// config.mask.as_mut().unwrap().names = vec!["Jane".to_owned()];
/// config.validate()?;
/// # Ok::<(), plaudit::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceConfig {
    /// The most comments for each verdict, and the most against it; 0 to 100. By default 2.
    pub quotes: usize,
    /// The most characters of a comment, 20 to 10,000; what is longer is cut behind a sentence, or else a word. By default 240.
    pub max_chars: usize,
    /// The fewest words of a comment; a Chinese character counts as one. By default 3: the surest comments are of one word, and
    /// tell nothing.
    pub min_words: usize,
    /// The most terms a division, 0 to 100. By default 5.
    pub terms: usize,
    /// In how many comments with the label a term has to stand, at least 1. By default 3.
    pub min_comments: u64,
    /// How many standard errors the term's log-odds have to be above 0. By default 1.96. Of many terms some are so by chance.
    pub min_z: f64,
    /// The weight of the prior, in comments, above 0 up to a million: as many are thought to have each term as often as all
    /// comments of all divisions do. By default 10.
    pub prior: f64,
    /// The language that terms are cut in: negations and function words are its own.
    pub language: Language,
    /// What is covered in comments and terms. None shows them as they are, with the names and contacts of persons.
    pub mask: Option<MaskConfig>,
}

impl Default for EvidenceConfig {
    fn default() -> Self {
        Self {
            quotes: 2,
            max_chars: 240,
            min_words: 3,
            terms: 5,
            min_comments: 3,
            min_z: 1.96,
            prior: 10.0,
            language: Language::En,
            mask: Some(MaskConfig::default()),
        }
    }
}

impl EvidenceConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite, or the mask is at fault. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut check = |good: bool, field: &str, found: String, expected: &str| {
            if !good {
                faults.push(format!("evidence.{field}: {found}; expected {expected}"));
            }
        };
        check(self.quotes <= 100, "quotes", self.quotes.to_string(), "0 to 100");
        check((20..=10_000).contains(&self.max_chars), "max_chars", self.max_chars.to_string(), "20 to 10000");
        check(self.min_words <= 5_000, "min_words", self.min_words.to_string(), "0 to 5000");
        check(self.terms <= 100, "terms", self.terms.to_string(), "0 to 100");
        check(self.min_comments > 0, "min_comments", self.min_comments.to_string(), "at least 1");
        check(self.min_z.is_finite(), "min_z", self.min_z.to_string(), "a number");
        check(self.prior > 0.0 && self.prior <= 1e6, "prior", self.prior.to_string(), "above 0 and at most 1000000");
        if let Some(Err(Error::Config { faults: wrong })) = self.mask.as_ref().map(MaskConfig::validate) {
            faults.extend(wrong.into_iter().map(|fault| format!("evidence.mask.{fault}")));
        }
        Error::from_faults(faults)
    }
}

/// Returns the evidence of each verdict, in their order, from the comments that were counted; `policy` is the one that decided.
///
/// *Comments*: for each side as many as the configuration says, of the labels that speak for it (u_k above or below s_min), the
/// one that [drives](driving_label) the verdict first and then one of each in turn; of a label those with the highest
/// probability. One that says nothing, repeats one that was chosen, or is too short is passed over; the 1,000 surest of a
/// label are looked at. They are verbatim, but for names and contacts, which are covered as far as [`MaskConfig`] finds
/// them, white space, and what was cut off.
///
/// *Terms*: words of the comments that were given the driving label, against the division's other comments
/// ([`log_odds`](crate::insight::log_odds)); with the negation that stands one or two words before them (`not helpful`),
/// without function words.
/// They tell what the classifier reads as that label: partly its own words come back. What is covered is in no term.
///
/// # Errors
/// When the configuration or the policy is at fault, labels have no utility, or a row has a label that is none or a probability
/// outside 0 to 1.
///
/// # Example
/// ```
/// use plaudit::core::{Feedback, Labels};
/// use plaudit::{EvidenceConfig, Policy, PredictedRow, evidence, tally};
///
/// let mut said = Feedback::new("1", "Prof. Ada explains so well, mail her at ada@uni.edu");
/// said.division = "Faculty".to_owned();
/// let rows = vec![PredictedRow::new(&said, 0, 0.98); 30];
/// let policy = Policy::default();
/// let verdicts = policy.decide(&tally(&Labels::dpms(), &rows)?)?;
/// let found = evidence(&verdicts, &policy, &rows, &EvidenceConfig::default())?;
/// assert_eq!(found[0].comments.len(), 1); // the others repeat it
/// assert_eq!(found[0].comments[0].text, "Prof. [name] explains so well, mail her at [email]");
/// # Ok::<(), plaudit::Error>(())
/// ```
pub fn evidence(
    verdicts: &Verdicts,
    policy: &Policy,
    rows: &[PredictedRow<'_>],
    config: &EvidenceConfig,
) -> Result<Vec<Evidence>> {
    config.validate()?;
    policy.validate()?;
    let labels = verdicts.labels();
    let worths = label_worths(policy, labels)?;
    for (place, row) in rows.iter().enumerate() {
        let most = labels.len() - 1;
        if row.label > most {
            return Err(Error::config(format!("rows: row {place}: label index {}; expected 0 to {most}", row.label)));
        }
        if !(0.0..=1.0).contains(&row.probability) {
            let found = row.probability;
            return Err(Error::config(format!("rows: row {place}: a probability of {found}; expected 0 to 1")));
        }
    }
    let masker = config.mask.as_ref().map(Masker::new).transpose()?;
    let terms = if config.terms > 0 { Some(Terms::new(rows, masker.as_ref(), config.language)?) } else { None };
    let mut by_division: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        by_division.entry(&row.feedback.division).or_default().push(place);
    }
    let of_division = |decided: &DivisionVerdict| {
        let places = by_division.get(decided.division.as_str()).map_or(&[][..], Vec::as_slice);
        let driver = driving_label(policy, labels, decided)?;
        let chooser = Chooser { labels, worths: &worths, rows, masker: masker.as_ref(), config };
        let mut evidence = Evidence::default();
        evidence.division.clone_from(&decided.division);
        evidence.label = driver.and_then(|index| labels.name(index)).map(str::to_owned);
        evidence.comments = chooser.comments(decided, driver, places)?;
        if let (Some(terms), Some(driver)) = (&terms, driver) {
            evidence.terms = terms.of(rows, places, driver, config);
        }
        Ok(evidence)
    };
    verdicts.iter().map(of_division).collect()
}

/// Returns the verdicts with one more reason where evidence has terms: [`Reason::Terms`]. Evidence is found by its division.
///
/// A log of decisions wants the verdicts without it: a rule that decides again knows no terms.
pub fn with_terms(verdicts: &Verdicts, evidence: &[Evidence]) -> Verdicts {
    let of: BTreeMap<&str, &Evidence> = evidence.iter().map(|one| (one.division.as_str(), one)).collect();
    let add = |decided: &DivisionVerdict| {
        let mut decided = decided.clone();
        if let Some(Evidence { label: Some(label), terms, .. }) = of.get(decided.division.as_str())
            && !terms.is_empty()
        {
            let terms = terms.iter().map(|term| term.text.clone()).collect();
            decided.reasons.push(Reason::Terms { label: label.clone(), terms });
        }
        decided
    };
    Verdicts::new(verdicts.labels().clone(), verdicts.iter().map(add).collect())
}

/// The most comments of a label that are looked at for one: of a million copies all would be passed over one by one.
const MOST: usize = 1_000;

/// Chooses comments.
struct Chooser<'a> {
    labels: &'a Labels,
    worths: &'a [f64],
    rows: &'a [PredictedRow<'a>],
    masker: Option<&'a Masker>,
    config: &'a EvidenceConfig,
}

impl Chooser<'_> {
    /// The comments of a division whose rows are at these places.
    fn comments(&self, decided: &DivisionVerdict, driver: Option<usize>, places: &[usize]) -> Result<Vec<Quote>> {
        let mut quality = QualityConfig::default();
        (quality.min_tokens, quality.max_tokens) = (self.config.min_words, usize::MAX);
        // One for both sides: a comment and its copy with another label would stand for and against.
        let mut gate = QualityGate::new(quality)?;
        let mut quotes = Vec::new();
        for stance in [Stance::For, Stance::Against] {
            let promotes = matches!(decided.verdict, Verdict::Promote | Verdict::NeedsMoreData);
            let above = promotes == (stance == Stance::For);
            let mut queues = self.queues(decided, driver, places, above);
            let before = quotes.len();
            // One of each label in turn, until there are enough or none is left.
            let mut turn = true;
            while turn && quotes.len() - before < self.config.quotes {
                turn = false;
                for queue in &mut queues {
                    if quotes.len() - before == self.config.quotes {
                        break;
                    }
                    let next = queue.by_ref().find_map(|row| self.quote(row, decided, stance, &mut gate));
                    turn |= next.is_some();
                    quotes.extend(next);
                }
            }
        }
        Ok(quotes)
    }

    /// The rows of each label above or below the score that promotion needs, the surest first; the driving label's first.
    fn queues(
        &self,
        decided: &DivisionVerdict,
        driver: Option<usize>,
        places: &[usize],
        above: bool,
    ) -> Vec<impl Iterator<Item = &PredictedRow<'_>>> {
        let pull = |label: usize| {
            let share = decided.shares.get(label).map_or(0.0, |share| share.value);
            self.worths.get(label).map_or(0.0, |worth| (worth * share).abs())
        };
        let speaks = |&(_, &worth): &(usize, &f64)| if above { worth > 0.0 } else { worth < 0.0 };
        let mut labels: Vec<usize> = self.worths.iter().enumerate().filter(speaks).map(|(label, _)| label).collect();
        labels.sort_by(|&a, &b| {
            (driver == Some(b)).cmp(&(driver == Some(a))).then(pull(b).total_cmp(&pull(a))).then(a.cmp(&b))
        });
        let queue = |label: usize| {
            let rows = places.iter().filter_map(|&place| self.rows.get(place)).filter(|row| row.label == label);
            let mut rows: Vec<&PredictedRow<'_>> = rows.collect();
            // Of equally probable ones the order of the file must not decide.
            rows.sort_by(|a, b| {
                let (one, other) = (a.feedback, b.feedback);
                let by_name = || (&one.text, &one.uid).cmp(&(&other.text, &other.uid));
                b.probability.total_cmp(&a.probability).then_with(by_name)
            });
            rows.into_iter().take(MOST)
        };
        labels.into_iter().map(queue).collect()
    }

    /// The comment as it is shown; none where it is passed over.
    fn quote(
        &self,
        row: &PredictedRow<'_>,
        decided: &DivisionVerdict,
        stance: Stance,
        gate: &mut QualityGate,
    ) -> Option<Quote> {
        // Covered before it is compared or cut: half a name is still a name, and copies may differ in it.
        let text = &row.feedback.text;
        let text = self.masker.map_or_else(|| text.clone(), |masker| masker.mask(text).text);
        if !gate.check(&text).passes() {
            return None;
        }
        let shown = excerpt(&text, self.config.max_chars);
        let mut quote = Quote::new(shown, self.labels.name(row.label)?, row.probability, stance);
        let counts = decided.shares.iter().map(|share| share.count as f64);
        let n: f64 = counts.clone().sum();
        // Both less the score that promotion needs, which changes no difference.
        let score = self.worths.iter().zip(counts).map(|(worth, count)| worth * count).sum::<f64>() / n;
        let worth = self.worths.get(row.label)?;
        quote.influence = (n > 1.0).then(|| (worth - score) / (n - 1.0));
        Some(quote)
    }
}

#[cfg(test)]
mod tests;
