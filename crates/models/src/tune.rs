//! A small search for the configuration that is best on validation data.

use std::collections::BTreeMap;

use plaudit_core::{Analyzer, Epoch, Error, Example, Observer, Result};
use plaudit_stats::Stream;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::extras::TRIAL;
use crate::{Extras, Stopped, TextClassifier, TrainConfig, train_with};

/// Values to try for fields of a configuration.
///
/// # Example: rates and sizes
/// ```
/// use plaudit_models::{Space, TrainConfig};
///
/// let space: Space = serde_json::from_str(
///     r#"{"fields": {"/adam/learning_rate": [0.0005, 0.001], "/architecture/hidden": [32, 64, 128]}, "trials": 4}"#,
/// ).unwrap();
/// let candidates = space.candidates(&TrainConfig::default())?;
/// assert_eq!(candidates.len(), 4); // of the six
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Space {
    /// For each field, by its JSON pointer (RFC 6901: `/adam/learning_rate`), the values to try.
    pub fields: BTreeMap<String, Vec<Value>>,
    /// The most combinations to try, drawn at random where there are more. Default 20.
    pub trials: usize,
    /// The seed of the draw. Default 0.
    pub seed: u64,
}

impl Default for Space {
    fn default() -> Self {
        Self { fields: BTreeMap::new(), trials: 20, seed: 0 }
    }
}

/// The most combinations that are written down before the draw.
const MOST: usize = 100_000;

/// A configuration to try: the values of the space's fields, and the whole.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Candidate<C> {
    /// The value of each field.
    pub values: BTreeMap<String, Value>,
    /// The configuration with these values.
    pub config: C,
}

impl<C> Candidate<C> {
    /// A fault of this configuration, with the values that are tried.
    fn fault(&self, fault: &str) -> String {
        let values: Vec<String> = self.values.iter().map(|(field, value)| format!("`{field}` = {value}")).collect();
        format!("fields: with {}: {fault}", values.join(", "))
    }
}

impl Candidate<TrainConfig> {
    /// Names every fault of the configuration, with the values that are tried.
    ///
    /// # Errors
    /// As [`TrainConfig::validate`].
    pub fn validate(&self) -> Result<()> {
        match self.config.validate() {
            Err(Error::Config { faults }) => {
                Err(Error::Config { faults: faults.iter().map(|fault| self.fault(fault)).collect() })
            }
            checked => checked,
        }
    }
}

impl Space {
    /// Returns the configurations to try: `base` with each combination of values, or so many of them at random, in the order of the
    /// combinations. A space without fields gives `base` alone.
    ///
    /// # Errors
    /// When a field is none of the configuration's, has no value to try, or a value does not fit; when there are no trials or more than
    /// 100,000 combinations. All faults are named at once.
    pub fn candidates<C: Serialize + DeserializeOwned>(&self, base: &C) -> Result<Vec<Candidate<C>>> {
        let whole = serde_json::to_value(base).map_err(Error::backend)?;
        let mut faults = Vec::new();
        if self.trials == 0 {
            faults.push("trials: must be at least 1".to_owned());
        }
        for (field, values) in &self.fields {
            if values.is_empty() {
                faults.push(format!("fields: `{field}` has no value to try"));
            }
            if whole.pointer(field).is_none() {
                let known = whole.pointer(field.rsplit_once('/').map_or("", |(above, _)| above));
                let known = known.and_then(Value::as_object).map(|object| object.keys().map(String::as_str).collect());
                let known: Vec<&str> = known.unwrap_or_default();
                faults.push(format!("fields: `{field}` is no field; beside it are {}", known.join(", ")));
            }
            for value in values {
                // A value that does not fit alone fits with none of the others.
                let alone = BTreeMap::from([(field.clone(), value.clone())]);
                if whole.pointer(field).is_some()
                    && let Err(error) = with::<C>(&whole, &alone)
                {
                    faults.push(format!("fields: `{field}` = {value}: {error}"));
                }
            }
        }
        let count = self.fields.values().try_fold(1usize, |product, values| product.checked_mul(values.len()));
        let Some(count) = count.filter(|&count| count <= MOST) else {
            faults.push(format!("fields: more than {MOST} combinations"));
            return Err(Error::Config { faults });
        };
        Error::from_faults(faults)?;
        let mut places: Vec<usize> = (0..count).collect();
        if count > self.trials {
            Stream::new(self.seed, "tune", 0).shuffle(&mut places);
            places.truncate(self.trials);
            places.sort_unstable();
        }
        let candidate = |place: usize| {
            let mut rest = place;
            let values = self.fields.iter().rev().filter_map(|(field, values)| {
                let value = values.get(rest % values.len())?.clone();
                rest /= values.len();
                Some((field.clone(), value))
            });
            let values: BTreeMap<String, Value> = values.collect();
            let config = with(&whole, &values).map_err(|error| Error::config(error.to_string()))?;
            Ok(Candidate { values, config })
        };
        places.into_iter().map(candidate).collect()
    }
}

/// The configuration with these values.
fn with<C: DeserializeOwned>(whole: &Value, values: &BTreeMap<String, Value>) -> serde_json::Result<C> {
    let mut whole = whole.clone();
    for (field, value) in values {
        if let Some(place) = whole.pointer_mut(field) {
            place.clone_from(value);
        }
    }
    serde_json::from_value(whole)
}

