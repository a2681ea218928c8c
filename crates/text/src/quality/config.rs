//! What the gate lets through, as data.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::Language;

/// What a text must be to pass a [`QualityGate`](crate::QualityGate). The defaults flag what nobody can use, and what was
/// said before.
///
/// Tokens are words, numbers, emoji and Han characters; punctuation is none.
///
/// # Example: answers of a survey, where many people may say the same
/// ```
/// use plaudit_text::{Language, QualityConfig, QualityGate, QualityReason};
///
/// let mut config = QualityConfig::default();
/// config.languages = vec![Language::En];
/// config.min_tokens = 2;
/// (config.exact_duplicates, config.near_duplicates) = (false, None);
/// let mut gate = QualityGate::new(config)?;
/// assert_eq!(gate.check("Good.").reasons, [QualityReason::TooShort]);
/// assert!(gate.check("Great class").passes() && gate.check("Great class").passes());
/// assert_eq!(gate.check("老师讲得很好").reasons, [QualityReason::WrongLanguage]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct QualityConfig {
    /// The fewest tokens. Default 0: `Excellent` is an answer, and a text without a token is meaningless.
    pub min_tokens: usize,
    /// The most tokens, at least `min_tokens`. Default 5,000, twice the longest review of IMDB's.
    pub max_tokens: usize,
    /// Whether texts without a letter or emoji, or of one word again and again, are flagged. Default yes; a rating of
    /// digits only (`10/10`) is flagged with them.
    pub meaningless: bool,
    /// How often one word may stand in a text of nothing else. Default 3: `no no no` passes. Emoji may stand any number
    /// of times, and so may a Han character, which is not a word: `哈哈哈哈` is one, laughter.
    pub max_repeats: usize,
    /// From which log-odds on a text is keys hit at random and not words, in nats; none asks nothing. Default 7, which is
    /// for about one such text in 1,000 (ln 1,000 = 6.9). The project's `docs/text.md` has what is found and what is
    /// flagged wrongly.
    pub keyboard_mash: Option<f64>,
    /// The languages that pass; empty lets all pass, and is the default. Flagged is what [`detect`](crate::detect) is sure
    /// of: with `und` missing, a short text whose language does not show passes.
    pub languages: Vec<Language>,
    /// Whether a text equal to an earlier one is flagged. Default yes. Short answers (`good`) are repeated by people who
    /// do not know of each other: where each counts as a vote, switch this and `near_duplicates` off.
    pub exact_duplicates: bool,
    /// How texts almost equal to an earlier one are found; none asks nothing.
    pub near_duplicates: Option<NearDuplicates>,
}

impl Default for QualityConfig {
    fn default() -> Self {
        Self {
            min_tokens: 0,
            max_tokens: 5000,
            meaningless: true,
            max_repeats: 3,
            keyboard_mash: Some(7.0),
            languages: Vec::new(),
            exact_duplicates: true,
            near_duplicates: Some(NearDuplicates::default()),
        }
    }
}

/// Near duplicates by the Jaccard similarity of shingles, found by MinHash (Broder 1997, *On the resemblance and containment of
/// documents*) with locality-sensitive hashing in bands (Leskovec, Rajaraman and Ullman, *Mining of Massive Datasets*,
/// section 3.4), and verified.
///
/// The *shingles* of a text are its overlapping pieces of `shingle` characters, folded and with each white space as one
/// blank; a Han character, kana, hangul or emoji counts as two characters, for it says more. The *similarity* of two
/// texts is the number of shingles in both over the number in either, 0 to 1. A text is compared, exactly, with each
/// earlier one whose smallest hashes agree in all `rows` of one of the `bands`.
///
/// # Example: who is compared
/// ```
/// use plaudit_text::NearDuplicates;
///
/// let near = NearDuplicates::default(); // 1 - (1 - s^5)^16
/// assert!((near.candidate_probability(0.8) - 0.9983).abs() < 1e-4); // almost every duplicate
/// assert!((near.candidate_probability(0.5) - 0.3983).abs() < 1e-4);
/// assert!(near.candidate_probability(0.1) < 2e-4); // almost no other text
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct NearDuplicates {
    /// The least similarity of a duplicate, above 0 and at most 1. Default 0.8: of a post of 100 characters, one word is
    /// another.
    pub similarity: f64,
    /// Characters a shingle, 1 to 100. Default 5, about a word; Han text has shingles of three.
    pub shingle: usize,
    /// The number of bands, 1 to 256; each costs 14 to 25 bytes a text. Default 16.
    pub bands: usize,
    /// The smallest hashes that one band compares, 1 to 64. Default 5.
    pub rows: usize,
}

impl Default for NearDuplicates {
    fn default() -> Self {
        Self { similarity: 0.8, shingle: 5, bands: 16, rows: 5 }
    }
}

impl NearDuplicates {
    /// The most earlier texts that one text is compared with, the latest ones: so many differ by chance never, but by
    /// somebody's will they could.
    pub const MAX_CANDIDATES: usize = 64;

