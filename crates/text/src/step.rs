//! The steps, as they are written down and as they run.

use std::collections::HashSet;
use std::ops::Range;

use plaudit_core::{Token, Tokens};
use serde::{Deserialize, Deserializer, Serialize};

use crate::alignment::Rewriter;
use crate::hashtags::Hashtags;
use crate::negation::Negation;
use crate::stem::Stemmer;
use crate::stop_words::StopSet;
use crate::{HashtagPolicy, Language, NormalForm, StemConfig, StopList, TokenPolicy};
use crate::{casefold, entities, numbers, policy, punctuation, unicode, unique};

/// One cleaning step, written down as `{"step": "casefold"}`.
///
/// Steps run in the order in which they are listed. Those that work on characters come first, before the text is split;
/// all others get tokens. Stems want folded text before them, and stop words are whole words: list them before stems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    Hashtags {
        /// What becomes of a hashtag. Default [`Words`](HashtagPolicy::Words).
        #[serde(default)]
        policy: HashtagPolicy,
    },
    /// Folds case in full (Unicode, section 3.13; DPMS, Eq. 5): `ß` becomes `ss`, every sigma becomes `σ`. Emoji and
    /// emoticons stay as they are (`:D`).
    #[serde(deserialize_with = "no_fields")]
    Casefold,
    /// Marks words behind a negation, up to the end of the clause, by `not_`: `not good` becomes `not not_good` (S. Das and
    /// M. Chen, *Yahoo! for Amazon*, 2001). For methods that count words. List it before
    /// [`Punctuation`](Self::Punctuation), which removes the ends of clauses, and before [`StopWords`](Self::StopWords)
    /// where these drop negations.
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

/// A step on characters, ready to run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CharacterStep {
    Entities,
    Unicode(NormalForm),
}

impl CharacterStep {
    pub(crate) fn new(step: &TextStep) -> Option<Self> {
        match step {
            TextStep::Entities => Some(Self::Entities),
            TextStep::Unicode { form } => Some(Self::Unicode(*form)),
            _ => None,
        }
    }

    /// Returns whether the text may change; quick where it may not.
    pub(crate) fn concerns(self, text: &str) -> bool {
        match self {
            Self::Entities => entities::concerns(text),
            Self::Unicode(form) => unicode::concerns(form, text),
        }
    }

    pub(crate) fn apply(self, text: &str, rewriter: Rewriter<'_>) {
        match self {
            Self::Entities => entities::apply(text, rewriter),
            Self::Unicode(form) => unicode::apply(form, text, rewriter),
        }
    }
}

/// A step on tokens, ready to run.
pub(crate) enum Step {
    Links(TokenPolicy),
    Mentions(TokenPolicy),
    Hashtags(Hashtags),
    Casefold,
    NegationScope(Negation),
    Punctuation,
    Numbers(TokenPolicy),
    StopWords(StopSet),
    Stem(Stemmer),
    Unique,
}

impl Step {
    /// Returns the step on tokens ready to run, or every fault that forbids it.
    pub(crate) fn new(step: &TextStep, language: Language) -> Result<Self, Vec<String>> {
        let one = |fault| vec![fault];
        Ok(match step {
            TextStep::Entities | TextStep::Unicode { .. } => {
                return Err(one("works on characters; expected before every step on tokens".to_owned()));
            }
            TextStep::Links { policy } => Self::Links(*policy),
            TextStep::Mentions { policy } => Self::Mentions(*policy),
            TextStep::Hashtags { policy } => Self::Hashtags(Hashtags::new(*policy, language)),
            TextStep::Casefold => Self::Casefold,
            TextStep::NegationScope => Self::NegationScope(Negation::new(language).map_err(one)?),
            TextStep::Punctuation => Self::Punctuation,
            TextStep::Numbers { policy } => Self::Numbers(*policy),
            TextStep::StopWords { list } => Self::StopWords(StopSet::new(list, language)?),
            TextStep::Stem(config) => Self::Stem(Stemmer::new(config, language)?),
            TextStep::Unique => Self::Unique,
        })
    }

    /// Returns whether what becomes of a token hangs on the tokens before it.
    pub(crate) fn is_contextual(&self) -> bool {
        matches!(self, Self::NegationScope(_) | Self::Unique)
    }

    fn apply(&self, token: Token<'_>, state: &mut State, rest: &mut Rest<'_>) {
        match self {
            Self::Links(policy) => policy::links(*policy, token, rest),
            Self::Mentions(policy) => policy::mentions(*policy, token, rest),
            Self::Hashtags(hashtags) => hashtags.apply(token, rest),
            Self::Casefold => casefold::apply(token, &mut state.buffer, rest),
            Self::NegationScope(negation) => negation.apply(token, state, rest),
            Self::Punctuation => punctuation::apply(token, rest),
            Self::Numbers(policy) => numbers::apply(*policy, token, rest),
            Self::StopWords(words) => words.apply(token, &mut state.buffer, rest),
            Self::Stem(stemmer) => stemmer.apply(token, rest),
            Self::Unique => unique::apply(token, state, rest),
        }
    }
}

/// What a step keeps from token to token of one text, in buffers that all texts share.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) buffer: String,
    /// Whether a negation is in force.
    pub(crate) negated: bool,
    /// Texts of the tokens that came before.
    pub(crate) seen: HashSet<String>,
}

impl State {
    /// Forgets the text before.
    pub(crate) fn reset(&mut self) {
        self.negated = false;
        self.seen.clear();
    }
}

/// What still lies before a token: the steps, one state each, and the list at the end. A step passes a token on, changed or
/// not; passes on several; or drops it by passing none.
pub(crate) struct Rest<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) states: &'a mut [State],
    pub(crate) tokens: &'a mut Tokens,
}

impl Rest<'_> {
    pub(crate) fn pass(&mut self, token: Token<'_>) {
        match (self.steps.split_first(), self.states.split_first_mut()) {
            (Some((step, steps)), Some((state, states))) => {
                step.apply(token, state, &mut Rest { steps, states, tokens: self.tokens });
            }
            _ => self.tokens.push(token.text, token.source, token.kind),
        }
    }
}

/// Returns the range of `part`, bytes of a token's text, within the source: exactly where the text is still what was
/// written, and the whole source where it is not.
pub(crate) fn part_of(token: &Token<'_>, part: Range<usize>) -> Range<usize> {
    if token.source.len() == token.text.len() {
        token.source.start + part.start..token.source.start + part.end
    } else {
        token.source.clone()
    }
}
