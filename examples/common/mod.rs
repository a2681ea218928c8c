//! What the recipes share: arguments, output, rejections on standard error, and the JSON line.
#![allow(dead_code, unused_macros, unused_imports)] // each recipe uses its own part

mod checks;
mod chunks;
mod decided;
mod log;
mod output;
mod pictures;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use plaudit::core::visible;
use plaudit::data::{Dataset, FeedbackReader, OnDirty, ReadReport, Rejection, Row};
use plaudit::metrics::Evaluation;
use plaudit::models::WeightPrecision;
use plaudit::text::{Language, PipelineConfig};
use plaudit::{Error, Feedback, ReadConfig, TextClassifier, Verdicts};
use serde_json::{Map, Value};

pub(crate) use checks::{
    warn_calibrated_on, warn_calibration, warn_coverage, warn_known, warn_no_words, warn_rare, warn_shared,
};
pub(crate) use chunks::{for_each_chunk, for_each_chunk_with_lines};
pub(crate) use decided::Decided;
pub(crate) use log::{head_of, head_word, now, open_log};
pub(crate) use output::{Output, check_apart, is_inside, named};
pub(crate) use pictures::{periods, save_evaluation};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Prints a line. Unlike `println!`, a closed pipe (`| head`) is an error that ends the recipe quietly.
macro_rules! say {
    ($($part:tt)*) => { std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($part)*)))? };
}
pub(crate) use say;

/// The options that were given, by name.
#[derive(Clone, PartialEq)]
pub(crate) struct Options(BTreeMap<String, String>);

/// A mistake in the command line: exit code 2.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Somebody pressed Ctrl-C: exit code 130.
#[derive(Debug)]
pub(crate) struct Stopped(pub(crate) String);

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Stopped {}

/// Returns a mistake in the command line.
pub(crate) fn usage(message: impl Into<String>) -> Box<dyn std::error::Error> {
    Box::new(Usage(message.into()))
}

/// Returns the faults of what the command line asked for.
pub(crate) fn usage_faults(error: Error) -> Box<dyn std::error::Error> {
    match error {
        Error::Config { faults } => usage(faults.join("; ")),
        error => error.into(),
    }
}

