//! A network beside a linear model of sparse features: the logits of both are added, and both are trained at once.

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Shape, Tensor, bail};
use plaudit_core::{Error, Result};
use plaudit_kernels::{Buffer, WeightPrecision};
use serde::{Deserialize, Serialize};

use crate::network::{Batch, Deposit, Deposits, Init, Mode, Network, ParameterSpec, Parameters, Scorer, dropout_mask};
use crate::parameters::values;
use crate::{Architecture, Baseline, apart};

/// A [network beside a linear model](crate::Architecture::WideAndDeep) of what [`Analyzer::features`](plaudit_core::Analyzer::features)
/// gives, n-grams of words and of characters for example (Cheng et al. 2016).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct WideAndDeepConfig {
    /// The network. Default a BiLSTM.
    pub deep: Box<Architecture>,
    /// The number of features. Training fills it in.
    pub columns: usize,
    /// Share of a text's features dropped while training, 0 to below 1, so that the network learns what they tell too. Default 0.5.
    pub dropout: f64,
    /// Share of the texts of a step that the linear model alone is trained on, and again as many that the network alone is, 0 to 0.5. So
    /// each learns what it can tell by itself, and neither leans on the other: the linear model, which learns the training texts
    /// by heart first, would leave the network little to learn. Default 0.3.
    pub alone: f64,
    /// What features are multiplied by. Steps of Adam are as long for a weight of a small feature as for one of a large one: with rows of
    /// length 1, whose values are small, 10 lets the linear model learn about as fast as the network. 1e-6 to 1e6; default 10.
    pub scale: f64,
    /// Trains both by themselves and then joins them, in the place of both at once; `dropout`, `alone` and `scale` then change nothing. Default not.
    ///
    /// The network is trained as it would be alone, and the linear model as [`train_baseline`](crate::train_baseline) trains it, which has to be
    /// [`Linear`](Baseline::Linear) or, where features are 1 or not there, [`NbSvm`](Baseline::NbSvm). Labels, weights of labels and rows, threads and what `c` is chosen by
    /// are those of the network's training; accuracy in the place of the loss. Then their logits, each without its mean over the labels that training rows have, are
    /// divided by their root mean square on the validation part, and added with the shares, of 0.05 to 0.95, that make the validation part likeliest. Before any row is looked at,
    /// the logarithm of the shares' odds is believed to be normal with mean 0 and standard deviation 0.5: of few rows, both parts are heard about alike. Last, the sum is multiplied
    /// by the number, 0.1 to 50, that makes the log-loss there the least; by 1 where no row is wrong, or there are fewer than ten, or all have one label.
    /// [`TrainReport::network_share`](crate::TrainReport::network_share) is the network's share, and [`TrainReport::joined`](crate::TrainReport::joined) has the validation figures of both.
    ///
    /// What is saved is the network that training both at once gives, with other weights, and [`fine_tune`](crate::fine_tune) moves both at once. An observer sees the network's
    /// training; where it ends that, the linear model is trained and joined all the same.
    ///
    /// A linear model that is trained at once with a network has the training texts by heart after a few steps and leaves it little to learn; which way is
    /// better, the validation part says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apart: Option<Box<Baseline>>,
}

impl Default for WideAndDeepConfig {
    fn default() -> Self {
        Self { deep: Box::default(), columns: 0, dropout: 0.5, alone: 0.3, scale: 10.0, apart: None }
    }
}

/// The name of the linear model's weights, `[columns, labels]`.
pub(crate) const WEIGHT: &str = "wide.weight";
/// No text has a larger feature after scaling: sums of millions of them are finite.
const LARGEST: f64 = 1e6;
/// The least of `scale`: weights that are divided by it stay finite.
const SMALLEST: f64 = 1.0 / LARGEST;

