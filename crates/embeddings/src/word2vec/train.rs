//! Rounds of blocks.

use std::ops::ControlFlow;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use plaudit_core::{Error, Observer, Progress, Result, Stage};
use plaudit_kernels::InstructionSet;
use plaudit_stats::Stream;
use rayon::prelude::*;

use super::block::{Block, Snapshot};
use super::lexicon::Lexicon;
use super::merge::{Merge, Touches};
use super::subwords::{Subwords, draw};
use super::{Sentences, Word2VecConfig};
use crate::subword_vectors::Ngrams;
use crate::{SubwordVectors, WordVectors};

/// Blocks of a round: as many threads can work at once.
const BLOCKS: usize = 8;
/// Bytes of a block, about. Each block reads the rows as they were before the round: the smaller, the less they miss of each other.
const BYTES: usize = 1 << 12;

/// Returns word vectors that are trained on a corpus, the most frequent word first.
///
/// A round is eight blocks of a few sentences, which threads share out between them: each reads the rows as they were before the
/// round, and the changes are added in the order of the blocks. So the vectors are the same, to the last bit, with any number of
/// threads, on every processor that rounds `a b + c` once; more than eight threads find nothing to do. The caller's
/// thread reads the corpus meanwhile. A sentence is a line.
///
/// Where the configuration has [`subwords`](Word2VecConfig::subwords), vectors have their n-grams' in them; [`train_subwords`] returns
/// these too.
///
/// # Example: words that meet
/// ```
/// use plaudit_embeddings::word2vec::{Word2VecConfig, train};
///
/// let corpus = ["the library was quiet", "the gym was loud"].repeat(50);
/// let mut config = Word2VecConfig::default();
/// (config.dim, config.epochs) = (10, 1);
/// let vectors = train(corpus.as_slice(), &config, &mut ())?;
/// assert_eq!(vectors.words(), ["the", "was", "gym", "library", "loud", "quiet"]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When the configuration has a fault, the corpus cannot be read or has fewer than two words that are learned, or the observer ends
/// the run while words are counted; later, what was learned so far is returned.
pub fn train(
    corpus: &(impl Sentences + ?Sized),
    config: &Word2VecConfig,
    observer: &mut dyn Observer,
) -> Result<WordVectors> {
    Ok(run(corpus, config, observer)?.0)
}

/// Returns vectors of words and of the n-grams inside them, so that unknown and misspelled words have one too: fastText's model
/// (P. Bojanowski, E. Grave, A. Joulin and T. Mikolov, *Enriching Word Vectors with Subword Information*, TACL 5, 2017).
///
/// A word's input vector is the mean of its own and its n-grams', each of which changes as the word does. A block makes up a word
/// once and trains it as a whole; only then the change goes to its n-grams. That is what makes it hardly slower than [`train`], where
/// fastText adds up a word's n-grams for each pair of words. N-grams that no word of the corpus has are zero (fastText leaves
/// random numbers there).
///
/// # Example: a word that nobody has written
/// ```
/// use plaudit_core::Embedding;
/// use plaudit_embeddings::word2vec::{SubwordConfig, Word2VecConfig, train_subwords};
///
/// let corpus = ["the library was quiet", "the gym was loud"].repeat(50);
/// let mut config = Word2VecConfig::default();
/// (config.dim, config.epochs, config.subwords) = (10, 1, Some(SubwordConfig::default()));
/// let vectors = train_subwords(corpus.as_slice(), &config, &mut ())?;
/// assert!(vectors.words().place("libary").is_none() && vectors.embed("libary").is_some());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// As [`train`], and when the configuration has no [`subwords`](Word2VecConfig::subwords).
pub fn train_subwords(
    corpus: &(impl Sentences + ?Sized),
    config: &Word2VecConfig,
    observer: &mut dyn Observer,
) -> Result<SubwordVectors> {
    if config.subwords.is_none() {
        return Err(Error::config("word2vec.subwords: found none, expected the n-grams that are learned"));
    }
    let (words, ngrams) = run(corpus, config, observer)?;
    Ok(SubwordVectors::new(words, ngrams))
}

