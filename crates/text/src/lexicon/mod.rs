//! A classifier that needs no label: words that take sides.

mod score;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use plaudit_core::{Analyzer, Classifier, Error, Labels, Result, Scores, TokenKind};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{HashtagPolicy, Language, NormalForm, Pipeline, PipelineConfig, TextStep, TokenPolicy, detect};
use words::{Entry, WORDS, Words};

/// How scores of texts become labels.
///
/// ```
/// use plaudit_text::LexiconConfig;
///
/// let config = LexiconConfig::dpms();
/// assert_eq!(config.labels.len(), 1 + config.cuts.len());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct LexiconConfig {
    /// The labels, best first. Default positive, neutral, negative.
    pub labels: Labels,
    /// The scores at which one label becomes the next, descending, -1 to 1: one fewer than labels.
    pub cuts: Vec<f64>,
    /// How far around a cut both labels are likely, above 0. Default 0.15.
    pub softness: f64,
    /// Words or phrases of your own, -3 to 3; 0 takes no side. They stand above those of this crate.
    pub own: BTreeMap<String, f64>,
}

impl LexiconConfig {
    /// Returns the labels positive, neutral and negative.
    pub fn polarity() -> Self {
        Self { labels: Labels::polarity(), cuts: vec![0.12, -0.12], softness: 0.15, own: BTreeMap::new() }
    }

    /// Returns the labels of DPMS (Eq. 3): a clear score is Good, a slight one Average, none Neutral, one below that Poor.
    pub fn dpms() -> Self {
        Self { labels: Labels::dpms(), cuts: vec![0.4, 0.12, -0.12], ..Self::polarity() }
    }

    /// Checks the fields.
    ///
    /// # Errors
    /// With every fault at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.cuts.len() + 1 != self.labels.len() {
            let (found, labels) = (self.cuts.len(), self.labels.len());
            faults.push(format!("cuts: {found} for {labels} labels; expected one fewer than labels"));
        }
        if !self.cuts.iter().all(|cut| (-1.0..=1.0).contains(cut)) || !self.cuts.is_sorted_by(|a, b| a > b) {
            faults.push("cuts: expected numbers from 1 to -1, each below the one before".to_owned());
        }
        if !(self.softness.is_finite() && self.softness >= 1e-3) {
            faults.push(format!("softness: {}; expected at least 0.001", self.softness));
        }
        for (word, strength) in &self.own {
            if word.trim().is_empty() {
                faults.push("own: a word is blank; expected letters".to_owned());
            }
            if !(-3.0..=3.0).contains(strength) {
                faults.push(format!("own: `{word}` is {strength}; expected -3 to 3"));
            }
        }
        Error::from_faults(faults)
    }
}

impl Default for LexiconConfig {
    fn default() -> Self {
        Self::polarity()
    }
}

/// How texts are cleaned before words are looked up; words of one's own are cleaned in the same way.
fn pipeline() -> Result<Pipeline> {
    let mut config = PipelineConfig::for_language(Language::En);
    config.steps = vec![
        TextStep::Entities,
        TextStep::Invisible,
        TextStep::Unicode { form: NormalForm::Nfkc },
        TextStep::Simplify,
        TextStep::Links { policy: TokenPolicy::Drop },
        TextStep::Mentions { policy: TokenPolicy::Drop },
        TextStep::Hashtags { policy: HashtagPolicy::Words },
        TextStep::Casefold,
        TextStep::Contractions,
        TextStep::Elongations,
    ];
    Pipeline::new(config)
}

/// Classifies texts by the words that take sides in them: a start where nothing is labelled yet, and a baseline.
///
/// The words are a list of this crate, English and Chinese, with strengths of -3 to 3. A negation turns what it reaches
/// within its clause, by the negators of [`NegationScope`](TextStep::NegationScope) and no further than five words;
/// intensifiers and diminishers change the next side; what follows a `but` weighs more than what went before it; emoji and
/// emoticons take their [side](crate::emoji_polarity). The score is a mean, -1 to 1, so a long text is no more extreme than a
/// short one. In a text that is [neither English nor Chinese](crate::detect()), emoji alone count.
///
/// Scores become probabilities by ordered logistic steps: that of one of the first k labels is 1 / (1 + exp((cut_k - score) /
/// softness)). They are fixed numbers, not calibrated ones: let labels of your own say how often they are wrong. The
/// project's `docs/labelling.md` has figures.
///
/// # Example: no label, no training
/// ```
/// use plaudit_core::Classifier;
/// use plaudit_text::{LexiconClassifier, LexiconConfig};
///
/// let lexicon = LexiconClassifier::new(LexiconConfig::dpms())?;
/// assert_eq!(lexicon.predict("The staff were very helpful :)")?.label(), "Good");
/// assert_eq!(lexicon.predict("the food was not good")?.label(), "Poor");
/// assert_eq!(lexicon.predict("we met on Monday")?.label(), "Neutral");
/// assert!(lexicon.score("老师讲得很好") > 0.0 && lexicon.score("一点都不好") < 0.0);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LexiconClassifier {
    config: Arc<LexiconConfig>,
    own: Arc<Words>,
    pipeline: Pipeline,
}

impl LexiconClassifier {
    /// Returns the classifier.
    ///
    /// # Errors
    /// When [`LexiconConfig::validate`] finds a fault, or a word of one's own has signs that are no words.
    pub fn new(config: LexiconConfig) -> Result<Self> {
        config.validate()?;
        let pipeline = pipeline()?;
        let (mut own, mut faults) = (Words::default(), Vec::new());
        for (word, strength) in &config.own {
            let tokens = pipeline.analyze(word);
            let spoken = |kind| matches!(kind, TokenKind::Word | TokenKind::Number);
            if !tokens.iter().all(|token| spoken(token.kind)) || tokens.is_empty() {
                faults.push(format!("own: `{word}` has other signs than letters and digits; expected words"));
            }
            own.add(&tokens.iter().map(|token| token.text).collect::<Vec<_>>(), Entry::Side(*strength as f32));
        }
        Error::from_faults(faults)?;
        Ok(Self { config: Arc::new(config), own: Arc::new(own), pipeline })
    }

    /// Returns the configuration.
    pub fn config(&self) -> &LexiconConfig {
        &self.config
    }

    /// Returns the score of a text, -1 (against) to 1 (for); 0 where nothing takes a side.
    pub fn score(&self, text: &str) -> f64 {
        let tokens = self.pipeline.analyze(text);
        f64::from(score::score(&tokens, detect(text).language, &[&*self.own, &*WORDS]))
    }

    /// The probability of each label at a score.
    fn row(&self, score: f64) -> Vec<f32> {
        let step = |cut: &f64| 1.0 / (1.0 + ((cut - score) / self.config.softness).exp());
        let ends = self.config.cuts.iter().map(step).chain([1.0]);
        let mut before = 0.0;
        ends.map(|end| {
            let part = (end - before) as f32;
            before = end;
            part
        })
        .collect()
    }
}

impl Classifier for LexiconClassifier {
    fn labels(&self) -> &Labels {
        &self.config.labels
    }

    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        out.reset(&self.config.labels);
        let rows: Vec<Vec<f32>> = texts.par_iter().map(|text| self.row(self.score(text))).collect();
        rows.iter().try_for_each(|row| out.push(row))
    }
}

#[cfg(test)]
mod tests;