impl WideAndDeepConfig {
    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        if matches!(*self.deep, Architecture::WideAndDeep(_)) {
            faults.push("wide_and_deep.deep: is wide_and_deep itself, expected a network".to_owned());
        } else {
            self.deep.faults(faults);
        }
        if !(0.0..1.0).contains(&self.dropout) {
            faults.push(format!("wide_and_deep.dropout: {} is not in 0 to below 1", self.dropout));
        }
        if !(0.0..=0.5).contains(&self.alone) {
            faults.push(format!("wide_and_deep.alone: {} is not in 0 to 0.5", self.alone));
        }
        if !(SMALLEST..=LARGEST).contains(&self.scale) {
            faults.push(format!("wide_and_deep.scale: {} is not in {SMALLEST} to {LARGEST}", self.scale));
        }
        if let Some(baseline) = &self.apart {
            apart::faults(baseline, faults);
        }
        if self.columns > u32::MAX as usize {
            faults.push(format!("wide_and_deep.columns: {} is more than {}", self.columns, u32::MAX));
        }
    }

    /// The weights of the network, and after them those of the linear model.
    pub(crate) fn specs(&self, words: usize, labels: usize) -> Vec<ParameterSpec> {
        let mut specs = self.deep.specs(words, labels);
        let (shape, init) = (vec![self.columns, labels], Init::Constant(0.0));
        specs.push(ParameterSpec { name: WEIGHT.to_owned(), shape, init, table: true });
        specs
    }
}

/// Both, with their weights: those of the network come first.
pub(crate) struct WideAndDeep {
    pub(crate) architecture: Architecture,
    pub(crate) config: WideAndDeepConfig,
    pub(crate) parameters: Parameters,
    pub(crate) deep: Box<dyn Network>,
}

impl Network for WideAndDeep {
    fn forward(&self, batch: &Batch, mode: &mut Mode) -> Result<Tensor> {
        let logits = self.deep.forward(batch, mode)?;
        check(batch, self.config.columns)?;
        let mut features = batch.features().scaled(self.config.scale);
        let Mode::Train(tape) = mode else {
            let mut sums = values(&logits)?;
            self.parameters
                .read(|all| add(&features, all.last().copied().unwrap_or_default(), &mut sums, batch.texts()))?;
            return Tensor::from_vec(sums, logits.shape(), &Device::Cpu).map_err(Error::backend);
        };
        if self.config.dropout > 0.0 {
            let mask = dropout_mask(&mut tape.random, self.config.dropout, features.values.len());
            features.values.iter_mut().zip(mask.iter()).for_each(|(value, mask)| *value *= mask);
        }
        let threshold = (self.config.alone * 4_294_967_296.0) as u64;
        let mut random = || u64::from(tape.random.next_u32());
        let parts: Vec<Parts> = (0..batch.texts()).map(|_| Parts::drawn(random(), threshold)).collect();
        let place = self.parameters.iter().count().saturating_sub(1);
        let (parameters, deposits) = (self.parameters.clone(), Deposits::clone(&tape.deposits));
        let pass = Pass { features: Mutex::new(features), parts, place, parameters, deposits };
        logits.apply_op1(pass).map_err(Error::backend)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn scorer(&self, precision: WeightPrecision) -> Result<Option<Box<dyn Scorer>>> {
        let Some(deep) = self.deep.scorer(precision)? else { return Ok(None) };
        let weights = self.parameters.read(|all| all.last().map(|weights| weights.to_vec()).unwrap_or_default())?;
        Ok(Some(Box::new(WideScorer { deep, weights, config: self.config.clone() })))
    }

    fn architecture(&self) -> Option<&Architecture> {
        Some(&self.architecture)
    }
}

struct WideScorer {
    deep: Box<dyn Scorer>,
    weights: Vec<f32>,
    config: WideAndDeepConfig,
}

impl Scorer for WideScorer {
    fn logits(&self, batch: &Batch) -> Result<Vec<f32>> {
        check(batch, self.config.columns)?;
        let mut logits = self.deep.logits(batch)?;
        add(&batch.features().scaled(self.config.scale), &self.weights, &mut logits, batch.texts());
        Ok(logits)
    }
}

/// The sparse features of a batch, text by text in the order in which the texts were given.
#[derive(Debug, Clone, Default)]
pub(crate) struct BatchFeatures {
    /// For each text, how many features it has.
    pub(crate) lengths: Vec<usize>,
    pub(crate) columns: Vec<u32>,
    pub(crate) values: Vec<f32>,
}

impl BatchFeatures {
    fn scaled(&self, scale: f64) -> Self {
        let mut scaled = self.clone();
        scaled.values.iter_mut().for_each(|value| *value *= scale as f32);
        scaled
    }

