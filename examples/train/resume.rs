//! A run that can be broken off: by Ctrl-C, which it obeys after the step that it is in, or by anything else.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use plaudit::core::{Epoch, Observer, Progress};
use plaudit::models::Checkpoints;
use plaudit::{Error, ProgressBar};

use crate::common::{Options, Output, Result, Stopped, shown, usage};

/// What the run's options are kept in, beside its checkpoints.
const OPTIONS: &str = "options.json";
/// What may be said of a run that is gone on with: it changes no byte.
const FREE: [&str; 3] = ["resume", "threads", "json"];

/// The options of the run in the folder of `--resume`, or those that were given.
pub(crate) fn options(given: &Options) -> Result<Options> {
    let Some(folder) = given.file("resume")? else { return Ok(given.clone()) };
    if let Some(other) = given.names().find(|name| !FREE.contains(name)) {
        return Err(usage(format!(
            "--{other}: a run is gone on with as it was begun; beside --resume stand --threads and --json"
        )));
    }
    let file = Path::new(folder).join(OPTIONS);
    let mut options = Options::read(&file)?;
    options.set("checkpoints", folder);
    for name in ["threads", "json"] {
        if let Some(value) = given.value(name) {
            options.set(name, value);
        }
    }
    Ok(options)
}

/// The checkpoints of a run, with its options beside them.
pub(crate) struct Run {
    pub(crate) checkpoints: Checkpoints,
    options: Options,
    file: PathBuf,
}

impl Run {
    /// Checkpoints in the folder of `--checkpoints`, or beside the model. Nothing is written yet.
    pub(crate) fn new(options: &Options, out: &str) -> Result<Self> {
        let folder = match options.file("checkpoints")? {
            Some(folder) => folder.to_owned(),
            None => format!("{}-checkpoints", out.trim_end_matches(['/', '\\'])),
        };
        let (file, options) = (Path::new(&folder).join(OPTIONS), options.without(&FREE).without(&["checkpoints"]));
        let run = Self { checkpoints: Checkpoints::new(folder), options, file };
        let begun = ["whole", "fold-1"].iter().any(|name| run.checkpoints.folder.join(name).exists());
        if begun && run.file.exists() && Options::read(&run.file)? != run.options {
            let reason =
                "is of a run with other options: go on with that one by --resume and its folder, or remove the folder";
            return Err(Error::format(run.file.display(), reason).into());
        }
        Ok(run)
    }

    /// Writes the options down.
    pub(crate) fn begin(&self) -> Result<()> {
        let io = |error| Error::io(self.checkpoints.folder.display(), error);
        std::fs::create_dir_all(&self.checkpoints.folder).map_err(io)?;
        let mut output = Output::create(&self.file.display().to_string())?;
        self.options.write(&mut output)?;
        output.finish()
    }

    /// Removes what a finished run needs no more.
    pub(crate) fn remove(&self) -> Result<()> {
        std::fs::remove_file(&self.file).map_err(|error| Error::io(self.file.display(), error))?;
        Ok(self.checkpoints.remove()?)
    }

    /// What to do after a run was broken off.
    pub(crate) fn broken_off(&self) -> Box<dyn std::error::Error> {
        let folder = shown(&self.checkpoints.folder);
        Box::new(Stopped(format!(
            "stopped; nothing is lost. Go on with: cargo run --release --example train -- --resume {folder}"
        )))
    }
}

/// Shows a run, and ends it after the step in which somebody pressed Ctrl-C.
pub(crate) struct Watch {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
}

impl Watch {
    pub(crate) fn new() -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        // A second time ends the process at once: then the last checkpoint counts.
        ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        })?;
        Ok(Self { bar: ProgressBar::new(), stop })
    }

    /// Whether somebody pressed Ctrl-C.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn unless_stopped(&self, flow: ControlFlow<()>) -> ControlFlow<()> {
        if self.stopped() { ControlFlow::Break(()) } else { flow }
    }
}

impl Observer for Watch {
    fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
        let flow = self.bar.progressed(progress);
        self.unless_stopped(flow)
    }

    fn epoch_ended(&mut self, epoch: &Epoch) -> ControlFlow<()> {
        let flow = self.bar.epoch_ended(epoch);
        self.unless_stopped(flow)
    }
}