impl Options {
    /// Reads the command line. `known` are the options that take a value, or none where `!` ends the name; `--json` takes none.
    /// None stands for `--help`.
    fn parse(known: &[&str]) -> Result<Option<Self>> {
        let mut found = BTreeMap::new();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            let name = match argument {
                lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => return Ok(None),
                lexopt::Arg::Long(name) => name.to_owned(),
                other => return Err(usage(other.unexpected().to_string())),
            };
            let value = if name == "json" || known.iter().any(|known| known.strip_suffix('!') == Some(&name)) {
                "true".to_owned()
            } else if known.contains(&name.as_str()) {
                parser.value()?.into_string().map_err(|_| usage(format!("--{name}: the value is not UTF-8")))?
            } else {
                return Err(usage(format!("--{name} is not an option here")));
            };
            if found.insert(name.clone(), value).is_some() {
                return Err(usage(format!("--{name} stands twice")));
            }
        }
        Ok(Some(Self(found)))
    }

    /// Reads options that [`write`](Self::write) wrote.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        Ok(Self(serde_json::from_slice(&read_object(&name)?).map_err(|error| Error::malformed(&name, error))?))
    }

    /// Writes the options as a JSON object.
    pub(crate) fn write(&self, output: &mut impl Write) -> Result<()> {
        Ok(writeln!(output, "{}", serde_json::to_string_pretty(&self.0)?)?)
    }

    /// Returns the names of the options that were given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns the options without these.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        let stays = |(name, _): &(&String, &String)| !names.contains(&name.as_str());
        Self(self.0.iter().filter(stays).map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// Gives an option a value.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Returns the value of `--name`, where it was given.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the value of `--name`.
    pub(crate) fn required(&self, name: &str) -> Result<&str> {
        self.value(name).ok_or_else(|| usage(format!("--{name} is missing")))
    }

    /// Returns the value of `--name`, the name of a file, where it was given.
    pub(crate) fn file(&self, name: &str) -> Result<Option<&str>> {
        match self.value(name) {
            Some("") => Err(usage(format!("--{name}: expected the name of a file, found nothing"))),
            value => Ok(value),
        }
    }

    /// Returns the value of `--name`, the name of a file.
    pub(crate) fn required_file(&self, name: &str) -> Result<&str> {
        self.file(name)?.ok_or_else(|| usage(format!("--{name} is missing")))
    }

    /// Returns how many threads `--threads` asks for; 0 stands for all.
    pub(crate) fn threads(&self) -> Result<usize> {
        const MOST: usize = 1024;
        match self.number("threads")?.unwrap_or(0) {
            threads if threads > MOST => Err(usage(format!("--threads: expected at most {MOST}, found {threads}"))),
            threads => Ok(threads),
        }
    }

    /// Returns the names, with commas between them, that `--name` gives, where it was given.
    pub(crate) fn listed(&self, name: &str) -> Option<Vec<&str>> {
        self.value(name).map(|names| names.split(',').map(str::trim).collect())
    }

    /// Returns the value of `--name` as a whole number of at least 1, where it was given.
    pub(crate) fn positive<T: std::str::FromStr + PartialOrd + From<u8>>(&self, name: &str) -> Result<Option<T>> {
        match self.number(name)? {
            Some(number) if number < T::from(1) => Err(usage(format!("--{name}: expected at least 1, found 0"))),
            number => Ok(number),
        }
    }

    /// Returns the value of `--name` as a whole number, where it was given.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>> {
        let parse =
            |text: &str| text.parse().map_err(|_| usage(format!("--{name}: expected a whole number, found `{text}`")));
        self.value(name).map(parse).transpose()
    }

    /// Returns the value of `--name`, one of `known`, where it was given.
    pub(crate) fn one_of(&self, name: &str, known: &[&str]) -> Result<Option<&str>> {
        match self.value(name) {
            Some(value) if !known.contains(&value) => {
                Err(usage(format!("--{name}: expected {}, found `{value}`", known.join(" or "))))
            }
            value => Ok(value),
        }
    }

    /// Returns what recurrent weights are rounded to, from `--precision`.
    pub(crate) fn precision(&self) -> Result<WeightPrecision> {
        Ok(match self.one_of("precision", &["single", "bfloat16"])? {
            Some("bfloat16") => WeightPrecision::Bfloat16,
            _ => WeightPrecision::Single,
        })
    }

    /// Returns the classifier in the directory `--model`, with weights of `--precision`.
    pub(crate) fn classifier(&self) -> Result<TextClassifier> {
        let (path, precision) = (self.required("model")?, self.precision()?);
        let classifier = TextClassifier::load(path)?;
        Ok(if precision == WeightPrecision::Single { classifier } else { classifier.with_precision(precision)? })
    }

    /// Returns what the JSON file `--name` holds, where it was given; `validate` names its faults.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        validate: impl Fn(&T) -> plaudit::Result<()>,
    ) -> Result<Option<T>> {
        let Some(path) = self.value(name) else { return Ok(None) };
        let value = serde_json::from_slice(&read_object(path)?).map_err(|error| Error::malformed(path, error))?;
        validate(&value).map_err(|error| Error::malformed(path, error))?;
        Ok(Some(value))
    }

    /// Returns the folder of `--name`, and makes it, before a long run and not after it; without the option, `target/DEFAULT` of
    /// the repository.
    pub(crate) fn folder(&self, name: &str, default: &str) -> Result<PathBuf> {
        let folder = match self.value(name) {
            Some("") => return Err(usage(format!("--{name}: expected the name of a folder"))),
            Some(path) => PathBuf::from(path),
            None => repository().join("target").join(default),
        };
        let io = |error| Error::io(folder.display(), error);
        if folder.metadata().is_ok_and(|found| !found.is_dir()) {
            return Err(Error::format(folder.display(), "is a file; expected a folder").into());
        }
        std::fs::create_dir_all(&folder).map_err(io)?;
        tempfile::tempfile_in(&folder).map_err(io)?; // of no name: two recipes may try the same folder at once
        Ok(folder)
    }

    /// Returns how files are read: `--on-dirty`. No recipe looks at times, so none is read.
    pub(crate) fn read_config(&self) -> Result<ReadConfig> {
        let mut config = ReadConfig::default();
        (config.time, config.keep_extra) = (Some(String::new()), false);
        config.on_dirty = match self.one_of("on-dirty", &["stop", "skip"])? {
            Some("stop") => OnDirty::Stop,
            _ => OnDirty::Skip,
        };
        Ok(config)
    }
}

