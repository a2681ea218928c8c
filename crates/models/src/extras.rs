//! What a training run may be given beside rows and configuration.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use plaudit_core::{Analyzer, Error, Result};

use crate::directory::{remove_model, sweep_all};
use crate::fine_tune::Begin;
use crate::{Pretrained, TrainConfig};

/// What a training run may be given beside rows and configuration. By default nothing.
///
/// ```
/// use plaudit_models::{Checkpoints, Extras};
///
/// let checkpoints = Checkpoints::new("target/run");
/// let mut extras = Extras::default();
/// extras.checkpoints = Some(&checkpoints);
/// extras.weights = Some(&[1.0, 0.5]); // of two training rows
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Extras<'a> {
    /// Word vectors to start from. `config.pretrained` says what becomes of them, and
    /// [`TrainReport::vectors`](crate::TrainReport::vectors) how far they reach.
    pub vectors: Option<&'a Pretrained<'a>>,
    /// What an error on each training row costs, one number a row, 0 to 1e10, not all 0. They are taken as they are. Default 1 on every row.
    pub weights: Option<&'a [f32]>,
    /// Where the run writes down how far it is, to go on from there when it is called again.
    pub checkpoints: Option<&'a Checkpoints>,
}

/// Where a run writes down how far it is, and how often.
///
/// A run that finds its own checkpoint goes on from it, and ends in the same bytes as a run that never stopped, with any number
/// of threads. So after a crash, a kill or a power cut the same call again is all that is needed; at most `every` steps are done again. A
/// checkpoint of another run (other rows, labels, configuration, seed, vectors, weights) is an error, and stays as it is. A finished run leaves its last
/// checkpoint: the same call gives the same classifier at once. Remove the folder when the classifier is saved.
///
/// Checkpoints are written as models are: beside their place, synced, then exchanged in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkpoints {
    /// The folder. It gets a folder `whole`, and `fold-1`, `fold-2` .. for classifiers that calibrate.
    pub folder: PathBuf,
    /// Steps between two checkpoints, at least 1. There is one at the end of every epoch too, and where an observer ends the run or it diverges.
    /// Default 500.
    pub every: u64,
}

impl Checkpoints {
    /// Returns checkpoints in this folder, every 500 steps.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), every: 500 }
    }

    /// Removes the checkpoints, and the folder where nothing else is in it. What is no checkpoint stays.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove(&self) -> Result<()> {
        let io = |error| Error::io(self.folder.display(), error);
        let numbered =
            |name: &str, prefix| name.strip_prefix(prefix).is_some_and(|number| number.parse::<usize>().is_ok());
        let one = |name: &str| name == WHOLE || numbered(name, FOLD);
        sweep_all(&self.folder, one);
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(io)?,
        };
        for entry in entries {
            let name = entry.map_err(io)?.file_name();
            let name = name.to_string_lossy();
            let path = self.folder.join(name.as_ref());
            if one(&name) && path.is_dir() {
                remove_model(&path)?;
            } else if numbered(&name, TRIAL) {
                Self::new(path).remove()?;
            }
        }
        match fs::remove_dir(&self.folder) {
            Err(error) if ![ErrorKind::DirectoryNotEmpty, ErrorKind::NotFound].contains(&error.kind()) => {
                Err(io(error))
            }
            _ => Ok(()),
        }
    }
}

/// The folder of the checkpoints of the classifier itself, and how those of folds begin.
pub(crate) const WHOLE: &str = "whole";
pub(crate) const FOLD: &str = "fold-";
/// How the folders of the trials of a search begin.
pub(crate) const TRIAL: &str = "trial-";

/// What one network's training is given.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    pub(crate) vectors: Option<&'a Pretrained<'a>>,
    /// Of the rows that are trained on.
    pub(crate) weights: Option<Vec<f32>>,
    /// The folder of this network's checkpoints, and the steps between them.
    pub(crate) checkpoints: Option<(PathBuf, u64)>,
    /// Where rows are kept on disk; none keeps them in memory.
    pub(crate) folder: Option<PathBuf>,
    /// A trained network to go on from.
    pub(crate) begin: Option<Begin>,
    /// A digest of what is trained on the same rows beside the network: of a run with checkpoints.
    pub(crate) beside: String,
}

impl<'a> Extras<'a> {
    /// What is wrong, beside so many training rows.
    pub(crate) fn check(&self, rows: usize) -> Result<()> {
        let mut faults = Vec::new();
        if let Some(weights) = self.weights {
            if weights.len() != rows {
                faults.push(format!("weights: found {}, expected one for each of {rows} training rows", weights.len()));
            }
            if let Some(row) = weights.iter().position(|weight| !(0.0..=1e10).contains(weight)) {
                faults.push(format!("weights: that of row {row} (from 0) is not in 0 to 1e10"));
            } else if weights.iter().all(|&weight| weight == 0.0) && !weights.is_empty() {
                faults.push("weights: all are 0".to_owned());
            }
        }
        if self.checkpoints.is_some_and(|checkpoints| checkpoints.every == 0) {
            faults.push("checkpoints.every: must be at least 1".to_owned());
        }
        Error::from_faults(faults)
    }

    /// The configuration with a network of the vectors' length and the features' width.
    pub(crate) fn applied<A: Analyzer>(&self, config: &TrainConfig, analyzer: &A) -> Result<TrainConfig> {
        let mut config = match self.vectors {
            Some(vectors) => vectors.applied(config)?,
            None => config.clone(),
        };
        config.architecture = config.architecture.with_features(analyzer.features())?;
        Ok(config)
    }

    /// What the network called `name` is given, which is trained on these rows.
    pub(crate) fn of(&self, name: &str, rows: &[usize]) -> Given<'a> {
        let weights =
            self.weights.map(|weights| rows.iter().filter_map(|&row| weights.get(row).copied()).collect::<Vec<_>>());
        Given { weights, ..self.of_all(name) }
    }

    /// What it is given where it is trained on all rows.
    pub(crate) fn of_all(&self, name: &str) -> Given<'a> {
        let weights = self.weights.map(<[f32]>::to_vec);
        let folder = |checkpoints: &Checkpoints| (Path::join(&checkpoints.folder, name), checkpoints.every);
        let checkpoints = self.checkpoints.map(folder);
        Given { vectors: self.vectors, weights, checkpoints, folder: None, begin: None, beside: String::new() }
    }
}
