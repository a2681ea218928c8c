//! What a pipeline does, as data.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::step::{CharacterStep, Step};
use crate::words::Words;
use crate::{
    EmojiPolicy, HashtagPolicy, Language, LemmaConfig, NormalForm, SegmenterConfig, SpellingConfig, StemConfig,
    StopList, TextStep, TokenPolicy, UnknownPolicy, WordFrequencies,
};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// What each token passes after splitting, in order; 64 at most, [`Spelling`](TextStep::Spelling) and
    /// [`Unknown`](TextStep::Unknown) once each, and none is a plain tokenizer. Default: the steps of
    /// [`for_language`](Self::for_language). In code, a language that is set afterwards does not change them.
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

    /// The names of the presets, as [`preset`](Self::preset) takes them.
    pub const PRESETS: [&str; 6] = ["english", "chinese", "social_media", "counts", "paper", "raw"];

    /// Returns the preset of this name, one of [`PRESETS`](Self::PRESETS).
    ///
    /// # Errors
    /// When there is no such preset; the message names them all.
    pub fn preset(name: &str) -> Result<Self> {
        match name {
            "english" => Ok(Self::english()),
            "chinese" => Ok(Self::chinese()),
            "social_media" => Ok(Self::social_media()),
            "counts" => Ok(Self::counts()),
            "paper" => Ok(Self::paper()),
            "raw" => Ok(Self::raw()),
            _ => Err(Error::config(format!("preset: found {name:?}, expected one of {}", Self::PRESETS.join(", ")))),
        }
    }

    /// Returns [`english`](Self::english) or [`chinese`](Self::chinese), and for `und` what of these every language has.
    pub fn for_language(language: Language) -> Self {
        match language {
            Language::En => Self::english(),
            Language::Zh => Self::chinese(),
            Language::Und => {
                let mut steps = Self::english().steps;
                steps.retain(|step| step.suits(Language::Und));
                Self::of(Language::Und, steps)
            }
        }
    }

    /// Returns the steps that suit a network which reads English words in order. Punctuation and function words stay: they
    /// carry order, questions, doubt and emphasis. On validation data the whole chain that drops them ([`counts`](Self::counts)) cost
    /// 6.5 points of accuracy on a small corpus and 0.9 on film reviews (the project's `docs/reproduction.md`); one such step
    /// alone cost 1.8 points at most, and nothing on some sets (`docs/text.md`, with what each other step is worth).
    ///
    /// Tokens of usual text, joined by blanks, give the same tokens again, with four exceptions: one stem in 25 is cut once more (`only` becomes
    /// `onli`, and that `on`) or ends in an apostrophe that is split off, a tag such as `<num>` is split at its signs, a mark joins letters that folding made, as those
    /// of `ß`, and some letters of other scripts look like Latin ones only when they are small (`У`, `у`). So clean a text once.
    pub fn english() -> Self {
        let steps = vec![
            TextStep::Entities,
            TextStep::Invisible,
            TextStep::Unicode { form: NormalForm::Nfkc },
            TextStep::Homoglyphs,
            TextStep::Links { policy: TokenPolicy::Tag },
            TextStep::Mentions { policy: TokenPolicy::Tag },
            TextStep::Hashtags { policy: HashtagPolicy::Words },
            TextStep::Casefold,
            TextStep::Numbers { policy: TokenPolicy::Tag },
            TextStep::Stem(StemConfig::default()),
        ];
        Self::of(Language::En, steps)
    }

    /// Returns the steps that suit a network which reads Chinese words in order. It needs the feature `chinese`.
    pub fn chinese() -> Self {
        let mut steps = Self::english().steps;
        steps.retain(|step| step.suits(Language::Zh) && *step != TextStep::Homoglyphs);
        let place = steps.iter().position(|step| matches!(step, TextStep::Unicode { .. })).map_or(0, |place| place + 1);
        steps.insert(place, TextStep::Simplify);
        Self::of(Language::Zh, steps)
    }

    /// Returns [`english`](Self::english) for posts: with contractions in full.
    pub fn social_media() -> Self {
        let mut preset = Self::english();
        preset.add_step(TextStep::Contractions);
        preset
    }

    /// Returns the cleaning that suits methods which count words: that of DPMS, Eq. 5 to 9 and 11, with the stop words
    /// kept that negate, strengthen, weaken or contrast.
    pub fn counts() -> Self {
        let steps = vec![
            TextStep::Casefold,
            TextStep::Punctuation,
            TextStep::Numbers { policy: TokenPolicy::Drop },
            TextStep::StopWords { list: StopList::Sentiment },
            TextStep::Stem(StemConfig::default()),
        ];
        Self::of(Language::En, steps)
    }

    /// Returns the cleaning of DPMS to the letter, in its order: casefold (Eq. 5), drop punctuation (Eq. 6), all stop words,
    /// negations among them (Eq. 7 and 8), special characters and numbers (Eq. 9), spelling (Eq. 10), stems (Eq. 11), lemmas
    /// (Eq. 12), unknown words (Eq. 13: mapped, re-sequenced, dropped). It stands here to be compared with: `not good` becomes
    /// `good`.
    ///
    /// What the order costs:
    /// - *Spelling behind casefold* sees no capitals, and so corrects names, too. It also leaves little for Eq. 13: most words
    ///   of [`romanised_bangla`](crate::romanised_bangla) become English ones before the map sees them (`bhalo`, good, becomes
    ///   `behalf`).
    /// - *Lemmas behind stems* see few words. Irregular forms that no stemmer cuts get theirs (`went` becomes `go`, `mice`
    ///   `mouse`), stems mostly stay (`happi`, `studi`), and a few are taken for what they are not (`univers`, a stem, becomes
    ///   `univer`, as if it were a plural). Without stop words and punctuation, neighbours tell less.
    /// - *Unknown words last* are dropped where the English table has no word of that stem: names and slang.
    /// - *Time and memory*: the pipeline takes 33 MB, most of it for the index of spelling and two tables of words, and 0.4 s to
    ///   build; cleaning is 9 to 16 times slower than without spelling, lemmas and unknown words (the project's `docs/text.md`
    ///   has the figures).
    ///
    /// As printed, Eq. 6, 7 and 9 keep what is in the set to be removed; they are read as removals. Eq. 4 allows "unique
    /// tokens only", which would make every count of Eq. 14 and 15 0 or 1 and take the order from the network; who wants it
    /// adds [`TextStep::Unique`].
    pub fn paper() -> Self {
        let steps = vec![
            TextStep::Casefold,
            TextStep::Punctuation,
            TextStep::StopWords { list: StopList::Literal },
            TextStep::Emoji { policy: EmojiPolicy::Drop },
            TextStep::Numbers { policy: TokenPolicy::Drop },
            TextStep::Spelling(SpellingConfig::default()),
            TextStep::Stem(StemConfig { protect: false, ..StemConfig::default() }),
            TextStep::Lemmas(LemmaConfig::default()),
            TextStep::Unknown { policies: UnknownPolicy::as_written() },
        ];
        Self::of(Language::En, steps)
    }

    /// Returns a plain tokenizer for every language, without a step.
    pub fn raw() -> Self {
        Self::of(Language::Und, Vec::new())
    }

    fn of(language: Language, steps: Vec<TextStep>) -> Self {
        Self { language, detect: false, chinese: SegmenterConfig::default(), steps }
    }

    /// Puts `step` in its usual place among the others: before the first of them that comes later in
    /// [`TextStep::in_order`]. Steps of the same name are replaced.
    ///
    /// # Example
    /// ```
    /// use plaudit_text::{PipelineConfig, TextStep};
    ///
    /// let mut config = PipelineConfig::counts();
    /// config.add_step(TextStep::NegationScope);
    /// let names: Vec<String> = config.steps.iter().map(TextStep::name).collect();
    /// assert_eq!(names, ["casefold", "negation_scope", "punctuation", "numbers", "stop_words", "stem"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn add_step(&mut self, step: TextStep) {
        let order: Vec<String> = TextStep::in_order().iter().map(TextStep::name).collect();
        let place = |step: &TextStep| order.iter().position(|name| *name == step.name());
        self.steps.retain(|own| own.name() != step.name());
        let later = self.steps.iter().position(|own| place(own) > place(&step));
        self.steps.insert(later.unwrap_or(self.steps.len()), step);
    }

    /// Returns whether a step wants to know the words of the user's own texts.
    pub(crate) fn wants_corpus(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, TextStep::Spelling(_) | TextStep::Unknown { .. }))
    }

    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When there are more than 64 steps, [`TextStep::Spelling`] or [`TextStep::Unknown`] stands twice (each holds an index
    /// of its own), a step needs what the language lacks, or a stop word of one's own is not one token.
    pub fn validate(&self) -> Result<()> {
        self.prepare(&WordFrequencies::new()).map(|_| ())
    }

    /// Returns the place of an earlier step of the same kind, where that kind holds an index of its own, tens of megabytes.
    fn earlier_index(&self, step: &TextStep) -> Option<usize> {
        let place =
            self.steps.iter().position(|other| std::mem::discriminant(other) == std::mem::discriminant(step))?;
        let holds_index = matches!(step, TextStep::Spelling(_) | TextStep::Unknown { .. });
        (holds_index && !std::ptr::eq(self.steps.get(place)?, step)).then_some(place)
    }

    /// Returns the steps ready to run.
    pub(crate) fn prepare(&self, corpus: &WordFrequencies) -> Result<Ready> {
        let mut faults = Vec::new();
        if self.steps.len() > Self::MAX_STEPS {
            faults.push(format!("pipeline.steps: found {}, expected at most {}", self.steps.len(), Self::MAX_STEPS));
        }
        let characters: Vec<CharacterStep> = self.steps.iter().map_while(CharacterStep::new).collect();
        // The language of the configuration stands first.
        let others = Language::ALL.iter().filter(|&&other| self.detect && other != self.language);
        let languages = std::iter::once(&self.language).chain(others.filter(|&&other| Words::supports(other)));
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
                if let Some(earlier) = self.earlier_index(step) {
                    let name = step.name();
                    faults.push(format!(
                        "pipeline.steps[{index}]: {name} stands already at steps[{earlier}], expected once"
                    ));
                    continue;
                }
                match Step::new(step, &steps, &words, corpus) {
                    Ok(step) => steps.push(step),
                    Err(more) => faults.extend(more.iter().map(|fault| format!("pipeline.steps[{index}]: {fault}"))),
                }
            }
            chains.push(Chain { words, steps: Step::grouped(steps) });
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
        for name in PipelineConfig::PRESETS {
            let preset = PipelineConfig::preset(name).unwrap();
            // Steps stand in the order in which they work together.
            let place = |step: &TextStep| TextStep::in_order().iter().position(|other| other.name() == step.name());
            let places: Vec<_> = preset.steps.iter().map(place).collect();
            assert!(name == "paper" || name == "counts" || places.is_sorted(), "{name}: {places:?}");
            assert_eq!(
                preset.validate().is_ok(),
                preset.language != Language::Zh || cfg!(feature = "chinese"),
                "{name}"
            );
        }
        assert_eq!(PipelineConfig::default(), PipelineConfig::preset("english").unwrap());
        let error = PipelineConfig::preset("dpms").unwrap_err().to_string();
        assert!(error.contains("english, chinese, social_media, counts, paper, raw"), "{error}");
        for &language in Language::ALL {
            assert_eq!(PipelineConfig::for_language(language).language, language);
        }
        PipelineConfig::counts().validate().unwrap();
        assert_eq!(PipelineConfig::counts().steps.len(), 5);
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
        let mut config = PipelineConfig { language: Language::Und, ..PipelineConfig::counts() };
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
        let unknown = |policy| TextStep::Unknown { policies: vec![policy] };
        let spelling = TextStep::Spelling(SpellingConfig::default());
        config.steps = vec![unknown(UnknownPolicy::Drop), spelling.clone(), unknown(UnknownPolicy::Keep), spelling];
        let Err(Error::Config { faults }) = config.validate() else { panic!("accepted") };
        assert_eq!(
            faults,
            [
                "pipeline.steps[2]: unknown stands already at steps[0], expected once",
                "pipeline.steps[3]: spelling stands already at steps[1], expected once",
            ]
        );
        config.steps = vec![TextStep::Casefold; 65];
        assert!(config.validate().unwrap_err().to_string().contains("found 65, expected at most 64"));
    }
}
