//! A linear classifier as a model directory.
//!
//! ```text
//! linear.json        format version, configuration with the labels, what training did
//! README.md          the model card: all of that for people
//! analyzer/          the features' own files, those of their analyzer among them
//! model.safetensors  the weights
//! manifest.json      size and SHA-256 of each file above
//! ```

use std::path::Path;

use plaudit_core::{Error, Features, Files, Result, Stored};
use serde::{Deserialize, Serialize};

use super::weights::{Weights, most_bytes};
use super::{Baseline, LinearClassifier, LinearReport};
use crate::directory::{ANALYZER, CARD, FORMAT_VERSION, Folder, MAX_PART, MAX_TEXT, WEIGHTS};
use crate::directory::{check_version, in_file, json, load, parse, save};

const LINEAR: &str = "linear.json";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format_version: u32,
    training: Baseline,
    report: LinearReport,
}

impl<F: Features + Stored> LinearClassifier<F> {
    /// Writes the model as the directory `path`, as [`TextClassifier::save`](crate::TextClassifier::save) does; a model of either kind
    /// that is there is replaced in one step.
    ///
    /// # Errors
    /// When a file cannot be written or would be too large to be read, or `path` is there and is neither an empty directory nor a model:
    /// it is then left as it was.
    ///
    /// # Example: bags of words, saved and loaded
    /// ```
    /// # use plaudit_core::{Classifier, Example, Features, Files, Result, SparseRow, Stored};
    /// use plaudit_models::{Baseline, LinearClassifier, train_baseline};
    /// # #[derive(Clone)]
    /// # struct Length;
    /// # impl Features for Length {
    /// #     fn width(&self) -> usize { 1 }
    /// #     fn features_into(&self, text: &str, row: &mut SparseRow) { row.assign([(0, text.len() as f32)]); }
    /// # }
    /// # impl Stored for Length {
    /// #     fn to_files(&self) -> Result<Files> { Ok(Files::from([("length.txt".to_owned(), vec![])])) }
    /// #     fn from_files(_: &Files) -> Result<Self> { Ok(Self) }
    /// # }
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("model");
    /// # let rows = [("a", "short"), ("b", "short"), ("as long as that", "long")].map(|(text, label)| Example { text, label });
    /// # let features = Length; // in the place of `fit_tfidf(..)` of the crate `embeddings`
    ///
    /// let classifier = train_baseline(features, &rows, &rows, &Baseline::default())?;
    /// classifier.save(&path)?;
    /// let loaded = LinearClassifier::<Length>::load(&path)?;
    /// assert_eq!(loaded.classify(&["c"])?, classifier.classify(&["c"])?);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let header =
            Header { format_version: FORMAT_VERSION, training: self.config().clone(), report: self.report().clone() };
        let mut files = Files::from([(LINEAR.to_owned(), json(&header)?)]);
        for (name, bytes) in self.features().to_files()? {
            files.insert(format!("{ANALYZER}{name}"), bytes);
        }
        files.insert(WEIGHTS.to_owned(), self.raw_weights().to_bytes()?);
        files.insert(CARD.to_owned(), self.card()?.into_bytes());
        let weights = most_bytes(self.raw_weights().occurring().len(), self.features().width())?;
        save(path.as_ref(), files, |name| most(name, weights))
    }

    /// Reads the model directory `path`, with the checks of [`TextClassifier::load`](crate::TextClassifier::load).
    ///
    /// # Errors
    /// When a file is missing, is a link or no plain file, has another size or checksum than the manifest says, leads out
    /// of the directory, or holds something else than this version expects. The message names the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        load(path.as_ref(), |folder| Self::from_folder(folder))
    }

    fn from_folder(folder: &Folder<'_>) -> Result<Self> {
        let (bytes, name) = (folder.file(LINEAR, MAX_TEXT)?, folder.name_of(LINEAR));
        check_version(&bytes, &name)?;
        let Header { training: config, report, .. } = parse(&bytes, &name)?;
        config.validate().map_err(|error| in_file(&name, error))?;
        let fault = |reason: &str| Error::format(&name, reason);
        let labels =
            config.labels().cloned().ok_or_else(|| fault("training.labels: a model has labels, found none"))?;
        if folder.holds(CARD) {
            folder.file(CARD, MAX_PART)?; // it is for people: nothing is read from it, but a changed one is refused as any file is
        }
        let features: F = folder.analyzer(&[LINEAR, WEIGHTS, CARD])?;
        let columns = features.width();
        if report.columns != columns || report.train_labels.len() != labels.len() || report.best_fit().is_none() {
            return Err(fault("its labels, columns or fits are not those of this model"));
        }
        let occurring: Vec<usize> =
            (0..).zip(&report.train_labels).filter(|(_, rows)| **rows > 0).map(|(label, _)| label).collect();
        if occurring.len() < 2 {
            return Err(fault("report.train_labels: expected rows of two labels or more"));
        }
        let bytes = folder.file(WEIGHTS, most_bytes(occurring.len(), columns)?)?;
        let weights =
            Weights::from_bytes(&bytes, folder.name_of(WEIGHTS), config.input(), labels.len(), occurring, columns)?;
        Ok(Self::new(features, labels, config, weights, report))
    }
}

/// The most bytes that a file may have.
fn most(name: &str, weights: u64) -> u64 {
    match name {
        LINEAR => MAX_TEXT,
        WEIGHTS => weights,
        _ => MAX_PART,
    }
}
