//! What the recipes share: arguments, rejections on standard error, and the JSON line.
#![allow(dead_code)] // each recipe uses its own part
#![allow(clippy::print_stdout, clippy::print_stderr)] // recipes talk to a terminal

use std::collections::BTreeMap;
use std::process::ExitCode;

use plaudit::data::{FeedbackReader, OnDirty, ReadReport, Row};
use plaudit::metrics::Report;
use plaudit::{Error, Labels, ReadConfig, Verdicts};
use serde_json::{Map, Value};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The options that were given, by name.
pub(crate) struct Options(BTreeMap<String, String>);

/// A mistake in the command line: exit code 2.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (try --help)", self.0)
    }
}

impl std::error::Error for Usage {}

/// Returns a mistake in the command line.
pub(crate) fn usage(message: impl Into<String>) -> Box<dyn std::error::Error> {
    Box::new(Usage(message.into()))
}

impl Options {
    /// Reads the command line. `valued` are the options that take a value; `--json` takes none. None stands for `--help`.
    fn parse(valued: &[&str]) -> Result<Option<Self>> {
        let mut found = BTreeMap::new();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            let name = match argument {
                lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => return Ok(None),
                lexopt::Arg::Long(name) => name.to_owned(),
                other => return Err(usage(other.unexpected().to_string())),
            };
            let value = if name == "json" {
                "true".to_owned()
            } else if valued.contains(&name.as_str()) {
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

    /// Returns the value of `--name`, where it was given.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the value of `--name`.
    pub(crate) fn required(&self, name: &str) -> Result<&str> {
        self.value(name).ok_or_else(|| usage(format!("--{name} is missing")))
    }

    /// Returns the value of `--name` as a whole number, where it was given.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>> {
        let parse =
            |text: &str| text.parse().map_err(|_| usage(format!("--{name}: expected a whole number, found `{text}`")));
        self.value(name).map(parse).transpose()
    }

    /// Returns how files are read: `--labels`, `--on-dirty`.
    pub(crate) fn read_config(&self) -> Result<ReadConfig> {
        let mut config = ReadConfig::default();
        if let Some(labels) = self.value("labels") {
            config.labels = Some(Labels::new(labels.split(',').map(str::trim))?);
        }
        config.on_dirty = match self.value("on-dirty") {
            None | Some("skip") => OnDirty::Skip,
            Some("stop") => OnDirty::Stop,
            Some(other) => return Err(usage(format!("--on-dirty: expected stop or skip, found `{other}`"))),
        };
        Ok(config)
    }
}

/// Runs a recipe: help on `--help`; errors on standard error with exit code 1, or 2 for the command line.
pub(crate) fn run(help: &str, valued: &[&str], recipe: impl FnOnce(&Options) -> Result<()>) -> ExitCode {
    let result = match Options::parse(valued) {
        Ok(None) => {
            println!("{}", help.trim());
            return ExitCode::SUCCESS;
        }
        Ok(Some(options)) => recipe(&options),
        Err(error) => Err(usage(error.to_string().trim_end_matches(" (try --help)"))),
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        if !error.to_string().contains(&cause.to_string()) {
            eprintln!("  because: {cause}");
        }
        source = cause.source();
    }
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}

/// Prints what became of a file's rows on standard error, where some were rejected.
pub(crate) fn print_rejections(report: &ReadReport) {
    if report.rejected > 0 {
        for rejection in report.rejections.iter().take(20) {
            eprintln!("rejected: {}: {rejection}", report.source_name);
        }
        eprintln!("{report}");
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
    pub(crate) fn add_scores(&mut self, report: &Report) {
        self.add("accuracy", report.accuracy);
        self.add("macro_f1", report.macro_average.f1);
        self.add("macro_recall", report.balanced_accuracy);
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

/// Calls `each` with chunks of the file's rows, so that memory does not grow with the file; returns the report.
pub(crate) fn for_each_chunk<R: std::io::Read>(
    mut reader: FeedbackReader<R>,
    mut each: impl FnMut(Vec<plaudit::Feedback>) -> Result<()>,
) -> Result<ReadReport> {
    let mut chunk = Vec::new();
    for row in &mut reader {
        if let Row::Used(feedback) = row? {
            chunk.push(feedback);
        }
        if chunk.len() == 1024 {
            each(std::mem::take(&mut chunk))?;
        }
    }
    each(chunk)?;
    Ok(reader.report().clone())
}

/// An error about a path that the caller named.
pub(crate) fn io_error(path: &std::path::Path, error: std::io::Error) -> Error {
    Error::io(path.display(), error)
}
