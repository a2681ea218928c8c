//! Bag of words, TF-IDF or word vectors? Each with a linear classifier and a BiLSTM, on test rows.

mod common;

use std::path::Path;
use std::process::ExitCode;

use common::{Options, Result, Summary, mean, say};
use plaudit::core::{Features, Vocab, VocabConfig, WordCounts};
use plaudit::data::Dataset;
use plaudit::embeddings::word2vec::{self, Word2VecConfig};
use plaudit::embeddings::{MeanVectors, TfIdf, TfIdfConfig, UnknownWords, WordVectors, fit_tfidf_vocabulary};
use plaudit::models::{Extras, LinearConfig, Pretrained, TrainConfig, train_baseline, train_with};
use plaudit::text::{Pipeline, PipelineConfig};
use plaudit::{Analyzer, Classifier, Feedback};
use plaudit_stats::Stream;
use serde_json::{Value, json};

const HELP: &str = "
Trains a linear classifier and a BiLSTM on bags of words, TF-IDF and Word2Vec; prints accuracy and macro-F1 on the rows of test.tsv, means over
the seeds with their standard errors, and the processor time that training took. Everything is chosen on the rows of valid.tsv:
the linear classifier's C and the BiLSTM's epoch. Word vectors are trained on the training texts alone. All read the same words.

For the linear classifier, bags of words are counts (Eq. 15 of the paper), TF-IDF is Eq. 14 and Word2Vec the mean of a text's word vectors
(Eq. 16). The BiLSTM reads word by word, and what differs is where its word vectors start before they are learned: at random; at random,
each multiplied by its word's idf; at Word2Vec's.

cargo run --release --example features -- --data DIR [options]
  --data DIR         a folder with train.tsv, valid.tsv and test.tsv: columns text and label
  --preset NAME      english, chinese, social_media, counts, paper or raw (english)
  --label COLUMN     (label)
  --rows N           at most so many rows of train.tsv, 1 or more (all)
  --seeds N          1 or more (3); linear on counts and TF-IDF hangs on no seed
  --epochs N         of the BiLSTM, at most, 1 or more (those of train)
  --json             ends with one JSON object";

fn main() -> ExitCode {
    common::run(HELP, &["data", "preset", "label", "rows", "seeds", "epochs"], features)
}

/// How often word2vec goes through the training texts, as often as `train --pretrain` does.
const EPOCHS: usize = 20;

/// What texts are turned into.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    BagOfWords,
    TfIdf,
    Word2Vec,
}

const KINDS: [(Kind, &str); 3] =
    [(Kind::BagOfWords, "bag of words"), (Kind::TfIdf, "TF-IDF"), (Kind::Word2Vec, "Word2Vec")];

/// The parts, and what is the same for all.
struct Task {
    train: Dataset,
    valid: Dataset,
    test: Dataset,
    config: TrainConfig,
    pipeline: Pipeline,
    vocab: Vocab,
}

/// What one training came to, on test rows.
struct Run {
    accuracy: f64,
    macro_f1: f64,
    /// What validation rows chose for the linear classifier.
    c: Option<f64>,
    cpu_seconds: Option<f64>,
}

fn features(options: &Options) -> Result<()> {
    let seeds = options.positive::<u64>("seeds")?.unwrap_or(3);
    let task = Task::read(options)?;
    say!("{:<14}{:<8}{:>16}{:>16}{:>14}", "features", "model", "accuracy", "macro-F1", "CPU seconds");
    let mut rows = Vec::new();
    for (kind, name) in KINDS {
        for model in ["linear", "BiLSTM"] {
            let seeds = if model == "linear" && kind != Kind::Word2Vec { 1 } else { seeds };
            let run = |seed| if model == "linear" { task.linear(kind, seed) } else { task.bi_lstm(kind, seed) };
            let runs: Vec<Run> = (1..=seeds).map(run).collect::<Result<_>>()?;
            let accuracy = mean(runs.iter().map(|run| run.accuracy));
            let macro_f1 = mean(runs.iter().map(|run| run.macro_f1));
            let cpu = runs.iter().map(|run| run.cpu_seconds).collect::<Option<Vec<f64>>>();
            let cpu = cpu.map(|cpu| mean(cpu.iter().copied()).0);
            let seconds = cpu.map_or(String::new(), |cpu| format!("{cpu:.1}"));
            say!("{name:<14}{model:<8}{:>16}{:>16}{seconds:>14}", shown(accuracy), shown(macro_f1));
            rows.push(json!({"features": name, "model": model, "seeds": seeds, "accuracy": accuracy.0,
                "accuracy_error": accuracy.1, "macro_f1": macro_f1.0, "macro_f1_error": macro_f1.1,
                "cpu_seconds": cpu,
                "c": runs.iter().filter_map(|run| run.c).collect::<Vec<_>>()}));
        }
    }
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add("data", options.required("data")?);
        summary.add("train_rows", task.train.len());
        summary.add("test_rows", task.test.len());
        summary.add("words", task.vocab.words().len());
        summary.add("table", Value::from(rows));
        say!("{}", summary.line());
    }
    Ok(())
}