    /// Makes the features of texts 0 that are not to be kept.
    fn keep(&mut self, keep: impl Fn(usize) -> bool) {
        let mut values = self.values.iter_mut();
        for (text, &length) in self.lengths.iter().enumerate() {
            let values = values.by_ref().take(length);
            if !keep(text) {
                values.for_each(|value| *value = 0.0);
            } else {
                values.for_each(drop);
            }
        }
    }

    /// For each text, its features.
    fn texts(&self) -> impl Iterator<Item = impl Iterator<Item = (u32, f32)> + '_> + '_ {
        let starts = self.lengths.iter().scan(0, |end, &length| Some((std::mem::replace(end, *end + length), length)));
        starts.map(|(start, length)| {
            let [start, end] = [start, start + length];
            let columns = self.columns.get(start..end).unwrap_or_default();
            columns.iter().copied().zip(self.values.get(start..end).unwrap_or_default().iter().copied())
        })
    }
}

/// Refuses columns that the linear model does not have.
fn check(batch: &Batch, columns: usize) -> Result<()> {
    match batch.features().columns.iter().find(|&&column| column as usize >= columns) {
        Some(column) => Err(Error::config(format!("the network has no feature with the column {column}"))),
        None => Ok(()),
    }
}

/// Adds to the logits of each text, `[texts, labels]`, what its features give.
fn add(features: &BatchFeatures, weights: &[f32], logits: &mut [f32], texts: usize) {
    let labels = logits.len() / texts.max(1);
    for (features, logits) in features.texts().zip(logits.chunks_exact_mut(labels.max(1))) {
        for (column, value) in features {
            let start = column as usize * labels;
            let weights = weights.get(start..start + labels).unwrap_or_default();
            logits.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
        }
    }
}

/// The gradient of the weights that the features touch: their columns, ascending, and for each one number a label.
fn gradient(features: &BatchFeatures, d_logits: &[f32], labels: usize) -> (Vec<u32>, Buffer) {
    let mut entries: Vec<(u32, f32, &[f32])> = Vec::with_capacity(features.columns.len());
    for (features, slopes) in features.texts().zip(d_logits.chunks_exact(labels.max(1))) {
        entries.extend(features.filter(|(_, value)| *value != 0.0).map(|(column, value)| (column, value, slopes)));
    }
    entries.sort_by_key(|&(column, ..)| column); // stable: sums are of one order
    let mut columns: Vec<u32> = entries.iter().map(|&(column, ..)| column).collect();
    columns.dedup();
    let mut sums = Buffer::zeros(columns.len() * labels);
    let mut entries = entries.into_iter().peekable();
    for (&column, sums) in columns.iter().zip(sums.chunks_exact_mut(labels.max(1))) {
        while let Some((_, value, slopes)) = entries.next_if(|&(of, ..)| of == column) {
            sums.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += value * slope);
        }
    }
    (columns, sums)
}

/// Which parts a text trains.
#[derive(Debug, Clone, Copy)]
struct Parts {
    wide: bool,
    deep: bool,
}

