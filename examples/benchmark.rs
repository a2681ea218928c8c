//! How good are the baselines and the networks on a set of texts? Each chosen on validation rows, scored once on test rows.

mod common;
#[path = "benchmark/models.rs"]
mod models;
#[path = "benchmark/parts.rs"]
mod parts;

use std::path::Path;
use std::process::ExitCode;

use common::{Options, Result, Summary, mean, say};
use models::{Setting, is_network};
use plaudit::metrics::{Bootstrap, Metric, Scored, compare_models};
use serde_json::{Value, json};

const HELP: &str = "
Trains models on train.tsv of a folder, chooses their settings on valid.tsv, and prints accuracy, macro-F1 and macro-recall on test.tsv, means over
the seeds with their standard errors, and the processor time that it all took. Test rows are scored once, by what was chosen. Training rows with
the text of a validation row, by its letters and digits, are left out. Where test texts stand in train.tsv, `clean` is the figure of --metric without them.

cargo run --release --example benchmark -- --data DIR[,DIR..] [options]
  --data DIR,..      folders with train.tsv, valid.tsv and test.tsv, perhaps .xz, .zst or .gz after it: columns text and label;
                     without valid.tsv, 10 % of train.tsv, stratified
  --models NAME,..   majority, logistic, svm, nb_svm, average_ngrams, bi_lstm, cnn_lstm, wide_and_deep (the first five)
  --preset NAME,..   english, chinese, social_media, counts, paper or raw (english, or that of --config); of several, the best for each
                     baseline; networks take the first
  --language en|zh|und  instead: the cleaning of this language, or what suits any
  --folds N          instead: each of N parts of all rows is the test part once, and 10 % of the others choose; N times the work
  --by COLUMN        instead: the rows of each value of this column, such as division, are the test part once, if they are 15 or more
  --label COLUMN     (label)
  --labels A,B,..    the labels, in order; rows with others are left out (those that occur)
  --metric NAME      what settings are chosen by: accuracy, macro_f1, macro_recall, weighted_f1, .. (macro_f1); a network's epoch by
                     the first three or, for others, by macro-F1
  --config FILE      how networks are trained, as for train; the sizes are for the network of that name, and for the one in wide_and_deep
  --vectors FILE     word vectors that networks start from, as for train; trained on no text of the test part
  --tune FILE        settings of networks to choose from, with the first seed, as for train
  --seeds N          of what hangs on one, 1 or more (3); settings are chosen with the first
  --rows N           at most so many rows of train.tsv, 1 or more (all)
  --epochs N         of networks, at most, 1 or more (those of train)
  --json             ends with one JSON object";

fn main() -> ExitCode {
    let known = [
        "data", "models", "preset", "language", "label", "labels", "metric", "seeds", "rows", "epochs", "config",
        "vectors", "tune", "folds", "by",
    ];
    common::run(HELP, &known, benchmark)
}

/// Figures of a model on a folder.
struct Row {
    /// Accuracy, macro-F1, macro-recall, the metric, and the metric on texts that are in no training part; one a seed.
    figures: Vec<[f64; 5]>,
    valid: f64,
    chosen: Value,
    /// The test rows by the first seed, each once.
    scored: Scored,
}

