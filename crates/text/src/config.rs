//! What a pipeline does, as data.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::step::{CharacterStep, Step};
use crate::words::Words;
use crate::{Language, SegmenterConfig, StemConfig, StopList, TextStep, TokenPolicy};

/// A language and the steps that each token passes, in order.
///
/// Read from a file, either may be missing: the language is then English, and the steps are those of
/// [`for_language`](Self::for_language) for it.
///
/// # Example: numbers as one word, no stems
/// ```
/// use plaudit_core::Analyzer;
/// use plaudit_text::{TokenPolicy, Pipeline, PipelineConfig, TextStep};
///
/// let mut config = PipelineConfig::default();
/// config.steps = vec![TextStep::Casefold, TextStep::Numbers { policy: TokenPolicy::Tag }];
/// let tokens = Pipeline::new(config)?.analyze("Waited 3 HOURS");
/// assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), ["waited", "<num>", "hours"]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(from = "Written")]
pub struct PipelineConfig {
    /// The language of word bounds, stop lists and stems. Default English.
    pub language: Language,
    /// Whether the language of each text is detected, and that of [`language`](Self::language) taken where the letters and
    /// words do not show it; see [`detect`](crate::detect()). A step that a text's language has nothing for is passed over.
    /// Default false: every text is of `language`, and such a step is a fault.
    pub detect: bool,
    /// How Chinese is split into words; without effect on other languages.
    pub chinese: SegmenterConfig,
    /// What each token passes after splitting, in order; 64 at most, and none is a plain tokenizer. Default: the steps
    /// of [`for_language`](Self::for_language). In code, a language that is set afterwards does not change them.
    pub steps: Vec<TextStep>,
}

/// A configuration as it is written down.
#[derive(Deserialize)]
#[serde(rename = "PipelineConfig", deny_unknown_fields)]
struct Written {
    language: Option<Language>,
    #[serde(default)]
    detect: bool,
    #[serde(default)]
    chinese: SegmenterConfig,
    steps: Option<Vec<TextStep>>,
}

impl From<Written> for PipelineConfig {
    fn from(written: Written) -> Self {
        let preset = Self::for_language(written.language.unwrap_or(Language::En));
        let Written { detect, chinese, .. } = written;
        Self { steps: written.steps.unwrap_or(preset.steps), detect, chinese, ..preset }
    }
}

impl Default for PipelineConfig {
    fn default() -> Self {
        Self::for_language(Language::En)
    }
}

impl PipelineConfig {
    /// A token passes the steps one inside the other, so their number bounds the stack.
    const MAX_STEPS: usize = 64;

    /// Returns the steps that suit a network which reads words in order: casefold, numbers as one word, and stems for
    /// English. Punctuation and function words stay: they carry order, questions, doubt and emphasis, and dropping them
    /// cost up to ten points of accuracy on validation data (the project's `docs/reproduction.md` has the table).
    pub fn for_language(language: Language) -> Self {
        let mut steps = vec![TextStep::Casefold, TextStep::Numbers { policy: TokenPolicy::Tag }];
        if language == Language::En {
            steps.push(TextStep::Stem(StemConfig::default()));
        }
        Self { language, detect: false, chinese: SegmenterConfig::default(), steps }
    }

    /// Returns the cleaning of DPMS, Eq. 5 to 11, for English: casefold, drop punctuation and numbers, drop stop words but
    /// never a negation, stems. It suits methods that count words.
    pub fn dpms() -> Self {
        let steps = vec![
            TextStep::Casefold,
            TextStep::Punctuation,
            TextStep::Numbers { policy: TokenPolicy::Drop },
            TextStep::StopWords { list: StopList::Sentiment },
            TextStep::Stem(StemConfig::default()),
        ];
        Self { steps, ..Self::for_language(Language::En) }
    }

    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When there are more than 64 steps, a step needs what the language lacks, or a stop word of one's own is not
    /// one token.
    pub fn validate(&self) -> Result<()> {
        self.prepare().map(|_| ())
    }

