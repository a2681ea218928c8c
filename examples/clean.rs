//! Clean a file of texts: tokens, one text a line, or what each step does to one text.

mod common;

use std::cell::RefCell;
use std::io::{BufWriter, Read, StdoutLock, Write};
use std::process::ExitCode;
use std::time::Instant;

use common::{Options, Output, Result, Summary, say};
use plaudit::Analyzer;
use plaudit::core::Tokens;
use plaudit::data::FeedbackReader;
use plaudit::text::{
    LemmaConfig, Pipeline, PipelineConfig, QualityConfig, QualityGate, QualitySummary, SpellingConfig, TextStep,
};
use rayon::prelude::*;

const HELP: &str = "
Cleans a file of texts and writes their tokens, one text a line, with blanks between tokens. Memory does not grow with the input,
but with --quality, which keeps every text that passed: 500 bytes for one of 100 characters.

Each used text has a line in the output; one without a token has an empty line. Without a line are blank lines of the input, rejected
rows (named with their lines on standard error), and what --quality leaves out. Files are written beside their place and get their
names when all is done: a failed run leaves what stood there before, and one that is killed a file .plaudit-saving-* at most.

cargo run --release --example clean -- --input FILE [options]
  --input FILE       .txt (one text a line), .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it
  --out FILE         where the tokens go; without it they go to standard output as they come, and with --json nowhere
  --preset NAME      english, chinese, paper, social_media, raw or counts (that of --language, or english)
  --language en|zh|und   the language of the texts
  --steps FILE       a pipeline as JSON, {\"language\": \"en\", \"steps\": [{\"step\": \"casefold\"}, ..]}, in place of a preset
  --spelling         corrects misspelled English words
  --lemmas           replaces English words by their lemmas
  --quality FILE     leaves out texts that say nothing or repeat another; FILE gets a row for each: the line of the input where it
                     begins, its reasons, and the line of the text that it repeats
  --threads N        at most 1024 (all)
  --explain TEXT     shows what each step does to this text, and reads and writes no file
  --on-dirty stop|skip   what to do with a row that cannot be used (skip)
  --max-line BYTES   a longer line is rejected; of JSONL too, and in CSV a row (1048576)
  --json             ends with one JSON object: documents, tokens, megabytes_per_cpu_second and documents_per_second of the cleaning
                     alone, peak_memory_bytes, and what --quality left out";

fn main() -> ExitCode {
    let options = [
        "input",
        "out",
        "preset",
        "language",
        "steps",
        "spelling!",
        "lemmas!",
        "quality",
        "threads",
        "explain",
        "on-dirty",
        "max-line",
    ];
    common::run(HELP, &options, clean)
}

fn clean(options: &Options) -> Result<()> {
    if let Some(text) = options.value("explain") {
        if let Some(name) = ["input", "out", "quality"].into_iter().find(|name| options.value(name).is_some()) {
            return Err(common::usage(format!("--{name} beside --explain: no file is read or written")));
        }
        let explanation = pipeline(options)?.explain(text);
        return match options.value("json") {
            Some(_) => Ok(say!("{}", serde_json::to_string(&explanation)?)),
            None => Ok(say!("{}", explanation.to_string().trim_end())),
        };
    }
    let (input, threads) = (options.required_file("input")?, options.threads()?);
    let (out, quality) = (options.file("out")?, options.file("quality")?);
    let outputs: Vec<_> = [("out", out), ("quality", quality)].into_iter().filter_map(named).collect();
    let inputs = [("input", Some(input)), ("steps", options.file("steps")?)];
    common::check_apart(&inputs.into_iter().filter_map(named).collect::<Vec<_>>(), &outputs)?;
    let mut read = options.read_config()?;
    read.unique_uids = false; // its memory would grow with the file
    if let Some(bytes) = options.positive("max-line")? {
        read.max_record_bytes = bytes;
    }
    let pipeline = pipeline(options)?;
    // What cannot be read is told before anything is written.
    let reader = FeedbackReader::open(input, &read)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let job = Job { pipeline, pool, json: options.value("json").is_some() };
    let result = job.run(reader, out, quality);
    if result.is_err() {
        outputs.iter().for_each(|(_, path)| common::complain(&format!("{path}: not written, for the run failed")));
    }
    result
}

fn named<'a>((name, path): (&'a str, Option<&'a str>)) -> Option<(&'a str, &'a str)> {
    path.map(|path| (name, path))
}

fn pipeline(options: &Options) -> Result<Pipeline> {
    Pipeline::new(config(options)?).map_err(common::usage_faults)
}

