//! A small memory of what became of tokens: people use few words, over and over.

use plaudit_core::{Token, TokenKind, Tokens};

/// What became of tokens, in the manner of a processor's cache: a token has two places, side by side, and the one
/// used last keeps its own. Results never depend on what it holds.
///
/// Remembered are tokens of at most [`MOST`](Self::MOST) bytes that were dropped, cut, or became one token of the same kind and of
/// at most [`ROOM`](Self::ROOM) bytes. They are all but a few of the tokens of a text.
#[derive(Default)]
pub(crate) struct Memo(Box<[[Slot; 2]]>);

/// The key of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    /// Its bytes in two numbers, which overlap where they are no multiple of eight. Together with their number they tell any two
    /// texts apart.
    bytes: [u64; 2],
    /// The bytes of the text, and of its source: a typographic apostrophe is longer than the plain one that it became.
    lens: [u8; 2],
    kind: TokenKind,
}

/// A key, without the bytes that would round up its size, and what became of the token.
#[derive(Debug, Clone, Copy)]
struct Slot {
    bytes: [u64; 2],
    lens: [u8; 2],
    kind: TokenKind,
    outcome: Outcome,
    /// The text of [`Outcome::Changed`].
    text: [u8; Memo::ROOM],
}

/// What became of a token.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Dropped,
    /// Its first bytes, perhaps all, are what is left.
    Cut(u8),
    /// So many bytes of another text stand for it.
    Changed(u8),
}

impl Memo {
    /// The longest token that is remembered, in bytes.
    const MOST: usize = 16;
    /// The longest text that is remembered in the place of another, in bytes.
    const ROOM: usize = 11;
    /// Pairs of slots: 4 MiB in all.
    const PAIRS: usize = 1 << 16;

    /// Returns an empty memory. That of `default` is empty for ever.
    pub(crate) fn new() -> Self {
        // No token has no byte.
        let (outcome, text) = (Outcome::Dropped, [0; Self::ROOM]);
        let none = Slot { bytes: [0; 2], lens: [0; 2], kind: TokenKind::Word, outcome, text };
        Self(vec![[none; 2]; Self::PAIRS].into_boxed_slice())
    }

    /// Emits what became of `token`, where that is known, and returns whether it is.
    pub(crate) fn recall(&mut self, token: &Token<'_>, emit: &mut impl FnMut(Token<'_>)) -> bool {
        let Some(key) = Key::new(token) else { return false };
        let Some([first, second]) = self.0.get_mut(key.pair()) else { return false };
        if first.key() != key {
            if second.key() != key {
                return false;
            }
            std::mem::swap(first, second);
        }
        let text = match first.outcome {
            Outcome::Dropped => return true,
            Outcome::Cut(len) => token.text.get(..usize::from(len)),
            Outcome::Changed(len) => {
                first.text.get(..usize::from(len)).and_then(|bytes| std::str::from_utf8(bytes).ok())
            }
        };
        if let Some(text) = text {
            emit(Token { text, ..token.clone() });
        }
        text.is_some()
    }

    /// Remembers what became of `token`, where it is of the kind that is remembered.
    pub(crate) fn keep(&mut self, token: &Token<'_>, became: &Tokens) {
        let Some(key) = Key::new(token) else { return };
        let mut text = [0; Self::ROOM];
        let mut outcome = Outcome::Dropped;
        if let Some(one) = became.get(0) {
            if became.len() > 1 || one.kind != token.kind || one.source != token.source {
                return;
            }
            if token.text.starts_with(one.text) {
                outcome = Outcome::Cut(one.text.len() as u8);
            } else {
                let Some(room) = text.get_mut(..one.text.len()) else { return };
                room.copy_from_slice(one.text.as_bytes());
                outcome = Outcome::Changed(one.text.len() as u8);
            }
        }
        if let Some([first, second]) = self.0.get_mut(key.pair()) {
            *second = *first;
            *first = Slot { bytes: key.bytes, lens: key.lens, kind: key.kind, outcome, text };
        }
    }
}

impl Slot {
    fn key(&self) -> Key {
        Key { bytes: self.bytes, lens: self.lens, kind: self.kind }
    }
}

impl Key {
    fn new(token: &Token<'_>) -> Option<Self> {
        let text = token.text.as_bytes();
        let source_len = u8::try_from(token.source.len()).ok()?;
        if text.is_empty() || text.len() > Memo::MOST {
            return None;
        }
        let bytes = if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            [u64::from_le_bytes(*first), u64::from_le_bytes(*last)]
        } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            [u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last))]
        } else {
            let at = |index: usize| text.get(index).copied().map_or(0, u64::from);
            [at(0) | at(1) << 8 | at(2) << 16, 0]
        };
        Some(Self { bytes, lens: [text.len() as u8, source_len], kind: token.kind })
    }

    /// Returns the place of its pair of slots: the bits in the middle of a product of odd numbers, which all bytes reach.
    fn pair(&self) -> usize {
        let [a, b] = self.bytes;
        let mixed = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xd1b5_4a32_d192_ed03);
        let mixed = (mixed as u64) ^ (mixed >> 64) as u64;
        (mixed ^ mixed >> 29) as usize % Memo::PAIRS
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
            ("exactly16letters", vec!["exactly16"]),
            ("Elevenbytes", vec!["elevenbytes"]),
        ] {
            assert_eq!(recalled(&mut memo, text), None);
            keep(&mut memo, text, &became);
            assert_eq!(recalled(&mut memo, text), Some(became.into_iter().map(str::to_owned).collect()), "{text}");
        }
        for (text, became) in
            [("can't", vec!["can", "not"]), ("seventeen-letters", vec![]), ("x", vec!["twelve-bytes"])]
        {
            keep(&mut memo, text, &became);
            assert_eq!(recalled(&mut memo, text), None, "{text}");
        }
        let (mut longer, mut emoji) = (word("good"), word("good"));
        longer.source = 0..6;
        emoji.kind = TokenKind::Emoji;
        assert!([longer, emoji].iter().all(|other| !memo.recall(other, &mut |_: Token<'_>| ())));
    }

    #[test]
    fn two_slots_fill_a_cache_line() {
        assert_eq!(size_of::<[Slot; 2]>(), 64);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn keys_tell_words_apart(a in "[ab]{1,16}|\\PC{1,8}", b in "[ab]{1,16}|\\PC{1,8}") {
            let (Some(first), Some(second)) = (Key::new(&word(&a)), Key::new(&word(&b))) else { return Ok(()) };
            prop_assert_eq!(first == second, a == b);
        }
    }
}
