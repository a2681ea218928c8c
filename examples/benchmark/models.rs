//! The models of a benchmark: settings chosen on validation rows, test rows scored once.

use plaudit::embeddings::formats::VectorsConfig;
use plaudit::metrics::{Metric, Scored};
use plaudit::models::{Architecture, Baseline, Extras, Pretrained, Selection, Space};
use plaudit::text::PipelineConfig;
use plaudit::{BaselineConfig, TrainConfig, Vectors};
use serde_json::{Value, json};

use super::common::{Options, Result, usage, usage_faults};
use super::parts::Parts;

const NETWORKS: &[&str] = Architecture::NAMES;

pub(crate) fn is_network(name: &str) -> bool {
    NETWORKS.contains(&name)
}

/// What is the same for all folders.
pub(crate) struct Setting {
    pub(crate) models: Vec<String>,
    /// None leaves it to the networks' configuration, and is English for baselines.
    presets: Option<Vec<PipelineConfig>>,
    pub(crate) metric: Metric,
    seeds: u64,
    epochs: Option<usize>,
    networks: TrainConfig,
    vectors: Option<Vectors>,
    space: Option<Space>,
}

/// What a model came to.
pub(crate) struct Tested {
    /// The test rows, by each seed.
    pub(crate) scored: Vec<Scored>,
    /// The metric on the validation rows, the mean over seeds.
    pub(crate) valid: f64,
    pub(crate) chosen: Value,
}

impl Setting {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let presets: plaudit::Result<Vec<_>> = match (options.listed("preset"), options.value("language")) {
            (Some(_), Some(_)) => return Err(usage("--language: --preset says how texts are cleaned; leave one out")),
            (Some(names), None) => names.iter().map(|name| PipelineConfig::preset(name)).collect(),
            (None, language) => {
                language.map(|name| Ok(PipelineConfig::for_language(name.parse()?))).into_iter().collect()
            }
        };
        let presets = presets.map_err(usage_faults)?;
        let setting = Self {
            models: options
                .listed("models")
                .unwrap_or_else(|| BaselineConfig::GRIDS.to_vec())
                .into_iter()
                .map(str::to_owned)
                .collect(),
            presets: (!presets.is_empty()).then_some(presets),
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
        let known = |name: &str| BaselineConfig::GRIDS.contains(&name) || is_network(name);
        match setting.models.iter().find(|name| !known(name)) {
            Some(name) => {
                let (baselines, networks) = (BaselineConfig::GRIDS.join(", "), NETWORKS.join(", "));
                Err(usage(format!("--models: expected {baselines}, {networks}, found `{name}`")))
            }
            None => Ok(setting),
        }
    }

    /// The figures that the table shows, and the metric.
    pub(crate) fn figures(&self, scored: &Scored) -> [f64; 4] {
        let report = scored.confusion().report();
        [Metric::Accuracy, Metric::F1, Metric::Recall, self.metric].map(|metric| report.figure(metric).unwrap_or(0.0))
    }

    pub(crate) fn tested(&self, name: &str, parts: &Parts) -> Result<Tested> {
        if is_network(name) { self.network(name, parts) } else { self.baseline(name, parts) }
    }

    fn baseline(&self, name: &str, Parts { train, valid, test, labels, .. }: &Parts) -> Result<Tested> {
        let english = vec![PipelineConfig::default()];
        let presets = self.presets.as_ref().unwrap_or(&english);
        let grids = presets.iter().map(|text| BaselineConfig::grid(name, text)).collect::<plaudit::Result<Vec<_>>>()?;
        let mut grid = grids.concat();
        grid.iter_mut().for_each(|config| config.model.set_labels(Some(labels.clone())));
        let tuned = plaudit::tune_baseline(train, valid, &grid, self.metric)?;
        let (config, trial) = tuned.trials.get(tuned.best).ok_or("nothing was tried")?;
        let mut scored = vec![plaudit::scored(&tuned.classifier, test)?];
        let mut config = config.clone();
        for seed in 1..self.seeds {
            let Baseline::AverageNgrams(model) = &mut config.model else { break }; // the others hang on none
            model.seed = seed;
            scored.push(plaudit::scored(&plaudit::train_baseline(train, valid, &config)?, test)?);
        }
        let chosen = json!({"language": config.text.language, "steps": config.text.steps.len(), "features": config.features,
            "model": trial.baseline.name(), "fit": trial.report.best_fit(), "average": matches!(config.model, Baseline::AverageNgrams(_)).then_some(&trial.baseline),
            "beta": match &trial.baseline { Baseline::NbSvm(model) => Some(json!([model.beta, model.linear.loss])), _ => None }});
        Ok(Tested { scored, valid: trial.value.unwrap_or(0.0), chosen })
    }

    fn network(&self, name: &str, Parts { train, valid, test, labels, .. }: &Parts) -> Result<Tested> {
        let mut config = self.networks.clone();
        if let Some(text) = self.presets.as_ref().and_then(|presets| presets.first()) {
            config.text = text.clone();
        }
        config.model.architecture = architecture(name, config.model.architecture)?;
        config.model.epochs = self.epochs.unwrap_or(config.model.epochs);
        config.model.labels = Some(labels.clone());
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
        let (mut scored, mut on_valid) = (Vec::new(), 0.0);
        for seed in 0..self.seeds {
            config.model.seed = seed;
            let classifier = plaudit::train_with(train, valid, &extras, &config, &mut ())?;
            on_valid += self.figures(&plaudit::scored(&classifier, valid)?)[3];
            scored.push(plaudit::scored(&classifier, test)?);
        }
        Ok(Tested { scored, valid: on_valid / self.seeds as f64, chosen })
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
