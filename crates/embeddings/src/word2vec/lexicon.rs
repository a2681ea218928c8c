//! The words that are learned, and how likely each is kept and drawn.

use std::ops::ControlFlow;

use plaudit_core::{Error, Observer, Progress, Result, Stage, WordCounts, WordIndex};
use plaudit_stats::Stream;

use super::{Sentences, Word2VecConfig};
use crate::word_vectors::word_at;

/// The words that are learned, the most frequent first, and what training asks of them.
pub(super) struct Lexicon {
    pub(super) words: Vec<String>,
    pub(super) index: WordIndex,
    /// How many words of the corpus are of them.
    pub(super) total: u64,
    /// For each word, below which of 2^32 random numbers it is kept.
    kept: Vec<u64>,
    /// Up to which of 2^32 random numbers each word, or one before it, is the noise.
    noise: Vec<u64>,
}

impl Lexicon {
    /// Counts the words of the corpus.
    pub(super) fn count(
        corpus: &(impl Sentences + ?Sized),
        config: &Word2VecConfig,
        observer: &mut dyn Observer,
    ) -> Result<Self> {
        /// Distinct words at which rare ones are given up, as in word2vec.c.
        const MOST: usize = 21_000_000;
        /// Words between one report and the next.
        const STEP: u64 = 1 << 20;
        let (mut counts, mut seen, mut next, mut rare, mut stopped) = (WordCounts::new(), 0, STEP, 1, false);
        corpus.each(&mut |sentence| {
            for word in sentence.split_whitespace() {
                counts.add(word, 1);
                seen += 1;
            }
            if counts.len() > MOST {
                rare += 1;
                counts.prune(rare);
            }
            if seen >= next {
                next = seen + STEP;
                stopped = observer.progressed(&Progress::new(Stage::Analyzing, seen, None)).is_break();
            }
            if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        stopped |= observer.progressed(&Progress::new(Stage::Analyzing, seen, Some(seen))).is_break();
        if stopped {
            return Err(Error::Interrupted);
        }
        counts.prune(config.min_count);
        Self::new(counts, config)
    }

    fn new(counts: WordCounts, config: &Word2VecConfig) -> Result<Self> {
        let mut sorted = counts.sorted();
        sorted.truncate(config.max_words.unwrap_or(usize::MAX));
        if sorted.len() < 2 || u32::try_from(sorted.len()).is_err() {
            return Err(Error::config(format!(
                "word2vec: found {} words that come {} times or more, expected 2 to {}",
                sorted.len(),
                config.min_count,
                u32::MAX
            )));
        }
        let (words, sorted): (Vec<String>, Vec<u64>) =
            sorted.into_iter().map(|(word, count)| (word.to_owned(), count)).unzip();
        drop(counts); // room for what follows
        let total: u64 = sorted.iter().sum();
        let all = 4_294_967_296.0; // 2^32
        let threshold = config.sample * total as f64;
        let keep = |&count: &u64| {
            let share = threshold / count as f64;
            if config.sample == 0.0 { all as u64 } else { ((share.sqrt() + share) * all) as u64 }
        };
        let kept = sorted.iter().map(keep).collect();
        let powers: Vec<f64> = sorted.iter().map(|&count| libm::pow(count as f64, config.noise_power)).collect();
        let sum: f64 = powers.iter().sum();
        let mut before = 0.0;
        let noise = powers
            .iter()
            .map(|power| {
                before += power;
                (before / sum * all) as u64
            })
            .collect();
        let mut index = WordIndex::with_room(words.len())?;
        for (place, word) in (0..).zip(&words) {
            index.insert(word, place, word_at(&words));
        }
        Ok(Self { words, index, total, kept, noise })
    }

    pub(super) fn place(&self, word: &str) -> Option<u32> {
        self.index.place(word, word_at(&self.words))
    }

    /// Returns the words of noise of a window: not more than there are other words.
    pub(super) fn negative(&self, config: &Word2VecConfig) -> usize {
        config.negative.min(self.words.len() - 1)
    }

    /// Returns whether the word stays in its sentence this time.
    pub(super) fn is_kept(&self, word: u32, random: u32) -> bool {
        self.kept.get(word as usize).is_some_and(|&kept| u64::from(random) < kept)
    }

    /// Returns a word of noise.
    pub(super) fn noise(&self, stream: &mut Stream) -> u32 {
        let random = u64::from(stream.next_u32());
        let place = self.noise.partition_point(|&upto| upto <= random);
        place.min(self.words.len().saturating_sub(1)) as u32
    }
}