fn run(
    corpus: &(impl Sentences + ?Sized),
    config: &Word2VecConfig,
    observer: &mut dyn Observer,
) -> Result<(WordVectors, Ngrams)> {
    config.validate()?;
    let lexicon = Lexicon::count(corpus, config, observer)?;
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(config.threads.unwrap_or(0)).build().map_err(Error::backend)?;
    let mut training = pool.install(|| Training::new(lexicon, config));
    thread::scope(|scope| {
        let (full, waiting) = mpsc::sync_channel::<Texts>(1);
        let (done, progress) = mpsc::sync_channel(1);
        let (pool, training) = (&pool, &mut training);
        // It ends where nobody hands on texts, or waits for the progress.
        let train = move || waiting.into_iter().try_for_each(|texts| done.send(training.round(&texts)));
        thread::Builder::new().spawn_scoped(scope, move || pool.install(train)).map_err(Error::backend)?;
        let mut reader = Reader { texts: Texts::default(), filled: 0, full, progress, is_waiting: false, observer };
        for _ in 0..config.epochs {
            let mut stopped = false;
            corpus.each(&mut |sentence| {
                stopped = reader.take(sentence).is_break();
                if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if stopped || reader.hand_on().is_break() {
                break;
            }
        }
        let _ = reader.wait();
        Ok::<(), Error>(())
    })?;
    training.finish()
}

/// The texts of a round's blocks.
type Texts = [String; BLOCKS];

/// Reads the texts of a round while the one before is trained on.
struct Reader<'a> {
    texts: Texts,
    /// Texts that are long enough.
    filled: usize,
    full: SyncSender<Texts>,
    progress: Receiver<Progress>,
    /// Whether a round is handed on, of which no progress was seen yet.
    is_waiting: bool,
    observer: &'a mut dyn Observer,
}

impl Reader<'_> {
    /// Takes a sentence, and hands on what is full.
    fn take(&mut self, sentence: &str) -> ControlFlow<()> {
        if let Some(text) = self.texts.get_mut(self.filled) {
            text.push_str(sentence);
            text.push('\n');
            self.filled += usize::from(text.len() >= BYTES);
        }
        if self.filled == BLOCKS { self.hand_on() } else { ControlFlow::Continue(()) }
    }

    /// Hands on the texts, after the round before, unless the observer ends the run.
    fn hand_on(&mut self) -> ControlFlow<()> {
        self.wait()?;
        self.filled = 0;
        self.is_waiting = self.full.send(std::mem::take(&mut self.texts)).is_ok();
        if self.is_waiting { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// Waits for the round that was handed on, and reports it.
    fn wait(&mut self) -> ControlFlow<()> {
        if !std::mem::take(&mut self.is_waiting) {
            return ControlFlow::Continue(());
        }
        self.progress.recv().map_or(ControlFlow::Break(()), |progress| self.observer.progressed(&progress))
    }
}

struct Training<'a> {
    lexicon: Lexicon,
    config: &'a Word2VecConfig,
    /// `[words, dim]`.
    inputs: Vec<f32>,
    /// `[words, dim]`.
    outputs: Vec<f32>,
    blocks: Vec<Block>,
    rounds: u64,
    /// Words that were learned from.
    done: u64,
    set: InstructionSet,
    /// Of the rows of inputs and of outputs.
    touches: [Touches; 2],
    subwords: Option<Subwords>,
}

impl<'a> Training<'a> {
    fn new(lexicon: Lexicon, config: &'a Word2VecConfig) -> Self {
        let mut inputs = vec![0.0; lexicon.words.len() * config.dim];
        for (row, word) in inputs.chunks_exact_mut(config.dim).zip(0..) {
            draw(row, &mut Stream::new(config.seed, "word vectors", word));
        }
        let outputs = vec![0.0; inputs.len()];
        let blocks = (0..BLOCKS).map(|_| Block::default()).collect();
        let set = InstructionSet::best();
        let touches = [0; 2].map(|_| Touches::new(lexicon.words.len()));
        let subwords = config.subwords.as_ref();
        let subwords = subwords.map(|subwords| Subwords::new(&lexicon.words, subwords, config.dim, config.seed));
        Self { lexicon, config, inputs, outputs, blocks, rounds: 0, done: 0, set, touches, subwords }
    }

    /// Trains on the texts.
    fn round(&mut self, texts: &Texts) -> Progress {
        let Self { lexicon, config, inputs, outputs, blocks, rounds, set, touches, subwords, .. } = self;
        let all = (lexicon.total * config.epochs as u64) as f64;
        let blocks_and_texts = blocks.par_iter_mut().zip(texts.par_iter());
        let counts: Vec<u64> = blocks_and_texts.map(|(block, text)| block.read(text, lexicon)).collect();
        let starts: Vec<u64> = counts
            .iter()
            .scan(self.done, |done, count| {
                *done += count;
                Some(*done - count)
            })
            .collect();
        let snapshot = Snapshot { lexicon, config, inputs, outputs, subwords: subwords.as_ref(), set: *set };
        blocks.par_iter_mut().zip(&starts).enumerate().for_each(|(index, (block, &start))| {
            let part = (start as f64 / all).min(1.0);
            let rate = config.rate + (config.final_rate - config.rate) * part;
            let mut stream = Stream::new(config.seed, "word2vec", *rounds * BLOCKS as u64 + index as u64);
            block.train(&snapshot, &mut stream, rate);
        });
        let rate = config.rate + (config.final_rate - config.rate) * (self.done as f64 / all).min(1.0);
        let merge = Merge { blocks, rate, dim: config.dim, set: *set };
        let [of_inputs, of_outputs] = touches;
        rayon::join(
            || merge.add(outputs, of_outputs, |block| &block.outputs, std::slice::from_ref),
            || merge.add(inputs, of_inputs, |block| &block.inputs, std::slice::from_ref),
        );
        if let Some(subwords) = subwords {
            subwords.merge(merge);
        }
        let loss = blocks.iter().fold((0.0, 0), |(loss, pairs), block| (loss + block.loss.0, pairs + block.loss.1));
        (self.rounds, self.done) = (*rounds + 1, self.done + counts.iter().sum::<u64>());
        let mut progress = Progress::new(Stage::Training, self.done, Some(self.lexicon.total * config.epochs as u64));
        progress.loss = (loss.1 > 0).then(|| loss.0 / loss.1 as f64);
        progress
    }

    /// Returns the vectors of words with their n-grams in them, and those of n-grams.
    fn finish(self) -> Result<(WordVectors, Ngrams)> {
        let Self { lexicon: Lexicon { words, index, .. }, config, mut inputs, subwords, .. } = self;
        let ngrams = match subwords {
            None => Ngrams::new((0, 0), Vec::new(), config.dim),
            Some(subwords) => {
                let ngrams = subwords.into_ngrams();
                ngrams.complete(words.iter().map(String::as_bytes).zip(inputs.chunks_exact_mut(config.dim)));
                ngrams
            }
        };
        Ok((WordVectors::from_index(words, index, config.dim, inputs)?, ngrams))
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::Embedding;

    use super::super::Architecture;
    use super::*;

    /// Sentences of words of one of two groups, which never meet.
    fn two_groups() -> Vec<String> {
        let mut stream = Stream::new(3, "test", 0);
        let sentence = |group: char, stream: &mut Stream| -> String {
            let words: Vec<String> = (0..12).map(|_| format!("{group}{}", stream.below(10))).collect();
            words.join(" ")
        };
        (0..4000).map(|n| sentence(if n % 2 == 0 { 'a' } else { 'b' }, &mut stream)).collect()
    }

    fn config(threads: usize) -> Word2VecConfig {
        let mut config = Word2VecConfig::default();
        (config.dim, config.epochs, config.sample, config.threads) = (20, 3, 0.0, Some(threads));
        config
    }

    fn cosine(vectors: &WordVectors, a: &str, b: &str) -> f32 {
        let (a, b) = (vectors.embed(a).unwrap(), vectors.embed(b).unwrap());
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
    }

    #[test]
    fn words_that_meet_come_close() {
        let corpus = two_groups();
        for architecture in [Architecture::SkipGram, Architecture::Cbow] {
            let mut config = config(2);
            config.architecture = architecture;
            let vectors = train(corpus.as_slice(), &config, &mut ()).unwrap();
            assert_eq!(vectors.words().len(), 20);
            let (near, far) = (cosine(&vectors, "a1", "a2"), cosine(&vectors, "a1", "b2"));
            assert!(near > 0.8 && far < near - 0.3, "{architecture:?}: {near} {far}");
        }
    }

    #[test]
    fn the_same_bytes_with_any_number_of_threads() {
        let corpus = two_groups();
        let one = train(corpus.as_slice(), &config(1), &mut ()).unwrap();
        for threads in [2, 3, 8] {
            let other = train(corpus.as_slice(), &config(threads), &mut ()).unwrap();
            assert!(one.values().iter().zip(other.values()).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
        let mut seeded = config(1);
        seeded.seed = 2;
        assert_ne!(train(corpus.as_slice(), &seeded, &mut ()).unwrap().values(), one.values());
    }

    #[test]
    fn hostile_corpora() {
        let train = |corpus: &[&str], config: &Word2VecConfig| train(corpus, config, &mut ());
        let mut config = config(1);
        let error = train(&[], &config).unwrap_err().to_string();
        assert!(error.contains("found 0 words that come 5 times or more, expected 2"), "{error}");
        config.min_count = 1;
        assert!(train(&["a a a a", ""], &config).is_err());
        // fewer words than a window of noise wants
        assert_eq!(train(&["a b", "\u{3000}", "b a a\tb\0 \n a"], &config).unwrap().words(), ["a", "b", "b\0"]);
        let endless = "a b c ".repeat(50_000);
        assert!(train(&[&endless], &config).unwrap().values().iter().all(|value| value.is_finite()));
        config.max_words = Some(2);
        assert_eq!(train(&["c a b a b"], &config).unwrap().words(), ["a", "b"]);
        (config.dim, config.rate, config.threads) = (0, f64::NAN, Some(0));
        let error = train(&["a b"], &config).unwrap_err().to_string();
        assert!(
            ["word2vec.dim", "word2vec.rate", "word2vec.threads"].iter().all(|name| error.contains(name)),
            "{error}"
        );
    }

    #[test]
    fn an_observer_ends_the_run() {
        struct Stop(u64);
        impl Observer for Stop {
            fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
                if progress.stage == Stage::Training {
                    self.0 = progress.done;
                    assert!(progress.done <= progress.total.unwrap());
                    assert!(progress.loss.is_some_and(|loss| loss > 0.0 && loss < 1.0));
                }
                if self.0 > 20_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }
        }
        let mut stop = Stop(0);
        train(two_groups().as_slice(), &config(1), &mut stop).unwrap();
        assert!((20_000..40_000).contains(&stop.0), "{}", stop.0);
    }
}
