//! Training: what a classifier is fitted to, and what is set aside.

use std::collections::BTreeSet;
use std::path::Path;

use plaudit_core::{Analyzer, Error, Example, Labels, Observer, Origin, Result};

use crate::classifier::TextClassifier;
use crate::extras::{Extras, Given, WHOLE};
use crate::held_out::{HeldOut, Texts, fit_rows, out_of_fold_with, pick, set_aside};
use crate::network::Network;
use crate::rows::RowSource;
use crate::seen::digests;
use crate::trainer::fit;
use crate::{Architecture, CalibrationRows, TrainConfig};

/// The parts' names in errors.
pub(crate) const TRAIN: &str = "the training part";
pub(crate) const VALID: &str = "the validation part";

/// Returns a classifier fitted to `train`, with the weights of the epoch that was best on `valid`.
///
/// Batches hold texts of like length; their order, the initial weights and the dropout come from `config.seed`. The loss
/// is cross-entropy, the optimizer Adam (Eq. 24-28).
///
/// With `config.calibration`, the classifier is [calibrated](TextClassifier::calibrated) on training rows that are set aside
/// first, or on all of them out of fold; `observer` then sees the epochs of every fold's classifier, those of the classifier
/// itself last, and where it ends the run among the folds there is no result ([`Error::Interrupted`]). Where it ends the
/// classifier's own epochs, the calibration is by classifiers that were trained for longer ([`Stopped::Observer`](crate::Stopped::Observer) in the
/// report tells), and promises less: let it end.
///
/// # Errors
/// When the configuration is at fault, a part is empty, the training part has fewer than two labels, a label is unknown
/// (the message names the row and the nearest known label), a loss or gradient is not finite ([`Error::Diverged`]), or
/// `observer` ends the run before the first epoch is done ([`Error::Interrupted`]). Ended later, the best weights so far
/// are returned.
pub fn train<A: Analyzer>(
    analyzer: A,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier<A>> {
    train_with(analyzer, train, valid, &Extras::default(), config, observer)
}

/// Returns a classifier fitted as [`train`] fits it, with what `extras` give: word vectors to start from, weights of rows, checkpoints.
///
/// # Errors
/// As [`train`]; also when
/// - word vectors have another length than `config.architecture` asks for, which may be its default or theirs, or the vector of a word has a number that is
///   not finite,
/// - there is not one weight a training row, or one is out of its range,
/// - a checkpoint is of another run, broken, or cannot be written.
pub fn train_with<A: Analyzer>(
    analyzer: A,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    extras: &Extras<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier<A>> {
    let config = &extras.applied(config, &analyzer)?;
    config.validate()?;
    extras.check(train.len())?;
    let all = || (0..train.len()).collect::<Vec<_>>();
    let Some(calibration) = &config.calibration else {
        return fit_rows(analyzer, train, &all(), valid, extras.of(WHOLE, &all()), config, observer);
    };
    let labels = labels_of(&train, config)?;
    let mut whole = config.clone();
    whole.labels = Some(labels.clone()); // also those that only rows set aside have
    let (classifier, held_out) = match calibration.rows {
        CalibrationRows::Folds(folds) => {
            let held_out = out_of_fold_with(&analyzer, train, valid, folds, extras, &whole, observer)?;
            let given = extras.of(WHOLE, &all());
            (fit_rows(analyzer, train, &all(), valid, given, &whole, observer)?, held_out)
        }
        CalibrationRows::SetAside(share) => {
            let [own, other] = [train, valid].map(|part| digests(&analyzer, part, config.max_tokens));
            let texts = Texts::new(&own, &places(TRAIN, train, &labels)?, &other, labels.len());
            let aside = set_aside(&texts, share, config.seed);
            if aside.is_empty() {
                let reason = format!("a share of {share} of texts that are not in {VALID} is no row to calibrate on");
                return Err(Error::data(TRAIN, 0, "text", reason));
            }
            let stay: Vec<usize> = all().into_iter().filter(|row| aside.binary_search(row).is_err()).collect();
            let given = extras.of(WHOLE, &stay);
            let classifier = fit_rows(analyzer, train, &stay, valid, given, &whole, observer)?;
            let (scored, source) = (classifier.scored(&pick(train, &aside))?, classifier.source()?);
            let held_out = HeldOut::new(scored, &own, aside, Origin::SetAside, source);
            (classifier, held_out)
        }
    };
    classifier.calibrated(&held_out, calibration)
}

/// Returns a classifier fitted as [`train`] fits it, whose network is the one that `network` returns for so many word ids
/// and labels and `config.seed`: your own ([`ModuleNetwork`](crate::network::ModuleNetwork)), or one
/// [on a device](crate::Architecture::on_device). `config.architecture` is not read.
///
/// With a network of your own, [`save`](TextClassifier::save) is an error: a directory can name the networks of
/// [`Architecture`](crate::Architecture) only. Its weights are `classifier.network().parameters().values()`.
///
/// # Errors
/// As [`train`]; also where `network` fails, or its logits are not `[texts, labels]`.
pub fn train_network<A: Analyzer>(
    analyzer: A,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    config: &TrainConfig,
    observer: &mut dyn Observer,
    network: impl FnOnce(usize, usize, u64) -> Result<Box<dyn Network>>,
) -> Result<TextClassifier<A>> {
    config.validate()?;
    if config.calibration.is_some() {
        let how = "calibrate it with `held_out` and `calibrated` when it is trained";
        return Err(Error::config(format!("calibration: a network that you give is trained once; {how}")));
    }
    fit(analyzer, [&train, &valid], Given::default(), config, observer, network)
}

/// Returns a classifier fitted as [`train_with`] fits it to rows that need not be in memory: `train` is gone through two to four times, and what the
/// network reads of its rows, four bytes a token, is kept in a file without a name in `folder`. In memory are the vocabulary, a few bytes a row, and `valid`.
///
/// The same rows and configuration give the same bytes as [`train_with`].
///
/// # Errors
/// As [`train_with`]; also where the source fails or `folder` cannot be written to, and where `config.calibration` asks for what takes all rows in memory.
pub fn train_streamed<A: Analyzer>(
    analyzer: A,
    train: &dyn RowSource,
    valid: &[Example<'_>],
    folder: &Path,
    extras: &Extras<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier<A>> {
    let config = extras.applied(config, &analyzer)?;
    config.validate()?;
    if config.calibration.is_some() {
        let how = "calibrate it with `held_out` and `calibrated` when it is trained";
        return Err(Error::config(format!("calibration: a streamed training part is not in memory; {how}")));
    }
    if matches!(&config.architecture, Architecture::WideAndDeep(wide) if wide.apart.is_some()) {
        let fault = "wide_and_deep.apart: a streamed training part is not in memory, expected none";
        return Err(Error::config(fault));
    }
    if extras.weights.is_some() {
        let mut rows = 0;
        train.for_each(&mut |_| {
            rows += 1;
            Ok(())
        })?;
        extras.check(rows)?;
    } else {
        extras.check(0)?;
    }
    let mut given = extras.of_all(WHOLE);
    given.folder = Some(folder.to_owned());
    let network = |words, labels, seed| config.architecture.initialize(words, labels, seed);
    fit(analyzer, [train, &valid], given, &config, observer, network)
}

/// The labels that `config` names, or those that occur.
pub(crate) fn labels_of(train: &dyn RowSource, config: &TrainConfig) -> Result<Labels> {
    if let Some(labels) = &config.labels {
        return Ok(labels.clone());
    }
    let mut occurring = BTreeSet::new();
    train.for_each(&mut |row| {
        if !occurring.contains(row.label) {
            occurring.insert(row.label.to_owned());
        }
        Ok(())
    })?;
    if occurring.is_empty() {
        return Err(Error::data(TRAIN, 0, "", "there is no row"));
    }
    Labels::from_occurring(occurring.iter().map(String::as_str))
}

/// The place of every row's label; a part without rows is an error.
pub(crate) fn places(part: &str, examples: &[Example<'_>], labels: &Labels) -> Result<Vec<usize>> {
    if examples.is_empty() {
        return Err(Error::data(part, 0, "", "there is no row"));
    }
    examples.iter().enumerate().map(|(row, example)| place_of(part, row, example, labels)).collect()
}

/// The place of a row's label.
pub(crate) fn place_of(part: &str, row: usize, example: &Example<'_>, labels: &Labels) -> Result<usize> {
    labels.index_of(example.label).ok_or_else(|| {
        let reason =
            format!("row {row} (from 0) has a label that is none of {}", labels.known_and_nearest(example.label));
        Error::data(part, 0, "label", reason)
    })
}
