//! The search for a configuration.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::ops::ControlFlow;

use common::{Blanks, config, examples, rows};
use plaudit_core::{Error, Observer, Progress, Result};
use plaudit_models::{CalibrationConfig, Checkpoints, Extras, Space, TextClassifier, TrainConfig, TuneTrial, tune};

fn run(
    config: &TrainConfig,
    extras: &Extras<'_>,
    observer: &mut dyn Observer,
) -> Result<(TextClassifier<Blanks>, Vec<TuneTrial>)> {
    let space: Space =
        serde_json::from_str(r#"{"fields": {"/adam/learning_rate": [1e-5, 1e30, 0.01], "/architecture/hidden": [4]}}"#)
            .unwrap();
    let (train_rows, valid_rows) = (rows(300, 1), rows(100, 2));
    tune(&Blanks, &examples(&train_rows), &examples(&valid_rows), extras, config, &space, observer)
}

#[test]
fn the_best_is_taken_and_what_diverges_is_passed_over() {
    let mut config = config();
    config.epochs = 8;
    let (classifier, trials) = run(&config, &Extras::default(), &mut ()).unwrap();
    assert_eq!(classifier.config().adam.learning_rate, 0.01);
    assert_eq!(trials.iter().map(|trial| trial.best.is_some()).collect::<Vec<_>>(), [true, false, true]);
    let f1 = |trial: &TuneTrial| trial.best.unwrap().valid_macro_f1;
    assert!(f1(&trials[2]) > f1(&trials[0]));
    let report = classifier.report();
    assert_eq!(report.epochs[report.best_epoch - 1], trials[2].best.unwrap());
    config.calibration = Some(CalibrationConfig::default());
    assert!(run(&config, &Extras::default(), &mut ()).unwrap_err().to_string().contains("calibration"));
}

#[test]
fn a_search_goes_on_where_it_was_broken_off() {
    struct After(usize);
    impl Observer for After {
        fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
            self.0 = self.0.saturating_sub(usize::from(progress.loss.is_some()));
            if self.0 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
    let scratch = tempfile::tempdir().unwrap();
    let mut config = config();
    config.epochs = 4;
    let checkpoints = Checkpoints::new(scratch.path());
    let mut extras = Extras::default();
    extras.checkpoints = Some(&checkpoints);
    let (whole, trials) = run(&config, &Extras::default(), &mut ()).unwrap();
    assert!(matches!(run(&config, &extras, &mut After(100)), Err(Error::Interrupted)));
    assert!(scratch.path().join("trial-1").is_dir());
    let (again, same) = run(&config, &extras, &mut ()).unwrap();
    assert_eq!(trials, same);
    assert_eq!(whole.network().parameters().values().unwrap(), again.network().parameters().values().unwrap());
}