/// Returns the rows of a file whose labels are in the column of `--label`.
pub(crate) fn labelled(path: &Path, options: &Options) -> Result<Dataset> {
    let mut config = options.read_config()?;
    if let Some(column) = options.value("label") {
        config.label = Some(column.to_owned());
    }
    let data = plaudit::data::read(path, &config)?;
    check_used(&data.report)?;
    Ok(data)
}

/// Returns at most so many rows of the data, with labels in the same shares.
pub(crate) fn at_most(data: Dataset, rows: Option<usize>) -> Result<Dataset> {
    match rows {
        Some(rows) if rows < data.len() => {
            let [_, part] = data.hold_out(rows as f64 / data.len() as f64, 0)?;
            Ok(part)
        }
        _ => Ok(data),
    }
}

/// Returns the cleaning that `--preset` and `--language` ask for; none without them.
pub(crate) fn preset(options: &Options) -> Result<Option<PipelineConfig>> {
    let language = options.value("language").map(str::parse::<Language>).transpose().map_err(usage_faults)?;
    let preset = options.one_of("preset", &PipelineConfig::PRESETS)?.map(PipelineConfig::preset).transpose()?;
    match (preset, language) {
        (Some(preset), Some(language)) if preset.language != language => {
            Err(usage(format!("--language {language}: the preset is for {}", preset.language)))
        }
        (Some(preset), _) => Ok(Some(preset)),
        (None, language) => Ok(language.map(PipelineConfig::for_language)),
    }
}

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    let facade = Path::new(env!("CARGO_MANIFEST_DIR"));
    facade.ancestors().nth(2).unwrap_or(facade).to_owned()
}

/// The most bytes of a JSON file that an option names.
const MOST_JSON: u64 = 16 << 20;

