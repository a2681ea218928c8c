//! One training run: vocabulary, batches, steps, early stopping.

use std::ops::ControlFlow;

use plaudit_core::{
    Analyzer, Epoch, Error, Example, Labels, Observer, Progress, Result, Scores, Stage, Tokens, Vocab, WordCounts,
};
use plaudit_kernels::WeightPrecision;
use plaudit_metrics::ConfusionMatrix;
use plaudit_stats::Stream;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::TrainConfig;
use crate::batches::batches;
use crate::classifier::{Reader, TextClassifier, probabilities};
use crate::extras::Given;
use crate::held_out::untold;
use crate::network::{Batch, Mode, Network, Weight};
use crate::ops::soft_cross_entropy;
use crate::pretrained::{VectorsReport, WORDS};
use crate::report::{Stopped, TrainReport};
use crate::rows::{Reading, RowSource, Rows, for_each_chunk};
use crate::seen::{Seen, digest, digest_of_rows, first_bytes, hash_features};
use crate::selection::judge;
use crate::train::{TRAIN, VALID, labels_of, place_of};

mod average;
mod schedule;
mod state;

pub use schedule::{Decay, ScheduleConfig};

use state::State;

/// Trains one network, and does not calibrate it.
pub(crate) fn fit<A: Analyzer>(
    analyzer: A,
    parts: [&dyn RowSource; 2],
    given: Given<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
    network: impl FnOnce(usize, usize, u64) -> Result<Box<dyn Network>>,
) -> Result<TextClassifier<A>> {
    if config.pretrained.frozen && given.vectors.is_none() {
        return Err(Error::config("pretrained.frozen: true, but no vectors were given"));
    }
    let labels = labels_of(parts[0], config)?;
    if labels.len() < 2 {
        return Err(Error::data(TRAIN, 0, "label", "every row has the same label; there must be at least two"));
    }
    Trainer::new(analyzer, parts, labels, given, config, observer, network)?.run()
}

struct Trainer<'a, A> {
    // The observer need not be Send, so the loop stays on its thread and enters the pool for its work.
    pool: rayon::ThreadPool,
    analyzer: A,
    /// The digests of the texts of both parts.
    texts: [Vec<u64>; 2],
    vocab: Vocab,
    /// For each word id, whether it has a given vector, and how far these reach; none where none are given.
    vectors: Option<(Vec<bool>, VectorsReport)>,
    labels: Labels,
    config: &'a TrainConfig,
    observer: &'a mut dyn Observer,
    train: Rows,
    valid: Rows,
    /// For each label, the target of its rows and what an error on one costs.
    targets: Vec<(Vec<f32>, f64)>,
    truncated: usize,
    network: Box<dyn Network>,
    given: Given<'a>,
    /// What the run's checkpoints are told by.
    digest: String,
}

