//! Integrated gradients over the vectors of a text's tokens, and over the features of a linear part beside them.

use plaudit_core::{Analyzer, Classifier, Error, Result, SparseRow, Tokens};

use super::{
    Attribution, ExplainConfig, ExplainMethod, ExplainedOutput, Explanation, FeatureShare, LinearShare, place,
};
use crate::classifier::{MAX_TEXTS, MAX_TOKENS, Reader};
use crate::plan::{Plan, Weights};
use crate::recurrent::{gather, slopes_of_vectors};
use crate::scorer::MOST_TOKENS;
use crate::{Architecture, TextClassifier};

pub(super) fn explain<A: Analyzer>(
    classifier: &TextClassifier<A>,
    text: &str,
    config: &ExplainConfig,
) -> Result<Explanation> {
    let architecture = classifier.named_architecture("explained by its gradients")?;
    let prediction = classifier.predict(text)?;
    let label = place(classifier.labels(), config.label.as_deref(), &prediction)?;
    let mut plan = architecture.plan();
    (plan.embedding_dropout, plan.dropout) = (0.0, 0.0); // slopes are of what scores texts

    let mut tokens = Tokens::new();
    let reader = Reader::new(classifier.analyzer(), classifier.vocab(), classifier.config());
    let reading = reader.read(text, &mut tokens).0;
    if reading.ids.len() > MOST_TOKENS {
        return Err(Error::config(format!("a text of {} tokens is longer than {MOST_TOKENS}", reading.ids.len())));
    }
    let shares = classifier.network().parameters().read(|all| {
        let vectors = gather(all.first().copied().unwrap_or_default(), plan.embedding, &reading.ids).to_vec();
        let features = features(architecture, &reading.features, all);
        let labels = classifier.labels().len();
        Path { plan: &plan, all, vectors, tokens: reading.ids.len(), features, labels }.shares(label, config)
    })?;

    let attributions = tokens.iter().zip(&shares.tokens);
    let attributions =
        attributions.map(|(token, &value)| Attribution { source: token.source, token: token.text.to_owned(), value });
    let linear = architecture.is_wide().then(|| {
        let value = shares.features.iter().map(|feature| feature.value).sum();
        let mut features = shares.features;
        features.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs())); // stable: of equal ones the first column
        features.truncate(config.features);
        LinearShare { value, features }
    });
    let [baseline, score] = shares.ends;
    let sum = shares.tokens.iter().sum::<f64>() + linear.as_ref().map_or(0.0, |linear| linear.value);
    Ok(Explanation {
        text: text.to_owned(),
        label: classifier.labels().name(label).unwrap_or_default().to_owned(),
        predicted: prediction.label().to_owned(),
        probability: f64::from(prediction.scores().get(label).copied().unwrap_or(0.0)),
        method: ExplainMethod::IntegratedGradients,
        output: config.output,
        score,
        baseline,
        tokens: attributions.collect(),
        linear,
        gap: (sum - (score - baseline)).abs(),
        unread: tokens.len().saturating_sub(reading.ids.len()),
    })
}

/// For each feature of a text, its column and what it adds to each label's logit.
fn features(architecture: &Architecture, row: &SparseRow, all: &[&[f32]]) -> Vec<(u32, Vec<f32>)> {
    let (Architecture::WideAndDeep(config), Some(weights)) = (architecture, all.last()) else { return Vec::new() };
    let labels = weights.len() / config.columns.max(1);
    let feature = |(column, value): (u32, f32)| {
        let start = column as usize * labels;
        let weights = weights.get(start..start + labels).unwrap_or_default();
        (column, weights.iter().map(|weight| value * config.scale as f32 * weight).collect())
    };
    row.iter().map(feature).collect()
}

/// The way from nothing to a text.
struct Path<'a> {
    plan: &'a Plan,
    /// The network's weights.
    all: &'a [&'a [f32]],
    /// The vectors of the text, `[tokens, embedding]`.
    vectors: Vec<f32>,
    tokens: usize,
    features: Vec<(u32, Vec<f32>)>,
    labels: usize,
}

struct Shares {
    tokens: Vec<f64>,
    features: Vec<FeatureShare>,
    /// The output of nothing and that of the text.
    ends: [f64; 2],
}

