//! One text's score from the words that take sides in it.

use plaudit_core::{TokenKind, Tokens};

use super::words::{Entry, Words};
use crate::negation::ends_clause;
use crate::tokenize::is_han;
use crate::{EmojiPolarity, Language, emoji_polarity};

/// What an intensifier and a diminisher multiply the next side by.
const MORE: f32 = 1.3;
const LESS: f32 = 0.6;
/// How many tokens on either may stand before it.
const REACH: usize = 3;
/// What becomes of a positive and of a negative side that is negated: `not good` is bad, `not terrible` is hardly good.
const NEGATED: [f32; 2] = [-0.8, -0.4];
/// How far a negation reaches, in words or Chinese characters, within its clause.
const SCOPE: usize = 5;
/// What sides before and after a `but` weigh, within its sentence.
const BEFORE: f32 = 0.5;
const AFTER: f32 = 1.5;
/// The strength of an emoji.
const EMOJI: f32 = 2.0;
/// The weight of a silent neutral word in each text: one mild word is not taken for certainty.
const SILENCE: f32 = 1.5;

/// Signs that end a sentence.
const SENTENCE: [char; 7] = ['.', '!', '?', '…', '。', '！', '？'];

/// Returns the score of a text, -1 to 1: the sum of its sides over the sum of their sizes and [`SILENCE`], so that it is a mean,
/// which length alone does not move. 0 where nothing takes a side.
pub(super) fn score(tokens: &Tokens, language: Language, words: &[&Words]) -> f32 {
    let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let kinds: Vec<TokenKind> = tokens.iter().map(|token| token.kind).collect();
    let (mut sides, mut sentence, mut weight): (Vec<f32>, usize, f32) = (Vec::new(), 0, 1.0);
    let (mut boost, mut boosted, mut negated) = (1.0f32, 0usize, 0usize);
    let mut place = 0;
    while let (Some(&text), Some(&kind)) = (texts.get(place), kinds.get(place)) {
        let mut passed = 1;
        match kind {
            TokenKind::Emoji => match emoji_polarity(text) {
                Some(EmojiPolarity::Positive) => sides.push(EMOJI),
                Some(EmojiPolarity::Negative) => sides.push(-EMOJI),
                None => {}
            },
            TokenKind::Symbol => {
                if ends_clause(text) {
                    (boosted, negated) = (0, 0);
                }
                if text.chars().all(|c| SENTENCE.contains(&c)) {
                    (sentence, weight) = (sides.len(), 1.0);
                }
            }
            _ if language == Language::Und => {}
            _ => {
                let found = find(&texts, &kinds, place, words);
                passed = found.map_or(1, |(_, count)| count);
                match found.map(|(entry, _)| entry) {
                    Some(Entry::Side(strength)) if strength != 0.0 => {
                        let mut side = strength * if boosted > 0 { boost } else { 1.0 } * weight;
                        if negated > 0 {
                            let [positive, negative] = NEGATED;
                            side *= if side > 0.0 { positive } else { negative };
                        }
                        sides.push(side);
                        boosted = 0;
                    }
                    Some(Entry::More | Entry::Less) => {
                        let factor = if matches!(found, Some((Entry::More, _))) { MORE } else { LESS };
                        boost = if boosted > 0 { (boost * factor).clamp(LESS, MORE * MORE) } else { factor };
                        boosted = REACH + passed;
                    }
                    Some(Entry::But) => {
                        sides.iter_mut().skip(sentence).for_each(|side| *side *= BEFORE);
                        (sentence, weight) = (sides.len(), AFTER);
                        (boosted, negated) = (0, 0);
                    }
                    Some(Entry::Not) => negated = SCOPE + passed,
                    _ => {}
                }
                (boosted, negated) = (boosted.saturating_sub(passed), negated.saturating_sub(passed));
            }
        }
        place += passed;
    }
    let (sum, size) = sides.iter().fold((0.0f32, SILENCE), |(sum, size), side| (sum + side, size + side.abs()));
    (sum / size).clamp(-1.0, 1.0)
}

/// The longest entry that stands at a place; of lists of words the first one counts.
fn find(texts: &[&str], kinds: &[TokenKind], place: usize, words: &[&Words]) -> Option<(Entry, usize)> {
    const MOST: usize = 8;
    let spoken = |kind: &TokenKind| matches!(kind, TokenKind::Word | TokenKind::Number);
    let count = kinds.iter().skip(place).take(MOST).take_while(|kind| spoken(kind)).count();
    let ahead = texts.get(place..place + count)?;
    let word = ahead.first()?;
    let inflects = !word.chars().next().is_some_and(is_han);
    let whole = words.iter().find_map(|words| words.find(ahead));
    whole.or_else(|| words.iter().filter(|_| inflects).find_map(|words| words.inflected(word)).map(|entry| (entry, 1)))
}
