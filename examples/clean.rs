//! Clean a file of texts: tokens, one text a line, or what each step does to one text.

mod common;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use common::{Options, Result, Summary, say, usage};
use plaudit::data::FeedbackReader;
use plaudit::text::{Language, Pipeline, PipelineConfig};

const HELP: &str = "
Cleans a file of texts and writes their tokens, one text a line, with blanks between tokens. Memory does not grow with the input.

cargo run --release --example clean -- --input FILE [options]
  --input FILE       .txt (one text a line), .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it
  --out FILE         where the tokens go; without it they go to standard output, and with --json nowhere
  --preset NAME      english, chinese, paper, social_media, raw or counts (that of --language, or english)
  --language en|zh|und   the language of the texts
  --steps FILE       a pipeline as JSON, {\"language\": \"en\", \"steps\": [{\"step\": \"casefold\"}, ..]}, in place of a preset
  --threads N        (all)
  --explain TEXT     shows what each step does to this text, and reads no file
  --on-dirty stop|skip   what to do with a row that cannot be used (skip)
  --json             ends with one JSON object: documents, tokens, megabytes_per_cpu_second and documents_per_second of the cleaning
                     alone, peak_memory_bytes";

fn main() -> ExitCode {
    let options = ["input", "out", "preset", "language", "steps", "threads", "explain", "on-dirty"];
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
    let mut out: Option<Box<dyn Write>> = match options.value("out") {
        Some(path) => Some(Box::new(std::fs::File::create(path).map_err(|error| plaudit::Error::io(path, error))?)),
        None if json => None,
        None => Some(Box::new(std::io::stdout().lock())),
    };
    let threads = options.number("threads")?.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut read = options.read_config()?;
    read.unique_uids = false; // its memory would grow with the file
    let (mut documents, mut count, mut bytes, mut seconds, mut cpu) = (0_u64, 0_u64, 0_u64, 0.0, Some(0.0));
    let reader = FeedbackReader::open(options.required("input")?, &read)?;
    let mut line = String::new();
    common::for_each_chunk(reader, |rows| {
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        let (wall, before) = (Instant::now(), common::cpu_seconds());
        let tokens = pool.install(|| pipeline.analyze_batch(&texts));
        seconds += wall.elapsed().as_secs_f64();
        cpu = cpu.zip(before).zip(common::cpu_seconds()).map(|((sum, before), after)| sum + after - before);
        documents += texts.len() as u64;
        bytes += texts.iter().map(|text| text.len() as u64).sum::<u64>();
        for tokens in &tokens {
            count += tokens.len() as u64;
            let Some(out) = &mut out else { continue };
            line.clear();
            for token in tokens.iter() {
                line.push_str(token.text);
                line.push(' ');
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    })?;
    if let Some(out) = &mut out {
        out.flush()?;
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
        say!("{}", summary.line());
    } else {
        common::complain(&format!("{documents} texts, {count} tokens, {:.1} MB in {seconds:.2} s", megabytes));
    }
    Ok(())
}

/// The pipeline that the options ask for.
fn config(options: &Options) -> Result<PipelineConfig> {
    if let Some(config) = options.json("steps", PipelineConfig::validate)? {
        return Ok(config);
    }
    let language = options.value("language").map(str::parse::<Language>).transpose().map_err(common::usage_faults)?;
    let config = match options.one_of("preset", &PipelineConfig::PRESETS)? {
        Some(name) => PipelineConfig::preset(name)?,
        None => PipelineConfig::for_language(language.unwrap_or(Language::En)),
    };
    match language {
        Some(language) if language != config.language => {
            Err(usage(format!("--language {language}: the preset is for {}", config.language)))
        }
        _ => Ok(config),
    }
}
