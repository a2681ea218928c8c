//! The role that watches a run.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Reading and splitting texts.
    Analyzing,
    /// Updating weights; counted in examples of the current epoch.
    Training,
}

/// How far a stage is. Rates and clocks are the watcher's own.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Units done in this stage (of this epoch, while training).
    pub done: u64,
    /// Units in all, where known.
    pub total: Option<u64>,
    /// The mean loss of the last batch in nats, while training.
    pub loss: Option<f64>,
}

impl Progress {
    /// Returns an event with no loss.
    pub fn new(stage: Stage, done: u64, total: Option<u64>) -> Self {
        Self { stage, done, total, loss: None }
    }
}

/// What one epoch of training came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Epoch {
    /// The epoch, counted from 1.
    pub number: usize,
    /// The most epochs there will be.
    pub of: usize,
    /// Mean training loss in nats, with dropout.
    pub train_loss: f64,
    /// Mean loss on the validation part in nats.
    pub valid_loss: f64,
    /// Accuracy on the validation part, 0 to 1.
    pub valid_accuracy: f64,
    /// Macro-averaged F1 on the validation part, 0 to 1.
    pub valid_macro_f1: f64,
    /// Macro-averaged recall on the validation part, 0 to 1; 0 in reports of models that were saved before it was counted.
    #[serde(default)]
    pub valid_macro_recall: f64,
    /// Whether these are the best weights so far.
    pub best: bool,
}

impl Epoch {
    /// Returns epoch `number` of `of` with all figures zero, to be filled in.
    pub fn new(number: usize, of: usize) -> Self {
        Self {
            number,
            of,
            train_loss: 0.0,
            valid_loss: 0.0,
            valid_accuracy: 0.0,
            valid_macro_f1: 0.0,
            valid_macro_recall: 0.0,
            best: false,
        }
    }
}

/// Watches a run. Returning [`ControlFlow::Break`] ends the run cleanly, with the best result so far where there is one.
///
/// # Example: stop after the third epoch
/// ```
/// use std::ops::ControlFlow;
/// use plaudit_core::{Epoch, Observer};
///
/// struct ThreeEpochs;
///
/// impl Observer for ThreeEpochs {
///     fn epoch_ended(&mut self, epoch: &Epoch) -> ControlFlow<()> {
///         if epoch.number < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
///     }
/// }
/// assert!(ThreeEpochs.epoch_ended(&Epoch::new(3, 10)).is_break());
/// ```
pub trait Observer {
    /// Called after every batch or so.
    fn progressed(&mut self, _progress: &Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Called after every epoch of training.
    fn epoch_ended(&mut self, _epoch: &Epoch) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Silence: pass `&mut ()`.
impl Observer for () {}

impl<O: Observer + ?Sized> Observer for &mut O {
    fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
        (**self).progressed(progress)
    }
    fn epoch_ended(&mut self, epoch: &Epoch) -> ControlFlow<()> {
        (**self).epoch_ended(epoch)
    }
}

impl<O: Observer + ?Sized> Observer for Box<O> {
    fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
        (**self).progressed(progress)
    }
    fn epoch_ended(&mut self, epoch: &Epoch) -> ControlFlow<()> {
        (**self).epoch_ended(epoch)
    }
}
