//! Texts into n-grams.

use std::ops::Range;

use plaudit_core::{Analyzer, Tokens};

use super::table::BLOCK;
use super::{NgramUnit, TfIdfConfig};

/// The units of one text, in buffers that are reused from text to text. They lie in one string in such a way that every n-gram is a
/// piece of it, and is looked up without being copied.
#[derive(Debug, Clone, Default)]
pub(super) struct Units {
    tokens: Tokens,
    text: String,
    /// Where each unit lies in `text`.
    places: Vec<(usize, usize)>,
    /// Runs of units that no n-gram crosses the end of.
    runs: Vec<Range<usize>>,
}

impl Units {
    /// Calls `each` with the n-grams of `text`, each as often as it occurs, up to [`BLOCK`] at a time.
    pub(super) fn for_each_block<A: Analyzer + ?Sized>(
        &mut self,
        text: &str,
        analyzer: &A,
        config: &TfIdfConfig,
        mut each: impl FnMut(&[&str]),
    ) {
        self.read(text, analyzer, config);
        let (mut block, mut filled) = ([""; BLOCK], 0);
        for run in &self.runs {
            let places = self.places.get(run.clone()).unwrap_or_default();
            // A word that is too short counts as a whole.
            let short = config.unit == NgramUnit::CharactersInWords && places.len() < config.min_n;
            let min_n = if short { places.len() } else { config.min_n };
            for n in min_n..=places.len().min(config.max_n) {
                for (first, last) in places.iter().zip(places.iter().skip(n - 1)) {
                    if let (Some(slot), Some(ngram)) = (block.get_mut(filled), self.text.get(first.0..last.1)) {
                        *slot = ngram;
                        filled += 1;
                    }
                    if filled == BLOCK {
                        each(&block);
                        filled = 0;
                    }
                }
            }
        }
        each(block.get(..filled).unwrap_or_default());
    }

    fn read<A: Analyzer + ?Sized>(&mut self, text: &str, analyzer: &A, config: &TfIdfConfig) {
        self.text.clear();
        self.places.clear();
        self.runs.clear();
        let lower = if config.lowercase { Some(text.to_lowercase()) } else { None };
        let text = lower.as_deref().unwrap_or(text);
        match config.unit {
            NgramUnit::Words => self.words(text, analyzer),
            NgramUnit::Characters => self.characters(text),
            NgramUnit::CharactersInWords => self.characters_in_words(text),
        }
    }

    fn words<A: Analyzer + ?Sized>(&mut self, text: &str, analyzer: &A) {
        analyzer.analyze_into(text, &mut self.tokens);
        for token in self.tokens.iter() {
            if !self.places.is_empty() {
                self.text.push(' ');
            }
            let start = self.text.len();
            self.text.push_str(token.text);
            self.places.push((start, self.text.len()));
        }
        self.runs.push(0..self.places.len());
    }

    fn characters(&mut self, text: &str) {
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let mut several = false;
            while is_space(character) && characters.next_if(|&next| is_space(next)).is_some() {
                several = true;
            }
            self.push(if several { ' ' } else { character });
        }
        self.runs.push(0..self.places.len());
    }

    fn characters_in_words(&mut self, text: &str) {
        for word in text.split(is_space).filter(|word| !word.is_empty()) {
            if self.places.is_empty() {
                self.push(' ');
            }
            let start = self.places.len() - 1; // the blank before this word is that after the one before
            word.chars().for_each(|character| self.push(character));
            self.push(' ');
            self.runs.push(start..self.places.len());
        }
    }

    fn push(&mut self, character: char) {
        let start = self.text.len();
        self.text.push(character);
        self.places.push((start, self.text.len()));
    }
}

/// White space as Python has it: Unicode's, and the four separators of ASCII.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::super::RawText;
    use super::*;

    fn ngrams(text: &str, unit: NgramUnit, min_n: usize, max_n: usize) -> Vec<String> {
        let mut found = Vec::new();
        let config = TfIdfConfig { unit, min_n, max_n, ..TfIdfConfig::default() };
        let each = |block: &[&str]| found.extend(block.iter().map(|&ngram| ngram.to_owned()));
        Units::default().for_each_block(text, &RawText, &config, each);
        found
    }

    // scikit-learn 1.9.1, CPython 3.11.7:
    // CountVectorizer(analyzer="char_wb", ngram_range=(3, 4), lowercase=False).build_analyzer()("ab \x1c好\n I")
    #[test]
    fn equals_scikit_learn() {
        let found = ngrams("ab \x1c好\n I", NgramUnit::CharactersInWords, 3, 4);
        assert_eq!(found, [" ab", "ab ", " ab ", " 好 ", " I "]);
        // analyzer="char", ngram_range=(1, 2), "a\tb \xa0c"
        let found = ngrams("a\tb \u{a0}c", NgramUnit::Characters, 1, 2);
        assert_eq!(found, ["a", "\t", "b", " ", "c", "a\t", "\tb", "b ", " c"]);
        // analyzer="char_wb", ngram_range=(7, 9), "ab abcdefg": a word that is too short counts once
        assert_eq!(ngrams("ab abcdef", NgramUnit::CharactersInWords, 7, 9), [" ab ", " abcdef", "abcdef ", " abcdef "]);
    }

    #[test]
    fn nothing_gives_nothing() {
        for unit in [NgramUnit::Words, NgramUnit::Characters, NgramUnit::CharactersInWords] {
            assert!(ngrams("", unit, 1, 3).is_empty());
            assert!(ngrams("a", unit, 4, usize::MAX).len() <= 1);
        }
        assert!(ngrams(" \n", NgramUnit::CharactersInWords, 1, 3).is_empty());
    }
}
