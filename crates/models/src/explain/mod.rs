//! Which words of a text speak for a label, and which against it.

use std::ops::Range;

use plaudit_core::{Analyzer, Error, Labels, Prediction, Result};
use serde::{Deserialize, Serialize};

use crate::TextClassifier;

mod gradients;
mod occlusion;
mod shown;

pub use occlusion::explain_by_occlusion;

/// How a label is explained.
///
/// ```
/// use plaudit_models::{ExplainConfig, ExplainMethod};
///
/// let mut config = ExplainConfig::default();
/// config.method = ExplainMethod::Occlusion;
/// config.label = Some("Poor".to_owned());
/// config.validate()?;
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ExplainConfig {
    /// How shares are found. Default integrated gradients.
    pub method: ExplainMethod,
    /// The label that is explained. Default: the one that the classifier predicts.
    pub label: Option<String>,
    /// Which number integrated gradients take apart; occlusion is always of the probability. Default the log-odds.
    pub output: ExplainedOutput,
    /// Points on the way from nothing to the text at which slopes are taken, 1 to 4,096: more of them leave a smaller
    /// [gap](Explanation::gap). Default 128. Only integrated gradients read it.
    pub steps: usize,
    /// How many of the linear part's features are named, the strongest first. Default 10. Only integrated gradients of a
    /// [`WideAndDeep`](crate::Architecture::WideAndDeep) read it.
    pub features: usize,
}

impl Default for ExplainConfig {
    fn default() -> Self {
        let (method, output) = (ExplainMethod::default(), ExplainedOutput::default());
        Self { method, label: None, output, steps: 128, features: 10 }
    }
}

/// More points cost time and tell nothing: single precision is reached before.
const MOST_STEPS: usize = 4096;

impl ExplainConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(1..=MOST_STEPS).contains(&self.steps) {
            faults.push(format!("explain.steps: found {}, expected 1 to {MOST_STEPS}", self.steps));
        }
        Error::from_faults(faults)
    }
}

/// How the shares of words are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ExplainMethod {
    /// The slope of the output along the way from a text of zero vectors to this one, times the way (Sundararajan, Taly and Yan 2017, Eq.
    /// 1 and 3), with the midpoint rule. The shares add up to what the text changes.
    #[default]
    IntegratedGradients,
    /// What the probability loses where a word is left out of the text (Zeiler and Fergus 2014; Li, Monroe and Jurafsky 2016). The text
    /// without it is cleaned and scored anew. Shares need not add up: two words may say the same.
    Occlusion,
}

/// The number that integrated gradients take apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ExplainedOutput {
    /// The logarithm of p / (1 - p), in nats: the label's logit against those of all others together. A word that raises every logit
    /// alike changes no probability, and has no share here.
    #[default]
    LogOdds,
    /// The network's own output for the label before the softmax, which most writings on the method take.
    Logit,
    /// The probability, 0 to 1. Near 0 and 1 it hardly moves: of a text of which the network is sure, words that come late on the way
    /// get small shares.
    Probability,
}

/// Why a text has a label: the share of each word. Serialized, it has the text in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// The text.
    pub text: String,
    /// The label that is explained.
    pub label: String,
    /// What the classifier predicts.
    pub predicted: String,
    /// The probability that the classifier gives the label, 0 to 1; of a calibrated classifier the calibrated one.
    pub probability: f64,
    /// How shares were found.
    pub method: ExplainMethod,
    /// The number that was taken apart. Of integrated gradients it is the network's own, before calibration; of occlusion it is
    /// [`probability`](Self::probability).
    pub output: ExplainedOutput,
    /// That number of the text.
    pub score: f64,
    /// That number of nothing: of as many zero vectors (integrated gradients), or of the text without its words (occlusion).
    pub baseline: f64,
    /// The shares, in the text's order. Above 0 speaks for the label, below 0 against it.
    pub tokens: Vec<Attribution>,
    /// What the linear part of a [`WideAndDeep`](crate::Architecture::WideAndDeep) adds; none for others, and with occlusion, where words
    /// are left out of its features too.
    pub linear: Option<LinearShare>,
    /// How far the sum of all shares is from `score - baseline`. Of integrated gradients, an error: more steps make it smaller. Of
    /// occlusion, none: what words do together.
    pub gap: f64,
    /// Tokens after those that the classifier reads: they have no share.
    pub unread: usize,
}

