//! The words that take sides, and how they are found in a text.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::tokenize::is_han;
use crate::word_list;

/// Strengths and words: English and Chinese.
const TABLES: [&str; 2] =
    [include_str!("../../data/sentiment_english.txt"), include_str!("../../data/sentiment_chinese.txt")];

/// What a word or phrase does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Entry {
    /// Takes a side, -3 to 3; 0 takes none.
    Side(f32),
    /// Makes what follows stronger.
    More,
    /// Makes what follows weaker.
    Less,
    /// Turns round what a clause was aiming at.
    But,
    /// Negates what follows.
    Not,
}

/// Entries by their tokens: words with blanks between, Chinese characters without.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    entries: HashMap<String, Entry>,
    most: HashMap<String, usize>, // by first token: the most tokens of an entry
}

/// The words of this crate.
pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    for negators in [word_list::NEGATORS, word_list::CHINESE_NEGATORS] {
        word_list::words(negators).for_each(|word| words.add(&pieces(word), Entry::Not));
    }
    for row in TABLES.into_iter().flat_map(word_list::words) {
        let Some((kind, listed)) = row.split_once('\t') else { continue };
        let entry = match kind {
            "more" => Entry::More,
            "less" => Entry::Less,
            "but" => Entry::But,
            strength => Entry::Side(strength.parse().unwrap_or(0.0)),
        };
        listed.split(", ").for_each(|word| words.add(&pieces(word), entry));
    }
    words
});

/// Endings of inflected words, and what stands in their place in the word of the table.
const ENDINGS: [(&str, &str); 18] = [
    ("'s", ""),
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("d", ""),
    ("ed", ""),
    ("ied", "y"),
    ("ing", ""),
    ("ing", "e"),
    ("ly", ""),
    ("y", ""),
    ("ily", "y"),
    ("ally", ""),
    ("r", ""),
    ("er", ""),
    ("ier", "y"),
    ("est", ""),
    ("iest", "y"),
];

/// The shortest word that an inflected form may be of: `as` is none of `a`.
const SHORTEST: usize = 3;

impl Words {
    /// Adds an entry of these tokens, in the place of an earlier one.
    pub(super) fn add(&mut self, tokens: &[&str], entry: Entry) {
        if let Some(first) = tokens.first() {
            let most = self.most.entry((*first).to_owned()).or_insert(0);
            *most = tokens.len().max(*most);
            self.entries.insert(tokens.concat_as_text(), entry);
        }
    }

    /// Returns the longest entry that `tokens` begin with, and of how many tokens it is; none where there is none.
    pub(super) fn find(&self, tokens: &[&str]) -> Option<(Entry, usize)> {
        let first = tokens.first()?;
        let most = self.most.get(*first).copied().unwrap_or(0).min(tokens.len());
        for count in (1..=most).rev() {
            if let Some(&entry) = self.entries.get(&tokens.get(..count)?.concat_as_text()) {
                return Some((entry, count));
            }
        }
        None
    }

    /// Returns what a word does that is an inflected form of an entry.
    pub(super) fn inflected(&self, word: &str) -> Option<Entry> {
        let of = |stem: &str| match self.entries.get(stem).filter(|_| stem.len() >= SHORTEST) {
            Some(Entry::Side(strength)) => Some(Entry::Side(*strength)),
            _ => None,
        };
        ENDINGS.iter().find_map(|(ending, instead)| {
            let stem = word.strip_suffix(ending)?;
            // `stopped`: the last letter stands twice
            let mut letters = stem.chars().rev();
            let doubled = letters.next().is_some_and(|last| last.is_alphabetic() && letters.next() == Some(last));
            let single = doubled.then(|| stem.chars().next_back().and_then(|last| stem.strip_suffix(last))).flatten();
            of(&format!("{stem}{instead}")).or_else(|| of(single?))
        })
    }
}

/// The tokens of an entry of the tables, which are written as cleaning leaves words.
fn pieces(words: &str) -> Vec<&str> {
    if words.chars().next().is_some_and(is_han) {
        words.split("").filter(|character| !character.is_empty()).collect()
    } else {
        words.split(' ').collect()
    }
}

/// Tokens as the key of an entry.
trait ConcatAsText {
    fn concat_as_text(&self) -> String;
}

impl ConcatAsText for [&str] {
    fn concat_as_text(&self) -> String {
        let han = self.first().and_then(|first| first.chars().next()).is_some_and(is_han);
        self.join(if han { "" } else { " " })
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::Analyzer;

    use super::*;

    #[test]
    fn tables_are_well_formed() {
        let pipeline = crate::lexicon::pipeline().unwrap();
        let mut seen = std::collections::HashSet::new();
        for row in TABLES.into_iter().flat_map(word_list::words) {
            let (kind, listed) = row.split_once('\t').unwrap();
            assert!(matches!(kind, "more" | "less" | "but") || (-3..=3).contains(&kind.parse::<i8>().unwrap()));
            for word in listed.split(", ") {
                let tokens = pipeline.analyze(word);
                assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>(), pieces(word));
                assert!(seen.insert(word), "{word} stands twice");
            }
        }
    }

    #[test]
    fn the_longest_entry_and_inflected_forms() {
        let words = &*WORDS;
        assert_eq!(words.find(&["waste", "of", "time", "x"]), Some((Entry::Side(-2.0), 3)));
        assert_eq!(words.find(&["waste", "of"]), Some((Entry::Side(-2.0), 1)));
        assert_eq!(words.find(&["不", "错"]), Some((Entry::Side(2.0), 2)));
        assert_eq!(words.find(&["不", "x"]), Some((Entry::Not, 1)));
        assert_eq!((words.find(&["table"]), words.find(&[])), (None, None));
        for (word, strength) in
            [("inspires", 2.0), ("loveliest", 2.0), ("delays", -1.0), ("annoys", -1.0), ("winning", 2.0)]
        {
            let found = words.find(&[word]).map(|(entry, _)| entry).or_else(|| words.inflected(word));
            assert_eq!(found, Some(Entry::Side(strength)), "{word}");
        }
        for word in ["as", "s", "", "noes", "verys"] {
            assert_eq!(words.inflected(word), None, "{word}");
        }
    }
}
