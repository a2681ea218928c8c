//! A run that can be broken off: by Ctrl-C, which it obeys after the step that it is in, or by anything else.

use std::fs::{File, TryLockError};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use plaudit::core::{Epoch, Observer, Progress};
use plaudit::models::Checkpoints;
use plaudit::{Error, ProgressBar};

use crate::common::{Options, Output, Result, Stopped, is_inside, shown, usage};

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
    if !file.exists() {
        let reason = "holds no run to go on with; a finished run leaves none";
        return Err(Error::format(Path::new(folder).display(), reason).into());
    }
    let mut options = Options::read(&file)?;
    options.set("checkpoints", folder);
    for name in ["threads", "json"] {
        if let Some(value) = given.value(name) {
            options.set(name, value);
        }
    }
    Ok(options)
}

/// Where the run in the folder of `--resume` has saved its model, if it was only its removal that was broken off; which is done now.
pub(crate) fn finished(given: &Options) -> Result<Option<String>> {
    let Some(folder) = given.file("resume")?.map(Path::new) else { return Ok(None) };
    let Ok(out) = std::fs::read_to_string(folder.join(FINISHED)) else { return Ok(None) };
    clear(&Checkpoints::new(folder))?;
    Ok(Some(out))
}

/// Removes checkpoints and what stands beside them; what tells that the run is finished is the last.
fn clear(checkpoints: &Checkpoints) -> Result<()> {
    checkpoints.remove()?;
    for name in [LOCK, OPTIONS, FINISHED] {
        let path = checkpoints.folder.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(path.display(), error).into());
            }
            _ => {}
        }
    }
    Ok(checkpoints.remove()?)
}

/// The checkpoints of a run, with its options beside them.
pub(crate) struct Run {
    pub(crate) checkpoints: Checkpoints,
    options: Options,
    file: PathBuf,
    /// Held as long as the run lasts.
    lock: Option<File>,
}

/// The options that name files; they are kept as whole paths, so that a run can be gone on with from anywhere.
const PATHS: [&str; 9] = ["train", "valid", "test", "out", "config", "vectors", "unlabelled", "from", "tune"];
/// What one process holds while it trains with the checkpoints of a folder.
const LOCK: &str = ".plaudit-lock";
/// What tells where the model is, once it is saved and the checkpoints are being removed.
const FINISHED: &str = ".plaudit-finished";

impl Run {
    /// Checkpoints in the folder of `--checkpoints`, or beside the model. Nothing is written yet.
    pub(crate) fn new(options: &Options, out: &str) -> Result<Self> {
        let folder = match options.file("checkpoints")? {
            Some(folder) if is_inside(folder, Path::new(out)) => {
                return Err(usage("--checkpoints: is the model's own folder or in it, expected another"));
            }
            Some(folder) => folder.to_owned(),
            None => format!("{}-checkpoints", out.trim_end_matches(['/', '\\'])),
        };
        let mut kept = options.without(&FREE).without(&["checkpoints"]);
        for name in PATHS {
            // Of an empty name something else complains.
            if let Some(path) = options.value(name).filter(|path| !path.is_empty()) {
                let whole = std::path::absolute(path).map_err(|error| Error::io(path, error))?;
                let Some(whole) = whole.to_str() else {
                    let reason = "its whole path is no UTF-8, which a run to go on with keeps it in";
                    return Err(Error::format(whole.display(), reason).into());
                };
                kept.set(name, whole);
            }
        }
        let file = Path::new(&folder).join(OPTIONS);
        let run = Self { checkpoints: Checkpoints::new(folder), options: kept, file, lock: None };
        let found = run.file.exists().then(|| Options::read(&run.file)).transpose()?;
        if found.as_ref().is_some_and(|found| found.value("train").is_none()) {
            return Err(Error::format(
                run.file.display(),
                "is no file of a run; choose another folder by --checkpoints",
            )
            .into());
        }
        let begun = ["whole", "fold-1", "trial-1"].iter().any(|name| run.checkpoints.folder.join(name).exists());
        if begun && found.is_some_and(|found| found != run.options) {
            let reason =
                "is of a run with other options: go on with that one by --resume and its folder, or remove the folder";
            return Err(Error::format(run.file.display(), reason).into());
        }
        Ok(run)
    }

    /// Takes the folder for this process, and writes the options down.
    pub(crate) fn begin(&mut self) -> Result<()> {
        let folder = &self.checkpoints.folder;
        let io = |error| Error::io(folder.display(), error);
        std::fs::create_dir_all(folder).map_err(io)?;
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK)).map_err(io)?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            return Err(Error::format(folder.display(), "another process trains with these checkpoints").into());
        }
        self.lock = Some(lock);
        match std::fs::remove_file(folder.join(FINISHED)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error).into()),
            _ => {} // an earlier run's, whose removal was broken off
        }
        let mut output = Output::create(&self.file.display().to_string())?;
        self.options.write(&mut output)?;
        output.finish()
    }

    /// Removes what a run needs no more whose model is saved at `out`. Broken off, it is gone on with by `--resume`.
    pub(crate) fn remove(&self, out: &str) -> Result<()> {
        let out = std::path::absolute(out).map_err(|error| Error::io(out, error))?;
        let file = self.checkpoints.folder.join(FINISHED);
        std::fs::write(&file, out.display().to_string()).map_err(|error| Error::io(file.display(), error))?;
        clear(&self.checkpoints)
    }

    /// What to do after a run was broken off.
    pub(crate) fn broken_off(&mut self) -> Box<dyn std::error::Error> {
        self.lock = None;
        let folder = shown(&self.checkpoints.folder);
        Box::new(Stopped(format!(
            "stopped; nothing is lost. Go on with: cargo run --release --example train -- --resume {folder}"
        )))
    }
}

impl Drop for Run {
    /// After an error, removes what [`begin`](Self::begin) made, where nothing was trained yet.
    fn drop(&mut self) {
        let left = std::fs::read_dir(&self.checkpoints.folder).into_iter().flatten().flatten();
        if self.lock.is_some() && left.map(|entry| entry.file_name()).all(|name| name == LOCK || name == OPTIONS) {
            let _ = clear(&self.checkpoints); // the error tells more
        }
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
