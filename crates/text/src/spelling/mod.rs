//! Spelling (DPMS, Eq. 10).

mod channel;
mod config;
mod deletes;
mod distance;
mod frequencies;
mod index;
mod learn;
mod lexicon;
mod pairs;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use plaudit_core::{Result, Token, TokenKind};

pub use channel::{Alignment, Channel, ChannelConfig, Edit};
pub use config::{SpellingConfig, SpellingIndex};
pub use frequencies::WordFrequencies;

use crate::casefold;
use crate::step::Rest;
use deletes::{Gap, MAX_DISTANCE};
use distance::Pattern;
use index::Index;
use lexicon::Lexicon;
use pairs::Pairs;

const MIN_LETTERS: usize = 3;
const MAX_LETTERS: usize = 40;
/// With a general list of fewer words, a word that it lacks need not be misspelled.
const MIN_GENERAL_WORDS: usize = 60_000;

/// Corrects misspelled words: the argmax over the words c within two edits of w of P(w|c) P(c) (DPMS, Eq. 10). P(w) is
/// the same for every c and changes nothing.
///
/// P(w|c) is the [`Channel`]; P(c) mixes the user's corpus with a general list (see
/// [`SpellingConfig::general_strength`]). Cheap to clone and free to share between threads.
///
/// Left alone are:
/// - words that the general list, the corpus or [`SpellingConfig::domain_terms`] have, also with `'s` after them;
/// - words with anything but the letters a to z and apostrophes inside: digits, accents, Han, any other script;
/// - words under 3 and above 40 letters;
/// - names: words with a capital that do not start a sentence; and words with a capital that is not the first letter, such
///   as acronyms;
/// - words with no other within two edits; and, where the general list has fewer than 60,000 words, with none of the
///   user's corpus: a short list lacks too many words to call them wrong.
///
/// # Example: the word that a user's own texts have
/// ```
/// use plaudit_text::{Spelling, SpellingConfig, WordFrequencies};
///
/// let corpus = WordFrequencies::read("canteen 20\nlecturer 31".as_bytes(), "corpus")?;
/// let spelling = Spelling::new(SpellingConfig::default(), &WordFrequencies::english(), &corpus)?;
/// assert_eq!(spelling.correct("canten").unwrap().word, "canteen");
/// assert_eq!(spelling.correct("Recieve").unwrap().word, "Receive");
/// assert_eq!(spelling.correct("wonderful"), None);
/// assert_eq!(spelling.correct_after(Some("Professor"), "Smyht"), None); // a name
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Spelling {
    prepared: Arc<Prepared>,
    pairs: Arc<Pairs>,
}

struct Prepared {
    config: SpellingConfig,
    channel: Channel,
    lexicon: Lexicon,
    index: Index,
    /// Whether only words of the user's corpus are candidates.
    corpus_only: bool,
}

/// What a misspelled word was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Correction {
    /// The word, with a capital first letter where the misspelled one has it.
    pub word: String,
    /// The edits between the two, 1 or 2.
    pub distance: usize,
}

/// A word that a misspelled one may stand for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Candidate {
    /// The word, folded.
    pub word: String,
    /// P(c), in the place where the misspelled word stands.
    pub prior: f64,
    /// P(w|c), up to a factor that all candidates share.
    pub channel: f64,
    /// The edits from the word to the misspelled one.
    pub edits: Vec<Edit>,
}

impl Candidate {
    /// Returns P(w|c) P(c), up to a factor that all candidates share.
    pub fn score(&self) -> f64 {
        self.channel * self.prior
    }
}

/// Returns [`WordFrequencies::english`], read once a process.
pub(crate) fn english() -> &'static WordFrequencies {
    static TABLE: OnceLock<WordFrequencies> = OnceLock::new();
    TABLE.get_or_init(WordFrequencies::english)
}

impl Spelling {
    /// Passes on a token, corrected where it is a misspelled word. `previous` is the word before, none at the start of a
    /// sentence.
    pub(crate) fn apply(&self, token: Token<'_>, previous: &mut String, rest: &mut Rest<'_>) {
        match token.kind {
            TokenKind::Word => {
                let before = Some(previous.as_str()).filter(|word| !word.is_empty());
                let correction = self.correct_after(before, token.text);
                let text = correction.as_ref().map_or(token.text, |correction| &correction.word);
                previous.clear();
                previous.push_str(text);
                rest.pass(Token { text, ..token });
            }
            _ => {
                if token.kind == TokenKind::Symbol && token.text.contains(['.', '!', '?', '…', '。', '！', '？']) {
                    previous.clear();
                }
                rest.pass(token);
            }
        }
    }

