//! Which words of a text made a saved classifier give it its label.

mod common;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use common::{Options, Output, Result, say, usage, usage_faults};
use plaudit::data::{FeedbackReader, Row};
use plaudit::models::{ExplainConfig, ExplainMethod, ExplainedOutput, Explanation, explain};

const HELP: &str = "
Shows which words of a text made a saved classifier give it its label: each word's share, above 0 for the label, below 0 against it.

cargo run --release --example explain -- --model DIR --text \"...\" [options]
  --model DIR               what train saved
  --text TEXT               the text
  --input FILE              texts of a file instead: .csv, .tsv, .jsonl or .txt, perhaps .gz, .xz or .zst after it
  --limit N                 of the file's texts, the first so many (10)
  --label L                 the label that is explained (the one that the classifier predicts)
  --method integrated-gradients|occlusion   slopes along the way from nothing to the text, which add up; or what the probability
                            loses where a word is left out (integrated-gradients)
  --output log-odds|logit|probability       the number that integrated gradients take apart (log-odds)
  --steps N                 of integrated gradients: more are more exact (128)
  --out FILE.html           a page with the texts, words coloured
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --precision single|bfloat16   what recurrent weights are rounded to where texts are scored; slopes are of single (single)
  --json                    one JSON object a text, one a line, with byte ranges of the text";

const OPTIONS: [&str; 11] =
    ["model", "text", "input", "limit", "label", "method", "output", "steps", "out", "on-dirty", "precision"];

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, recipe)
}

fn recipe(options: &Options) -> Result<()> {
    let mut config = ExplainConfig::default();
    config.label = options.value("label").map(str::to_owned);
    config.method = match options.one_of("method", &["integrated-gradients", "occlusion"])? {
        Some("occlusion") => ExplainMethod::Occlusion,
        _ => ExplainMethod::IntegratedGradients,
    };
    config.output = match options.one_of("output", &["log-odds", "logit", "probability"])? {
        Some("logit") => ExplainedOutput::Logit,
        Some("probability") => ExplainedOutput::Probability,
        _ => ExplainedOutput::LogOdds,
    };
    config.steps = options.number("steps")?.unwrap_or(config.steps);
    config.validate().map_err(usage_faults)?;
    let limit: usize = options.positive("limit")?.unwrap_or(10);
    let out = options.file("out")?;
    let inputs = options.value("input").map(|file| ("input", file));
    common::check_apart(inputs.as_slice(), out.map(|file| ("out", file)).as_slice())?;
    let texts = match (options.value("text"), options.file("input")?) {
        (Some(text), None) => vec![text.to_owned()],
        (None, Some(file)) => first_texts(file, limit, options)?,
        _ => return Err(usage("expected --text or --input, and not both")),
    };
    let classifier = options.classifier()?;
    let out = out.map(Output::create).transpose()?;
    let explanations: Vec<Explanation> =
        texts.iter().map(|text| explain(&classifier, text, &config)).collect::<plaudit::Result<_>>()?;
    let colours = std::io::stdout().is_terminal();
    for explanation in &explanations {
        if options.value("json").is_some() {
            say!("{}", serde_json::to_string(explanation)?);
        } else {
            say!("{}", explanation.to_terminal(colours));
        }
    }
    if let Some(mut out) = out {
        out.write_all(Explanation::page(&explanations).as_bytes())?;
        out.finish()?;
    }
    Ok(())
}

/// The texts of the first rows of a file that can be used.
fn first_texts(file: &str, limit: usize, options: &Options) -> Result<Vec<String>> {
    let mut read = options.read_config()?;
    (read.unique_uids, read.label) = (false, Some(String::new()));
    let mut texts = Vec::new();
    for row in FeedbackReader::open(file, &read)? {
        match row? {
            Row::Used(feedback) => texts.push(feedback.text),
            Row::Rejected(rejection) => common::print_rejection(file, &rejection),
            _ => {}
        }
        if texts.len() == limit {
            break;
        }
    }
    if texts.is_empty() {
        return Err(format!("{file}: no row can be used").into());
    }
    Ok(texts)
}
