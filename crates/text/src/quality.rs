//! The quality gate: which texts say nothing, and which repeat another. DPMS removes "meaningless" answers without saying
//! how.

mod config;
mod mash;
mod min_hash;
mod reason;
mod seen;
mod shingles;

use plaudit_core::{Result, TokenKind};

pub use self::config::{NearDuplicates, QualityConfig};
pub use self::reason::{QualityReason, QualitySummary, QualityVerdict};
use self::seen::Seen;
use crate::detect;
use crate::tokenize::Splitter;
use crate::words::Words;

/// Looks at texts one by one, and says of each whether it passes, or every reason why not. It drops nothing: who asks
/// decides.
///
/// The verdict on a text depends on the texts before it in one way only: a duplicate is one of an earlier text that
/// passed. Of equal texts the first passes. What fails for another reason is not asked for duplicates, and nothing is a
/// duplicate of it.
///
/// Memory: each text that passed is kept in folded case, with 16 bytes, another 20 to 40 for exact duplicates, and 14 to 25
/// for each band of [`NearDuplicates`]: about 500 bytes for a post of 100 characters; and 16 MiB at most for the shingles of the
/// latest long ones. Time is linear in the length of a
/// text, and at most [`NearDuplicates::MAX_CANDIDATES`] earlier ones are compared with it.
///
/// # Example: five answers
/// ```
/// use plaudit_text::{QualityConfig, QualityGate, QualityReason};
///
/// let mut gate = QualityGate::new(QualityConfig::default())?;
/// let texts = ["The labs were great", "asdfghjkl", "???", "the labs  were GREAT", "The labs were great!"];
/// let verdicts: Vec<_> = texts.iter().map(|text| gate.check(text)).collect();
///
/// assert!(verdicts[0].passes());
/// assert_eq!(verdicts[1].reasons, [QualityReason::KeyboardMash]);
/// assert_eq!(verdicts[2].reasons, [QualityReason::Meaningless]);
/// assert_eq!((&verdicts[3].reasons[..], verdicts[3].duplicate_of), (&[QualityReason::ExactDuplicate][..], Some(0)));
/// assert_eq!((&verdicts[4].reasons[..], verdicts[4].duplicate_of), (&[QualityReason::NearDuplicate][..], Some(0)));
/// assert_eq!((gate.summary().texts, gate.summary().passed), (5, 1));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct QualityGate {
    config: QualityConfig,
    seen: Seen,
    summary: QualitySummary,
}

impl QualityGate {
    /// Returns a gate that has seen no text.
    ///
    /// # Errors
    /// When [`QualityConfig::validate`] finds a fault.
    pub fn new(config: QualityConfig) -> Result<Self> {
        config.validate()?;
        let seen = Seen::new(config.exact_duplicates, config.near_duplicates.as_ref());
        Ok(Self { config, seen, summary: QualitySummary::default() })
    }

    /// Returns the verdict on the next text, and counts it. Texts are numbered from 0 in the order of these calls.
    pub fn check(&mut self, text: &str) -> QualityVerdict {
        let mut verdict = QualityVerdict { reasons: self.config.faults(text), duplicate_of: None };
        if verdict.passes()
            && let Some((reason, original)) = self.seen.check(text, self.summary.texts)
        {
            verdict.reasons.push(reason);
            verdict.duplicate_of = Some(original);
        }
        self.summary.add(&verdict);
        verdict
    }

    /// Returns the configuration that the gate was made from.
    pub fn config(&self) -> &QualityConfig {
        &self.config
    }

    /// Returns the counts of all texts so far.
    pub fn summary(&self) -> &QualitySummary {
        &self.summary
    }
}

impl QualityConfig {
    /// Returns every fault of a text that it has by itself, in the order of [`QualityReason`].
    fn faults(&self, text: &str) -> Vec<QualityReason> {
        let found = Found::new(text);
        if found.tokens + found.signs == 0 {
            return vec![QualityReason::Empty];
        }
        let wrong_language = || {
            let detected = detect(text);
            detected.reliable && !self.languages.contains(&detected.language)
        };
        let checks = [
            (QualityReason::TooShort, found.tokens < self.min_tokens),
            (QualityReason::TooLong, found.tokens > self.max_tokens),
            (QualityReason::Meaningless, self.meaningless && found.is_meaningless(self.max_repeats)),
            (QualityReason::KeyboardMash, self.keyboard_mash.is_some_and(|limit| mash::log_odds(text) > limit)),
            (QualityReason::WrongLanguage, !self.languages.is_empty() && wrong_language()),
        ];
        checks.into_iter().filter(|&(_, fails)| fails).map(|(reason, _)| reason).collect()
    }
}

/// What a text is made of.
struct Found {
    /// Words, numbers and emoji.
    tokens: usize,
    /// Punctuation and other signs, links and mentions.
    signs: usize,
    /// Whether there is a letter or emoji.
    speaks: bool,
    /// Whether all tokens are one word, which is no Han character: `哈哈哈哈` is one word, laughter.
    repeats: bool,
}

impl Found {
    fn new(text: &str) -> Self {
        let mut found = Self { tokens: 0, signs: 0, speaks: false, repeats: true };
        let mut first = String::new();
        Splitter::default().split(text, &Words::plain(), |token| {
            if matches!(token.kind, TokenKind::Symbol | TokenKind::Link | TokenKind::Mention) {
                found.signs += 1;
                return;
            }
            if found.tokens == 0 {
                first.push_str(token.text);
            }
            let same = || token.text == first || token.text.to_lowercase() == first.to_lowercase();
            found.tokens += 1;
            found.speaks |= token.kind != TokenKind::Number;
            found.repeats = found.repeats
                && token.kind == TokenKind::Word
                && !token.text.starts_with(|c: char| c >= '\u{2e80}')
                && same();
        });
        found
    }

    fn is_meaningless(&self, max_repeats: usize) -> bool {
        !self.speaks || self.repeats && self.tokens > max_repeats
    }
}
