//! The contract of classifiers and of training, held by every kind that the crate trains.
#![allow(clippy::unwrap_used, clippy::panic)] // tests may stop at the first surprise

#[allow(dead_code)] // each file of tests uses its own part
mod common;

use std::path::Path;

use common::{Blanks, Letters, cnn_lstm, config};
use plaudit_core::conformance::{Training, TrainingRows, check_training, classifier_checks, training_checks};
use plaudit_core::{Analyzer, Classifier, Result, Stored};
use plaudit_models::{
    Architecture, AverageNgramsConfig, Baseline, Extras, LinearClassifier, LinearConfig, NbSvmConfig, TextClassifier,
    TrainConfig, WideAndDeepConfig, train_baseline, train_baseline_weighted, train_with,
};

struct Networks<A> {
    analyzer: A,
    config: TrainConfig,
}

fn network<A>(analyzer: A, architecture: Architecture) -> Networks<A> {
    let mut config = config();
    (config.architecture, config.epochs, config.batch) = (architecture, 8, 8);
    Networks { analyzer, config }
}

impl<A: Analyzer + Stored + Clone + 'static> Training for Networks<A> {
    fn train(&self, rows: &TrainingRows<'_>, folder: Option<&Path>) -> Result<Box<dyn Classifier>> {
        let mut config = self.config.clone();
        (config.labels, config.threads) = (rows.labels.cloned(), rows.threads);
        let mut extras = Extras::default();
        extras.weights = rows.weights;
        let classifier = train_with(self.analyzer.clone(), rows.train, rows.valid, &extras, &config, &mut ())?;
        folder.map(|folder| classifier.save(folder)).transpose()?;
        Ok(Box::new(classifier))
    }

    fn load(&self, folder: &Path, copy: Option<&Path>) -> Result<Box<dyn Classifier>> {
        let classifier = TextClassifier::<A>::load(folder)?;
        copy.map(|copy| classifier.save(copy)).transpose()?;
        Ok(Box::new(classifier))
    }
}

struct Baselines(Baseline);

impl Training for Baselines {
    fn train(&self, rows: &TrainingRows<'_>, folder: Option<&Path>) -> Result<Box<dyn Classifier>> {
        let mut baseline = self.0.clone();
        baseline.set_labels(rows.labels.cloned());
        match &mut baseline {
            Baseline::Linear(config) => config.threads = rows.threads,
            Baseline::NbSvm(config) => config.linear.threads = rows.threads,
            _ => {} // it has one thread
        }
        let classifier = match rows.weights {
            Some(weights) => {
                let weights: Vec<f64> = weights.iter().copied().map(f64::from).collect();
                train_baseline_weighted(Letters, rows.train, &weights, rows.valid, &baseline)?
            }
            None => train_baseline(Letters, rows.train, rows.valid, &baseline)?,
        };
        folder.map(|folder| classifier.save(folder)).transpose()?;
        Ok(Box::new(classifier))
    }

    fn load(&self, folder: &Path, copy: Option<&Path>) -> Result<Box<dyn Classifier>> {
        let classifier = LinearClassifier::<Letters>::load(folder)?;
        copy.map(|copy| classifier.save(copy)).transpose()?;
        Ok(Box::new(classifier))
    }
}

fn check(training: &dyn Training) {
    let scratch = tempfile::tempdir().unwrap();
    if let Err(violations) = check_training(training, scratch.path()) {
        panic!("{violations}");
    }
}

#[test]
fn there_are_thirty_checks_and_more() {
    assert!(classifier_checks().len() >= 30 && training_checks().len() >= 25);
}

#[test]
fn a_bi_lstm() {
    check(&network(Blanks, config().architecture));
}

#[test]
fn a_cnn_lstm() {
    check(&network(Blanks, cnn_lstm()));
}

#[test]
fn a_network_beside_a_linear_model() {
    let mut wide = WideAndDeepConfig::default();
    wide.deep = Box::new(config().architecture);
    check(&network(Letters, Architecture::WideAndDeep(wide)));
}

#[test]
fn a_linear_classifier() {
    check(&Baselines(Baseline::Linear(LinearConfig::default())));
}

#[test]
fn naive_bayes_and_averages() {
    check(&Baselines(Baseline::NbSvm(NbSvmConfig::default())));
    check(&Baselines(Baseline::AverageNgrams(AverageNgramsConfig::default())));
}
