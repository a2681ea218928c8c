//! How good are the baselines and the networks on a set of texts? Each chosen on validation rows, scored once on test rows.

mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use common::{Options, Result, Summary, mean, say, usage, usage_faults};
use plaudit::data::Dataset;
use plaudit::metrics::Metric;
use plaudit::models::{Architecture, Baseline, BiLstmConfig, CnnLstmConfig};
use plaudit::text::PipelineConfig;
use plaudit::{BaselineConfig, Classifier, Labels, TrainConfig};
use serde_json::{Value, json};

const HELP: &str = "
Trains models on train.tsv of a folder, chooses their settings on valid.tsv, and prints accuracy, macro-F1 and macro-recall on test.tsv, means over
the seeds with their standard errors, and the processor time that it all took. Test rows are scored once, by what was chosen.

cargo run --release --example benchmark -- --data DIR[,DIR..] [options]
  --data DIR,..      folders with train.tsv, valid.tsv and test.tsv, perhaps .xz, .zst or .gz after it: columns text and label;
                     without valid.tsv, 10 % of train.tsv, stratified
  --models NAME,..   majority, logistic, svm, nb_svm, average_ngrams, bi_lstm, cnn_lstm (the first five)
  --preset NAME,..   english, chinese, social_media, counts, paper or raw (english); of several, the best for each baseline; networks
                     take the first
  --label COLUMN     (label)
  --labels A,B,..    the labels, in order; rows with others are left out (those that occur)
  --metric NAME      what settings are chosen by: accuracy, macro_f1, macro_recall, weighted_f1, .. (macro_f1); a network's epoch is
                     always chosen by macro-F1
  --seeds N          of what hangs on one, 1 or more (3); settings are chosen with the first
  --rows N           at most so many rows of train.tsv, 1 or more (all)
  --epochs N         of networks, at most, 1 or more (those of train)
  --json             ends with one JSON object";

const NETWORKS: [&str; 2] = ["bi_lstm", "cnn_lstm"];

fn main() -> ExitCode {
    let known = ["data", "models", "preset", "label", "labels", "metric", "seeds", "rows", "epochs"];
    common::run(HELP, &known, benchmark)
}

/// What is the same for all folders.
struct Setting {
    models: Vec<String>,
    presets: Vec<PipelineConfig>,
    metric: Metric,
    seeds: u64,
    epochs: Option<usize>,
}

/// One model on one folder: figures on test rows, one a seed, and what was chosen.
struct Row {
    figures: Vec<[f64; 4]>, // accuracy, macro-F1, macro-recall, the metric
    valid: Option<f64>,
    chosen: Value,
}

fn benchmark(options: &Options) -> Result<()> {
    let names = |name: &str, default: &str| -> Vec<String> {
        options.value(name).unwrap_or(default).split(',').map(|name| name.trim().to_owned()).collect()
    };
    let setting = Setting {
        models: names("models", &BaselineConfig::GRIDS.join(",")),
        presets: names("preset", "english")
            .iter()
            .map(|name| PipelineConfig::preset(name))
            .collect::<plaudit::Result<_>>()
            .map_err(usage_faults)?,
        metric: options.value("metric").unwrap_or("macro_f1").parse().map_err(usage_faults)?,
        seeds: options.positive("seeds")?.unwrap_or(3),
        epochs: options.positive("epochs")?,
    };
    if !Metric::OF_PREDICTIONS.contains(&setting.metric) {
        return Err(usage("--metric: expected one that needs no probabilities"));
    }
    if let Some(name) = setting.models.iter().find(|name| !known(name)) {
        return Err(usage(format!(
            "--models: expected {}, {}, found `{name}`",
            BaselineConfig::GRIDS.join(", "),
            NETWORKS.join(", ")
        )));
    }
    let labels = options.value("labels").map(|_| Labels::new(names("labels", ""))).transpose().map_err(usage_faults)?;
    options.required_file("data")?;
    say!(
        "{:<24}{:<16}{:>16}{:>16}{:>16}{:>8}{:>13}",
        "data",
        "model",
        "accuracy",
        "macro-F1",
        "macro-recall",
        "valid",
        "CPU seconds"
    );
    let mut table = Vec::new();
    for folder in names("data", "") {
        let parts = read(Path::new(&folder), labels.as_ref(), options)?;
        let data = Path::new(&folder).file_name().map_or(folder.clone(), |name| name.to_string_lossy().into_owned());
        for model in &setting.models {
            let start = common::cpu_hundredths();
            let row = if NETWORKS.contains(&model.as_str()) {
                setting.network(model, &parts)?
            } else {
                setting.baseline(model, &parts)?
            };
            let seconds = common::cpu_hundredths().zip(start).map(|(end, start)| end - start);
            let [accuracy, f1, recall, value] =
                [0, 1, 2, 3].map(|place| mean(row.figures.iter().map(|figures| figures[place])));
            let valid = row.valid.map_or(String::new(), |value| format!("{:.2}", 100.0 * value));
            let time = seconds.map_or(String::new(), |seconds| format!("{seconds:.1}"));
            say!(
                "{:<24}{model:<16}{:>16}{:>16}{:>16}{valid:>8}{time:>13}",
                common::shown(&data),
                shown(accuracy),
                shown(f1),
                shown(recall)
            );
            table.push(json!({"data": data, "model": model, "seeds": row.figures.len(), "accuracy": accuracy.0, "accuracy_error": accuracy.1,
                "macro_f1": f1.0, "macro_f1_error": f1.1, "macro_recall": recall.0, "macro_recall_error": recall.1, "metric": setting.metric,
                "value": value.0, "value_error": value.1, "valid": row.valid, "cpu_seconds": seconds, "chosen": row.chosen,
                "train_rows": parts[0].len(), "valid_rows": parts[1].len(), "test_rows": parts[2].len()}));
        }
    }
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add("table", Value::from(table));
        say!("{}", summary.line());
    }
    Ok(())
}

