//! Training from a file that is too large for memory.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use plaudit_core::{Error, Example, Feedback, Observer, Result};
use plaudit_data::{Dataset, FeedbackReader, ReadConfig, ReadReport, Row};
use plaudit_models::{Extras, RowSource};
use plaudit_text::Pipeline;

use crate::{Reader, TextClassifier, TrainConfig};

/// The labelled rows of a file, read anew each time.
struct FileRows<'a> {
    path: &'a Path,
    read: &'a ReadConfig,
    /// What the first reading came to.
    report: RefCell<Option<ReadReport>>,
}

impl RowSource for FileRows<'_> {
    fn for_each(&self, row: &mut dyn FnMut(Example<'_>) -> Result<()>) -> Result<()> {
        let mut reader = FeedbackReader::open(self.path, self.read)?;
        for feedback in reader.by_ref() {
            if let Row::Used(Feedback { text, label: Some(label), .. }) = feedback? {
                row(Example { text: &text, label: &label })?;
            }
        }
        self.report.borrow_mut().get_or_insert_with(|| reader.into_report());
        Ok(())
    }
}

/// Returns a classifier fitted as [`train_with`](crate::train_with) fits it to the labelled rows of a file, which is read several times and need not fit into
/// memory, and what reading it came to. What the network reads of the rows, four bytes a token, is kept in a file without a name in `folder`. In memory
/// are the vocabulary, a few bytes a row, and `valid`. The same rows and configuration give the same bytes as rows in memory.
///
/// # Errors
/// As [`train_with`](crate::train_with) and [`plaudit_models::train_streamed`]; where the file cannot be read; and where
/// [`WideAndDeep`](plaudit_models::Architecture::WideAndDeep) asks for n-grams, which are fitted to texts in memory.
pub fn train_file(
    path: impl Into<PathBuf>,
    read: &ReadConfig,
    valid: &Dataset,
    folder: &Path,
    extras: &Extras<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<(TextClassifier, ReadReport)> {
    config.validate()?;
    if matches!(config.model.architecture, plaudit_models::Architecture::WideAndDeep(_)) {
        return Err(Error::config(
            "architecture: a wide_and_deep is fitted to texts in memory, expected another network",
        ));
    }
    let path = path.into();
    let source = FileRows { path: &path, read, report: RefCell::new(None) };
    // Read as far as a step of the pipeline wants to know the texts' words, and not where none does.
    let mut failed = None;
    let texts = FeedbackReader::open(&path, read)?.map_while(|row| match row {
        Ok(Row::Used(feedback)) => Some(feedback.text),
        Ok(_) => Some(String::new()),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let pipeline = Pipeline::from_corpus(config.text.clone(), texts)?;
    if let Some(error) = failed {
        return Err(error);
    }
    let reader = Reader::new(pipeline);
    let trained =
        plaudit_models::train_streamed(reader, &source, &valid.examples(), folder, extras, &config.model, observer)?;
    let report = source.report.into_inner().ok_or(Error::Interrupted)?; // there is one: the file was read to its end
    Ok((trained, report))
}
