//! A progress bar on the terminal.

use std::ops::ControlFlow;

use indicatif::ProgressStyle;
use plaudit_core::{Epoch, Observer, Progress, Stage};

/// Shows a run as a bar on standard error, with its rate, the time left and the last loss, and one line an epoch. Where
/// standard error is no terminal, the bar is not drawn and the epochs are not printed.
///
/// ```no_run
/// # let (train, valid) = (plaudit::Dataset::from_rows(vec![]), plaudit::Dataset::from_rows(vec![]));
/// let mut bar = plaudit::ProgressBar::new();
/// let classifier = plaudit::train(&train, &valid, &plaudit::TrainConfig::default(), &mut bar)?;
/// # Ok::<(), plaudit::Error>(())
/// ```
#[derive(Debug)]
pub struct ProgressBar {
    bar: indicatif::ProgressBar,
    stage: Option<Stage>,
}

impl Default for ProgressBar {
    fn default() -> Self {
        Self::new()
    }
}

impl ProgressBar {
    /// Returns a bar that appears with the first event and goes away when dropped.
    pub fn new() -> Self {
        let bar = indicatif::ProgressBar::no_length();
        if let Ok(style) =
            ProgressStyle::with_template("{prefix:>10} [{bar:30}] {human_pos}/{human_len} {per_sec} {eta} {msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, stage: None }
    }
}

impl Observer for ProgressBar {
    fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
        if self.stage != Some(progress.stage) || progress.done < self.bar.position() {
            self.stage = Some(progress.stage);
            self.bar.reset();
            self.bar.set_prefix(match progress.stage {
                Stage::Analyzing => "Analyzing",
                Stage::Training => "Training",
                _ => "Working",
            });
        }
        if let Some(total) = progress.total {
            self.bar.set_length(total);
        }
        self.bar.set_position(progress.done);
        if let Some(loss) = progress.loss {
            self.bar.set_message(format!("loss {loss:.3}"));
        }
        ControlFlow::Continue(())
    }

    fn epoch_ended(&mut self, epoch: &Epoch) -> ControlFlow<()> {
        self.bar.println(format!(
            "epoch {:>2} of {}: loss {:.3}, validation loss {:.3}, accuracy {:.3}, macro F1 {:.3}{}",
            epoch.number,
            epoch.of,
            epoch.train_loss,
            epoch.valid_loss,
            epoch.valid_accuracy,
            epoch.valid_macro_f1,
            if epoch.best { "  (best)" } else { "" },
        ));
        ControlFlow::Continue(())
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_a_run_and_never_ends_it() {
        let mut bar = ProgressBar::new();
        assert!(bar.progressed(&Progress::new(Stage::Analyzing, 3, Some(3))).is_continue());
        let mut progress = Progress::new(Stage::Training, 2, Some(9));
        progress.loss = Some(0.5);
        assert!(bar.progressed(&progress).is_continue());
        assert_eq!((bar.bar.position(), bar.bar.length(), bar.bar.message().as_str()), (2, Some(9), "loss 0.500"));
        assert!(bar.epoch_ended(&Epoch::new(1, 2)).is_continue());
        progress.done = 1; // the next epoch
        assert!(bar.progressed(&progress).is_continue());
        assert_eq!(bar.bar.position(), 1);
    }
}
