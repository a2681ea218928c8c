//! How far a run is, and its checkpoint.

use std::io::Cursor;
use std::path::Path;

use plaudit_core::{Epoch, Error, Files, Result};
use plaudit_kernels::InstructionSet;
use safetensors::tensor::Dtype;
use serde::{Deserialize, Serialize};

use super::average::Average;
use crate::TrainConfig;
use crate::directory::{FORMAT_VERSION, Folder, MAX_PART, check_version, json, load, parse, save};
use crate::network::{Adam, AdamState, Init, Moments, ParameterSpec, Parameters, Weight};
use crate::report::Stopped;
use crate::weights::{MAX_HEADER, Tensors, all_to_bytes};

const CHECKPOINT: &str = "checkpoint.json";
const STATE: &str = "state.safetensors";

/// How far a run is. With its rows and its configuration, the rest of a run depends on nothing else: random numbers are named by
/// seed, step and epoch.
pub(super) struct State {
    pub(super) adam: Adam,
    pub(super) average: Option<Average>,
    /// The weights of the best epoch, where there is one.
    pub(super) best: Option<Vec<Weight>>,
    pub(super) place: Place,
}

/// The part of it that is no weights.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// Every epoch that is done.
    pub(super) epochs: Vec<Epoch>,
    /// The best of them, counted from 1; 0 where there is none.
    pub(super) best_epoch: usize,
    /// Batches that are done of the next one, the sum of the losses of their rows, and the number of these.
    pub(super) batches: usize,
    pub(super) loss_sum: f64,
    pub(super) rows: usize,
    /// Why the run ended, where it did.
    pub(super) stopped: Option<Stopped>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checkpoint {
    format_version: u32,
    /// A digest of all that the run depends on.
    run: String,
    /// Another one gives other last digits; the run goes on all the same.
    instruction_set: String,
    steps: u64,
    place: Place,
}

/// How the names of tensors begin; the weight's own name follows.
const WEIGHT: &str = "weight.";
const MEAN: &str = "adam.mean.";
const SQUARE: &str = "adam.square.";
const AVERAGE: &str = "average.";
const BEST: &str = "best.";

impl State {
    /// The state before the first step on these weights.
    pub(super) fn new(config: &TrainConfig, parameters: &Parameters) -> Result<Self> {
        let average = config.averaging.map(|decay| Average::new(decay, parameters)).transpose()?;
        Ok(Self { adam: Adam::new(&config.adam, parameters)?, average, best: None, place: Place::default() })
    }

    /// Writes it into `folder`, with the weights as they are now.
    pub(super) fn save(&self, folder: &Path, run: &str, parameters: &Parameters) -> Result<()> {
        let weights = parameters.values()?;
        let named = |part: &str, weight: &Weight, values: &[f32]| {
            let (name, shape) = (format!("{part}{}", weight.name), weight.shape.clone());
            Weight { name, shape, values: values.to_vec() }
        };
        let mut all = Vec::new();
        for (weight, Moments { mean, square }) in weights.iter().zip(&self.adam.state().moments) {
            all.push(named(WEIGHT, weight, &weight.values));
            all.push(named(MEAN, weight, mean));
            all.push(named(SQUARE, weight, square));
        }
        let average = self.average.as_ref().map(Average::weights);
        for (part, other) in [(AVERAGE, average), (BEST, self.best.as_deref())] {
            all.extend(other.unwrap_or_default().iter().map(|weight| named(part, weight, &weight.values)));
        }
        let checkpoint = Checkpoint {
            format_version: FORMAT_VERSION,
            run: run.to_owned(),
            instruction_set: InstructionSet::best().name().to_owned(),
            steps: self.adam.steps(),
            place: self.place.clone(),
        };
        let state = all_to_bytes(all.into_iter())?;
        let files = Files::from([(CHECKPOINT.to_owned(), json(&checkpoint)?), (STATE.to_owned(), state)]);
        save(folder, files, |name| if name == STATE { u64::MAX } else { MAX_PART })
    }

    /// Reads the checkpoint of this run in `folder`, and gives the weights their values then; none where there is none, or its removal
    /// was broken off, which begins with [`CHECKPOINT`].
    ///
    /// # Errors
    /// When it is of another run, or broken.
    pub(super) fn resume(
        folder: &Path,
        run: &str,
        config: &TrainConfig,
        parameters: &Parameters,
    ) -> Result<Option<Self>> {
        if !folder.join(CHECKPOINT).exists() {
            return Ok(None);
        }
        load(folder, |folder| Self::read(folder, run, config, parameters)).map(Some)
    }

    fn read(folder: &Folder<'_>, run: &str, config: &TrainConfig, parameters: &Parameters) -> Result<Self> {
        let name = folder.name_of(CHECKPOINT);
        let bytes = folder.file(CHECKPOINT, MAX_PART)?;
        check_version(&bytes, &name)?;
        let checkpoint: Checkpoint = parse(&bytes, &name)?;
        if checkpoint.run != run {
            let reason = "is of another run: other rows, labels, configuration, seed, vectors or weights; remove it to begin anew";
            return Err(Error::format(name, reason));
        }
        let place = checkpoint.place;
        if place.best_epoch > place.epochs.len() || place.epochs.len() > config.epochs {
            return Err(Error::format(name, "its epochs are not those of one run"));
        }
        let weights = parameters.values()?;
        let mut parts = vec![WEIGHT, MEAN, SQUARE];
        parts.extend(config.averaging.map(|_| AVERAGE));
        parts.extend((place.best_epoch > 0).then_some(BEST));
        let spec = |part: &str, weight: &Weight| {
            ParameterSpec::dense(format!("{part}{}", weight.name), weight.shape.clone(), Init::Constant(0.0))
        };
        let specs: Vec<ParameterSpec> =
            parts.iter().flat_map(|part| weights.iter().map(|weight| spec(part, weight))).collect();
        let most = specs.iter().filter_map(ParameterSpec::elements).sum::<usize>() as u64 * 4 + MAX_HEADER;
        let state = folder.file(STATE, most)?;
        let tensors = Tensors::open(Cursor::new(&state), state.len() as u64, folder.name_of(STATE))?;
        let mut read = tensors.parameters(&specs, str::to_owned, &[Dtype::F32])?.values()?.into_iter();
        let mut next = || -> Vec<Weight> {
            read.by_ref()
                .zip(&weights)
                .map(|(found, weight)| Weight { name: weight.name.clone(), ..found })
                .take(weights.len())
                .collect()
        };
        let [now, mean, square] = [next(), next(), next()];
        let moments =
            mean.into_iter().zip(square).map(|(mean, square)| Moments { mean: mean.values, square: square.values });
        let adam = AdamState { steps: checkpoint.steps, moments: moments.collect() };
        let average = config.averaging.map(|decay| Average::resume(decay, next()));
        let best = (place.best_epoch > 0).then(&mut next);
        let adam = Adam::resume(&config.adam, parameters, adam)?;
        parameters.restore(&now)?;
        Ok(Self { adam, average, best, place })
    }
}
