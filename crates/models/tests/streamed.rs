//! Training on rows that are not in memory.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::cell::Cell;

use common::{Blanks, config, examples, rows};
use plaudit_core::{Error, Example, Result};
use plaudit_models::{
    CalibrationConfig, Checkpoints, Extras, RowSource, TextClassifier, TrainConfig, train_streamed, train_with,
};

/// Rows that are gone through as a file would be, and may end in an error.
struct Source<'a> {
    rows: &'a [(String, &'static str)],
    passes: Cell<usize>,
    fails: bool,
}

impl<'a> Source<'a> {
    fn new(rows: &'a [(String, &'static str)]) -> Self {
        Self { rows, passes: Cell::new(0), fails: false }
    }
}

impl RowSource for Source<'_> {
    fn for_each(&self, row: &mut dyn FnMut(Example<'_>) -> Result<()>) -> Result<()> {
        self.passes.set(self.passes.get() + 1);
        self.rows.iter().try_for_each(|(text, label)| row(Example { text, label }))?;
        match self.fails {
            true => Err(Error::data("rows.csv", 7, "text", "the file ends within a row")),
            false => Ok(()),
        }
    }
}

fn streamed(source: &Source<'_>, extras: &Extras<'_>, config: &TrainConfig) -> Result<TextClassifier<Blanks>> {
    let scratch = tempfile::tempdir().unwrap();
    let valid = rows(50, 2);
    let trained = train_streamed(Blanks, source, &examples(&valid), scratch.path(), extras, config, &mut ());
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "nothing is left behind");
    trained
}

#[test]
fn it_gives_the_bytes_of_rows_in_memory() {
    let train_rows = rows(200, 1);
    let source = Source::new(&train_rows);
    let valid = rows(50, 2);
    let weights: Vec<f32> = (0..200).map(|row| 0.5 + (row % 2) as f32).collect();
    let scratch = tempfile::tempdir().unwrap();
    let checkpoints = Checkpoints::new(scratch.path());
    let mut extras = Extras::default();
    extras.weights = Some(&weights);
    let mut config = config();
    config.epochs = 2;
    let memory = train_with(Blanks, &examples(&train_rows), &examples(&valid), &extras, &config, &mut ()).unwrap();
    extras.checkpoints = Some(&checkpoints);
    for _ in 0..2 {
        // the second time from the checkpoint of the end
        let disk = streamed(&source, &extras, &config).unwrap();
        let values = |classifier: &TextClassifier<Blanks>| classifier.network().parameters().values().unwrap();
        assert_eq!(values(&disk), values(&memory));
        assert_eq!((disk.report(), disk.config()), (memory.report(), memory.config()));
        assert!(disk.has_seen(&train_rows[0].0));
    }
    assert!(source.passes.get() <= 8, "{} passes", source.passes.get());
}

#[test]
fn what_cannot_be_read_or_used_is_named() {
    let train_rows = rows(20, 1);
    let mut config = config();
    let none = Extras::default();
    let mut source = Source::new(&train_rows);
    source.fails = true;
    let error = streamed(&source, &none, &config).unwrap_err().to_string();
    assert!(error.contains("rows.csv") && error.contains("within a row"), "{error}");
    let error = streamed(&Source::new(&[]), &none, &config).unwrap_err().to_string();
    assert_eq!(error, "the training part: there is no row");
    let mut extras = Extras::default();
    extras.weights = Some(&[1.0]);
    let error = streamed(&Source::new(&train_rows), &extras, &config).unwrap_err().to_string();
    assert!(error.contains("found 1, expected one for each of 20"), "{error}");
    let valid = rows(5, 2);
    let gone = std::path::Path::new("/no/such/folder");
    let error = train_streamed(Blanks, &Source::new(&train_rows), &examples(&valid), gone, &none, &config, &mut ());
    assert!(error.unwrap_err().to_string().contains("/no/such/folder"));
    config.calibration = Some(CalibrationConfig::default());
    assert!(streamed(&Source::new(&train_rows), &none, &config).unwrap_err().to_string().contains("calibration"));
}
