//! The steps as they are written down.

use serde::{Deserialize, Deserializer, Serialize};

use crate::step::CharacterStep;
use crate::{
    EmojiPolicy, HashtagPolicy, Language, LemmaConfig, NormalForm, SpellingConfig, StemConfig, StopList, TokenPolicy,
    UnknownPolicy,
};

/// One cleaning step, written down as `{"step": "casefold"}`.
///
/// Steps run in the order in which they are listed. Those that work on characters come first, before the text is split;
/// all others get tokens. Stems want folded text before them, and stop words are whole words: list them before stems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum TextStep {
    /// Characters: replaces HTML entities (`&amp;`, `&#39;`) by what they stand for. Texts taken from web pages hold them.
    #[serde(deserialize_with = "no_fields")]
    Entities,
    /// Characters: brings the text into a Unicode normal form.
    Unicode {
        /// Which one. Default [`Nfkc`](NormalForm::Nfkc).
        #[serde(default)]
        form: NormalForm,
    },
    /// Characters: takes out what nobody sees, such as zero-width characters and controls of direction, which make a word
    /// look like another (N. Boucher et al., *Bad Characters: Imperceptible NLP Attacks*, 2022), and a backspace with the
    /// character before it. What texts mean stays: the zero-width joiner and the mark U+FE0F inside emoji (👩‍🎓, ❤️, 1️⃣), the tags
    /// of a flag (🏴󠁧󠁢󠁳󠁣󠁴󠁿), joiners behind a letter of a script that needs them (Arabic with Persian, those of India and South-East Asia),
    /// and the zero-width space between letters of Thai, Lao, Burmese and Khmer.
    #[serde(deserialize_with = "no_fields")]
    Invisible,
    /// Characters: replaces Cyrillic, Greek and Armenian letters that stand in a Latin word for the ones they look like.
    ///
    /// A word is meant as a Latin one where it has Latin letters, all others in it look like Latin ones, and the text is in Latin
    /// letters: it has no letter of those scripts that looks like none, and fewer look-alikes than Latin letters. In any other text
    /// it needs two Latin letters or more, and no fewer than of the others. So words of one script stay, and mixed ones such as
    /// `iPhoneом`, `kΩ` and `TNFα`; what is left to chance is a Latin name with an ending of look-alikes only (`iPhoneа`).
    ///
    /// # Example
    /// ```
    /// use plaudit_core::Analyzer;
    /// use plaudit_text::{Pipeline, PipelineConfig, TextStep};
    ///
    /// let mut config = PipelineConfig::raw();
    /// config.steps = vec![TextStep::Homoglyphs];
    /// let tokens = Pipeline::new(config)?.analyze("nо gооd"); // each о is Cyrillic
    /// assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>(), ["no", "good"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    #[serde(deserialize_with = "no_fields")]
    Homoglyphs,
    /// Characters: traditional Chinese characters become simplified ones, one for one; see [`simplify`](crate::simplify()).
    /// List it behind [`Unicode`](Self::Unicode).
    #[serde(deserialize_with = "no_fields")]
    Simplify,
    /// Drops, keeps or tags tokens of kind [`Link`](plaudit_core::TokenKind::Link): a web address becomes `<url>`, an e-mail
    /// address `<email>`.
    Links {
        /// What becomes of a link. Default [`Tag`](TokenPolicy::Tag).
        #[serde(default)]
        policy: TokenPolicy,
    },
    /// Drops, keeps or tags tokens of kind [`Mention`](plaudit_core::TokenKind::Mention): `@library` becomes `<user>`.
    Mentions {
        /// What becomes of a mention. Default [`Tag`](TokenPolicy::Tag).
        #[serde(default)]
        policy: TokenPolicy,
    },
    /// Drops, keeps, tags or splits tokens of kind [`Hashtag`](plaudit_core::TokenKind::Hashtag). List it before
    /// [`Casefold`](Self::Casefold): capitals tell words apart.
    ///
    /// # Example
    /// ```
    /// use plaudit_core::Analyzer;
    /// use plaudit_text::{HashtagPolicy, Pipeline, PipelineConfig, TextStep};
    ///
    /// let mut config = PipelineConfig::raw();
    /// config.steps = vec![TextStep::Hashtags { policy: HashtagPolicy::Words }];
    /// let tokens = Pipeline::new(config)?.analyze("#BestDayEver2024");
    /// assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>(), ["Best", "Day", "Ever", "2024"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    Hashtags {
        /// What becomes of a hashtag. Default [`Words`](HashtagPolicy::Words).
        #[serde(default)]
        policy: HashtagPolicy,
    },
    /// Drops, keeps, names or sums up emoji and emoticons (DPMS, Eq. 9, drops them with other special characters).
    Emoji {
        /// What becomes of one. Default [`Keep`](EmojiPolicy::Keep).
        #[serde(default)]
        policy: EmojiPolicy,
    },
    /// Corrects misspelled words by a noisy channel (DPMS, Eq. 10), with the words of the user's own texts where the pipeline
    /// was made from them ([`Pipeline::from_corpus`](crate::Pipeline::from_corpus)); English only. List it before
    /// [`Casefold`](Self::Casefold): capitals tell names, which it leaves alone.
    Spelling(SpellingConfig),
    /// Folds case in full (Unicode, section 3.13; DPMS, Eq. 5): `ß` becomes `ss`, every sigma becomes `σ`. Emoji and
    /// emoticons stay as they are (`:D`).
    #[serde(deserialize_with = "no_fields")]
    Casefold,
    /// Shortens letters that are typed again and again: `soooo` becomes `so`, `goooood` becomes `good`. List it behind
    /// [`Casefold`](Self::Casefold).
    ///
    /// Every run of three or more becomes two: no English word has three. Of the words that the English table has, the first
    /// candidate is taken that is not a hundred times rarer than the most frequent one: so `tooo` is `too` and not `to`, and
    /// `soooo` is `so`, though people write `soo`. Only letters count, Han characters among them (哈哈哈哈 becomes 哈哈); digits
    /// and signs stay.
    ///
    /// # Example
    /// ```
    /// use plaudit_core::Analyzer;
    /// use plaudit_text::{Pipeline, PipelineConfig, TextStep};
    ///
    /// let mut config = PipelineConfig::raw();
    /// config.steps = vec![TextStep::Elongations];
    /// let tokens = Pipeline::new(config)?.analyze("soooo goooood 1000");
    /// assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>(), ["so", "good", "1000"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    #[serde(deserialize_with = "no_fields")]
    Elongations,
    /// Writes contractions in full: `can't` becomes `can not`, so that the negation is a word of its own. List it behind
    /// [`Casefold`](Self::Casefold).
    ///
    /// `'s` stays: it may be *is*, *has* or a genitive. So do `cant`, `wont`, `its`, `ill` and others that are words without an
    /// apostrophe. Every part of a word shares its place in the text.
    ///
    /// # Example
    /// ```
    /// use plaudit_core::Analyzer;
    /// use plaudit_text::{Pipeline, PipelineConfig, TextStep};
    ///
    /// let mut config = PipelineConfig::default();
    /// config.steps = vec![TextStep::Contractions];
    /// let tokens = Pipeline::new(config)?.analyze("couldn't've dean's");
    /// assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>(), ["could", "not", "have", "dean's"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    #[serde(deserialize_with = "no_fields")]
    Contractions,
    /// Treats words that are neither in the English table nor in the user's own texts (DPMS, Eq. 13): the first policy that
    /// has something to say decides. List it behind [`Casefold`](Self::Casefold).
    ///
    /// Words are known as the steps listed before this one leave them: each of the table and of the user's texts is passed
    /// through these steps by itself, and known is what comes out as one word. So behind [`Stem`](Self::Stem) the stem `happi` is
    /// known, and the anagram of a known stem becomes that stem. Tables of [`UnknownPolicy::Map`] are taken as they are
    /// written, and must list words as those steps leave them. A word that neighbours change (by a lemma, by `not_`) may come
    /// out as nothing known.
    ///
    /// # Example: behind stems
    /// ```
    /// use plaudit_core::Analyzer;
    /// use plaudit_text::{Pipeline, PipelineConfig, StemConfig, TextStep, UnknownPolicy};
    ///
    /// let policies = vec![UnknownPolicy::Resequence, UnknownPolicy::Drop];
    /// let mut config = PipelineConfig::default();
    /// config.steps = vec![TextStep::Casefold, TextStep::Stem(StemConfig::default()), TextStep::Unknown { policies }];
    /// let tokens = Pipeline::new(config)?.analyze("Happy xqzvw laer hpaip");
    /// assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>(), ["happi", "real", "happi"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    Unknown {
        /// What becomes of such a word. Default `[Map(romanised_bangla()), Resequence, Drop]`, Eq. 13 as it is written.
        #[serde(default = "UnknownPolicy::as_written")]
        policies: Vec<UnknownPolicy>,
    },
    /// Replaces words by their lemmas (DPMS, Eq. 12). List it before [`Punctuation`](Self::Punctuation),
    /// [`StopWords`](Self::StopWords) and [`Stem`](Self::Stem): what stands beside a word decides what it is, and a stem is no
    /// word. With both, the lemma is cut to its stem; DPMS applies both and does not say which wins.
    Lemmas(LemmaConfig),
    /// Marks words behind a negation, up to the end of the clause, by `not_`: `not good` becomes `not not_good` (S. Das and
    /// M. Chen, *Yahoo! for Amazon*, 2001). For methods that count words. List it before
    /// [`Punctuation`](Self::Punctuation), which removes the ends of clauses, and before [`StopWords`](Self::StopWords)
    /// where these drop negations; stems belong before it, since no stemmer knows marked words.
    #[serde(deserialize_with = "no_fields")]
    NegationScope,
    /// Drops tokens of kind [`Symbol`](plaudit_core::TokenKind::Symbol): punctuation and signs (DPMS, Eq. 6). Emoji and
    /// emoticons are of another kind and stay.
    #[serde(deserialize_with = "no_fields")]
    Punctuation,
    /// Drops, keeps or tags tokens of kind [`Number`](plaudit_core::TokenKind::Number) (DPMS, Eq. 9). Words with digits
    /// in them (`2nd`, `cs101`) are words.
    Numbers {
        /// What becomes of a number. Default [`Tag`](TokenPolicy::Tag); DPMS drops.
        #[serde(default)]
        policy: TokenPolicy,
    },
    /// Drops function words, whatever their case (DPMS, Eq. 7 and 8).
    StopWords {
        /// Which words. Default [`Sentiment`](StopList::Sentiment), which never drops a negation.
        #[serde(default)]
        list: StopList,
    },
    /// Cuts words to their stems (Snowball; DPMS, Eq. 11). Left as they are: words with anything but lower-case ASCII
    /// letters and apostrophes, words above 64 bytes, and negators (`hardly` would become `hard`). Protected words keep
    /// apart what Snowball would mix up (`university` and `universe`).
    Stem(StemConfig),
    /// Drops every token whose text came before in the same text (DPMS, Eq. 4, which allows "unique tokens only"). In no
    /// preset: it makes every count 0 or 1, so that Eq. 14 and 15 have nothing to count, and takes words out of the order
    /// that a recurrent network reads.
    #[serde(deserialize_with = "no_fields")]
    Unique,
}

