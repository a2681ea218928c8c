//! Check the log of decisions, decide again, and record who decided otherwise.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use common::{Options, Result, Summary, say, shown, usage};
use plaudit::core::{Table, visible};
use plaudit::data::Dataset;
use plaudit::promotion::audit::{AuditLog, Decision, Digest, Event, Override, Record, Repair};
use plaudit::{TextClassifier, Verdict};
use serde_json::{Value, json};

const HELP: &str = r#"
Checks that no line of a log of decisions (promote --log) was changed, removed, moved or inserted, and lists it. Lines that were
cut off at the end, and a log that was written anew, are found only with --head.

cargo run --release --example audit -- --log FILE [options]
  --log FILE                the log
  --head COUNT:DIGEST       what promote or this recipe printed before, and was kept elsewhere
  --replay                  decides again from what was recorded: verdicts must be the same, byte for byte
  --feedback FILE           with --replay: whether this is the file that was decided about, ..
  --model DIR               .. and this the model; with both, the texts are classified again, too
  --decision N              the decision that these, or --override, are about (the last)
  --override DIVISION       a person decides otherwise about this division; with
  --verdict promote|hold|improve|needs_more_data
  --author NAME
  --reason TEXT
  --repair                  first takes away the part of a line that a crash left at the end
  --json                    the last line of standard output is one JSON object"#;

const OPTIONS: [&str; 11] =
    ["log", "head", "replay!", "feedback", "model", "decision", "override", "verdict", "author", "reason", "repair!"];

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, audit)
}

fn audit(options: &Options) -> Result<()> {
    let path = options.required_file("log")?;
    let kept = options.value("head").map(common::head_of).transpose()?;
    let other = otherwise(options)?;
    for name in ["feedback", "model"] {
        if options.value(name).is_some() && options.value("replay").is_none() {
            return Err(usage(format!("--{name}: expected --replay too")));
        }
    }
    let chooses = ["feedback", "model", "override"].iter().any(|name| options.value(name).is_some());
    if options.number::<u64>("decision")?.is_some() && !chooses {
        return Err(usage("--decision: expected --override, or --replay with --feedback or --model, too"));
    }
    if options.value("repair").is_some() {
        match AuditLog::repair(path)? {
            Repair::Whole => say!("Nothing to mend."),
            Repair::Completed => say!("The last record lacked its newline, and has it now."),
            Repair::Cut { bytes } => say!("{} bytes of a record that a crash broke off are gone.", bytes.len()),
            _ => say!("Mended."),
        }
    }
    let mut head = AuditLog::verify(path, kept.as_ref())?;
    let records: Vec<Record> = AuditLog::records(path)?.collect::<std::result::Result<_, _>>()?;
    let mut table = Table::new(["record", "time", "what"]);
    for record in &records {
        table.push([record.sequence.to_string(), record.time.to_string(), what(&record.event)]);
    }
    say!("{table}");
    let mut summary = Summary::default();
    let replays = if options.value("replay").is_some() { replay(&records)? } else { Vec::new() };
    let differ = replays.iter().filter(|(_, found)| *found != json!("same")).count();
    let mut faults = Vec::new();
    if options.value("replay").is_some() {
        say!("Decided again: {} decisions, {differ} with other verdicts.", replays.len());
        faults = compare_files(options, &records)?;
    }
    let sound = differ == 0 && faults.is_empty();
    if let (Some((division, verdict, author, reason)), true) = (other, sound) {
        let decision = chosen(options, &records)?.0;
        let mut log = common::open_log(path)?;
        head = log.append(common::now(), Override::new(decision, division, verdict, author, reason))?;
        let (author, division) = (visible(author), visible(division));
        say!("{author} decides otherwise about {division} of record {decision}: {verdict}.");
    }
    let word = common::head_word(&head);
    say!("Every line is as it was written. Keep this elsewhere, for --head:\n{word}");
    if options.value("json").is_some() {
        summary.add("records", head.count);
        summary.add("head", word);
        let list: Vec<Value> = records.iter().map(|record| listed(record, &replays)).collect();
        summary.add("log", list);
        summary.add("differ", differ);
        summary.add("faults", faults.clone());
        say!("{}", summary.line());
    }
    if !sound {
        return Err(
            format!("{differ} decisions with other verdicts, {} files or counts that differ", faults.len()).into()
        );
    }
    Ok(())
}

