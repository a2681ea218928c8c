//! A small memory of what became of words: people use few of them, over and over.

use plaudit_core::{Token, TokenKind, Tokens};

/// What became of words, one cache line each, in the manner of a processor's cache: a word has two places, and the one used
/// last keeps its own. Results never depend on what it holds.
///
/// Remembered are words of at most [`MOST`](Self::MOST) bytes that were dropped, or became one word of at most as many
/// bytes. They are all but a few of the words of a text.
#[derive(Default)]
pub(crate) struct Memo(Box<[[Slot; 2]]>);

/// The key of a word: its bytes in numbers, overlapping where they are no multiple of eight. Together with the length they
/// tell any two words apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    words: [u64; 3],
    len: u8,
    /// The bytes of the source: a typographic apostrophe is longer than the plain one that it became.
    source_len: u8,
}

#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Slot {
    key: Key,
    outcome: Outcome,
    /// The text of [`Outcome::Changed`].
    text: [u8; Memo::MOST],
}

/// What became of a word.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Dropped,
    /// Its first bytes, perhaps all, are what is left.
    Cut(u8),
    /// So many bytes of another text stand for it.
    Changed(u8),
}

impl Memo {
    /// The longest word that is remembered, in bytes.
    const MOST: usize = 24;
    /// Pairs of slots: 8 MiB in all.
    const PAIRS: usize = 1 << 16;

    /// Returns an empty memory. That of `default` is empty for ever.
    pub(crate) fn new() -> Self {
        // No word has no byte.
        let key = Key { words: [0; 3], len: 0, source_len: 0 };
        let none = Slot { key, outcome: Outcome::Dropped, text: [0; Self::MOST] };
        Self(vec![[none; 2]; Self::PAIRS].into_boxed_slice())
    }

    /// Emits what became of `word`, where that is known, and returns whether it is.
    pub(crate) fn recall(&mut self, word: &Token<'_>, emit: &mut impl FnMut(Token<'_>)) -> bool {
        let Some(key) = Key::new(word) else { return false };
        let Some(pair) = self.0.get_mut(key.pair()) else { return false };
        let [first, second] = pair;
        if first.key != key {
            if second.key != key {
                return false;
            }
            std::mem::swap(first, second);
        }
        let text = match first.outcome {
            Outcome::Dropped => return true,
            Outcome::Cut(len) => word.text.get(..usize::from(len)),
            Outcome::Changed(len) => {
                first.text.get(..usize::from(len)).and_then(|bytes| std::str::from_utf8(bytes).ok())
            }
        };
        if let Some(text) = text {
            emit(Token { text, ..word.clone() });
        }
        text.is_some()
    }

    /// Remembers what became of `word`, where it is of the kind that is remembered.
    pub(crate) fn keep(&mut self, word: &Token<'_>, became: &Tokens) {
        let Some(key) = Key::new(word) else { return };
        let mut text = [0; Self::MOST];
        let mut outcome = Outcome::Dropped;
        if let Some(one) = became.get(0) {
            if became.len() > 1 || one.kind != word.kind || one.source != word.source {
                return;
            }
            let Some(room) = text.get_mut(..one.text.len()) else { return };
            if word.text.starts_with(one.text) {
                outcome = Outcome::Cut(one.text.len() as u8);
            } else {
                room.copy_from_slice(one.text.as_bytes());
                outcome = Outcome::Changed(one.text.len() as u8);
            }
        }
        if let Some([first, second]) = self.0.get_mut(key.pair()) {
            *second = *first;
            *first = Slot { key, outcome, text };
        }
    }
}

impl Key {
    fn new(word: &Token<'_>) -> Option<Self> {
        let bytes = word.text.as_bytes();
        let source_len = u8::try_from(word.source.len()).ok()?;
        if word.kind != TokenKind::Word || bytes.is_empty() || bytes.len() > Memo::MOST {
            return None;
        }
        let words = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            // Up to 16 bytes the middle lies within the two ends.
            let middle = if bytes.len() > 16 { bytes.get(8..16)?.first_chunk()? } else { first };
            [u64::from_le_bytes(*first), u64::from_le_bytes(*last), u64::from_le_bytes(*middle)]
        } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            [u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)), 0]
        } else {
            let at = |index: usize| bytes.get(index).copied().map_or(0, u64::from);
            [at(0) | at(1) << 8 | at(2) << 16, 0, 0]
        };
        Some(Self { words, len: bytes.len() as u8, source_len })
    }

    /// Returns the place of its pair of slots: the bits in the middle of a product of odd numbers, which all bytes reach.
    fn pair(&self) -> usize {
        let [a, b, c] = self.words;
        let mixed = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ c.rotate_left(23) ^ 0xd1b5_4a32_d192_ed03);
        let mixed = (mixed as u64) ^ (mixed >> 64) as u64;
        (mixed ^ mixed >> 29 ^ u64::from(self.len)) as usize % Memo::PAIRS
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(text: &str) -> Token<'_> {
        Token { text, source: 0..text.len(), kind: TokenKind::Word }
    }

    fn recalled(memo: &mut Memo, text: &str) -> Option<Vec<String>> {
        let mut found = Vec::new();
        memo.recall(&word(text), &mut |token: Token<'_>| found.push(token.text.to_owned())).then_some(found)
    }

    fn keep(memo: &mut Memo, text: &str, became: &[&str]) {
        let mut tokens = Tokens::new();
        became.iter().for_each(|one| tokens.push(one, 0..text.len(), TokenKind::Word));
        memo.keep(&word(text), &tokens);
    }

    #[test]
    fn what_was_kept_comes_back() {
        let mut memo = Memo::new();
        for (text, became) in [
            ("the", vec![]),
            ("good", vec!["good"]),
            ("walking", vec!["walk"]),
            ("Library", vec!["librari"]),
            ("不好吃", vec!["好"]),
            ("exactly-twenty-four-byte", vec!["exactly-twenty-four-bytes".get(1..).unwrap()]),
        ] {
            assert_eq!(recalled(&mut memo, text), None);
            keep(&mut memo, text, &became);
            assert_eq!(recalled(&mut memo, text), Some(became.into_iter().map(str::to_owned).collect()), "{text}");
        }
        for (text, became) in
            [("can't", vec!["can", "not"]), ("twenty-five-bytes-of-text", vec![]), ("x", vec!["a".repeat(25).as_str()])]
        {
            keep(&mut memo, text, &became);
            assert_eq!(recalled(&mut memo, text), None, "{text}");
        }
        let mut longer = word("good");
        longer.source = 0..6;
        assert!(!memo.recall(&longer, &mut |_: Token<'_>| ()));
    }

    #[test]
    fn a_slot_is_a_cache_line() {
        assert_eq!((size_of::<Slot>(), align_of::<Slot>()), (64, 64));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn keys_tell_words_apart(a in "[ab]{1,24}|\\PC{1,8}", b in "[ab]{1,24}|\\PC{1,8}") {
            let (Some(first), Some(second)) = (Key::new(&word(&a)), Key::new(&word(&b))) else { return Ok(()) };
            prop_assert_eq!(first == second, a == b);
        }
    }
}