impl TextStep {
    /// Returns whether the step works on characters, before the text is split.
    pub(crate) fn is_of_characters(&self) -> bool {
        CharacterStep::new(self).is_some()
    }

    /// Returns whether the step has what the language needs.
    pub(crate) fn suits(&self, language: Language) -> bool {
        match self {
            Self::Contractions | Self::Lemmas(_) | Self::Spelling(_) | Self::Stem(_) | Self::Unknown { .. } => {
                language == Language::En
            }
            Self::NegationScope => matches!(language, Language::En | Language::Zh),
            Self::StopWords { list } => matches!(list, StopList::Own(_)) || language != Language::Und,
            _ => true,
        }
    }

    /// Returns every step, in an order in which they work together, with its default settings but for emoji, which become
    /// their polarity.
    pub fn in_order() -> Vec<Self> {
        vec![
            Self::Entities,
            Self::Invisible,
            Self::Unicode { form: NormalForm::default() },
            Self::Homoglyphs,
            Self::Simplify,
            Self::Links { policy: TokenPolicy::default() },
            Self::Mentions { policy: TokenPolicy::default() },
            Self::Hashtags { policy: HashtagPolicy::default() },
            Self::Emoji { policy: EmojiPolicy::Polarity },
            Self::Spelling(SpellingConfig::default()),
            Self::Casefold,
            Self::Contractions,
            Self::Elongations,
            Self::Unknown { policies: UnknownPolicy::as_written() },
            Self::Lemmas(LemmaConfig::default()),
            Self::Numbers { policy: TokenPolicy::default() },
            Self::StopWords { list: StopList::default() },
            Self::Stem(StemConfig::default()),
            Self::NegationScope,
            Self::Punctuation,
            Self::Unique,
        ]
    }