impl Parts {
    /// One of them alone where 32 random bits are below the threshold, the other where they are in as long a stretch after it.
    fn drawn(random: u64, threshold: u64) -> Self {
        Self { wide: random < threshold || random >= 2 * threshold, deep: random >= threshold }
    }
}

/// What the linear model adds to logits, as an operation of candle's.
struct Pass {
    features: Mutex<BatchFeatures>,
    /// Of each text.
    parts: Vec<Parts>,
    /// The place of its weights among the parameters.
    place: usize,
    parameters: Parameters,
    deposits: Deposits,
}

impl CustomOp1 for Pass {
    fn name(&self) -> &'static str {
        "plaudit-wide"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else { bail!("wide: the logits are not contiguous") };
        let mut sums = logits.as_slice::<f32>()?.get(start..end).unwrap_or_default().to_vec();
        let mut features = self.features.lock().map_err(poisoned)?;
        features.keep(|text| self.parts.get(text).is_some_and(|parts| parts.wide));
        self.only_deep(&mut sums);
        let add = |all: &[&[f32]]| add(&features, all.last().copied().unwrap_or_default(), &mut sums, self.parts.len());
        self.parameters.read(add).map_err(candle_core::Error::wrap)?;
        Ok((CpuStorage::F32(sums), layout.shape().clone()))
    }

    fn bwd(&self, _logits: &Tensor, _result: &Tensor, slopes: &Tensor) -> candle_core::Result<Option<Tensor>> {
        let (_, labels) = slopes.dims2()?;
        let mut d_logits: Vec<f32> = slopes.flatten_all()?.to_vec1()?;
        let (columns, values) = gradient(&self.features.lock().map_err(poisoned)?.clone(), &d_logits, labels);
        let deposit = Deposit { parameter: self.place, rows: Some(columns), values };
        self.deposits.lock().map_err(poisoned)?.push(deposit);
        self.only_deep(&mut d_logits);
        Tensor::from_vec(d_logits, slopes.shape(), &Device::Cpu).map(Some)
    }
}

impl Pass {
    /// Leaves of numbers of logits, or of their slopes, those of texts that train the network.
    fn only_deep(&self, logits: &mut [f32]) {
        let labels = logits.len() / self.parts.len().max(1);
        let rows = logits.chunks_exact_mut(labels.max(1)).zip(&self.parts);
        rows.filter(|(_, parts)| !parts.deep).for_each(|(row, _)| row.fill(0.0));
    }
}

fn poisoned<T>(_: T) -> candle_core::Error {
    candle_core::Error::Msg("another thread failed while it held this operation".to_owned())
}

#[cfg(test)]
mod tests {
    use plaudit_core::SparseRow;
    use plaudit_stats::Stream;

    use super::*;
    use crate::BiLstmConfig;
    use crate::recurrent::tests::loss;

    fn network(dropout: f64) -> Box<dyn Network> {
        let mut deep = BiLstmConfig::default();
        (deep.embedding, deep.hidden, deep.dense, deep.dropout, deep.embedding_dropout) = (3, 2, 4, dropout, dropout);
        let config = WideAndDeepConfig {
            deep: Box::new(Architecture::BiLstm(deep)),
            columns: 5,
            dropout,
            alone: dropout / 2.0,
            ..Default::default()
        };
        let architecture = Architecture::WideAndDeep(config);
        let mut specs = architecture.specs(6, 3);
        for spec in &mut specs {
            spec.init = Init::Normal(0.5);
        }
        architecture.network(&Parameters::initialize(&specs, 3).unwrap())
    }