fn known(name: &str) -> bool {
    BaselineConfig::GRIDS.contains(&name) || NETWORKS.contains(&name)
}

/// The rows to train on, to choose by and to test on.
fn read(folder: &Path, labels: Option<&Labels>, options: &Options) -> Result<[Dataset; 3]> {
    let part = |name: &str| -> Result<Option<Dataset>> {
        let path = ["", ".xz", ".zst", ".gz"]
            .map(|end| folder.join(format!("{name}.tsv{end}")))
            .into_iter()
            .find(|path| path.exists());
        let Some(path): Option<PathBuf> = path else { return Ok(None) };
        let mut data = common::labelled(&path, options)?;
        if let Some(labels) = labels {
            data.rows.retain(|row| row.label.as_ref().is_some_and(|label| labels.index_of(label).is_some()));
        }
        Ok(Some(data))
    };
    let missing = |name: &str| format!("{}: there is no {name}.tsv", common::shown(folder));
    let (train, valid) = (part("train")?.ok_or_else(|| missing("train"))?, part("valid")?);
    let test = part("test")?.ok_or_else(|| missing("test"))?;
    let [train, valid] = match valid {
        Some(valid) => [train, valid],
        None => train.hold_out(0.1, 0)?,
    };
    Ok([common::at_most(train, options.positive("rows")?)?, valid, test])
}

impl Setting {
    fn baseline(&self, name: &str, [train, valid, test]: &[Dataset; 3]) -> Result<Row> {
        let grids =
            self.presets.iter().map(|text| BaselineConfig::grid(name, text)).collect::<plaudit::Result<Vec<_>>>()?;
        let mut grid = grids.concat();
        let labels = train.labels()?;
        grid.iter_mut().for_each(|config| config.model.set_labels(Some(labels.clone())));
        let tuned = plaudit::tune_baseline(train, valid, &grid, self.metric)?;
        let (config, trial) = &tuned.trials[tuned.best];
        let mut figures = vec![self.score(&tuned.classifier, test)?];
        let mut config = config.clone();
        for seed in 1..self.seeds {
            let Baseline::AverageNgrams(model) = &mut config.model else { break }; // the others hang on none
            model.seed = seed;
            figures.push(self.score(&plaudit::train_baseline(train, valid, &config)?, test)?);
        }
        let chosen = json!({"language": config.text.language, "steps": config.text.steps.len(), "features": config.features,
            "model": trial.baseline.name(), "fit": trial.report.best_fit(), "average": matches!(config.model, Baseline::AverageNgrams(_)).then_some(&trial.baseline),
            "beta": match &trial.baseline { Baseline::NbSvm(model) => Some(json!([model.beta, model.linear.loss])), _ => None }});
        Ok(Row { figures, valid: Some(trial.value), chosen })
    }

    fn network(&self, name: &str, [train, valid, test]: &[Dataset; 3]) -> Result<Row> {
        let mut config = TrainConfig::default();
        config.text = self.presets.first().cloned().unwrap_or_default();
        config.model.architecture = match name {
            "cnn_lstm" => Architecture::CnnLstm(CnnLstmConfig::default()),
            _ => Architecture::BiLstm(BiLstmConfig::default()),
        };
        config.model.epochs = self.epochs.unwrap_or(config.model.epochs);
        config.model.labels = Some(train.labels()?);
        let (mut figures, mut valid_values) = (Vec::new(), Vec::new());
        for seed in 0..self.seeds {
            config.model.seed = seed;
            let classifier = plaudit::train(train, valid, &config, &mut ())?;
            valid_values.push(self.score(&classifier, valid)?[3]);
            figures.push(self.score(&classifier, test)?);
        }
        Ok(Row { figures, valid: Some(mean(valid_values.into_iter()).0), chosen: Value::Null })
    }

    fn score(&self, classifier: &dyn Classifier, data: &Dataset) -> Result<[f64; 4]> {
        let report = plaudit::scored(classifier, data)?.confusion().report();
        let figures = [Metric::Accuracy, Metric::F1, Metric::Recall, self.metric].map(|metric| report.figure(metric));
        Ok(figures.map(|figure| figure.unwrap_or(0.0)))
    }
}

/// A mean as a percentage, with its standard error.
fn shown((mean, error): (f64, Option<f64>)) -> String {
    let error = error.map_or(String::new(), |error| format!(" ({:.2})", 100.0 * error));
    format!("{:.2}{error}", 100.0 * mean)
}