    /// Returns the corrector over a general list of a language, such as [`WordFrequencies::english`], and the words of
    /// the user's own texts. Either may be empty.
    ///
    /// # Errors
    /// When `config` is at fault.
    pub fn new(config: SpellingConfig, general: &WordFrequencies, corpus: &WordFrequencies) -> Result<Self> {
        config.validate()?;
        let lexicon = Lexicon::new(&config, general, corpus);
        let prepared = Prepared {
            channel: Channel::new(&config.channel)?,
            index: Index::new(config.index, &lexicon),
            lexicon,
            corpus_only: general.len() < MIN_GENERAL_WORDS,
            config,
        };
        Ok(Self { prepared: Arc::new(prepared), pairs: Arc::default() })
    }

    /// Returns the corrector with counts of neighbouring words of the user's texts, which make P(c) depend on the word
    /// before; see [`WordFrequencies::add_pairs`].
    #[must_use]
    pub fn with_pairs(self, pairs: &WordFrequencies) -> Self {
        let pairs = Arc::new(Pairs::new(pairs, &self.prepared.lexicon));
        Self { pairs, ..self }
    }

    /// Returns the configuration that the corrector was made from.
    pub fn config(&self) -> &SpellingConfig {
        &self.prepared.config
    }

    /// Returns whether the word is known, whatever its case, and so left alone.
    pub fn is_known(&self, word: &str) -> bool {
        let mut buffer = String::new();
        let folded = casefold::fold(word, &mut buffer);
        let knows = |word| self.prepared.lexicon.knows(word);
        knows(folded) || folded.strip_suffix("'s").is_some_and(knows)
    }

    /// Returns what `word` was meant to be, at the start of a sentence or by itself; none where it is left alone.
    pub fn correct(&self, word: &str) -> Option<Correction> {
        self.correct_after(None, word)
    }

    /// Returns what `word` was meant to be after `previous` (none at the start of a sentence); none where it is left
    /// alone.
    pub fn correct_after(&self, previous: Option<&str>, word: &str) -> Option<Correction> {
        let wrong = self.misspelled(previous, word)?;
        let (number, distance) = self.best(previous, &wrong.folded)?;
        let right = self.prepared.lexicon.word(number);
        let mut corrected = String::with_capacity(right.len() + wrong.ending.len());
        corrected.push_str(right);
        corrected.push_str(wrong.ending);
        if wrong.capital {
            corrected.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
        }
        Some(Correction { word: corrected, distance })
    }

    /// Returns every candidate for `word` after `previous`, that of the greatest score first; equal ones in code-point
    /// order. The first is what [`correct_after`](Self::correct_after) gives; there is none where `word` is left alone.
    pub fn candidates(&self, previous: Option<&str>, word: &str) -> Vec<Candidate> {
        let Some(wrong) = self.misspelled(previous, word) else { return Vec::new() };
        let Prepared { lexicon, index, channel, .. } = &*self.prepared;
        let mut numbers = Vec::new();
        index.for_each_near(&wrong.folded, |number, _| {
            numbers.push(number);
            u32::MAX
        });
        numbers.sort_unstable();
        numbers.dedup();
        numbers.retain(|&number| self.is_candidate(number));
        let previous = self.pairs.after(previous, lexicon);
        let candidate = |number| {
            let right = lexicon.word(number);
            let alignment = channel.align(right, &wrong.folded)?;
            let prior = previous.prior(number, lexicon.prior(number), self.config().pair_strength);
            let (channel, edits) = (alignment.probability, alignment.edits);
            Some(Candidate { word: right.to_owned(), prior, channel, edits })
        };
        let mut candidates: Vec<Candidate> = numbers.into_iter().filter_map(candidate).collect();
        candidates.sort_by(|a, b| b.score().total_cmp(&a.score()).then_with(|| a.word.cmp(&b.word)));
        candidates
    }

    /// Returns the memory of the index of candidates in bytes; none where the crate underneath does not tell.
    pub fn index_bytes(&self) -> Option<usize> {
        self.prepared.index.bytes()
    }