    fn batch() -> Batch {
        let rows: Vec<SparseRow> = [&[(0, 0.1), (3, -0.2)][..], &[], &[(3, 0.05), (4, 0.1)]]
            .iter()
            .map(|entries| {
                let mut row = SparseRow::new();
                row.assign(entries.iter().copied());
                row
            })
            .collect();
        Batch::with_features(&[&[2, 5, 2], &[3], &[5, 1, 4, 4]], &rows.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_linear_part_has_the_slope_that_differences_show() {
        let (network, batch) = (network(0.0), batch());
        let mut mode = Mode::train(Stream::new(0, "", 0));
        loss(network.as_ref(), &batch, &mut mode).backward().unwrap();
        let (_, deposits) = mode.into_parts();
        let deposits = deposits.lock().unwrap();
        let start = network.parameters().values().unwrap();
        let place = start.len() - 1;
        let deposit = deposits.iter().find(|deposit| deposit.parameter == place).unwrap();
        assert_eq!(deposits.len(), start.len());
        assert_eq!(deposit.rows.as_deref(), Some(&[0, 3, 4][..]));
        for (&column, slopes) in deposit.rows.iter().flatten().zip(deposit.values.chunks(3)) {
            for (label, &ours) in slopes.iter().enumerate() {
                let at = |shift: f32| {
                    let mut moved = start.clone();
                    moved[place].values[3 * column as usize + label] += shift;
                    network.parameters().restore(&moved).unwrap();
                    f64::from(loss(network.as_ref(), &batch, &mut Mode::Infer).to_scalar::<f32>().unwrap())
                };
                let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
                assert!((f64::from(ours) - slope).abs() < 5e-3, "{column} {label}: {ours} {slope}");
            }
        }
    }

    #[test]
    fn it_adds_the_linear_part_wherever_it_is_computed() {
        let (network, batch) = (network(0.5), batch());
        let together = values(&network.forward(&batch, &mut Mode::Infer).unwrap()).unwrap();
        assert_eq!(network.scorer(WeightPrecision::Single).unwrap().unwrap().logits(&batch).unwrap(), together);
        let architecture = network.architecture().unwrap();
        let device = architecture.on_device(network.parameters(), &Device::Cpu).unwrap();
        let there = values(&device.forward(&batch, &mut Mode::Infer).unwrap()).unwrap();
        assert!(there.iter().zip(&together).all(|(a, b)| (a - b).abs() < 1e-5));
        // By hand: text 0 has 10 (0.1 W_0 - 0.2 W_3) more than without features.
        let without = Batch::new(&[&[2, 5, 2], &[3], &[5, 1, 4, 4]]);
        let without = values(&network.forward(&without, &mut Mode::Infer).unwrap()).unwrap();
        let weights = network.parameters().value(WEIGHT).unwrap().values;
        for label in 0..3 {
            let expected = without[label] + weights[label] - 2.0 * weights[9 + label];
            assert!((together[label] - expected).abs() < 1e-5);
            assert_eq!(together[3 + label], without[3 + label]);
        }
        let mut row = SparseRow::new();
        row.assign([(5, 1.0)]);
        let odd = Batch::with_features(&[&[2]], &[&row]);
        assert!(network.forward(&odd, &mut Mode::Infer).unwrap_err().to_string().contains("column 5"));
    }

    #[test]
    fn faults_are_named() {
        let mut config = WideAndDeepConfig { dropout: 1.0, alone: 0.6, scale: f64::NAN, ..Default::default() };
        *config.deep = Architecture::WideAndDeep(WideAndDeepConfig::default());
        let mut faults = Vec::new();
        config.faults(&mut faults);
        assert_eq!(faults.len(), 4, "{faults:?}");
        for (scale, faulty) in [(1e-42, 1), (1e-6, 0), (1e6, 0), (1e7, 1)] {
            let mut faults = Vec::new();
            WideAndDeepConfig { scale, ..Default::default() }.faults(&mut faults);
            assert_eq!(faults.len(), faulty, "{scale}: {faults:?}");
        }
        let read: Architecture =
            serde_json::from_str(r#"{"kind": "wide_and_deep", "deep": {"kind": "cnn_lstm", "hidden": 9}}"#).unwrap();
        assert_eq!(read.plan().hidden, 9);
    }
}