/// What one configuration came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TuneTrial {
    /// The value of each field.
    pub values: BTreeMap<String, Value>,
    /// Its best epoch; none where training diverged.
    pub best: Option<Epoch>,
}

/// Returns the classifier of the configuration that is best on `valid`, by `config.selection`, among those of `space`, and what each came to, in
/// their order. All are trained with the same seed. The figures of the best one on `valid` flatter it: it was chosen by them. Say how good it is by
/// other rows.
///
/// With checkpoints, each trial has a folder `trial-1`, `trial-2` .. in that of `extras`, and the call that is made again trains on where it ended.
///
/// # Errors
/// As [`Space::candidates`] and [`train_with`]; where every trial diverges, with the divergence of the last; where `observer` ends the run,
/// [`Error::Interrupted`]. With `config.calibration`, an error: calibrate the one that was chosen.
pub fn tune<A: Analyzer + Clone>(
    analyzer: &A,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    extras: &Extras<'_>,
    config: &TrainConfig,
    space: &Space,
    observer: &mut dyn Observer,
) -> Result<(TextClassifier<A>, Vec<TuneTrial>)> {
    if config.calibration.is_some() {
        return Err(Error::config(
            "calibration: calibrate the classifier that was chosen, with `held_out` and `calibrated`",
        ));
    }
    let candidates = space.candidates(config)?;
    let mut faults = Vec::new();
    for candidate in &candidates {
        match extras.applied(&candidate.config, analyzer).and_then(|config| config.validate()) {
            Err(Error::Config { faults: found }) => faults.extend(found.iter().map(|fault| candidate.fault(fault))),
            checked => checked?,
        }
    }
    Error::from_faults(faults)?; // before the first is trained
    let (mut best, mut trials, mut diverged) = (None, Vec::new(), None);
    for (number, candidate) in (1..).zip(candidates) {
        let checkpoints = extras.checkpoints.map(|checkpoints| {
            let mut own = checkpoints.clone();
            own.folder = own.folder.join(format!("{TRIAL}{number}"));
            own
        });
        let extras = Extras { checkpoints: checkpoints.as_ref(), ..*extras };
        let mut given = candidate.config;
        given.threads = config.threads;
        let trained = match train_with(analyzer.clone(), train, valid, &extras, &given, observer) {
            Ok(trained) if trained.report().stopped == Stopped::Observer => return Err(Error::Interrupted),
            Err(error @ Error::Diverged { .. }) => {
                diverged = Some(error);
                trials.push(TuneTrial { values: candidate.values, best: None });
                continue;
            }
            trained => trained?,
        };
        let epoch = trained.report().chosen();
        trials.push(TuneTrial { values: candidate.values, best: epoch });
        let rank = epoch.map(|epoch| config.selection.rank(&epoch));
        if best.as_ref().is_none_or(|(known, _)| rank > *known) {
            best = Some((rank, trained));
        }
    }
    match (best, diverged) {
        (Some((_, trained)), _) => Ok((trained, trials)),
        (None, Some(error)) => Err(error),
        (None, None) => Err(Error::config("fields: there is no combination to try")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(text: &str) -> Space {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn combinations_are_all_or_a_seeded_part() {
        let all = space(r#"{"fields": {"/batch": [8, 16], "/adam/learning_rate": [0.1, 0.2, 0.3]}}"#);
        let candidates = all.candidates(&TrainConfig::default()).unwrap();
        let found: Vec<_> = candidates.iter().map(|one| (one.config.adam.learning_rate, one.config.batch)).collect();
        assert_eq!(found, [(0.1, 8), (0.1, 16), (0.2, 8), (0.2, 16), (0.3, 8), (0.3, 16)]);
        let part = Space { trials: 3, seed: 5, ..all.clone() };
        let some = part.candidates(&TrainConfig::default()).unwrap();
        assert_eq!(some.len(), 3);
        assert!(some.iter().all(|one| candidates.contains(one)));
        assert_eq!(some, part.candidates(&TrainConfig::default()).unwrap());
        let base = Space::default().candidates(&TrainConfig::default()).unwrap();
        assert!(base.len() == 1 && base[0].config == TrainConfig::default());
    }

    #[test]
    fn faults_are_named_at_once() {
        let bad = space(r#"{"fields": {"/adam/rate": [1], "/batch": [], "/epochs": ["many"]}, "trials": 0}"#);
        let error = bad.candidates(&TrainConfig::default()).unwrap_err().to_string();
        for fault in
            ["`/adam/rate` is no field", "learning_rate", "`/batch` has no value", "`/epochs` = \"many\"", "trials"]
        {
            assert!(error.contains(fault), "{error}");
        }
        let values: Vec<String> = (1..400).map(|n| n.to_string()).collect();
        let values = values.join(",");
        let many = space(&format!(r#"{{"fields": {{"/batch": [{values}], "/epochs": [{values}]}}}}"#));
        assert!(many.candidates(&TrainConfig::default()).unwrap_err().to_string().contains("100000 combinations"));
    }
}
