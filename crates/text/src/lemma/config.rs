//! How lemmas are found, as data.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use plaudit_core::{Error, Result, TokenKind, Tokens, Vocab};
use serde::{Deserialize, Serialize};

use crate::casefold::fold;
use crate::{Lemmas, PosLemmatizer, RuleLemmatizer, word_list};

/// What tells parts of speech and finds lemmas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum LemmaMethod {
    /// Rules and tables of ours: [`RuleLemmatizer`]. Always there. The default.
    #[default]
    Rules,
    /// The crate `english-pos-tagger`: a dictionary with tags, rules of neighbours, and WordNet's forms. Needs the crate
    /// feature `lemmas`: where that is off, a configuration that asks for it is refused.
    Tagger,
}

/// How lemmas are found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct LemmaConfig {
    /// What finds them. Default [`Rules`](LemmaMethod::Rules).
    pub method: LemmaMethod,
    /// Lemmas of one's own by folded word, whatever its part of speech. They come before all others. Default none.
    pub overrides: BTreeMap<String, String>,
}

impl LemmaConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When the method needs a feature that is off, an override has an empty word or white space, or its word is not folded
    /// and would never match.
    pub fn validate(&self) -> Result<()> {
        Error::from_faults(self.faults())
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.method == LemmaMethod::Tagger && !cfg!(feature = "lemmas") {
            faults.push(
                "lemmas.method: tagger needs the feature `lemmas` of plaudit-text, which this program was built without"
                    .to_owned(),
            );
        }
        let unusable = |text: &str| text.is_empty() || text.contains(char::is_whitespace);
        let mut buffer = String::new();
        for (index, (word, lemma)) in self.overrides.iter().enumerate() {
            let fault = if unusable(word) || unusable(lemma) {
                "found an empty word or white space, expected one word and one lemma"
            } else if fold(word, &mut buffer) != word {
                "found a word that is not case-folded, which never matches"
            } else {
                continue;
            };
            faults.push(format!("lemmas.overrides[{index}], in alphabetical order and counted from 0: {fault}"));
        }
        faults
    }
}

/// A lemmatizer made from its configuration: what it names finds lemmas, negators are left as they are written, and
/// overrides come before all.
///
/// # Example: a word of one's own
/// ```
/// use plaudit_core::{TokenKind, Tokens};
/// use plaudit_text::{LemmaConfig, Lemmatizer, PartOfSpeech, PosLemmatizer};
///
/// let mut tokens = Tokens::new();
/// for word in ["Hardly", "anyone", "likes", "the", "profs"] {
///     tokens.push(word, 0..0, TokenKind::Word); // in a pipeline, the tokenizer does
/// }
/// let mut config = LemmaConfig::default();
/// config.overrides.insert("profs".into(), "professor".into());
/// let lemmas = Lemmatizer::new(&config, None)?.lemmatize(&tokens);
/// let words: Vec<&str> = lemmas.iter().map(|lemma| lemma.text).collect();
/// assert_eq!(words, ["hardly", "anyone", "like", "the", "professor"]);
/// assert_eq!(lemmas.get(4).unwrap().pos, PartOfSpeech::Noun);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub struct Lemmatizer {
    method: Box<dyn PosLemmatizer>,
    overrides: HashMap<Box<str>, Box<str>>,
}

impl Lemmatizer {
    /// Returns the lemmatizer of this configuration. `known` is a list of folded lemmas for
    /// [`RuleLemmatizer::new`]; the tagger has its own, and does not ask it.
    ///
    /// # Errors
    /// When [`LemmaConfig::validate`] finds a fault.
    pub fn new(config: &LemmaConfig, known: Option<Arc<Vocab>>) -> Result<Self> {
        config.validate()?;
        let negators = word_list::words(word_list::NEGATORS).map(|word| (word, word));
        let own = config.overrides.iter().map(|(word, lemma)| (word.as_str(), lemma.as_str()));
        let overrides = negators.chain(own).map(|(word, lemma)| (word.into(), lemma.into())).collect();
        let method: Box<dyn PosLemmatizer> = match config.method {
            #[cfg(feature = "lemmas")]
            LemmaMethod::Tagger => Box::new(crate::TaggerLemmatizer::new()),
            _ => Box::new(RuleLemmatizer::new(known)),
        };
        Ok(Self { method, overrides })
    }
}

impl PosLemmatizer for Lemmatizer {
    fn lemmatize_into(&self, tokens: &Tokens, lemmas: &mut Lemmas) {
        self.method.lemmatize_into(tokens, lemmas);
        let mut buffer = String::new();
        for (index, token) in tokens.iter().enumerate() {
            if token.kind == TokenKind::Word
                && let Some(lemma) = self.overrides.get(fold(token.text, &mut buffer))
            {
                lemmas.replace(index, lemma);
            }
        }
    }
}

impl fmt::Debug for Lemmatizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lemmatizer").field("overrides", &self.overrides.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::Analyzer;

    use super::*;
    use crate::{Language, Pipeline, PipelineConfig};

    fn lemmas(config: &LemmaConfig, text: &str) -> Vec<String> {
        let mut pipeline = PipelineConfig::for_language(Language::En);
        pipeline.steps.clear();
        let tokens = Pipeline::new(pipeline).unwrap().analyze(text);
        let lemmas = Lemmatizer::new(config, None).unwrap().lemmatize(&tokens);
        lemmas.iter().map(|lemma| lemma.text.to_owned()).collect()
    }

    #[test]
    fn overrides_come_first_and_negators_stay() {
        let mut config = LemmaConfig::default();
        let text = "Hardly good, isn't it? Profs didn't help n't";
        assert_eq!(lemmas(&config, text).join(" "), "hardly good , isn't it ? prof didn't help n't");
        config.overrides =
            [("profs", "professor"), ("hardly", "not"), ("!", "never")].map(|(a, b)| (a.into(), b.into())).into();
        assert_eq!(lemmas(&config, "PROFS hardly help!").join(" "), "professor not help !");
    }

    #[test]
    fn every_fault_is_named() {
        let mut config: LemmaConfig = serde_json::from_str(r#"{"method":"tagger"}"#).unwrap();
        config.overrides = [("", "a"), ("B", "b"), ("c", "d e")].map(|(a, b)| (a.into(), b.into())).into();
        let Err(Error::Config { faults }) = config.validate() else { panic!("accepted") };
        assert_eq!(faults.len(), 3 + usize::from(!cfg!(feature = "lemmas")), "{faults:?}");
        assert!(faults.iter().any(|fault| fault.starts_with("lemmas.overrides[1]") && fault.contains("case-folded")));
        assert!(serde_json::from_str::<LemmaConfig>(r#"{"lexicon":"x"}"#).is_err());
        let written = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<LemmaConfig>(&written).unwrap(), config);
    }

    #[cfg(not(feature = "lemmas"))]
    #[test]
    fn a_method_that_is_not_built_is_refused() {
        let config = LemmaConfig { method: LemmaMethod::Tagger, ..LemmaConfig::default() };
        let message = Lemmatizer::new(&config, None).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains("needs the feature `lemmas`"), "{message}");
    }
}