/// Where the tokens go.
enum Sink {
    File(Output),
    Standard(BufWriter<StdoutLock<'static>>),
}

impl Sink {
    fn line(&mut self, line: &str) -> std::io::Result<()> {
        match self {
            Self::File(file) => writeln!(file, "{line}"),
            Self::Standard(out) => writeln!(out, "{line}").map_err(|error| common::named("standard output", &error)),
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::File(file) => file.finish(),
            Self::Standard(mut out) => Ok(out.flush().map_err(|error| common::named("standard output", &error))?),
        }
    }
}

struct Job {
    pipeline: Pipeline,
    pool: rayon::ThreadPool,
    json: bool,
}

impl Job {
    fn run<R: Read>(&self, reader: FeedbackReader<R>, out: Option<&str>, quality: Option<&str>) -> Result<()> {
        let mut out = match out {
            Some(path) => Some(Sink::File(Output::create(path)?)),
            None if self.json => None,
            None => Some(Sink::Standard(BufWriter::new(std::io::stdout().lock()))),
        };
        let mut gate = quality.map(Gate::new).transpose()?;
        let (mut documents, mut count, mut bytes, mut seconds, mut cpu) = (0_u64, 0_u64, 0_u64, 0.0, Some(0.0));
        common::for_each_chunk_with_lines(reader, |rows, lines| {
            let mut texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
            if let Some(gate) = &mut gate {
                texts = gate.passed(&texts, lines)?;
            }
            let (wall, before) = (Instant::now(), common::cpu_seconds());
            let written = out.is_some();
            let cleaned = self.pool.install(|| clean_all(&self.pipeline, &texts, written));
            seconds += wall.elapsed().as_secs_f64();
            cpu = cpu.zip(before).zip(common::cpu_seconds()).map(|((sum, before), after)| sum + after - before);
            documents += texts.len() as u64;
            bytes += texts.iter().map(|text| text.len() as u64).sum::<u64>();
            for (tokens, line) in &cleaned {
                count += *tokens as u64;
                if let Some(out) = &mut out {
                    out.line(line)?;
                }
            }
            Ok(())
        })?;
        let summary = gate.map(Gate::finish).transpose()?;
        out.map_or(Ok(()), Sink::finish)?;
        let megabytes = bytes as f64 / 1e6;
        if self.json {
            let mut object = Summary::default();
            object.add("documents", documents);
            object.add("tokens", count);
            object.add("megabytes", megabytes);
            let per_cpu = cpu.filter(|&cpu| cpu > 0.0).map(|cpu| megabytes / cpu);
            object.add("megabytes_per_cpu_second", per_cpu);
            object.add("documents_per_second", documents as f64 / seconds);
            object.add("peak_memory_bytes", common::peak_memory_bytes());
            if let Some(summary) = summary {
                object.add("quality", serde_json::to_value(summary)?);
            }
            say!("{}", object.line());
        } else {
            summary.iter().for_each(|summary| summary.to_string().lines().for_each(common::complain));
            common::complain(&format!("{documents} texts, {count} tokens, {megabytes:.1} MB in {seconds:.2} s"));
        }
        Ok(())
    }
}

/// The quality gate, and the file of what it leaves out.
struct Gate {
    gate: QualityGate,
    flagged: Output,
    /// The line of each text.
    lines: Vec<u64>,
}

impl Gate {
    fn new(path: &str) -> Result<Self> {
        let gate = QualityGate::new(QualityConfig::default())?;
        Ok(Self { gate, flagged: Output::create(path)?, lines: Vec::new() })
    }

    fn passed<'a>(&mut self, texts: &[&'a str], lines: &[u64]) -> Result<Vec<&'a str>> {
        let mut passed = Vec::with_capacity(texts.len());
        for (&text, &line) in texts.iter().zip(lines) {
            self.lines.push(line);
            let verdict = self.gate.check(text);
            if verdict.passes() {
                passed.push(text);
                continue;
            }
            let reasons: Vec<&str> = verdict.reasons.iter().map(|reason| reason.code()).collect();
            let earlier = verdict.duplicate_of.and_then(|earlier| self.lines.get(earlier as usize));
            let repeats = earlier.map_or_else(String::new, u64::to_string);
            writeln!(self.flagged, "{line}\t{}\t{repeats}", reasons.join(","))?;
        }
        Ok(passed)
    }

    fn finish(self) -> Result<QualitySummary> {
        self.flagged.finish()?;
        Ok(self.gate.summary().clone())
    }
}

thread_local! {
    /// One list of tokens a thread, for all of its texts.
    static TOKENS: RefCell<Tokens> = RefCell::default();
}

/// The number of tokens of each text, and the tokens with blanks between them where `written`.
fn clean_all(pipeline: &Pipeline, texts: &[&str], written: bool) -> Vec<(usize, String)> {
    let clean_one = |text: &&str| {
        TOKENS.with_borrow_mut(|tokens| {
            pipeline.analyze_into(text, tokens);
            let mut line = String::new();
            for token in tokens.iter().filter(|_| written) {
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(token.text);
            }
            (tokens.len(), line)
        })
    };
    texts.par_chunks(64).flat_map_iter(|chunk| chunk.iter().map(clean_one).collect::<Vec<_>>()).collect()
}

/// The pipeline that the options ask for.
fn config(options: &Options) -> Result<PipelineConfig> {
    if let Some(config) = options.json("steps", PipelineConfig::validate)? {
        let others = ["preset", "language", "spelling", "lemmas"];
        return match others.into_iter().find(|name| options.value(name).is_some()) {
            Some(name) => {
                Err(common::usage(format!("--{name} changes nothing beside --steps: write it into that file")))
            }
            None => Ok(config),
        };
    }
    let mut config = common::preset(options)?.unwrap_or_default();
    if options.value("spelling").is_some() {
        config.add_step(TextStep::Spelling(SpellingConfig::default()));
    }
    if options.value("lemmas").is_some() {
        config.add_step(TextStep::Lemmas(LemmaConfig::default()));
    }
    config.validate().map_err(common::usage_faults)?;
    Ok(config)
}
