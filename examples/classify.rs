//! Label texts with a saved classifier, one JSON object a line.

mod common;

use std::io::Write;
use std::process::ExitCode;

use common::{Options, Result};
use plaudit::data::{FeedbackReader, Format};
use plaudit::{Classifier, Feedback};
use serde_json::{Map, json};

const HELP: &str = "
Labels texts with a saved classifier. Writes one JSON object a line: {\"id\", \"label\", \"scores\": {label: probability}}, and of a
calibrated classifier (train --calibrate) \"set\": the labels that the text may well have. Sets hold the true label nearly as
often as was asked in training, nine times in ten by default, of texts like those it was calibrated on; one may be empty, or
without the most probable label. Where a greatest risk was asked for, \"decided\" is the label, or null where the text is
better left to a person.
A line is answered before the next one is waited for, and memory does not grow with the input.

cargo run --release --example classify -- --model DIR [options]
  --model DIR               what train saved
  --input FILE              .csv, .tsv, .jsonl or .txt, perhaps .gz, .xz or .zst after it; the id is that of its column uid or
                            id, or else the row's number; without it, one text a line from standard input, whose id is the
                            line's number
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --precision single|bfloat16   what recurrent weights are rounded to (single)
  --json                    as without it: the output is JSON";

fn main() -> ExitCode {
    common::run(HELP, &["model", "input", "on-dirty", "precision"], classify)
}

fn classify(options: &Options) -> Result<()> {
    let classifier = options.classifier()?;
    let mut read = options.read_config()?;
    read.unique_uids = false; // its memory would grow with the file
    read.label = Some(String::new()); // not looked at
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let write = |rows: &[Feedback]| -> Result<()> {
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        let raw = classifier.uncalibrated_scores(&texts)?;
        let (scores, sets) = match classifier.calibration() {
            Some(calibrated) => (calibrated.scores(&raw)?, Some(calibrated.label_sets(&raw)?)),
            None => (raw.clone(), None),
        };
        let deciding = classifier.calibration().filter(|calibrated| calibrated.abstention.is_some());
        let decided = deciding.map(|calibrated| calibrated.decide(&raw)).transpose()?;
        let name = |label: &usize| classifier.labels().name(*label);
        for (place, (row, prediction)) in rows.iter().zip(scores.iter()).enumerate() {
            let scores: Map<_, _> = prediction.iter().map(|(label, p)| (label.to_owned(), json!(p))).collect();
            let set = sets.as_ref().and_then(|sets| sets.get(place));
            let mut line = match set.map(|set| set.iter().filter_map(name).collect::<Vec<_>>()) {
                Some(set) => json!({"id": row.uid, "label": prediction.label(), "scores": scores, "set": set}),
                None => json!({"id": row.uid, "label": prediction.label(), "scores": scores}),
            };
            let decided = decided.as_ref().and_then(|decided| decided.get(place));
            if let (Some(decided), Some(line)) = (decided, line.as_object_mut()) {
                line.insert("decided".to_owned(), json!(decided.as_ref().and_then(name)));
            }
            writeln!(out, "{line}")?;
        }
        Ok(out.flush()?)
    };
    match options.value("input") {
        Some(path) => common::for_each_chunk(FeedbackReader::open(path, &read)?, write),
        None => {
            let input = std::io::stdin().lock();
            common::for_each_chunk(FeedbackReader::new(input, "standard input", Format::Lines, &read)?, write)
        }
    }
}
