//! Clean a file of texts: tokens, one text a line, or what each step does to one text.

mod common;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use common::{Options, Result, Summary, say};
use plaudit::Analyzer;
use plaudit::core::Tokens;
use plaudit::data::FeedbackReader;
use plaudit::text::{LemmaConfig, Pipeline, PipelineConfig, QualityConfig, QualityGate, SpellingConfig, TextStep};
use rayon::prelude::*;

const HELP: &str = "
Cleans a file of texts and writes their tokens, one text a line, with blanks between tokens. Memory does not grow with the input.

cargo run --release --example clean -- --input FILE [options]
  --input FILE       .txt (one text a line), .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it
  --out FILE         where the tokens go; without it they go to standard output, and with --json nowhere
  --preset NAME      english, chinese, paper, social_media, raw or counts (that of --language, or english)
  --language en|zh|und   the language of the texts
  --steps FILE       a pipeline as JSON, {\"language\": \"en\", \"steps\": [{\"step\": \"casefold\"}, ..]}, in place of a preset
  --spelling         corrects misspelled English words
  --lemmas           replaces English words by their lemmas
  --quality FILE     leaves out texts that say nothing or repeat another; FILE gets a line for each: its number, its reasons, and the
                     number of the text that it repeats
  --threads N        (all)
  --explain TEXT     shows what each step does to this text, and reads no file
  --on-dirty stop|skip   what to do with a row that cannot be used (skip)
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
    ];
    common::run(HELP, &options, clean)
}

fn clean(options: &Options) -> Result<()> {
    let pipeline = Pipeline::new(config(options)?).map_err(common::usage_faults)?;
    if let Some(text) = options.value("explain") {
        let explanation = pipeline.explain(text);
        return match options.value("json") {
            Some(_) => Ok(say!("{}", serde_json::to_string(&explanation)?)),
            None => Ok(say!("{}", explanation.to_string().trim_end())),
        };
    }
    let json = options.value("json").is_some();
    let create = |path: &str| -> Result<Box<dyn Write>> {
        let file = std::fs::File::create(path).map_err(|error| plaudit::Error::io(path, error))?;
        Ok(Box::new(std::io::BufWriter::new(file)))
    };
    let mut out: Option<Box<dyn Write>> = match options.value("out") {
        Some(path) => Some(create(path)?),
        None if json => None,
        None => Some(Box::new(std::io::BufWriter::new(std::io::stdout().lock()))),
    };
    let mut gate = QualityGate::new(QualityConfig::default())?;
    let mut flagged = options.value("quality").map(create).transpose()?;
    let threads = options.number("threads")?.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut read = options.read_config()?;
    read.unique_uids = false; // its memory would grow with the file
    let (mut documents, mut count, mut bytes, mut seconds, mut cpu) = (0_u64, 0_u64, 0_u64, 0.0, Some(0.0));
    let reader = FeedbackReader::open(options.required("input")?, &read)?;
    common::for_each_chunk(reader, |rows| {
        let mut texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        if let Some(flagged) = &mut flagged {
            let mut passed = Vec::with_capacity(texts.len());
            for text in texts {
                let verdict = gate.check(text);
                if verdict.passes() {
                    passed.push(text);
                } else {
                    let reasons: Vec<&str> = verdict.reasons.iter().map(|reason| reason.code()).collect();
                    let repeats = verdict.duplicate_of.map_or_else(String::new, |earlier| (earlier + 1).to_string());
                    writeln!(flagged, "{}\t{}\t{repeats}", gate.summary().texts, reasons.join(","))?;
                }
            }
            texts = passed;
        }
        let (wall, before) = (Instant::now(), common::cpu_seconds());
        let written = out.is_some();
        let cleaned = pool.install(|| clean_all(&pipeline, &texts, written));
        seconds += wall.elapsed().as_secs_f64();
        cpu = cpu.zip(before).zip(common::cpu_seconds()).map(|((sum, before), after)| sum + after - before);
        documents += texts.len() as u64;
        bytes += texts.iter().map(|text| text.len() as u64).sum::<u64>();
        for (tokens, line) in &cleaned {
            count += *tokens as u64;
            if let Some(out) = &mut out {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    })?;
    for file in [&mut out, &mut flagged].into_iter().flatten() {
        file.flush()?;
    }
    let megabytes = bytes as f64 / 1e6;
    let per_cpu = cpu.filter(|&cpu| cpu > 0.0).map(|cpu| megabytes / cpu);
    if json {
        let mut summary = Summary::default();
        summary.add("documents", documents);
        summary.add("tokens", count);
        summary.add("megabytes", megabytes);
        summary.add("megabytes_per_cpu_second", per_cpu);
        summary.add("documents_per_second", documents as f64 / seconds);
        summary.add("peak_memory_bytes", common::peak_memory_bytes());
        if flagged.is_some() {
            summary.add("quality", serde_json::to_value(gate.summary())?);
        }
        say!("{}", summary.line());
    } else {
        if flagged.is_some() {
            common::complain(&gate.summary().to_string());
        }
        common::complain(&format!("{documents} texts, {count} tokens, {megabytes:.1} MB in {seconds:.2} s"));
    }
    Ok(())
}

/// The number of tokens of each text, and the tokens with blanks between them where `written`. Each thread has one list of tokens
/// for all of its texts.
fn clean_all(pipeline: &Pipeline, texts: &[&str], written: bool) -> Vec<(usize, String)> {
    let clean = |chunk: &[&str]| {
        let mut tokens = Tokens::new();
        let clean_one = |text: &&str| {
            pipeline.analyze_into(text, &mut tokens);
            let mut line = String::new();
            for token in tokens.iter().filter(|_| written) {
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(token.text);
            }
            (tokens.len(), line)
        };
        chunk.iter().map(clean_one).collect::<Vec<_>>()
    };
    texts.par_chunks(64).flat_map_iter(clean).collect()
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
