//! What a spelling corrector does, as data.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::ChannelConfig;

/// Who finds the words that are within two edits of another. Corrections are the same.
///
/// | over the shipped list | look-ups per CPU-second | memory | built in |
/// |---|---|---|---|
/// | `Deletes` | 290,000 | 15 MB | 0.2 s |
/// | `Symspell`: symspell 0.5.2, `All` | 7,800 | 145 MB | 2 s |
/// | for comparison: symspell_rs 7.0.1, `All` | 21,500 | 75 MB | 0.9 s |
///
/// Misspelled words (P. Norvig's test sets) on one core of an Intel Xeon that had other work too; the first two rows
/// include the choice of the best candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum SpellingIndex {
    /// Our own index of symmetric deletes in flat arrays.
    #[default]
    Deletes,
    /// The crate `symspell`, of which all candidates are asked.
    Symspell,
}

/// How misspelled words are corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct SpellingConfig {
    /// Who finds candidates. Default [`SpellingIndex::Deletes`].
    pub index: SpellingIndex,
    /// P(w|c). Default: learned from public lists of misspellings.
    pub channel: ChannelConfig,
    /// Words that are right whatever the lists say: names of courses, halls, dishes. Case makes no difference.
    pub domain_terms: Vec<String>,
    /// How many words of the user's corpus weigh as much as the whole general list: a candidate's prior is
    /// `(n(c) + strength P(c)) / (n + strength)`, with `n` counts of the corpus and P the share of the general list.
    /// Above 0. Default 100,000 words.
    pub general_strength: f64,
    /// The same for a pair of words against its second word, where pairs are given: the prior after `v` is
    /// `(n(v, c) + strength P(c)) / (n(v) + strength)`. Above 0. Default 1,000 pairs.
    pub pair_strength: f64,
}

impl Default for SpellingConfig {
    fn default() -> Self {
        Self {
            index: SpellingIndex::default(),
            channel: ChannelConfig::default(),
            domain_terms: Vec::new(),
            general_strength: 100_000.0,
            pair_strength: 1_000.0,
        }
    }
}

impl SpellingConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field is out of its range.
    pub fn validate(&self) -> Result<()> {
        let mut faults = match self.channel.validate() {
            Err(Error::Config { faults }) => faults.into_iter().map(|fault| format!("spelling.{fault}")).collect(),
            _ => Vec::new(),
        };
        for (index, term) in self.domain_terms.iter().enumerate() {
            if term.is_empty() || term.contains(char::is_whitespace) {
                faults.push(format!("spelling.domain_terms[{index}]: expected one word, without blanks"));
            }
        }
        for (name, strength) in [("general_strength", self.general_strength), ("pair_strength", self.pair_strength)] {
            if !(strength > 0.0 && strength.is_finite()) {
                faults.push(format!("spelling.{name}: found {strength}, expected above 0"));
            }
        }
        Error::from_faults(faults)
    }
}