fn benchmark(options: &Options) -> Result<()> {
    let setting = Setting::new(options)?;
    options.required_file("data")?;
    let folders = options.listed("data").unwrap_or_default();
    folders.iter().try_for_each(|folder| parts::check(Path::new(folder)))?; // before the first takes its time
    say!(
        "{:<25}{:<16}{:>16}{:>16}{:>16}{:>16}{:>8}{:>13}",
        "data",
        "model",
        "accuracy",
        "macro-F1",
        "macro-recall",
        "clean",
        "valid",
        "CPU seconds"
    );
    let (mut table, mut compared) = (Vec::new(), Vec::new());
    for folder in folders {
        let parts = parts::read(Path::new(&folder), options)?;
        let known: Vec<bool> = parts.iter().flat_map(|part| part.known.iter().copied()).collect();
        let repeated = known.iter().filter(|&&known| known).count();
        let data = Path::new(folder).file_name().map_or(folder.to_owned(), |name| name.to_string_lossy().into_owned());
        let (mut networks, mut peer) = (Vec::new(), None);
        for model in &setting.models {
            let start = common::cpu_hundredths();
            let row = tested(&setting, model, &parts, &known)?;
            let seconds = common::cpu_hundredths().zip(start).map(|(end, start)| end - start);
            let [accuracy, f1, recall, value, clean] = [0, 1, 2, 3, 4]
                .map(|place| mean(row.figures.iter().filter_map(move |figures| figures.get(place).copied())));
            let time = seconds.map_or(String::new(), |seconds| format!("{seconds:.1}"));
            say!(
                "{:<25}{model:<16}{:>16}{:>16}{:>16}{:>16}{:>8.2}{time:>13}",
                common::shown(&data),
                shown(accuracy),
                shown(f1),
                shown(recall),
                if repeated > 0 { shown(clean) } else { String::new() },
                100.0 * row.valid
            );
            let groups = groups(&parts, &row.scored);
            if let Some((group, rows, right)) = groups.iter().min_by(|a, b| a.2.total_cmp(&b.2)) {
                say!(
                    "{:<25}worst of {}: {}, {:.1} % of {rows} right",
                    "",
                    groups.len(),
                    common::shown(group),
                    100.0 * right
                );
            }
            table.push(json!({"data": data, "model": model, "seeds": row.figures.len(), "accuracy": accuracy.0, "accuracy_error": accuracy.1,
                "macro_f1": f1.0, "macro_f1_error": f1.1, "macro_recall": recall.0, "macro_recall_error": recall.1, "metric": setting.metric,
                "value": value.0, "value_error": value.1, "clean": (repeated > 0).then_some(clean.0), "clean_error": clean.1.filter(|_| repeated > 0),
                "valid": row.valid, "cpu_seconds": seconds, "chosen": row.chosen,
                "train_rows": parts.first().map(|parts| parts.train.len()), "valid_rows": parts.first().map(|parts| parts.valid.len()),
                "test_rows": known.len(), "repeated_test_rows": repeated,
                "groups": groups.iter().map(|(group, rows, right)| json!({"group": group, "rows": rows, "accuracy": right})).collect::<Vec<_>>()}));
            if is_network(model) {
                networks.push((model, row.scored));
            } else if peer.as_ref().is_none_or(|(_, best, _)| value.0 > *best) {
                peer = Some((model, value.0, row.scored));
            }
        }
        // The best peer on the test rows is chosen by them, which is hard on the networks.
        for (model, scored) in &networks {
            let Some((best, _, theirs)) = &peer else { break };
            let comparison =
                compare_models(&[(model, scored), (best, theirs)], setting.metric, None, &Bootstrap::default())?;
            let Some(pair) = comparison.pairs.first() else { continue };
            if let (Some(difference), Some(interval)) = (pair.difference, pair.interval) {
                let [difference, low, high] = [difference, interval.low, interval.high].map(|value| 100.0 * value);
                let level = 100.0 * interval.level;
                say!(
                    "{:<25}{model} less {best}: {difference:+.2} ({level:.0} % interval {low:+.2} to {high:+.2}), first seed",
                    ""
                );
                compared.push(json!({"data": data, "model": model, "against": best, "difference": difference / 100.0,
                    "interval": [low / 100.0, high / 100.0], "level": interval.level, "p": pair.p}));
            }
        }
    }
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add("table", Value::from(table));
        summary.add("compared", Value::from(compared));
        say!("{}", summary.line());
    }
    Ok(())
}

/// Each test row scored once, and the figures of that.
fn tested(setting: &Setting, model: &str, parts: &[parts::Parts], known: &[bool]) -> Result<Row> {
    let runs = parts.iter().map(|parts| setting.tested(model, parts)).collect::<Result<Vec<_>>>()?;
    let seeds = runs.iter().map(|run| run.scored.len()).min().unwrap_or(0);
    let of_seed = |seed: usize| {
        let parts: Vec<Scored> = runs.iter().filter_map(|run| run.scored.get(seed).cloned()).collect();
        Scored::concat(&parts)
    };
    let scored = (0..seeds).map(of_seed).collect::<plaudit::Result<Vec<_>>>()?;
    let figures = scored.iter().map(|scored| {
        let clean = scored.select(|row| known.get(row) == Some(&false));
        let ([accuracy, f1, recall, value], [.., clean]) = (setting.figures(scored), setting.figures(&clean));
        [accuracy, f1, recall, value, clean]
    });
    Ok(Row {
        figures: figures.collect(),
        valid: mean(runs.iter().map(|run| run.valid)).0,
        chosen: runs.iter().map(|run| run.chosen.clone()).collect(),
        scored: scored.into_iter().next().ok_or("there was no seed")?,
    })
}

/// Each value of `--by`, its rows, and the share of them that is right.
fn groups(parts: &[parts::Parts], scored: &Scored) -> Vec<(String, usize, f64)> {
    let mut start = 0;
    let mut groups = Vec::new();
    for part in parts {
        let end = start + part.known.len();
        if let Some(group) = &part.group {
            let own = scored.select(|row| (start..end).contains(&row));
            let right = own.confusion().report().figure(Metric::Accuracy).unwrap_or(0.0);
            groups.push((group.clone(), own.len(), right));
        }
        start = end;
    }
    groups
}

/// A mean as a percentage, with its standard error.
fn shown((mean, error): (f64, Option<f64>)) -> String {
    let error = error.map_or(String::new(), |error| format!(" ({:.2})", 100.0 * error));
    format!("{:.2}{error}", 100.0 * mean)
}
