//! Rows that weights, epochs and vocabularies were not chosen by, and what a classifier says of them.

use std::collections::{HashMap, HashSet};

use plaudit_core::{Analyzer, Error, Example, Observer, Origin, Result};
use plaudit_metrics::Scored;
use plaudit_stats::Stream;

use crate::apart::fit_apart;
use crate::extras::{Extras, FOLD, Given};
use crate::seen::{digest_of_rows, digests};
use crate::train::{TRAIN, VALID, labels_of, places};
use crate::trainer::fit;
use crate::{Architecture, Stopped, TextClassifier, TrainConfig, WideAndDeepConfig};

/// The scores of rows that were used for nothing else: neither to fit weights nor to choose an epoch. What is fitted on
/// scores, such as a [calibration](TextClassifier::calibrated), asks for this type, which rows that the classifier knows do not
/// get into, and takes only those of the classifier itself, or of folds that were trained as it was: with the same configuration, on the
/// same texts with the same labels. (Of a classifier whose weights came ready, what it knows is
/// [unknown](Origin::Unknown).)
///
/// Texts are compared as their tokens after cleaning, up to the configuration's `max_tokens`. Made by [`out_of_fold`] and [`TextClassifier::held_out`]. The scores are those of the network, not calibrated.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    scored: Scored,
    rows: Vec<usize>,
    texts: Vec<u64>, // digests, of the scored rows
    origin: Origin,
    source: Source,
}

/// Which classifier the scores may calibrate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// The one whose network has these weights, as their digest.
    Network(u64),
    /// One that was trained with this configuration, of which threads and calibration say nothing, on these rows, as their digest.
    TrainedWith {
        config: Box<TrainConfig>,
        rows: String,
        /// The digest of the word vectors that it started from.
        vectors: Option<String>,
    },
}

impl HeldOut {
    /// `texts` are the digests of all rows that were given, `rows` the places of those that were scored.
    pub(crate) fn new(scored: Scored, texts: &[u64], rows: Vec<usize>, origin: Origin, source: Source) -> Self {
        let texts = rows.iter().filter_map(|&row| texts.get(row).copied()).collect();
        Self { scored, rows, texts, origin, source }
    }

    /// The texts' digests, of the scored rows.
    pub(crate) fn texts(&self) -> &[u64] {
        &self.texts
    }