/// Returns the bytes of a file that should hold a JSON object. What is some other value is refused: an array would fill
/// the fields of a configuration in their order.
fn read_object(path: &str) -> plaudit::Result<Vec<u8>> {
    let io = |error| Error::io(path, error);
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(io)?.take(MOST_JSON + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > MOST_JSON {
        return Err(Error::format(path, "is larger than 16 MiB, expected a JSON object of a few lines"));
    }
    let found = match bytes.trim_ascii_start().first() {
        Some(b'{') => return Ok(bytes),
        Some(b'[') => "an array",
        Some(_) => "something else",
        None => "nothing",
    };
    Err(Error::format(path, format!("found {found}, expected a JSON object: {{..}}")))
}

/// Runs a recipe: help on `--help`; errors on standard error with exit code 1, or 2 for the command line. A reader who
/// closes the pipe has seen enough: that is no error.
pub(crate) fn run(help: &str, known: &[&str], recipe: impl FnOnce(&Options) -> Result<()>) -> ExitCode {
    let result = match Options::parse(known) {
        Ok(None) => writeln!(std::io::stdout(), "{}", help.trim()).map_err(Into::into),
        Ok(Some(options)) => recipe(&options),
        Err(error) => Err(error),
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    if error.is::<Stopped>() {
        complain(&error.to_string());
        return ExitCode::from(130); // as a shell says of Ctrl-C
    }
    let wrong_command_line = error.is::<Usage>() || error.is::<lexopt::Error>();
    complain(&format!("error: {error}{}", if wrong_command_line { " (try --help)" } else { "" }));
    ExitCode::from(if wrong_command_line { 2 } else { 1 })
}

/// Prints a line on standard error, harmless whatever names stand in it; where that is closed, nobody listens.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", visible(line));
}

/// Returns a path as it is shown.
pub(crate) fn shown(path: impl AsRef<Path>) -> String {
    visible(&path.as_ref().display().to_string()).into_owned()
}

/// Prints a warning on standard error.
pub(crate) fn warn(message: &str) {
    complain(&format!("warning: {message}"));
}

/// Returns the first of these names with commas, and how many more there are: of ten thousand nobody reads all.
pub(crate) fn some(names: &[String]) -> String {
    const MOST: usize = 10;
    let first: Vec<&str> = names.iter().take(MOST).map(String::as_str).collect();
    match names.len().saturating_sub(MOST) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Prints a rejected row on standard error.
pub(crate) fn print_rejection(source_name: &str, rejection: &Rejection) {
    complain(&format!("rejected: {source_name}: {rejection}"));
}

/// Prints the rejected rows of a file on standard error, and how many there were.
pub(crate) fn print_rejections(report: &ReadReport) {
    report.rejections.iter().for_each(|rejection| print_rejection(&report.source_name, rejection));
    let more = report.rejected - report.rejections.len() as u64;
    if more > 0 {
        complain(&format!("rejected: {}: and {more} more", report.source_name));
    }
    if report.rejected > 0 {
        complain(&report.to_string());
    }
}

/// The JSON line, under construction.
#[derive(Default)]
pub(crate) struct Summary(Map<String, Value>);

impl Summary {
    /// Adds one entry.
    pub(crate) fn add(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Adds the figures of an evaluation.
    pub(crate) fn add_scores(&mut self, evaluation: &Evaluation) {
        let report = &evaluation.report;
        self.add("accuracy", report.accuracy);
        self.add("macro_f1", report.macro_average.f1);
        self.add("macro_recall", report.macro_average.recall);
        self.add("balanced_accuracy", report.balanced_accuracy);
        self.add("weighted_f1", report.weighted_average.f1);
    }

    /// Adds how many rows of these files were used and rejected.
    pub(crate) fn add_rows<'a>(&mut self, reports: impl IntoIterator<Item = &'a ReadReport>) {
        let sum = |(used, rejected), report: &ReadReport| (used + report.used, rejected + report.rejected);
        let (used, rejected) = reports.into_iter().fold((0, 0), sum);
        self.add("rows_used", used);
        self.add("rows_rejected", rejected);
    }

    /// Adds the verdicts.
    pub(crate) fn add_verdicts(&mut self, verdicts: &Verdicts) -> Result<()> {
        self.add("divisions", serde_json::to_value(verdicts)?);
        Ok(())
    }

    /// Returns the object as one line.
    pub(crate) fn line(self) -> String {
        Value::Object(self.0).to_string()
    }
}

/// An error where no row of a file can be used, with the first reasons.
pub(crate) fn check_used(report: &ReadReport) -> Result<()> {
    if report.used > 0 {
        return Ok(());
    }
    let reasons: Vec<String> = report.rejections.iter().take(3).map(ToString::to_string).collect();
    let reason = match report.rows {
        0 => "there is no row".to_owned(),
        rows => format!("0 rows used of {rows}; first reasons: {}", reasons.join("; ")),
    };
    Err(Error::data(&report.source_name, 0, "", reason).into())
}

/// The processor time that this process has used, in seconds; none where the system does not tell.
pub(crate) fn cpu_seconds() -> Option<f64> {
    // Nanoseconds of each thread, where the system counts them.
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let of_thread = |thread: std::io::Result<std::fs::DirEntry>| {
        let stat = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse::<f64>().ok()
    };
    match threads.map(of_thread).sum::<Option<f64>>() {
        Some(nanoseconds) if nanoseconds > 0.0 => Some(nanoseconds / 1e9),
        _ => cpu_hundredths(),
    }
}

/// The same to a hundredth, with that of threads that have ended.
pub(crate) fn cpu_hundredths() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect(); // after the command's name
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok(); // of a hundredth of a second
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// The most memory that this process has had, in bytes; none where the system does not tell.
pub(crate) fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Returns the mean, and its standard error; one value has none.
pub(crate) fn mean(values: impl Iterator<Item = f64> + Clone) -> (f64, Option<f64>) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (count > 1.0).then(|| (variance / count).sqrt()))
}
