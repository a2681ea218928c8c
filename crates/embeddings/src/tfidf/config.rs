//! What is counted, what is kept, and how it is weighed.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// What the n in n-gram counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum NgramUnit {
    /// Tokens of the analyzer, joined by a blank: `not bad` is a 2-gram.
    #[default]
    Words,
    /// Characters of the text as it is, across words (scikit-learn's `char`). Two or more white-space characters in a row
    /// count as one blank.
    Characters,
    /// Characters of each word of the text and of a blank on both sides of it (scikit-learn's `char_wb`). Words are what
    /// white space separates. A padded word shorter than the shortest n-gram counts as one n-gram.
    CharactersInWords,
}

/// A bound on the number of texts that hold an n-gram.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum DocumentFrequency {
    /// So many texts, 1 or more.
    Count(u32),
    /// This share of the texts, 0 to 1.
    Share(f64),
}

impl DocumentFrequency {
    /// Returns the bound as a number of texts, which need not be whole.
    pub(super) fn of(self, documents: u32) -> f64 {
        match self {
            Self::Count(count) => f64::from(count),
            Self::Share(share) => share * f64::from(documents),
        }
    }

    fn fault(self, field: &str) -> Option<String> {
        match self {
            Self::Count(0) => Some(format!("{field}: found a count of 0, expected 1 or more")),
            Self::Share(share) if !(0.0..=1.0).contains(&share) => {
                Some(format!("{field}: found a share of {share}, expected 0 to 1"))
            }
            _ => None,
        }
    }
}

/// What every row is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// The sum of its values: they add up to 1.
    L1,
    /// The root of the sum of their squares: the row has length 1.
    #[default]
    L2,
    /// Nothing.
    None,
}

/// How texts become rows of weighed n-grams. Fields and defaults are those of scikit-learn's `TfidfVectorizer`.
///
/// # Example: the two equations of the paper, and a configuration of one's own
/// ```
/// use plaudit_embeddings::{DocumentFrequency, TfIdfConfig};
///
/// let (bag, tfidf) = (TfIdfConfig::bag_of_words(), TfIdfConfig::paper()); // Eq. 15, Eq. 14
/// assert!(!bag.use_idf && tfidf.use_idf);
///
/// let mut config = TfIdfConfig::default();
/// (config.max_n, config.min_df) = (2, DocumentFrequency::Count(5));
/// config.validate()?;
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct TfIdfConfig {
    /// What n-grams are made of. Default words.
    pub unit: NgramUnit,
    /// The shortest n-gram, 1 or more units. Default 1.
    pub min_n: usize,
    /// The longest n-gram, in units. Default 1.
    pub max_n: usize,
    /// Whether characters are put into lower case first. Default false. The case of words is the analyzer's concern, and it is
    /// a fault to ask for it here.
    pub lowercase: bool,
    /// N-grams in fewer texts are dropped. Default 1 text.
    pub min_df: DocumentFrequency,
    /// N-grams in more texts are dropped. Default all texts.
    pub max_df: DocumentFrequency,
    /// The most n-grams kept: those that occur most often, in code-point order where they occur equally often. Default all.
    ///
    /// scikit-learn's choice among those that occur equally often hangs on the processor, whose vector instructions NumPy
    /// sorts with. Without them, and among at most 16 candidates, where NumPy's sort is stable, it is this one.
    pub max_features: Option<usize>,
    /// Whether an n-gram counts once a text, however often it stands there. Default false.
    pub binary: bool,
    /// Whether a count tf becomes 1 + ln tf. Default false.
    pub sublinear_tf: bool,
    /// Whether counts are multiplied by the idf. Default true.
    pub use_idf: bool,
    /// Whether the idf is ln((1 + n) / (1 + df)) + 1, as if one more text held every n-gram, and not ln(n / df) + 1. Default true.
    pub smooth_idf: bool,
    /// What every row is divided by in the end. Default its length (l2).
    pub norm: Norm,
}

impl Default for TfIdfConfig {
    fn default() -> Self {
        Self {
            unit: NgramUnit::Words,
            min_n: 1,
            max_n: 1,
            lowercase: false,
            min_df: DocumentFrequency::Count(1),
            max_df: DocumentFrequency::Share(1.0),
            max_features: None,
            binary: false,
            sublinear_tf: false,
            use_idf: true,
            smooth_idf: true,
            norm: Norm::L2,
        }
    }
}

impl TfIdfConfig {
    /// Returns the bag of words (Eq. 15 of the paper): the plain counts, as scikit-learn's `CountVectorizer` has them.
    pub fn bag_of_words() -> Self {
        Self { use_idf: false, norm: Norm::None, ..Self::default() }
    }

    /// Returns Eq. 14 of the paper: count times idf, and no norm, since the equation has none. The paper does not define its idf; this
    /// is the smoothed one.
    pub fn paper() -> Self {
        Self { norm: Norm::None, ..Self::default() }
    }

    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.min_n == 0 {
            faults.push("tfidf.min_n: found 0, expected 1 or more".to_owned());
        }
        if self.max_n < self.min_n {
            faults.push(format!("tfidf.max_n: found {}, expected at least min_n, {}", self.max_n, self.min_n));
        }
        if self.lowercase && self.unit == NgramUnit::Words {
            faults.push("tfidf.lowercase: found true with words, whose case is the analyzer's concern".to_owned());
        }
        faults.extend(self.min_df.fault("tfidf.min_df"));
        faults.extend(self.max_df.fault("tfidf.max_df"));
        if self.max_features == Some(0) {
            faults.push("tfidf.max_features: found 0, expected 1 or more".to_owned());
        }
        Error::from_faults(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named() {
        let config = TfIdfConfig {
            min_n: 0,
            lowercase: true,
            min_df: DocumentFrequency::Count(0),
            max_df: DocumentFrequency::Share(f64::NAN),
            max_features: Some(0),
            ..TfIdfConfig::default()
        };
        let error = config.validate().unwrap_err().to_string();
        for fault in
            ["5 faults", "min_n: found 0", "lowercase", "min_df: found a count", "share of NaN", "max_features"]
        {
            assert!(error.contains(fault), "{error}");
        }
        let error = TfIdfConfig { min_n: 3, max_n: 2, ..TfIdfConfig::default() }.validate().unwrap_err().to_string();
        assert!(error.contains("max_n: found 2, expected at least min_n, 3"), "{error}");
    }

    #[test]
    fn it_is_data() {
        let json = r#"{"unit": "characters_in_words", "max_df": {"share": 0.5}, "norm": "l1", "max_features": 9}"#;
        let config: TfIdfConfig = serde_json::from_str(json).unwrap();
        assert_eq!((config.unit, config.norm), (NgramUnit::CharactersInWords, Norm::L1));
        assert_eq!((config.max_df, config.max_features), (DocumentFrequency::Share(0.5), Some(9)));
        assert_eq!(serde_json::from_str::<TfIdfConfig>(&serde_json::to_string(&config).unwrap()).unwrap(), config);
        assert!(serde_json::from_str::<TfIdfConfig>(r#"{"ngram_range": [1, 2]}"#).is_err());
    }
}
