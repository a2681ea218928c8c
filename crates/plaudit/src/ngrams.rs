//! The kinds of n-grams that linear models read here.

use plaudit_embeddings::{DocumentFrequency, NgramUnit, NgramsConfig, TfIdfConfig};

/// What tells most, as a rule: words and pairs of words, and characters.
pub(crate) fn words_and_characters() -> Vec<NgramsConfig> {
    vec![words(2), characters_in_words()]
}

/// Words up to so many in a row, by TF-IDF.
pub(crate) fn words(max_n: usize) -> NgramsConfig {
    let mut config = TfIdfConfig::default();
    (config.max_n, config.min_df, config.sublinear_tf) = (max_n, DocumentFrequency::Count(2), true);
    NgramsConfig::TfIdf(config)
}

/// Two to five characters in words, by TF-IDF.
fn characters_in_words() -> NgramsConfig {
    let mut config = TfIdfConfig::default();
    (config.unit, config.lowercase, config.min_n, config.max_n) = (NgramUnit::CharactersInWords, true, 2, 5);
    (config.min_df, config.sublinear_tf) = (DocumentFrequency::Count(2), true);
    NgramsConfig::TfIdf(config)
}

/// Whether words up to so many in a row are there.
pub(crate) fn bag(max_n: usize) -> NgramsConfig {
    let mut config = TfIdfConfig::bag_of_words();
    (config.max_n, config.binary) = (max_n, true);
    NgramsConfig::TfIdf(config)
}