/// The share of one token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// The bytes of the text that it stands for. Tokens that cleaning made of one word share them; with occlusion they are left out
    /// together, and are one.
    pub source: Range<usize>,
    /// The token after cleaning; with occlusion, all that share these bytes, with blanks between.
    pub token: String,
    /// Its share, in the units of the output.
    pub value: f64,
}

/// What the linear part of a wide and deep network adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct LinearShare {
    /// The sum over all of the text's features, in the units of the output. Of the logit it is exact: values times weights.
    pub value: f64,
    /// Those with the greatest shares, for or against, the strongest first.
    pub features: Vec<FeatureShare>,
}

/// What one feature adds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct FeatureShare {
    /// Its column, counted from 0.
    pub column: u32,
    /// Its share.
    pub value: f64,
}

/// Returns why `classifier` gives `text` a label: the share of each word.
///
/// A share says what moved this classifier, not what makes people write so. The classifier may be wrong, and then the shares tell why.
///
/// # Example: which word decides
/// ```
/// # use plaudit_core::{Analyzer, Example, TokenKind, Tokens};
/// use plaudit_models::{ExplainConfig, TrainConfig, explain, train};
///
/// # struct Blanks;
/// # impl Analyzer for Blanks {
/// #     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
/// #         tokens.clear();
/// #         for word in text.split_ascii_whitespace() {
/// #             let start = word.as_ptr() as usize - text.as_ptr() as usize;
/// #             tokens.push(word, start..start + word.len(), TokenKind::Word);
/// #         }
/// #     }
/// # }
/// # let rows = [("a good show", "Good"), ("a lovely day", "Good"), ("a poor show", "Poor"), ("a sad day", "Poor")];
/// # let rows: Vec<Example> = rows.iter().cycle().take(80).map(|&(text, label)| Example { text, label }).collect();
/// let mut config = TrainConfig::default();
/// (config.epochs, config.batch) = (10, 8);
/// let classifier = train(Blanks, &rows, &rows, &config, &mut ())?;
/// let explanation = explain(&classifier, "a poor show", &ExplainConfig::default())?;
/// let strongest = explanation.tokens.iter().max_by(|a, b| a.value.total_cmp(&b.value)).unwrap();
/// assert_eq!((explanation.label.as_str(), strongest.token.as_str()), ("Poor", "poor"));
/// assert!(explanation.gap < 0.01);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When `config` is at fault, its label is none of the classifier's, or the backend fails; with integrated gradients also when the network
/// is your own: occlusion explains any.
pub fn explain<A: Analyzer>(classifier: &TextClassifier<A>, text: &str, config: &ExplainConfig) -> Result<Explanation> {
    config.validate()?;
    match config.method {
        ExplainMethod::IntegratedGradients => gradients::explain(classifier, text, config),
        ExplainMethod::Occlusion => {
            let most = classifier.config().max_tokens;
            occlusion::explain(classifier, classifier.analyzer(), text, config.label.as_deref(), most)
        }
    }
}

/// The place of the label that is explained: the one asked for, or the one predicted.
fn place(labels: &Labels, asked: Option<&str>, prediction: &Prediction<'_>) -> Result<usize> {
    let Some(label) = asked else { return Ok(prediction.index()) };
    labels.index_of(label).ok_or_else(|| {
        Error::config(format!("explain.label: the classifier has only {}", labels.known_and_nearest(label)))
    })
}

/// The places of a text that these byte ranges cover, ascending, overlapping ones as one. What is no range of the text's characters, or of
/// none, is left out.
fn places(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = ranges.filter(|range| stands_in(text, range)).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut places: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match places.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => places.push(range),
        }
    }
    places
}

/// Whether it is a range of some of the text's characters.
fn stands_in(text: &str, range: &Range<usize>) -> bool {
    text.get(range.clone()).is_some_and(|part| !part.is_empty())
}