    /// The scores of the first row of each text.
    pub(crate) fn distinct(&self) -> Result<Scored> {
        let mut known = HashSet::new();
        let rows = self.scored.rows().zip(self.scored.truth()).zip(&self.texts);
        let first = rows.filter(|(_, text)| known.insert(**text)).map(|((row, &truth), _)| (truth, row));
        let (truth, rows): (Vec<usize>, Vec<&[f64]>) = first.unzip();
        Scored::new(self.scored.labels().clone(), truth, rows.concat())
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Returns the true labels beside the scores.
    pub fn scored(&self) -> &Scored {
        &self.scored
    }

    /// Returns the place of each scored row in the data that was given, counted from 0, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Returns where the scores come from.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

/// Returns the scores of the rows of `train` by classifiers that were trained without them: the rows are dealt into `folds`
/// parts, and for each part a classifier is trained on the others as [`train`](crate::train) trains, its epoch chosen on
/// `valid`. That takes `folds` times as long.
///
/// Rows of equal text (after cleaning) go to one fold, so that no classifier knows the text of a row that it scores, and the labels are spread
/// evenly. Rows whose text also stands in `valid` are not scored: epochs were chosen by it. `config.calibration` is not
/// read.
///
/// # Errors
/// As [`train`](crate::train); also when there are not `folds` different texts beside those of `valid`, `folds` is below 2, or
/// `observer` ends the run before the last fold is done ([`Error::Interrupted`]).
pub fn out_of_fold<A: Analyzer>(
    analyzer: &A,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    folds: usize,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<HeldOut> {
    out_of_fold_with(analyzer, train, valid, folds, &Extras::default(), config, observer)
}

/// The same for classifiers that are trained as [`train_with`](crate::train_with) trains.
///
/// # Errors
/// As [`out_of_fold`] and [`train_with`](crate::train_with).
pub fn out_of_fold_with<A: Analyzer>(
    analyzer: &A,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    folds: usize,
    extras: &Extras<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<HeldOut> {
    extras.check(train.len())?;
    let mut config = extras.applied(config, analyzer)?;
    config.calibration = None;
    config.validate()?;
    let labels = labels_of(&train, &config)?;
    config.labels = Some(labels.clone());
    let truth = places(TRAIN, train, &labels)?;
    let most = config.max_tokens;
    let [own, other] = [train, valid].map(|part| digests(analyzer, part, most));
    let folds = deal(&Texts::new(&own, &truth, &other, labels.len()), folds, config.seed)?;
    let rows = digest_of_rows([(&own, &truth), (&other, &places(VALID, valid, &labels)?)]);
    let digest = extras.vectors.map(|vectors| vectors.digest().to_owned());
    let source = Source::TrainedWith { config: Box::new(untold(&config)), rows, vectors: digest };
    let mut probabilities = vec![Vec::new(); train.len()];
    for (number, fold) in folds.iter().enumerate() {
        let rest: Vec<usize> = (0..train.len()).filter(|row| fold.binary_search(row).is_err()).collect();
        let given = extras.of(&format!("{FOLD}{}", number + 1), &rest);
        let classifier = fit_rows(analyzer, train, &rest, valid, given, &config, observer)?;
        if classifier.report().stopped == Stopped::Observer {
            return Err(Error::Interrupted);
        }
        let examples = pick(train, fold);
        let scored = classifier.scored(&examples)?;
        for (&row, scores) in fold.iter().zip(scored.rows()) {
            if let Some(slot) = probabilities.get_mut(row) {
                *slot = scores.to_vec();
            }
        }
    }
    let origin = Origin::OutOfFold { folds: folds.len() };
    let rows: Vec<usize> =
        (0..).zip(&probabilities).filter(|(_, scores)| !scores.is_empty()).map(|(row, _)| row).collect();
    let truth = rows.iter().filter_map(|&row| truth.get(row).copied()).collect();
    Ok(HeldOut::new(Scored::new(labels, truth, probabilities.concat())?, &own, rows, origin, source))
}

/// The configuration without what changes no weight.
pub(crate) fn untold(config: &TrainConfig) -> TrainConfig {
    TrainConfig { calibration: None, threads: None, ..config.clone() }
}

/// The examples at these places.
pub(crate) fn pick<'a>(examples: &[Example<'a>], rows: &[usize]) -> Vec<Example<'a>> {
    rows.iter().filter_map(|&row| examples.get(row).copied()).collect()
}

/// Fits a classifier to the rows of `train` at these places; rows in errors go by their places in `train`.
pub(crate) fn fit_rows<A: Analyzer>(
    analyzer: A,
    train: &[Example<'_>],
    rows: &[usize],
    valid: &[Example<'_>],
    given: Given<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier<A>> {
    let part = pick(train, rows);
    let fitted = match &config.architecture {
        Architecture::WideAndDeep(wide @ WideAndDeepConfig { apart: Some(apart), .. }) => {
            fit_apart(analyzer, [&part, valid], given, config, (wide, apart), observer)
        }
        architecture => {
            let network = |words, labels, seed| architecture.initialize(words, labels, seed);
            fit(analyzer, [&part.as_slice(), &valid], given, config, observer, network)
        }
    };
    fitted.map_err(|error| match error {
        Error::Diverged { step, rows: of_part, what } => {
            let rows = of_part.into_iter().filter_map(|row| rows.get(row).copied()).collect();
            Error::Diverged { step, rows, what }
        }
        error => error,
    })
}

/// The rows of each fold, ascending.
fn deal(texts: &Texts, folds: usize, seed: u64) -> Result<Vec<Vec<usize>>> {
    if folds < 2 {
        return Err(Error::config(format!("folds: {folds}; expected 2 or more")));
    }
    let texts = texts.shuffled(seed, "folds");
    if texts.len() < folds {
        let reason =
            format!("{} different texts that are not in {VALID}; expected one or more a fold, {folds}", texts.len());
        return Err(Error::data(TRAIN, 0, "text", reason));
    }
    let mut dealt = vec![Vec::new(); folds];
    for (turn, rows) in texts.into_iter().enumerate() {
        if let Some(fold) = dealt.get_mut(turn % folds) {
            fold.extend(rows);
        }
    }
    dealt.iter_mut().for_each(|fold| fold.sort_unstable());
    Ok(dealt)
}

/// About this share of the rows of each label, ascending.
pub(crate) fn set_aside(texts: &Texts, share: f64, seed: u64) -> Vec<usize> {
    let mut aside = Vec::new();
    let mut due = 0.5; // of a row
    for rows in texts.shuffled(seed, "calibration") {
        due += share * rows.len() as f64;
        if due >= 1.0 {
            due -= rows.len() as f64;
            aside.extend(rows);
        }
    }
    aside.sort_unstable();
    aside
}

/// The rows of each text that the validation part does not hold, `[labels][texts][rows]`. A text of several labels goes by that
/// of its first row.
pub(crate) struct Texts(Vec<Vec<Vec<usize>>>);

impl Texts {
    /// `train` and `valid` are the texts' digests.
    pub(crate) fn new(train: &[u64], truth: &[usize], valid: &[u64], labels: usize) -> Self {
        let known: HashSet<u64> = valid.iter().copied().collect();
        let mut places: HashMap<u64, (usize, usize)> = HashMap::new();
        let mut texts: Vec<Vec<Vec<usize>>> = vec![Vec::new(); labels];
        for (row, (text, &label)) in train.iter().zip(truth).enumerate() {
            if known.contains(text) {
                continue;
            }
            let next = (label, texts.get(label).map_or(0, Vec::len));
            let (label, place) = *places.entry(*text).or_insert(next);
            let Some(of_label) = texts.get_mut(label) else { continue };
            if place == of_label.len() {
                of_label.push(Vec::new());
            }
            if let Some(rows) = of_label.get_mut(place) {
                rows.push(row);
            }
        }
        Self(texts)
    }

    /// The rows of each text, label by label, the texts of a label shuffled.
    fn shuffled(&self, seed: u64, stream: &str) -> Vec<Vec<usize>> {
        let mut texts = self.0.clone();
        for (label, of_label) in texts.iter_mut().enumerate() {
            Stream::new(seed, stream, label as u64).shuffle(of_label);
        }
        texts.concat()
    }
}