    /// Returns the probability that two texts of this similarity are compared: 1 - (1 - s^rows)^bands.
    ///
    /// Each row agrees with probability s, the chance that the smallest hash of all shingles of both is that of a common
    /// one. At the threshold it is the recall; below, it is the share of other pairs that cost a comparison.
    pub fn candidate_probability(&self, similarity: f64) -> f64 {
        let power = |base: f64, exponent: usize| (0..exponent).fold(1.0, |product, _| product * base);
        1.0 - power(1.0 - power(similarity, self.rows), self.bands)
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(self.similarity > 0.0 && self.similarity <= 1.0) {
            let found = self.similarity;
            faults.push(format!("quality.near_duplicates.similarity: found {found}, expected above 0 and at most 1"));
        }
        for (name, found, most) in [("shingle", self.shingle, 100), ("bands", self.bands, 256), ("rows", self.rows, 64)]
        {
            if !(1..=most).contains(&found) {
                faults.push(format!("quality.near_duplicates.{name}: found {found}, expected 1 to {most}"));
            }
        }
        let recall = self.candidate_probability(self.similarity);
        if faults.is_empty() && recall < 0.9 {
            faults.push(format!(
                "quality.near_duplicates: {} bands of {} rows find {:.0} % of the pairs with similarity {}, expected at \
                 least 90 %: more bands, or fewer rows",
                self.bands,
                self.rows,
                100.0 * recall,
                self.similarity
            ));
        }
        faults
    }
}

impl QualityConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field is out of its range, `max_tokens` is below `min_tokens`, or the bands would miss more than a tenth of
    /// the near duplicates.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.max_tokens < self.min_tokens.max(1) {
            let (found, least) = (self.max_tokens, self.min_tokens.max(1));
            faults.push(format!("quality.max_tokens: found {found}, expected at least {least}"));
        }
        if self.max_repeats == 0 {
            faults.push("quality.max_repeats: found 0, expected at least 1".to_owned());
        }
        if let Some(limit) = self.keyboard_mash.filter(|limit| !(limit.is_finite() && *limit >= 0.0)) {
            faults.push(format!("quality.keyboard_mash: found {limit}, expected a finite number from 0 on"));
        }
        if let Some(near) = &self.near_duplicates {
            faults.extend(near.faults());
        }
        Error::from_faults(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_down_and_read_back() {
        let config = QualityConfig::default();
        config.validate().unwrap();
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<QualityConfig>(&json).unwrap(), config);
        assert_eq!(serde_json::from_str::<QualityConfig>("{}").unwrap(), config);
        let off: QualityConfig =
            serde_json::from_str(r#"{"near_duplicates":null,"keyboard_mash":null,"languages":["zh"]}"#).unwrap();
        assert_eq!((off.near_duplicates, off.keyboard_mash, off.languages), (None, None, vec![Language::Zh]));
        let near: QualityConfig = serde_json::from_str(r#"{"near_duplicates":{"bands":20}}"#).unwrap();
        assert_eq!(near.near_duplicates, Some(NearDuplicates { bands: 20, ..NearDuplicates::default() }));
        for json in [
            r#"{"min_token":1}"#,
            r#"{"near_duplicates":{"band":1}}"#,
            r#"{"languages":["xx"]}"#,
            r#"{"min_tokens":-1}"#,
        ] {
            assert!(serde_json::from_str::<QualityConfig>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let mut config = QualityConfig { min_tokens: 9, max_tokens: 8, max_repeats: 0, ..QualityConfig::default() };
        config.keyboard_mash = Some(f64::NAN);
        config.near_duplicates = Some(NearDuplicates { similarity: f64::NAN, shingle: 0, bands: 257, rows: 0 });
        let Err(Error::Config { faults }) = config.validate() else { panic!("accepted") };
        assert_eq!(
            faults,
            [
                "quality.max_tokens: found 8, expected at least 9",
                "quality.max_repeats: found 0, expected at least 1",
                "quality.keyboard_mash: found NaN, expected a finite number from 0 on",
                "quality.near_duplicates.similarity: found NaN, expected above 0 and at most 1",
                "quality.near_duplicates.shingle: found 0, expected 1 to 100",
                "quality.near_duplicates.bands: found 257, expected 1 to 256",
                "quality.near_duplicates.rows: found 0, expected 1 to 64",
            ]
        );
        config = QualityConfig::default();
        config.near_duplicates = Some(NearDuplicates { similarity: 0.5, ..NearDuplicates::default() });
        let message = config.validate().unwrap_err().to_string();
        assert!(message.contains("16 bands of 5 rows find 40 % of the pairs with similarity 0.5"), "{message}");
    }

    // CPython 3.11: [round(1 - (1 - s**5)**16, 6) for s in (0, 0.3, 0.5, 0.7, 0.8, 0.9, 1)]
    #[test]
    fn probabilities_equal_pythons() {
        let near = NearDuplicates::default();
        for (similarity, expected) in
            [(0.0, 0.0), (0.3, 0.038179), (0.5, 0.39829), (0.7, 0.947351), (0.8, 0.998257), (0.9, 0.999999), (1.0, 1.0)]
        {
            assert!((near.candidate_probability(similarity) - expected).abs() < 1e-6, "{similarity}");
        }
    }
}