/// What a person decides otherwise: the division, the verdict, who and why.
fn otherwise(options: &Options) -> Result<Option<(&str, Verdict, &str, &str)>> {
    let words = ["promote", "hold", "improve", "needs_more_data"];
    let verdict = options.one_of("verdict", &words)?.map(|word| serde_json::from_value(json!(word))).transpose()?;
    let parts = (options.value("override"), verdict, options.value("author"), options.value("reason"));
    match parts {
        (None, None, None, None) => Ok(None),
        (Some(division), Some(verdict), Some(author), Some(reason)) => Ok(Some((division, verdict, author, reason))),
        _ => Err(usage("--override, --verdict, --author and --reason: expected all four of them, or none")),
    }
}

/// An event in a few words.
fn what(event: &Event) -> String {
    match event {
        Event::Decision(decision) => format!("decision about {} divisions", decision.survey.divisions().len()),
        Event::Override(other) => format!(
            "{} decides otherwise about {} of record {}: {}, because: {}",
            other.author, other.division, other.decision, other.verdict, other.reason
        ),
        Event::Note(note) => format!("{}: {}", note.author, note.text),
        _ => "of a later version".to_owned(),
    }
}

/// A record in the JSON line.
fn listed(record: &Record, replays: &[(u64, Value)]) -> Value {
    let replayed = replays.iter().find(|(number, _)| *number == record.sequence).map(|(_, found)| found);
    match &record.event {
        Event::Decision(decision) => json!({"record": record.sequence, "time": record.time.to_string(),
            "kind": "decision", "version": decision.version, "digests": decision.digests, "seed": decision.seed,
            "posterior": decision.posterior, "verdicts": decision.verdicts, "replay": replayed}),
        event => json!({"record": record.sequence, "time": record.time.to_string(), "event": event}),
    }
}

/// Decides again: of each decision its number, and "same" or what differs.
fn replay(records: &[Record]) -> Result<Vec<(u64, Value)>> {
    let mut replays = Vec::new();
    for record in records {
        let Event::Decision(decision) = &record.event else { continue };
        let replay = decision.replay_recorded()?;
        if !replay.is_same() {
            say!("Record {}, decided by version {}:\n{replay}", record.sequence, visible(&decision.version));
        }
        let differences: Vec<String> = replay.differences().iter().map(ToString::to_string).collect();
        replays.push((record.sequence, if replay.is_same() { json!("same") } else { json!(differences) }));
    }
    Ok(replays)
}

/// The decision of `--decision`, or the last one.
fn chosen<'a>(options: &Options, records: &'a [Record]) -> Result<(u64, &'a Decision)> {
    let wanted: Option<u64> = options.number("decision")?;
    let decision = |record: &'a Record| match &record.event {
        Event::Decision(decision) => Some((record.sequence, &**decision)),
        _ => None,
    };
    let mut found = records.iter().rev().filter_map(decision).filter(|(number, _)| wanted.is_none_or(|n| n == *number));
    found.next().ok_or_else(|| "--decision: there is no such decision in the log".into())
}

/// Whether the files that are given are those of the decision, and give the same counts.
fn compare_files(options: &Options, records: &[Record]) -> Result<Vec<String>> {
    let (file, model) = (options.file("feedback")?, options.file("model")?);
    if file.is_none() && model.is_none() {
        return Ok(Vec::new());
    }
    let (number, decision) = chosen(options, records)?;
    let mut faults = Vec::new();
    for (name, path) in [("data", file), ("model", model)] {
        let Some(path) = path else { continue };
        let found = plaudit::digests([(name, Path::new(path))])?;
        let is_of = |key: &str| key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
        let recorded: BTreeMap<String, Digest> =
            decision.digests.iter().filter(|(key, _)| is_of(key)).map(|(key, digest)| (key.clone(), *digest)).collect();
        for key in found.keys().chain(recorded.keys().filter(|key| !found.contains_key(*key))) {
            if found.get(key) != recorded.get(key) {
                faults.push(format!("{key} of {} is not what record {number} was decided from", shown(path)));
            }
        }
    }
    if let (Some(file), Some(model), true) = (file, model, faults.is_empty()) {
        let classifier = TextClassifier::load(model)?;
        let mut read = options.read_config()?;
        (read.division, read.label) = (Some("division".to_owned()), Some(String::new()));
        let feedback: Dataset = plaudit::data::read(file, &read)?;
        if plaudit::survey(&classifier, &feedback)? == decision.survey {
            say!("The same files; classified again, they give the same counts.");
        } else {
            faults.push(format!("the counts of record {number}: classified again, the texts give others"));
        }
    }
    for fault in &faults {
        say!("{}.", visible(fault));
    }
    Ok(faults)
}