impl Task {
    fn read(options: &Options) -> Result<Self> {
        let (folder, rows) = (Path::new(options.required_file("data")?), options.positive("rows")?);
        let mut config = TrainConfig::default();
        config.epochs = options.positive("epochs")?.unwrap_or(config.epochs);
        let text = PipelineConfig::preset(options.one_of("preset", &PipelineConfig::PRESETS)?.unwrap_or("english"))?;
        let [train, valid, test] =
            ["train.tsv", "valid.tsv", "test.tsv"].map(|name| common::labelled(&folder.join(name), options));
        let (mut train, valid, test) = (train?, valid?, test?);
        train = common::at_most(train, rows)?;
        config.labels = Some(train.labels()?);
        let pipeline = Pipeline::from_corpus(text, train.iter().map(|row| row.text.as_str()))?;
        let mut counts = WordCounts::new();
        train.iter().for_each(|row| counts.add_tokens(&pipeline.analyze(&row.text)));
        let vocab = counts.into_vocab(&VocabConfig::default())?;
        Ok(Self { train, valid, test, config, pipeline, vocab })
    }

    fn linear(&self, kind: Kind, seed: u64) -> Result<Run> {
        let start = common::cpu_hundredths();
        match kind {
            Kind::BagOfWords => self.fit_linear(self.tfidf(&TfIdfConfig::bag_of_words())?, start),
            Kind::TfIdf => self.fit_linear(self.tfidf(&TfIdfConfig::paper())?, start),
            Kind::Word2Vec => {
                let vectors = self.word2vec(seed)?;
                self.fit_linear(MeanVectors::new(&self.pipeline, vectors, UnknownWords::Skip), start)
            }
        }
    }

    fn fit_linear(&self, features: impl Features, start: Option<f64>) -> Result<Run> {
        let mut config = LinearConfig::default();
        config.labels = self.config.labels.clone();
        let classifier = train_baseline(features, &self.train.examples(), &self.valid.examples(), &config.into())?;
        let c = classifier.report().best_fit().and_then(|fit| fit.c);
        Ok(Run { c, ..self.score(&classifier, start)? })
    }

    fn bi_lstm(&self, kind: Kind, seed: u64) -> Result<Run> {
        let start = common::cpu_hundredths();
        let vectors = match kind {
            Kind::Word2Vec => self.word2vec(seed)?,
            Kind::BagOfWords => self.at_random(seed, |_| 1.0)?,
            Kind::TfIdf => {
                let tfidf = self.tfidf(&TfIdfConfig::paper())?;
                self.at_random(seed, |word| tfidf.column(word).and_then(|column| tfidf.idf(column)).unwrap_or(1.0))?
            }
        };
        let pretrained = Pretrained::new(&vectors, vectors.words())?;
        let mut config = self.config.clone();
        config.seed = seed;
        let (train, valid) = (self.train.examples(), self.valid.examples());
        let mut extras = Extras::default();
        extras.vectors = Some(&pretrained);
        let classifier = train_with(&self.pipeline, &train, &valid, &extras, &config, &mut ())?;
        self.score(&classifier, start)
    }

    fn score(&self, classifier: &dyn Classifier, start: Option<f64>) -> Result<Run> {
        let cpu_seconds = common::cpu_hundredths().zip(start).map(|(end, start)| end - start);
        let report = plaudit::scored(classifier, &self.test)?.confusion().report();
        let scores = report.accuracy.zip(report.macro_average.f1);
        let (accuracy, macro_f1) = scores.ok_or("test.tsv has no row to score")?;
        Ok(Run { accuracy, macro_f1, c: None, cpu_seconds })
    }

    fn tfidf(&self, config: &TfIdfConfig) -> Result<TfIdf<&Pipeline>> {
        let texts = self.train.iter().map(|row| row.text.as_str());
        Ok(fit_tfidf_vocabulary(self.vocab.words(), texts, &self.pipeline, config)?)
    }

    fn word2vec(&self, seed: u64) -> Result<WordVectors> {
        let mut config = Word2VecConfig::default();
        (config.dim, config.seed) = (self.config.architecture.embedding(), seed);
        (config.min_count, config.epochs) = (VocabConfig::default().min_count, EPOCHS);
        let sentence = |row: &Feedback| {
            let tokens = self.pipeline.analyze(&row.text);
            tokens.iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
        };
        let sentences: Vec<String> = self.train.iter().map(sentence).collect();
        Ok(word2vec::train(sentences.as_slice(), &config, &mut ())?)
    }

    /// Vectors from the standard normal distribution, each multiplied by what `scale` says of its word.
    fn at_random(&self, seed: u64, scale: impl Fn(&str) -> f64) -> Result<WordVectors> {
        let (dim, mut random) = (self.config.architecture.embedding(), Stream::new(seed, "features", 0));
        let words: Vec<String> = self.vocab.words().map(str::to_owned).collect();
        let row = |word: &String| (0..dim).map(|_| (random.normal() * scale(word)) as f32).collect::<Vec<f32>>();
        let values = words.iter().flat_map(row).collect();
        Ok(WordVectors::new(words, dim, values)?)
    }
}

/// A mean as a percentage, with its standard error.
fn shown((mean, error): (f64, Option<f64>)) -> String {
    let error = error.map_or(String::new(), |error| format!(" ({:.2})", 100.0 * error));
    format!("{:.2}{error}", 100.0 * mean)
}
