//! Train word vectors on a file of sentences.

mod common;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use common::{Options, Result, Summary, say, usage};
use plaudit::core::Stage;
use plaudit::embeddings::formats::{VectorFormat, write, write_subwords};
use plaudit::embeddings::word2vec::{Architecture, SentenceFile, SubwordConfig, Word2VecConfig, train, train_subwords};
use plaudit::{Observer, Progress};

const HELP: &str = "
Trains word vectors (word2vec) on a file of sentences, one a line, words with blanks between them (`clean` writes such files). The same
file, options and seed give the same vectors with any number of threads.

cargo run --release --example word2vec -- --corpus FILE --out FILE [options]
  --corpus FILE      sentences, also compressed by gzip; its size does not matter
  --out FILE         where the vectors go: .bin (word2vec binary; with --subwords a model of fastText), .txt or .vec (word2vec text)
  --cbow             continuous bag of words in the place of skip-gram, with 0.05 as the learning rate at the start
  --subwords         vectors of n-grams too, so that unknown and misspelled words have one
  --min-ngram N      the fewest characters of an n-gram (3)
  --max-ngram N      the most (6)
  --buckets N        vectors of n-grams, which share them by hash (2000000)
  --dim N            the length of a vector (100)
  --window N         the most words on each side (5)
  --negative N       words of noise a window (5)
  --min-count N      words that come less often have no vector (5)
  --sample SHARE     words above this share of the corpus are passed over now and then; 0: none is (1e-3)
  --epochs N         (5)
  --rate R           the learning rate at the start (0.025)
  --seed N           (1)
  --threads N        (all)
  --json             ends with one JSON object: words (of the corpus, times the epochs), vocabulary, seconds and words_per_second of
                     everything, words_per_cpu_second, peak_memory_bytes";

fn main() -> ExitCode {
    let options = [
        "corpus",
        "out",
        "cbow!",
        "subwords!",
        "min-ngram",
        "max-ngram",
        "buckets",
        "dim",
        "window",
        "negative",
        "min-count",
        "sample",
        "epochs",
        "rate",
        "seed",
        "threads",
    ];
    common::run(HELP, &options, word2vec)
}

/// How many words were counted and learned from, with a line now and then.
#[derive(Default)]
struct Watch {
    counted: u64,
    next: u64,
}

impl Observer for Watch {
    fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
        if progress.stage == Stage::Analyzing {
            self.counted = progress.done;
            return ControlFlow::Continue(());
        }
        let (done, total) = (progress.done, progress.total.unwrap_or(0).max(1));
        if done >= self.next {
            let loss = progress.loss.map_or_else(String::new, |loss| format!(", loss {loss:.4}"));
            common::complain(&format!("{:.0} %: {done} words{loss}", 100.0 * done as f64 / total as f64));
            self.next = done + total / 10;
        }
        ControlFlow::Continue(())
    }
}

fn word2vec(options: &Options) -> Result<()> {
    let out = options.required("out")?;
    let format = match out.rsplit_once('.').map(|(_, end)| end) {
        Some("bin") => VectorFormat::Word2vecBinary,
        Some("txt" | "vec") => VectorFormat::Word2vecText,
        _ => return Err(usage("--out: expected a name that ends in .bin, .txt or .vec")),
    };
    let mut config = Word2VecConfig::default();
    if options.value("cbow").is_some() {
        (config.architecture, config.rate) = (Architecture::Cbow, 0.05);
    }
    config.dim = options.number("dim")?.unwrap_or(config.dim);
    config.window = options.number("window")?.unwrap_or(config.window);
    config.negative = options.number("negative")?.unwrap_or(config.negative);
    config.min_count = options.number("min-count")?.unwrap_or(config.min_count);
    config.sample = options.number("sample")?.unwrap_or(config.sample);
    config.epochs = options.number("epochs")?.unwrap_or(config.epochs);
    config.rate = options.number("rate")?.unwrap_or(config.rate);
    config.final_rate = config.rate * 1e-4;
    config.seed = options.number("seed")?.unwrap_or(config.seed);
    config.threads = options.number("threads")?;
    config.subwords = subwords(options)?;
    config.validate().map_err(common::usage_faults)?;
    let start = Instant::now();
    let mut watch = Watch::default();
    let corpus = SentenceFile::new(options.required("corpus")?);
    let vectors = if config.subwords.is_some() && format == VectorFormat::Word2vecBinary {
        let vectors = train_subwords(&corpus, &config, &mut watch)?;
        write_subwords(out, &vectors)?;
        vectors.into_words()
    } else {
        let vectors = train(&corpus, &config, &mut watch)?;
        write(out, &vectors, format)?;
        vectors
    };
    let words = watch.counted * config.epochs as u64;
    let seconds = start.elapsed().as_secs_f64();
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add("words", words);
        summary.add("vocabulary", vectors.words().len());
        summary.add("seconds", seconds);
        summary.add("words_per_second", words as f64 / seconds);
        summary.add("words_per_cpu_second", common::cpu_hundredths().map(|cpu| words as f64 / cpu));
        summary.add("peak_memory_bytes", common::peak_memory_bytes());
        say!("{}", summary.line());
    } else {
        say!("{} words in {out}, {seconds:.1} s", vectors.words().len());
    }
    Ok(())
}

/// The n-grams that the options ask for.
fn subwords(options: &Options) -> Result<Option<SubwordConfig>> {
    let numbers = [options.number("min-ngram")?, options.number("max-ngram")?, options.number("buckets")?];
    if options.value("subwords").is_none() {
        let given = numbers.iter().any(Option::is_some);
        return if given {
            Err(usage("--min-ngram, --max-ngram and --buckets: expected --subwords too"))
        } else {
            Ok(None)
        };
    }
    let [min, max, buckets] = numbers;
    let mut config = SubwordConfig::default();
    config.min = min.unwrap_or(config.min);
    config.max = max.unwrap_or(config.max);
    config.buckets = buckets.unwrap_or(config.buckets);
    Ok(Some(config))
}
