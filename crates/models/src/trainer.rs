//! One training run: vocabulary, batches, steps, early stopping.

use std::ops::ControlFlow;

use plaudit_core::{
    Analyzer, Epoch, Error, Example, Labels, Observer, Progress, Result, Scores, Stage, Tokens, Vocab, WordCounts,
};
use plaudit_kernels::WeightPrecision;
use plaudit_metrics::ConfusionMatrix;
use plaudit_stats::Stream;
use rayon::prelude::*;

use crate::TrainConfig;
use crate::adam::Adam;
use crate::batches::{Row, batches};
use crate::classifier::{TextClassifier, encode, probabilities};
use crate::network::{Batch, Mode, Network, cross_entropy};
use crate::pretrained::{Pretrained, VectorsReport, WORDS};
use crate::report::{Stopped, TrainReport};
use crate::seen::{Seen, digest_of_rows, digests};
use crate::train::{TRAIN, VALID, labels_of, places};

/// Trains one network, and does not calibrate it.
pub(crate) fn fit<A: Analyzer>(
    analyzer: A,
    [train, valid]: [&[Example<'_>]; 2],
    vectors: Option<&Pretrained<'_>>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
    network: impl FnOnce(usize, usize, u64) -> Result<Box<dyn Network>>,
) -> Result<TextClassifier<A>> {
    if config.pretrained.frozen && vectors.is_none() {
        return Err(Error::config("pretrained.frozen: true, but no vectors were given"));
    }
    let labels = labels_of(train, config)?;
    if labels.len() < 2 {
        return Err(Error::data(TRAIN, 0, "label", "every row has the same label; there must be at least two"));
    }
    Trainer::new(analyzer, [train, valid], labels, vectors, config, observer, network)?.run()
}

/// Texts analyzed between two events.
const CHUNK: usize = 4096;

struct Trainer<'a, A> {
    // The observer need not be Send, so the loop stays on its thread and enters the pool for its work.
    pool: rayon::ThreadPool,
    analyzer: A,
    /// The digests of the texts of both parts.
    texts: [Vec<u64>; 2],
    vocab: Vocab,
    /// For each word id, whether it has a given vector, and how far these reach; none where none are given.
    given: Option<(Vec<bool>, VectorsReport)>,
    labels: Labels,
    config: &'a TrainConfig,
    observer: &'a mut dyn Observer,
    train: Vec<Row>,
    valid: Vec<Row>,
    truncated: usize,
    network: Box<dyn Network>,
    /// The rows of the last step.
    last: Vec<usize>,
}

impl<'a, A: Analyzer> Trainer<'a, A> {
    fn new(
        analyzer: A,
        [train, valid]: [&[Example<'_>]; 2],
        labels: Labels,
        vectors: Option<&Pretrained<'_>>,
        config: &'a TrainConfig,
        observer: &'a mut dyn Observer,
        network: impl FnOnce(usize, usize, u64) -> Result<Box<dyn Network>>,
    ) -> Result<Self> {
        let mut pool = rayon::ThreadPoolBuilder::new();
        if let Some(threads) = config.threads {
            pool = pool.num_threads(threads);
        }
        let pool = pool.build().map_err(Error::backend)?;
        let texts = [train, valid].map(|part| pool.install(|| digests(&analyzer, part, config.max_tokens)));
        let train_places = places(TRAIN, train, &labels)?;
        let valid_places = places(VALID, valid, &labels)?;
        let total = (2 * train.len() + valid.len()) as u64; // the training part is read twice: to count, and to encode
        let mut done = 0;
        let mut analyzed = |texts: usize| {
            done += texts as u64;
            match observer.progressed(&Progress::new(Stage::Analyzing, done, Some(total))) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(Error::Interrupted),
            }
        };
        analyzed(0)?;
        let mut counts = WordCounts::new();
        for chunk in train.chunks(CHUNK) {
            let tokens: Vec<Tokens> =
                pool.install(|| chunk.par_iter().map(|example| analyzer.analyze(example.text)).collect());
            tokens.iter().for_each(|tokens| counts.add_tokens(tokens));
            analyzed(chunk.len())?;
        }
        let (vocab, start) = match vectors {
            Some(vectors) => vectors.start(&counts, config).map(|(vocab, start)| (vocab, Some(start)))?,
            None => (counts.into_vocab(&config.vocab)?, None),
        };
        let mut truncated = 0;
        let mut encoded = |examples: &[Example<'_>], places: Vec<usize>| -> Result<Vec<Row>> {
            let mut rows = Vec::with_capacity(examples.len());
            for (chunk, places) in examples.chunks(CHUNK).zip(places.chunks(CHUNK)) {
                let ids = |example: &Example<'_>| encode(&analyzer.analyze(example.text), &vocab, config.max_tokens);
                let ids: Vec<(Vec<u32>, bool)> = pool.install(|| chunk.par_iter().map(ids).collect());
                truncated += ids.iter().filter(|(_, cut)| *cut).count();
                rows.extend(ids.into_iter().zip(places).map(|((ids, _), &label)| Row { ids, label }));
                analyzed(chunk.len())?;
            }
            Ok(rows)
        };
        let train = encoded(train, train_places)?;
        let valid = encoded(valid, valid_places)?;
        let network = network(vocab.len(), labels.len(), config.seed)?;
        check_logits(network.as_ref(), labels.len())?;
        let given = start.map(|start| start.put(network.parameters())).transpose()?;
        let last = Vec::new();
        Ok(Self {
            pool,
            analyzer,
            texts,
            vocab,
            given,
            labels,
            config,
            observer,
            train,
            valid,
            truncated,
            network,
            last,
        })
    }

    fn run(mut self) -> Result<TextClassifier<A>> {
        let mut adam = Adam::new(&self.config.adam, self.network.parameters())?;
        if let Some((rows, _)) = self.given.as_ref().filter(|_| self.config.pretrained.frozen) {
            adam.freeze(WORDS, rows);
        }
        let mut epochs: Vec<Epoch> = Vec::new();
        let mut best = None;
        let mut stopped = Stopped::Epochs;
        for number in 1..=self.config.epochs {
            let train_loss = match self.epoch(number, &mut adam)? {
                ControlFlow::Continue(loss) => loss,
                ControlFlow::Break(()) => {
                    stopped = Stopped::Observer;
                    break;
                }
            };
            let mut epoch = Epoch::new(number, self.config.epochs);
            epoch.train_loss = train_loss;
            self.validate(&mut epoch, adam.steps())?;
            let rank = (epoch.valid_macro_f1, -epoch.valid_loss);
            epoch.best = best.as_ref().is_none_or(|&(best, _, _)| rank > best);
            if epoch.best {
                best = Some((rank, number, self.network.parameters().values()?));
            }
            let verdict = self.observer.epoch_ended(&epoch);
            epochs.push(epoch);
            if verdict.is_break() {
                stopped = Stopped::Observer;
                break;
            }
            if best.as_ref().is_some_and(|&(_, best, _)| number - best >= self.config.patience) {
                stopped = Stopped::Patience;
                break;
            }
        }
        let Some((_, best_epoch, weights)) = best else { return Err(Error::Interrupted) };
        self.network.parameters().restore(&weights)?;
        let mut report = self.report(epochs, best_epoch, stopped);
        let labels = [&self.train, &self.valid].map(|part| part.iter().map(|row| row.label).collect::<Vec<_>>());
        let ([own, other], [own_labels, other_labels]) = (&self.texts, &labels);
        report.rows = Some(digest_of_rows([(own, own_labels), (other, other_labels)]));
        let seen = Seen::new(self.texts.concat());
        let mut config = self.config.clone();
        config.labels = Some(self.labels.clone());
        if let Some(architecture) = self.network.architecture() {
            config.architecture = architecture.clone();
        }
        TextClassifier::new(self.analyzer, self.vocab, self.labels, config, self.network, report, Some(seen))
    }

    /// One pass over the training part. Returns its mean loss, or a break where the observer asked for one.
    fn epoch(&mut self, number: usize, adam: &mut Adam) -> Result<ControlFlow<(), f64>> {
        let mut loss_sum = 0.0;
        let mut done = 0;
        for rows in batches(&self.train, self.config.batch, self.config.seed, number as u64) {
            let loss = self.step(&rows, adam)?;
            loss_sum += loss * rows.len() as f64;
            done += rows.len();
            self.last = rows;
            let mut progress = Progress::new(Stage::Training, done as u64, Some(self.train.len() as u64));
            progress.loss = Some(loss);
            if self.observer.progressed(&progress).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(loss_sum / done.max(1) as f64))
    }

    /// One step on these rows. Returns their mean loss in nats.
    fn step(&self, rows: &[usize], adam: &mut Adam) -> Result<f64> {
        let step = adam.steps() + 1;
        let diverged = |what: String| Error::Diverged { step, rows: rows.to_vec(), what };
        let rows: Vec<&Row> = rows.iter().filter_map(|&row| self.train.get(row)).collect();
        let mut random = Stream::new(self.config.seed, "word dropout", step);
        let threshold = (self.config.word_dropout * 4_294_967_296.0) as u32;
        let mut unknown = |&id: &u32| if random.next_u32() < threshold { Vocab::UNKNOWN } else { id };
        let texts: Vec<Vec<u32>> = rows.iter().map(|row| row.ids.iter().map(&mut unknown).collect()).collect();
        let batch = Batch::new(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let targets: Vec<usize> = rows.iter().map(|row| row.label).collect();
        let (network, seed) = (self.network.as_ref(), self.config.seed);
        self.pool.install(|| {
            let mut mode = Mode::train(Stream::new(seed, "dropout", step));
            let logits = network.forward(&batch, &mut mode)?;
            let loss = cross_entropy(&logits, &targets)?;
            let value = f64::from(loss.to_scalar::<f32>().map_err(Error::backend)?);
            if !value.is_finite() {
                return Err(diverged(format!("the loss is {value}")));
            }
            let norm = adam.step(network.parameters(), &loss, mode)?;
            if !norm.is_finite() {
                return Err(diverged(format!("the norm of the gradient is {norm}")));
            }
            Ok(value)
        })
    }

    /// Fills in the figures on the validation part, after `step` steps.
    fn validate(&self, epoch: &mut Epoch, step: u64) -> Result<()> {
        let texts: Vec<&[u32]> = self.valid.iter().map(|row| row.ids.as_slice()).collect();
        let network = self.network.as_ref();
        let scores = self.pool.install(|| {
            let scorer = network.scorer(WeightPrecision::Single)?;
            probabilities(network, scorer.as_deref(), &texts)
        })?;
        if !scores.iter().flatten().all(|score| score.is_finite()) {
            let what = "a score on the validation part is not a number".to_owned();
            return Err(Error::Diverged { step, rows: self.last.clone(), what });
        }
        let mut all = Scores::new(self.labels.clone());
        scores.iter().try_for_each(|row| all.push(row))?;
        let mut matrix = ConfusionMatrix::new(self.labels.clone());
        let mut loss = 0.0;
        for (row, prediction) in self.valid.iter().zip(all.iter()) {
            matrix.add(row.label, prediction.index())?;
            let probability = prediction.scores().get(row.label).copied().unwrap_or(0.0);
            loss -= f64::from(probability).max(f64::MIN_POSITIVE).ln();
        }
        let report = matrix.report();
        epoch.valid_loss = loss / self.valid.len().max(1) as f64;
        epoch.valid_accuracy = report.accuracy.unwrap_or(0.0);
        epoch.valid_macro_f1 = report.macro_average.f1.unwrap_or(0.0);
        Ok(())
    }

    fn report(&self, epochs: Vec<Epoch>, best_epoch: usize, stopped: Stopped) -> TrainReport {
        let mut train_labels = vec![0; self.labels.len()];
        for row in &self.train {
            if let Some(count) = train_labels.get_mut(row.label) {
                *count += 1;
            }
        }
        let tokens: usize = self.valid.iter().map(|row| row.ids.len()).sum();
        let unknown: usize =
            self.valid.iter().map(|row| row.ids.iter().filter(|&&id| id == Vocab::UNKNOWN).count()).sum();
        TrainReport {
            instruction_set: plaudit_kernels::InstructionSet::best().name().to_owned(),
            train_rows: self.train.len(),
            valid_rows: self.valid.len(),
            train_labels,
            rows: None,
            truncated: self.truncated,
            unknown_share: unknown as f64 / tokens.max(1) as f64,
            vectors: self.given.as_ref().map(|(_, report)| report.clone()),
            vocab: self.vocab.len(),
            parameters: self.network.parameters().elements(),
            epochs,
            best_epoch,
            stopped,
        }
    }
}

/// A network that gives other logits than one for each label would fail after an epoch, or never.
fn check_logits(network: &dyn Network, labels: usize) -> Result<()> {
    let logits = network.forward(&Batch::new(&[&[Vocab::UNKNOWN]]), &mut Mode::Infer)?;
    if logits.dims() == [1, labels] {
        return Ok(());
    }
    Err(Error::config(format!("the network gives logits {:?} for one text, expected {:?}", logits.dims(), [1, labels])))
}