    /// Returns the steps ready to run.
    pub(crate) fn prepare(&self) -> Result<Ready> {
        let mut faults = Vec::new();
        if self.steps.len() > Self::MAX_STEPS {
            faults.push(format!("pipeline.steps: found {}, expected at most {}", self.steps.len(), Self::MAX_STEPS));
        }
        let characters: Vec<CharacterStep> = self.steps.iter().map_while(CharacterStep::new).collect();
        // The language of the configuration stands first.
        let others = Language::ALL.iter().filter(|&&other| self.detect && other != self.language);
        let languages = std::iter::once(&self.language).chain(others.filter(|&&other| Words::are_known_of(other)));
        let mut chains = Vec::new();
        for &language in languages {
            let words = match Words::new(language, &self.chinese) {
                Ok(words) => words,
                Err(more) => {
                    faults.extend(more.into_iter().map(|fault| format!("pipeline.{fault}")));
                    continue;
                }
            };
            let mut steps = Vec::with_capacity(self.steps.len());
            for (index, step) in self.steps.iter().enumerate().skip(characters.len()) {
                if self.detect && !step.suits(language) {
                    continue;
                }
                match Step::new(step, &words) {
                    Ok(step) => steps.push(step),
                    Err(more) => faults.extend(more.iter().map(|fault| format!("pipeline.steps[{index}]: {fault}"))),
                }
            }
            chains.push(Chain { words, steps });
        }
        faults.dedup();
        Error::from_faults(faults)?;
        Ok(Ready { characters, chains })
    }
}

/// Steps ready to run.
pub(crate) struct Ready {
    /// Those on characters.
    pub(crate) characters: Vec<CharacterStep>,
    /// Those on tokens: of the language of the configuration, and of the other languages where each text's is detected.
    pub(crate) chains: Vec<Chain>,
}

/// The steps on tokens of a language.
pub(crate) struct Chain {
    pub(crate) words: Words,
    pub(crate) steps: Vec<Step>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_in_order_and_valid() {
        let common = [TextStep::Casefold, TextStep::Numbers { policy: TokenPolicy::Tag }];
        assert_eq!(PipelineConfig::default().steps[..2], common);
        assert_eq!(PipelineConfig::default().steps[2..], [TextStep::Stem(StemConfig::default())]);
        assert_eq!(PipelineConfig::for_language(Language::Und).steps, common);
        for &language in Language::ALL {
            assert_eq!(PipelineConfig::for_language(language).language, language);
            PipelineConfig::for_language(language).validate().unwrap();
        }
        PipelineConfig::dpms().validate().unwrap();
        assert_eq!(PipelineConfig::dpms().steps.len(), 5);
    }

    #[test]
    fn what_is_not_written_follows_the_language() {
        for (json, expected) in [
            ("{}", PipelineConfig::default()),
            (r#"{"language":"en"}"#, PipelineConfig::default()),
            (r#"{"language":"und"}"#, PipelineConfig::for_language(Language::Und)),
            (
                r#"{"language":"und","steps":[]}"#,
                PipelineConfig { steps: Vec::new(), ..PipelineConfig::for_language(Language::Und) },
            ),
            (
                r#"{"steps":[{"step":"stem"}],"detect":true}"#,
                PipelineConfig {
                    detect: true,
                    steps: vec![TextStep::Stem(StemConfig::default())],
                    ..PipelineConfig::default()
                },
            ),
        ] {
            let config: PipelineConfig = serde_json::from_str(json).unwrap();
            assert_eq!(config, expected, "{json}");
            config.validate().unwrap();
            let again: PipelineConfig = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
            assert_eq!(again, config);
        }
        for json in [r#"{"langage":"und"}"#, r#"{"language":"xx"}"#, r#"{"steps":{}}"#, "[]", "7"] {
            assert!(serde_json::from_str::<PipelineConfig>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let mut config = PipelineConfig { language: Language::Und, ..PipelineConfig::dpms() };
        config
            .steps
            .push(TextStep::StopWords { list: StopList::Own(vec!["fine".into(), "a b".into(), String::new()]) });
        let Err(Error::Config { faults }) = config.validate() else { panic!("accepted") };
        assert_eq!(
            faults,
            [
                "pipeline.steps[3]: there is no stop_words for the language und",
                "pipeline.steps[4]: there is no stem for the language und",
                "pipeline.steps[5]: word 1 of the stop list, counted from 0, is 2 tokens and never matches",
                "pipeline.steps[5]: word 2 of the stop list, counted from 0, is 0 tokens and never matches",
            ]
        );
        config.language = Language::En;
        config.steps = vec![TextStep::Casefold; 65];
        assert!(config.validate().unwrap_err().to_string().contains("found 65, expected at most 64"));
    }
}
