//! How good are the baselines and the networks on a set of texts? Each chosen on validation rows, scored once on test rows.

mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use common::{Options, Result, Summary, mean, say, usage, usage_faults};
use plaudit::data::Dataset;
use plaudit::embeddings::formats::VectorsConfig;
use plaudit::metrics::{Bootstrap, Metric, Scored, compare_models};
use plaudit::models::{Architecture, Baseline, Extras, Pretrained, Selection, Space};
use plaudit::text::PipelineConfig;
use plaudit::{BaselineConfig, Labels, TrainConfig, Vectors};
use serde_json::{Value, json};

const HELP: &str = "
Trains models on train.tsv of a folder, chooses their settings on valid.tsv, and prints accuracy, macro-F1 and macro-recall on test.tsv, means over
the seeds with their standard errors, and the processor time that it all took. Test rows are scored once, by what was chosen.

cargo run --release --example benchmark -- --data DIR[,DIR..] [options]
  --data DIR,..      folders with train.tsv, valid.tsv and test.tsv, perhaps .xz, .zst or .gz after it: columns text and label;
                     without valid.tsv, 10 % of train.tsv, stratified
  --models NAME,..   majority, logistic, svm, nb_svm, average_ngrams, bi_lstm, cnn_lstm, wide_and_deep (the first five)
  --preset NAME,..   english, chinese, social_media, counts, paper or raw (english, or that of --config); of several, the best for each
                     baseline; networks take the first
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

const NETWORKS: &[&str] = Architecture::NAMES;

fn main() -> ExitCode {
    let known = [
        "data", "models", "preset", "label", "labels", "metric", "seeds", "rows", "epochs", "config", "vectors", "tune",
    ];
    common::run(HELP, &known, benchmark)
}

/// What is the same for all folders.
struct Setting {
    models: Vec<String>,
    /// None leaves it to the networks' configuration, and is English for baselines.
    presets: Option<Vec<PipelineConfig>>,
    metric: Metric,
    seeds: u64,
    epochs: Option<usize>,
    networks: TrainConfig,
    vectors: Option<Vectors>,
    space: Option<Space>,
}

/// One model on one folder: figures on test rows, one a seed, and what was chosen.
struct Row {
    figures: Vec<[f64; 4]>, // accuracy, macro-F1, macro-recall, the metric
    valid: Option<f64>,
    chosen: Value,
    /// The test rows by the first seed.
    scored: Scored,
}