    /// Returns the parts of `word`; none where it is left alone.
    fn misspelled<'a>(&self, previous: Option<&str>, word: &'a str) -> Option<Misspelled<'a>> {
        let mut letters = word.bytes();
        let capital = letters.next()?.is_ascii_uppercase();
        if word.len() > MAX_LETTERS + 2
            || capital && previous.is_some()
            || letters.any(|byte| byte.is_ascii_uppercase())
        {
            return None;
        }
        let (stem, ending) = match word.strip_suffix("'s") {
            Some(stem) => (stem, "'s"),
            None => (word, ""),
        };
        let mut small = [0; MAX_LETTERS + 2];
        let folded = if capital { lower_case(stem, &mut small)? } else { stem };
        let unknown = folded.len() >= MIN_LETTERS
            && lexicon::is_plain(folded)
            && !self.prepared.lexicon.knows(folded)
            && !(ending == "'s" && self.is_known(word));
        let folded = || if capital { Cow::Owned(folded.to_owned()) } else { Cow::Borrowed(stem) };
        unknown.then(|| Misspelled { folded: folded(), ending, capital })
    }

    fn is_candidate(&self, number: u32) -> bool {
        !self.prepared.corpus_only || self.prepared.lexicon.in_corpus(number)
    }

    /// Returns the number of the candidate with the greatest score and its distance; of equal ones the first in
    /// code-point order.
    fn best(&self, previous: Option<&str>, wrong: &str) -> Option<(u32, usize)> {
        let Prepared { lexicon, index, channel, config, .. } = &*self.prepared;
        let previous = self.pairs.after(previous, lexicon);
        let pattern = Pattern::new(wrong.as_bytes());
        let (mut best, mut greatest) = (None, 0.0);
        let mut limits = Limits::default();
        let mut recent = [u32::MAX; 64]; // most that come twice come soon again
        index.for_each_near(wrong, |number, gap| {
            // Few are left after this, and only those cost time.
            if number >= limits.of(gap) || !self.is_candidate(number) {
                return limits.greatest;
            }
            if let Some(recent) = recent.get_mut(number as usize % 64)
                && std::mem::replace(recent, number) == number
            {
                return limits.greatest;
            }
            let right = lexicon.word(number);
            let distance = pattern.distance(right.as_bytes());
            if distance > MAX_DISTANCE {
                return limits.greatest;
            }
            let prior = previous.prior(number, lexicon.prior(number), config.pair_strength);
            let score = prior * channel.probability(right.as_bytes(), wrong.as_bytes(), distance);
            let first = |(other, _): (u32, usize)| score == greatest && right < lexicon.word(other);
            if score > greatest || best.is_none_or(first) {
                (best, greatest) = (Some((number, distance)), score);
                if !previous.is_known() {
                    limits = Limits::new(greatest, channel, lexicon);
                }
            }
            limits.greatest
        });
        best
    }
}

/// From which number on words cannot have a greater score than the best that was found: numbers go by priors. Without
/// that, most of the time would go into words that are rare and far.
struct Limits {
    by_gap: [u32; Gap::COUNT],
    greatest: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { by_gap: [u32::MAX; Gap::COUNT], greatest: u32::MAX }
    }
}

impl Limits {
    fn new(greatest: f64, channel: &Channel, lexicon: &Lexicon) -> Self {
        const ROUNDING: f64 = 1.0 - 1e-12; // of the division
        let by_gap = channel.bounds().map(|bound| lexicon.first_below(greatest / bound * ROUNDING));
        Self { by_gap, greatest: by_gap.into_iter().max().unwrap_or(u32::MAX) }
    }

    fn of(&self, gap: Gap) -> u32 {
        self.by_gap.get(gap.index()).copied().unwrap_or(u32::MAX)
    }
}

/// Returns `word` with small letters in `buffer`: most words are known, and need no room of their own.
fn lower_case<'a>(word: &str, buffer: &'a mut [u8]) -> Option<&'a str> {
    let small = buffer.get_mut(..word.len())?;
    small.copy_from_slice(word.as_bytes());
    small.make_ascii_lowercase();
    std::str::from_utf8(small).ok()
}

/// A word that is not known.
struct Misspelled<'a> {
    /// Without the ending.
    folded: Cow<'a, str>,
    /// `'s` or nothing.
    ending: &'static str,
    capital: bool,
}

impl fmt::Debug for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spelling").field("config", self.config()).field("words", &self.prepared.lexicon.len()).finish()
    }
}

#[cfg(test)]
mod tests;
