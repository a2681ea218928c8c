//! What each cleaning step does to accuracy: every step switched on or off alone, on validation rows.

mod common;

use std::path::Path;
use std::process::ExitCode;

use common::{Options, Result, Summary, mean, say, usage};
use plaudit::text::{PipelineConfig, TextStep};
use plaudit::{Labels, TrainConfig};
use serde_json::json;

const HELP: &str = "
Trains a classifier with the steps of a preset, and again with each step alone switched off, or on where the preset is without it;
prints accuracy and macro-F1 on the rows of valid.tsv, means over the seeds, with the difference from the preset and its standard
error over the seeds (pairs of equal seeds; one seed has none). The best epoch is chosen on a tenth of train.tsv, and no test part is read.

cargo run --release --example ablate -- --data DIR [options]
  --data DIR         a folder with train.tsv and valid.tsv: columns text and label
  --preset NAME      english, chinese, social_media, counts, paper or raw (english)
  --label COLUMN     (label)
  --rows N           at most so many rows of each file, 1 or more (all)
  --seeds N          1 or more (3)
  --epochs N         at most, 1 or more (those of train)
  --only NAME,NAME   these steps alone, by the names that the table has (all)
  --json             ends with one JSON object";

fn main() -> ExitCode {
    common::run(HELP, &["data", "preset", "label", "rows", "seeds", "epochs", "only"], ablate)
}

/// One way to clean.
struct Variant {
    name: String,
    text: PipelineConfig,
}

fn ablate(options: &Options) -> Result<()> {
    let folder = Path::new(options.required_file("data")?);
    let seeds = options.positive::<u64>("seeds")?.unwrap_or(3);
    let epochs = options.positive("epochs")?;
    let rows = options.positive("rows")?;
    let [train, valid] =
        ["train.tsv", "valid.tsv"].map(|name| common::at_most(common::labelled(&folder.join(name), options)?, rows));
    let (train, valid) = (train?, valid?);
    let preset = PipelineConfig::preset(options.one_of("preset", &PipelineConfig::PRESETS)?.unwrap_or("english"))?;
    let mut variants = variants(&preset);
    if let Some(only) = options.value("only") {
        variants = those(variants, only)?;
    }
    let mut base = TrainConfig::default();
    base.model.labels = Some(train.labels().and_then(|labels| Labels::new(labels.iter()))?);
    if let Some(epochs) = epochs {
        base.model.epochs = epochs;
    }
    say!("{:<24}{:>10}{:>10}{:>22}", "cleaning", "accuracy", "macro-F1", "accuracy - preset's");
    let mut rows = Vec::new();
    let mut of_preset: Vec<f64> = Vec::new(); // accuracy, one a seed
    for Variant { name, text } in variants {
        let mut scores = Vec::new();
        for seed in 1..=seeds {
            let mut config = base.clone();
            (config.model.seed, config.text) = (seed, text.clone());
            let [fit, stop] = train.hold_out(0.1, seed)?;
            let classifier = plaudit::train(&fit, &stop, &config, &mut ())?;
            let report = plaudit::evaluate(&classifier, &valid)?.report;
            scores.push(report.accuracy.zip(report.macro_average.f1).ok_or("valid.tsv has no row to score")?);
        }
        let is_preset = of_preset.is_empty();
        if is_preset {
            of_preset = scores.iter().map(|scores| scores.0).collect();
        }
        let differences: Vec<f64> = scores.iter().zip(&of_preset).map(|(own, preset)| own.0 - preset).collect();
        let (accuracy, _) = mean(scores.iter().map(|scores| scores.0));
        let (macro_f1, _) = mean(scores.iter().map(|scores| scores.1));
        let (difference, error) = mean(differences.iter().copied());
        let against = match error {
            _ if is_preset => String::new(),
            Some(error) => format!("{:+.2} ({:.2})", 100.0 * difference, 100.0 * error),
            None => format!("{:+.2}", 100.0 * difference),
        };
        say!("{:<24}{:>10.2}{:>10.2}{against:>22}", name, 100.0 * accuracy, 100.0 * macro_f1);
        rows.push(json!({"cleaning": name, "accuracy": accuracy, "macro_f1": macro_f1, "difference": difference,
            "standard_error": error}));
    }
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add("data", options.required("data")?);
        summary.add("seeds", seeds);
        summary.add("variants", rows);
        say!("{}", summary.line());
    }
    Ok(())
}

/// The preset, and the variants of these steps.
fn those(variants: Vec<Variant>, names: &str) -> Result<Vec<Variant>> {
    let step = |variant: &Variant| variant.name.get(2..).unwrap_or_default().to_owned();
    for name in names.split(',') {
        if !variants.iter().skip(1).any(|variant| step(variant) == name) {
            let known: Vec<String> = variants.iter().skip(1).map(step).collect();
            return Err(usage(format!("--only: found {name:?}, expected names among {}", known.join(", "))));
        }
    }
    let is_wanted =
        |(place, variant): &(usize, Variant)| *place == 0 || names.split(',').any(|name| name == step(variant));
    Ok(variants.into_iter().enumerate().filter(is_wanted).map(|(_, variant)| variant).collect())
}

/// The preset, without each of its steps, and with each step that it lacks.
fn variants(preset: &PipelineConfig) -> Vec<Variant> {
    let of = |name: String, steps: Vec<TextStep>| {
        let mut text = preset.clone();
        text.steps = steps;
        Variant { name, text }
    };
    let mut variants = vec![of("preset".to_owned(), preset.steps.clone())];
    for (place, step) in preset.steps.iter().enumerate() {
        let mut steps = preset.steps.clone();
        steps.remove(place);
        variants.push(of(format!("- {}", step.name()), steps));
    }
    for step in TextStep::in_order() {
        if preset.steps.iter().any(|own| own.name() == step.name()) {
            continue;
        }
        let mut with = preset.clone();
        with.add_step(step.clone());
        if with.validate().is_ok() {
            variants.push(of(format!("+ {}", step.name()), with.steps));
        }
    }
    variants
}