impl Path<'_> {
    fn shares(&self, label: usize, config: &ExplainConfig) -> Shares {
        let output = |logits: &[f64]| output(config.output, logits, label);
        let mut ends = [0.0; 2];
        self.pass(&[0.0, 1.0], |at, logits| {
            ends.iter_mut().skip(at).take(1).for_each(|end| *end = output(logits).0);
            vec![0.0; logits.len()]
        });
        let points: Vec<f32> = (0..config.steps).map(|k| ((k as f64 + 0.5) / config.steps as f64) as f32).collect();
        let mut slopes = vec![0.0; self.vectors.len()];
        let mut mean = vec![0.0; self.labels]; // of the output's slopes in the logits
        for points in points.chunks((MAX_TOKENS / self.tokens.max(1)).clamp(1, MAX_TEXTS)) {
            let of_points = self.pass(points, |_, logits| {
                let slope = output(logits).1;
                mean.iter_mut().zip(&slope).for_each(|(mean, slope)| *mean += slope / config.steps as f64);
                slope
            });
            for of_point in of_points.chunks_exact(self.vectors.len().max(1)) {
                slopes.iter_mut().zip(of_point).for_each(|(sum, &slope)| *sum += f64::from(slope));
            }
        }
        let width = self.plan.embedding.max(1);
        let share = |(vector, slopes): (&[f32], &[f64])| {
            let products = vector.iter().zip(slopes).map(|(&value, slope)| f64::from(value) * slope);
            products.sum::<f64>() / config.steps as f64
        };
        let tokens = self.vectors.chunks_exact(width).zip(slopes.chunks_exact(width)).map(share).collect();
        let feature = |(column, adds): &(u32, Vec<f32>)| {
            let value = adds.iter().zip(&mean).map(|(&add, slope)| f64::from(add) * slope).sum();
            FeatureShare { column: *column, value }
        };
        Shares { tokens, features: self.features.iter().map(feature).collect(), ends }
    }

    /// The slopes of the vectors, `[points, tokens, embedding]`, at these points of the way, 0 to 1, where `slope` gives for
    /// the place of a point and its logits the slope of the output in the logits.
    fn pass(&self, points: &[f32], mut slope: impl FnMut(usize, &[f64]) -> Vec<f64>) -> Vec<f32> {
        let vectors: Vec<f32> =
            points.iter().flat_map(|point| self.vectors.iter().map(move |value| value * point)).collect();
        let all = [&[vectors.as_slice()], self.all.get(1..).unwrap_or_default()].concat();
        let weights = Weights::new(self.plan, &all);
        let slopes = slopes_of_vectors(self.plan, &weights, points.len(), self.tokens, |logits| {
            let of_points = points.iter().zip(logits.chunks_exact(self.labels.max(1)));
            let slopes = of_points.enumerate().flat_map(|(at, (&point, logits))| {
                let logit = |(label, &deep): (usize, &f32)| {
                    let adds = self.features.iter().filter_map(|(_, adds)| adds.get(label));
                    let linear: f64 = adds.map(|&add| f64::from(add)).sum();
                    f64::from(deep) + f64::from(point) * linear
                };
                slope(at, &logits.iter().enumerate().map(logit).collect::<Vec<f64>>())
            });
            slopes.map(|slope| slope as f32).collect()
        });
        slopes.to_vec()
    }
}

/// The output for a label, and its slope in each logit.
fn output(of: ExplainedOutput, logits: &[f64], label: usize) -> (f64, Vec<f64>) {
    let own = logits.get(label).copied().unwrap_or(0.0);
    let is_own = |at: usize| f64::from(u8::from(at == label));
    let largest = |skip: Option<usize>| {
        let others = logits.iter().enumerate().filter(|(at, _)| Some(*at) != skip);
        others.map(|(_, &logit)| logit).fold(f64::NEG_INFINITY, f64::max)
    };
    // The logarithm of the sum of exponentials, without one label or with all.
    let log_sum = |skip: Option<usize>| {
        let largest = largest(skip);
        let others = logits.iter().enumerate().filter(|(at, _)| Some(*at) != skip);
        largest + libm::log(others.map(|(_, &logit)| libm::exp(logit - largest)).sum())
    };
    let at = || logits.iter().copied().enumerate();
    match of {
        ExplainedOutput::Logit => (own, at().map(|(at, _)| is_own(at)).collect()),
        ExplainedOutput::LogOdds => {
            let others = log_sum(Some(label));
            let slope = |(at, logit)| if at == label { 1.0 } else { -libm::exp(logit - others) };
            (own - others, at().map(slope).collect())
        }
        ExplainedOutput::Probability => {
            let all = log_sum(None);
            let p = libm::exp(own - all);
            (p, at().map(|(at, logit)| p * (is_own(at) - libm::exp(logit - all))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_have_the_slopes_that_differences_show() {
        let logits = [0.3, -1.2, 2.0];
        // Python 3.11: e = [math.exp(x) for x in (0.3, -1.2, 2.0)]; p = e[0] / sum(e); p, math.log(p / (1 - p))
        let expected = [-1.739953, 0.3, 0.149319];
        for (of, expected) in
            [ExplainedOutput::LogOdds, ExplainedOutput::Logit, ExplainedOutput::Probability].into_iter().zip(expected)
        {
            let (value, slopes) = output(of, &logits, 0);
            assert!((value - expected).abs() < 1e-5, "{of:?} {value}");
            for (at, slope) in slopes.iter().enumerate() {
                let moved = |by: f64| {
                    let mut moved = logits;
                    moved[at] += by;
                    output(of, &moved, 0).0
                };
                let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!((slope - difference).abs() < 1e-9, "{of:?} {at}: {slope} {difference}");
            }
        }
        // Where all logits are large, nothing overflows.
        assert!((output(ExplainedOutput::Probability, &[900.0, 900.0], 1).0 - 0.5).abs() < 1e-12);
        assert!((output(ExplainedOutput::LogOdds, &[900.0, 890.0], 0).0 - 10.0).abs() < 1e-12);
    }
}