fn benchmark(options: &Options) -> Result<()> {
    let names = |name: &str, default: &str| -> Vec<String> {
        options.value(name).unwrap_or(default).split(',').map(|name| name.trim().to_owned()).collect()
    };
    let setting = Setting {
        models: names("models", &BaselineConfig::GRIDS.join(",")),
        presets: options
            .value("preset")
            .map(|_| names("preset", "").iter().map(|name| PipelineConfig::preset(name)).collect())
            .transpose()
            .map_err(usage_faults)?,
        metric: options.value("metric").unwrap_or("macro_f1").parse().map_err(usage_faults)?,
        seeds: options.positive("seeds")?.unwrap_or(3),
        epochs: options.positive("epochs")?,
        networks: options.json("config", TrainConfig::validate)?.unwrap_or_default(),
        vectors: match options.file("vectors")? {
            Some(path) => Some(Vectors::read(path, &VectorsConfig::default())?.0),
            None => None,
        },
        space: options.json("tune", |_| Ok(()))?,
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
    let (mut table, mut compared) = (Vec::new(), Vec::new());
    for folder in names("data", "") {
        let parts = read(Path::new(&folder), labels.as_ref(), options)?;
        let data = Path::new(&folder).file_name().map_or(folder.clone(), |name| name.to_string_lossy().into_owned());
        let (mut networks, mut peer) = (Vec::new(), None);
        for model in &setting.models {
            let start = common::cpu_hundredths();
            let row = if NETWORKS.contains(&model.as_str()) {
                setting.network(model, &parts)?
            } else {
                setting.baseline(model, &parts)?
            };
            let seconds = common::cpu_hundredths().zip(start).map(|(end, start)| end - start);
            let [accuracy, f1, recall, value] = [0, 1, 2, 3]
                .map(|place| mean(row.figures.iter().filter_map(move |figures| figures.get(place).copied())));
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
            if NETWORKS.contains(&model.as_str()) {
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
                    "{:<24}{model} less {best}: {difference:+.2} ({level:.0} % interval {low:+.2} to {high:+.2}), first seed",
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
        let english = vec![PipelineConfig::default()];
        let presets = self.presets.as_ref().unwrap_or(&english);
        let grids = presets.iter().map(|text| BaselineConfig::grid(name, text)).collect::<plaudit::Result<Vec<_>>>()?;
        let mut grid = grids.concat();
        let labels = train.labels()?;
        grid.iter_mut().for_each(|config| config.model.set_labels(Some(labels.clone())));
        let tuned = plaudit::tune_baseline(train, valid, &grid, self.metric)?;
        let (config, trial) = tuned.trials.get(tuned.best).ok_or("nothing was tried")?;
        let scored = plaudit::scored(&tuned.classifier, test)?;
        let mut figures = vec![self.figures(&scored)];
        let mut config = config.clone();
        for seed in 1..self.seeds {
            let Baseline::AverageNgrams(model) = &mut config.model else { break }; // the others hang on none
            model.seed = seed;
            figures.push(self.figures(&plaudit::scored(&plaudit::train_baseline(train, valid, &config)?, test)?));
        }
        let chosen = json!({"language": config.text.language, "steps": config.text.steps.len(), "features": config.features,
            "model": trial.baseline.name(), "fit": trial.report.best_fit(), "average": matches!(config.model, Baseline::AverageNgrams(_)).then_some(&trial.baseline),
            "beta": match &trial.baseline { Baseline::NbSvm(model) => Some(json!([model.beta, model.linear.loss])), _ => None }});
        Ok(Row { figures, valid: Some(trial.value), chosen, scored })
    }

    fn network(&self, name: &str, [train, valid, test]: &[Dataset; 3]) -> Result<Row> {
        let mut config = self.networks.clone();
        if let Some(text) = self.presets.as_ref().and_then(|presets| presets.first()) {
            config.text = text.clone();
        }
        config.model.architecture = architecture(name, config.model.architecture)?;
        config.model.epochs = self.epochs.unwrap_or(config.model.epochs);
        config.model.labels = Some(train.labels()?);
        config.model.selection = match self.metric {
            Metric::Accuracy => Selection::Accuracy,
            Metric::Recall => Selection::MacroRecall,
            _ => Selection::MacroF1,
        };
        let vectors =
            self.vectors.as_ref().map(|vectors| Pretrained::new(vectors, vectors.words().words())).transpose()?;
        let mut extras = Extras::default();
        extras.vectors = vectors.as_ref();
        let mut chosen = Value::Null;
        if let Some(space) = &self.space {
            let (best, trials) = plaudit::tune(train, valid, &extras, &config, space, &mut ())?;
            chosen = json!({"config": best.config(), "trials": trials});
            config.model = best.config().clone();
        }
        let (mut figures, mut valid_values, mut scored) = (Vec::new(), Vec::new(), None);
        for seed in 0..self.seeds {
            config.model.seed = seed;
            let classifier = plaudit::train_with(train, valid, &extras, &config, &mut ())?;
            valid_values.push(self.figures(&plaudit::scored(&classifier, valid)?)[3]);
            let test = plaudit::scored(&classifier, test)?;
            figures.push(self.figures(&test));
            scored.get_or_insert(test);
        }
        let scored = scored.ok_or("there was no seed")?;
        Ok(Row { figures, valid: Some(mean(valid_values.into_iter()).0), chosen, scored })
    }

    fn figures(&self, scored: &Scored) -> [f64; 4] {
        let report = scored.confusion().report();
        [Metric::Accuracy, Metric::F1, Metric::Recall, self.metric].map(|metric| report.figure(metric).unwrap_or(0.0))
    }
}

/// The network of this name, with the sizes that the configuration has for it.
fn architecture(name: &str, given: Architecture) -> Result<Architecture> {
    if given.name() == name {
        return Ok(given);
    }
    let mut wanted = Architecture::from_name(name)?;
    match (&mut wanted, given) {
        (Architecture::WideAndDeep(wide), deep) => *wide.deep = deep,
        (wanted, Architecture::WideAndDeep(wide)) if wide.deep.name() == name => wanted.clone_from(&wide.deep),
        _ => {}
    }
    Ok(wanted)
}

/// A mean as a percentage, with its standard error.
fn shown((mean, error): (f64, Option<f64>)) -> String {
    let error = error.map_or(String::new(), |error| format!(" ({:.2})", 100.0 * error));
    format!("{:.2}{error}", 100.0 * mean)
}