impl<'a, A: Analyzer> Trainer<'a, A> {
    fn new(
        analyzer: A,
        [train, valid]: [&dyn RowSource; 2],
        labels: Labels,
        given: Given<'a>,
        config: &'a TrainConfig,
        observer: &'a mut dyn Observer,
        network: impl FnOnce(usize, usize, u64) -> Result<Box<dyn Network>>,
    ) -> Result<Self> {
        let mut pool = rayon::ThreadPoolBuilder::new();
        if let Some(threads) = config.threads {
            pool = pool.num_threads(threads);
        }
        let pool = pool.build().map_err(Error::backend)?;
        // The training part is read twice: to count words, and to encode.
        let total = train.len_hint().zip(valid.len_hint()).map(|(train, valid)| (2 * train + valid) as u64);
        let mut done = 0;
        let mut analyzed = |texts: usize| {
            done += texts as u64;
            match observer.progressed(&Progress::new(Stage::Analyzing, done, total)) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(Error::Interrupted),
            }
        };
        analyzed(0)?;
        let (mut counts, mut rows) = (WordCounts::new(), 0);
        for_each_chunk(train, &mut |chunk| {
            for (row, example) in chunk.iter().enumerate() {
                place_of(TRAIN, rows + row, example, &labels)?;
            }
            rows += chunk.len();
            let tokens: Vec<Tokens> =
                pool.install(|| chunk.par_iter().map(|example| analyzer.analyze(example.text)).collect());
            tokens.iter().for_each(|tokens| counts.add_tokens(tokens));
            analyzed(chunk.len())
        })?;
        let mut place = 0;
        valid.for_each(&mut |example| {
            place_of(VALID, place, &example, &labels)?; // before the training part is encoded
            place += 1;
            Ok(())
        })?;
        let (vocab, start) = match (given.vectors, &given.begin) {
            (Some(vectors), _) => vectors.start(&counts, config).map(|(vocab, start)| (vocab, Some(start)))?,
            (None, Some(begin)) => (begin.vocab(counts, &config.vocab)?, None),
            (None, None) => (counts.into_vocab(&config.vocab)?, None),
        };
        let mut truncated = 0;
        let reader = Reader::new(&analyzer, &vocab, config);
        let mut encoded = |part: &str, source: &dyn RowSource, folder, weights: Option<&[f32]>| {
            let (mut rows, mut texts) = (Rows::new(folder)?, Vec::new());
            let weight = |row| weights.and_then(|weights| weights.get(row)).copied().unwrap_or(1.0);
            for_each_chunk(source, &mut |chunk| {
                let read = |tokens: &mut Tokens, example: &Example<'_>| {
                    let (reading, cut) = reader.read(example.text, tokens);
                    (reading, cut, digest(tokens, config.max_tokens))
                };
                let read: Vec<(Reading, bool, u64)> =
                    pool.install(|| chunk.par_iter().map_init(Tokens::new, read).collect());
                for ((reading, cut, text), example) in read.into_iter().zip(chunk) {
                    truncated += usize::from(cut);
                    texts.push(text);
                    let row = rows.len();
                    rows.push(reading, place_of(part, row, example, &labels)?, weight(row))?;
                }
                analyzed(chunk.len())
            })?;
            match rows.len() {
                0 => Err(Error::data(part, 0, "", "there is no row")),
                _ => Ok((rows, texts)),
            }
        };
        let (train, own) = encoded(TRAIN, train, given.folder.as_deref(), given.weights.as_deref())?;
        let (valid, other) = encoded(VALID, valid, None, None)?;
        let texts = [own, other];
        let network = network(vocab.len(), labels.len(), config.seed)?;
        check_logits(network.as_ref(), labels.len())?;
        let vectors = start.map(|start| start.put(network.parameters())).transpose()?;
        if let Some(begin) = &given.begin {
            begin.put(network.parameters(), &labels)?;
        }
        let costs = config.objective.label_weights(&train.label_counts(labels.len()));
        let targets = config.objective.targets(labels.len()).into_iter().zip(costs).collect();
        let mut trainer = Self {
            pool,
            analyzer,
            texts,
            vocab,
            vectors,
            labels,
            config,
            observer,
            train,
            valid,
            targets,
            truncated,
            network,
            given,
            digest: String::new(),
        };
        if trainer.given.checkpoints.is_some() {
            trainer.digest = trainer.digest_of_run()?;
        }
        Ok(trainer)
    }

    /// What tells this run apart from others: all that its weights depend on, in the order in which rows were given.
    fn digest_of_run(&self) -> Result<String> {
        let mut hash = Sha256::new();
        hash.update(serde_json::to_vec(&untold(self.config)).map_err(Error::backend)?);
        hash.update(serde_json::to_vec(&self.labels).map_err(Error::backend)?);
        hash.update(&self.given.beside);
        hash.update(self.vectors.as_ref().map_or("", |(_, report)| report.digest.as_str()));
        for (part, texts) in [&self.train, &self.valid].into_iter().zip(&self.texts) {
            hash.update((part.len() as u64).to_le_bytes());
            for (row, ((text, label), weight)) in texts.iter().zip(part.labels()).zip(part.weights()).enumerate() {
                hash.update(text.to_le_bytes());
                hash.update((*label as u64).to_le_bytes());
                hash.update(weight.to_le_bytes());
                hash_features(&mut hash, &part.reading(row)?.features);
            }
        }
        for weight in self.network.parameters().values()? {
            hash.update(weight.name.as_bytes());
            weight.values.iter().for_each(|value| hash.update(value.to_le_bytes()));
        }
        Ok(format!("{:016x}", first_bytes(hash)))
    }

    fn run(mut self) -> Result<TextClassifier<A>> {
        let mut state = match &self.given.checkpoints {
            Some((folder, _)) => State::resume(folder, &self.digest, self.config, self.network.parameters())?,
            None => None,
        }
        .map_or_else(|| State::new(self.config, self.network.parameters()), Ok)?;
        if let Some((rows, _)) = self.vectors.as_ref().filter(|_| self.config.pretrained.frozen) {
            state.adam.freeze(WORDS, rows);
        }
        while state.place.stopped.is_none() {
            let ended = self.epoch(&mut state);
            if let Err(Error::Diverged { .. }) = &ended {
                self.save(&state)?; // the weights of the last good step; no step has moved them since
            }
            let verdict = ended?;
            let place = &mut state.place;
            let done = place.epochs.len();
            let patience = place.best_epoch > 0 && done - place.best_epoch >= self.config.patience;
            // Also where the observer asks for an end that the run has come to.
            place.stopped = if patience {
                Some(Stopped::Patience)
            } else {
                (done >= self.config.epochs).then_some(Stopped::Epochs)
            };
            self.save(&state)?; // to be gone on from, where it is not the end
            if verdict.is_break() && state.place.stopped.is_none() {
                state.place.stopped = Some(Stopped::Observer);
            }
        }
        let Some(best) = &state.best else { return Err(Error::Interrupted) };
        self.network.parameters().restore(best)?;
        self.finish(state)
    }

    /// Writes a checkpoint, where the run has any.
    fn save(&self, state: &State) -> Result<()> {
        let Some((folder, _)) = &self.given.checkpoints else { return Ok(()) };
        state.save(folder, &self.digest, self.network.parameters())
    }

    /// The rest of an epoch, validated; a break where the observer asked for one.
    fn epoch(&mut self, state: &mut State) -> Result<ControlFlow<()>> {
        let number = state.place.epochs.len() + 1;
        let batches = batches(&self.train, self.config.batch, self.config.seed, number as u64);
        let held = self.given.begin.as_ref().map(|begin| begin.held(self.network.parameters(), self.config, number));
        state.adam.hold(held.unwrap_or_default());
        let every = self.given.checkpoints.as_ref().map_or(u64::MAX, |(_, every)| *every);
        for rows in batches.iter().skip(state.place.batches) {
            let share = self.config.schedule.share(state.adam.steps() + 1, batches.len(), self.config.epochs);
            let loss = self.step(rows, share, state)?;
            let place = &mut state.place;
            place.loss_sum += loss * rows.len() as f64;
            (place.rows, place.batches) = (place.rows + rows.len(), place.batches + 1);
            let mut progress = Progress::new(Stage::Training, place.rows as u64, Some(self.train.len() as u64));
            progress.loss = Some(loss);
            if self.observer.progressed(&progress).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if state.adam.steps().is_multiple_of(every) {
                self.save(state)?;
            }
        }
        let mut epoch = Epoch::new(number, self.config.epochs);
        epoch.train_loss = state.place.loss_sum / state.place.rows.max(1) as f64;
        let last = batches.last().map_or(&[][..], Vec::as_slice);
        let weights = self.validate(&mut epoch, state, last)?;
        let place = &mut state.place;
        let best = place.best_epoch.checked_sub(1).and_then(|best| place.epochs.get(best));
        let selection = self.config.selection;
        epoch.best = best.is_none_or(|best| selection.rank(&epoch) > selection.rank(best));
        if epoch.best {
            (place.best_epoch, state.best) = (number, Some(weights));
        }
        place.epochs.push(epoch);
        (place.batches, place.loss_sum, place.rows) = (0, 0.0, 0);
        Ok(self.observer.epoch_ended(&epoch))
    }

    /// One step on these rows at this share of the learning rate. Returns their mean loss in nats.
    fn step(&self, rows: &[usize], share: f64, state: &mut State) -> Result<f64> {
        let step = state.adam.steps() + 1;
        let diverged = |what: String| Error::Diverged { step, rows: rows.to_vec(), what };
        let readings = rows.iter().map(|&row| self.train.reading(row)).collect::<Result<Vec<_>>>()?;
        let mut random = Stream::new(self.config.seed, "word dropout", step);
        let threshold = (self.config.word_dropout * 4_294_967_296.0) as u32;
        let mut unknown = |&id: &u32| if random.next_u32() < threshold { Vocab::UNKNOWN } else { id };
        let texts: Vec<Vec<u32>> = readings.iter().map(|row| row.ids.iter().map(&mut unknown).collect()).collect();
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        let batch = Batch::with_features(&texts, &readings.iter().map(|row| &row.features).collect::<Vec<_>>());
        let of = |&row: &usize| {
            let (target, cost) = self.targets.get(*self.train.labels().get(row)?)?;
            Some((target, *cost as f32 * self.train.weights().get(row)?))
        };
        let (targets, costs): (Vec<&Vec<f32>>, Vec<f32>) = rows.iter().filter_map(of).unzip();
        let targets: Vec<f32> = targets.into_iter().flatten().copied().collect();
        let (network, seed) = (self.network.as_ref(), self.config.seed);
        self.pool.install(|| {
            let mut mode = Mode::train(Stream::new(seed, "dropout", step));
            let logits = network.forward(&batch, &mut mode)?;
            let loss = soft_cross_entropy(&logits, targets, costs).map_err(Error::backend)?;
            let value = f64::from(loss.to_scalar::<f32>().map_err(Error::backend)?);
            if !value.is_finite() {
                return Err(diverged(format!("the loss is {value}")));
            }
            let norm = state.adam.step_at(share, network.parameters(), &loss, mode)?;
            if !norm.is_finite() {
                return Err(diverged(format!("the norm of the gradient is {norm}")));
            }
            if let Some(average) = &mut state.average {
                average.add(network.parameters(), step)?;
            }
            Ok(value)
        })
    }

    /// Fills in the figures on the validation part. Returns the weights that they are of. `last` are the rows of the last step.
    fn validate(&self, epoch: &mut Epoch, state: &State, last: &[usize]) -> Result<Vec<Weight>> {
        let readings = (0..self.valid.len()).map(|row| self.valid.reading(row)).collect::<Result<Vec<_>>>()?;
        let texts: Vec<&Reading> = readings.iter().map(AsRef::as_ref).collect();
        let (network, now) = (self.network.as_ref(), self.network.parameters().values()?);
        if let Some(average) = &state.average {
            network.parameters().restore(average.weights())?;
        }
        let scores = self.pool.install(|| {
            let scorer = network.scorer(WeightPrecision::Single)?;
            probabilities(network, scorer.as_deref(), &texts)
        });
        let weights = match &state.average {
            Some(average) => {
                network.parameters().restore(&now)?;
                average.weights().to_vec()
            }
            None => now,
        };
        let scores = scores?;
        if !scores.iter().flatten().all(|score| score.is_finite()) {
            let what = "a score on the validation part is not a number".to_owned();
            return Err(Error::Diverged { step: state.adam.steps(), rows: last.to_vec(), what });
        }
        let mut all = Scores::new(self.labels.clone());
        scores.iter().try_for_each(|row| all.push(row))?;
        let mut matrix = ConfusionMatrix::new(self.labels.clone());
        let mut loss = 0.0;
        for (&label, prediction) in self.valid.labels().iter().zip(all.iter()) {
            matrix.add(label, prediction.index())?;
            let probability = prediction.scores().get(label).copied().unwrap_or(0.0);
            loss -= f64::from(probability).max(f64::MIN_POSITIVE).ln();
        }
        judge(epoch, &matrix, loss / self.valid.len().max(1) as f64);
        Ok(weights)
    }

    /// The classifier with the weights as they are now.
    fn finish(self, state: State) -> Result<TextClassifier<A>> {
        let (mut tokens, mut unknown) = (0, 0);
        for row in 0..self.valid.len() {
            let reading = self.valid.reading(row)?;
            tokens += reading.ids.len();
            unknown += reading.ids.iter().filter(|&&id| id == Vocab::UNKNOWN).count();
        }
        let [own, other] = &self.texts;
        let report = TrainReport {
            instruction_set: plaudit_kernels::InstructionSet::best().name().to_owned(),
            train_rows: self.train.len(),
            valid_rows: self.valid.len(),
            train_labels: self.train.label_counts(self.labels.len()),
            rows: Some(digest_of_rows([(own, self.train.labels()), (other, self.valid.labels())])),
            truncated: self.truncated,
            unknown_share: unknown as f64 / tokens.max(1) as f64,
            vectors: self.vectors.map(|(_, report)| report),
            begun_from: self.given.begin.as_ref().map(|begin| begin.digest().to_owned()),
            vocab: self.vocab.len(),
            parameters: self.network.parameters().elements(),
            epochs: state.place.epochs,
            best_epoch: state.place.best_epoch,
            stopped: state.place.stopped.unwrap_or(Stopped::Observer),
            network_share: None,
            joined: None,
            linear: None,
        };
        let mut seen = self.texts.concat();
        seen.extend(self.given.begin.iter().flat_map(crate::fine_tune::Begin::seen));
        let mut config = self.config.clone();
        config.labels = Some(self.labels.clone());
        if let Some(architecture) = self.network.architecture() {
            config.architecture = architecture.clone();
        }
        let seen = Some(Seen::new(seen));
        TextClassifier::new(self.analyzer, self.vocab, self.labels, config, self.network, report, seen)
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