    /// Returns the name that the step is written down by, such as `stop_words`.
    pub fn name(&self) -> String {
        let written = serde_json::to_value(self).ok();
        written.and_then(|step| Some(step.get("step")?.as_str()?.to_owned())).unwrap_or_default()
    }
}

/// Reads a step without settings. By itself, serde would pass over any field of such a step.
fn no_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(fields).map(|Nothing {}| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_down_as_tagged_json() {
        for (step, json) in [
            (TextStep::Unicode { form: NormalForm::Nfc }, r#"{"step":"unicode","form":"nfc"}"#),
            (TextStep::Hashtags { policy: HashtagPolicy::Words }, r#"{"step":"hashtags","policy":"words"}"#),
            (TextStep::Emoji { policy: EmojiPolicy::Polarity }, r#"{"step":"emoji","policy":"polarity"}"#),
            (TextStep::Casefold, r#"{"step":"casefold"}"#),
            (TextStep::NegationScope, r#"{"step":"negation_scope"}"#),
            (TextStep::Punctuation, r#"{"step":"punctuation"}"#),
            (TextStep::Numbers { policy: TokenPolicy::Drop }, r#"{"step":"numbers","policy":"drop"}"#),
            (TextStep::StopWords { list: StopList::Literal }, r#"{"step":"stop_words","list":"literal"}"#),
            (
                TextStep::StopWords { list: StopList::Own(vec!["uni".into()]) },
                r#"{"step":"stop_words","list":{"own":["uni"]}}"#,
            ),
            (
                TextStep::Stem(StemConfig::default()),
                r#"{"step":"stem","algorithm":"snowball1","protect":true,"exceptions":{}}"#,
            ),
            (TextStep::Lemmas(LemmaConfig::default()), r#"{"step":"lemmas","method":"rules","overrides":{}}"#),
        ] {
            assert_eq!(serde_json::to_string(&step).unwrap(), json);
            assert_eq!(serde_json::from_str::<TextStep>(json).unwrap(), step);
            assert!(json.contains(&format!(r#""step":"{}""#, step.name())));
        }
        // What is not said is as documented.
        for (json, step) in [
            (r#"{"step":"stop_words"}"#, TextStep::StopWords { list: StopList::Sentiment }),
            (r#"{"step":"numbers"}"#, TextStep::Numbers { policy: TokenPolicy::Tag }),
            (r#"{"step":"links"}"#, TextStep::Links { policy: TokenPolicy::Tag }),
            (r#"{"step":"hashtags"}"#, TextStep::Hashtags { policy: HashtagPolicy::Words }),
            (r#"{"step":"emoji"}"#, TextStep::Emoji { policy: EmojiPolicy::Keep }),
            (r#"{"step":"unicode"}"#, TextStep::Unicode { form: NormalForm::Nfkc }),
            (r#"{"step":"stem"}"#, TextStep::Stem(StemConfig::default())),
        ] {
            assert_eq!(serde_json::from_str::<TextStep>(json).unwrap(), step);
        }
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for json in [
            r#"{"step":"lowercase"}"#,
            r#"{"step":"numbers","policy":"round"}"#,
            r#"{"step":"numbers","size":1}"#,
            r#"{"step":"casefold","locale":"tr"}"#,
            r#"{"step":"stem","language":"en"}"#,
            r#""casefold""#,
        ] {
            assert!(serde_json::from_str::<TextStep>(json).is_err(), "{json}");
        }
    }
}
