//! A trained classifier of texts.

use std::fmt;
use std::sync::Arc;

use candle_core::Device;
use plaudit_core::{Analyzer, Classifier, Error, Features, Labels, Result, Scores, Tokens, Vocab};
use plaudit_kernels::{InstructionSet, WeightPrecision, softmax};
use plaudit_metrics::Evaluation;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::calibrated::Fitted;
use crate::card::Evaluated;
use crate::held_out::Source;
use crate::network::{Batch, Mode, Network, Parameters, Scorer};
use crate::parameters::values;
use crate::rows::Reading;
use crate::seen::{Seen, digest, first_bytes};
use crate::{Architecture, Calibrated, TrainConfig, TrainReport};

/// A trained classifier: analyzer, vocabulary, labels and network together.
///
/// Cloning is cheap and clones share everything; prediction borrows, so one value serves all threads without a lock.
pub struct TextClassifier<A> {
    around: Arc<Around<A>>,
    network: Arc<dyn Network>,
    scorer: Option<Arc<dyn Scorer>>,
    calibration: Option<Arc<Fitted>>,
    evaluated: Option<Arc<Evaluated>>,
}

/// What stands around a network.
struct Around<A> {
    analyzer: A,
    vocab: Vocab,
    labels: Labels,
    config: TrainConfig,
    report: TrainReport,
    seen: Option<Seen>,
}

impl<A> TextClassifier<A> {
    pub(crate) fn new(
        analyzer: A,
        vocab: Vocab,
        labels: Labels,
        config: TrainConfig,
        network: Box<dyn Network>,
        report: TrainReport,
        seen: Option<Seen>,
    ) -> Result<Self> {
        Self::around(Arc::new(Around { analyzer, vocab, labels, config, report, seen }), network)
    }

    fn around(around: Arc<Around<A>>, network: Box<dyn Network>) -> Result<Self> {
        let scorer = network.scorer(WeightPrecision::Single)?.map(Arc::from);
        Ok(Self { around, network: network.into(), scorer, calibration: None, evaluated: None })
    }

    /// This classifier with a linear model beside its network: these weights of both, and of the report what `told` says.
    pub(crate) fn beside(
        self,
        config: &TrainConfig,
        parameters: &Parameters,
        told: impl FnOnce(TrainReport) -> TrainReport,
    ) -> Result<Self> {
        let shared = || Error::config("the network is trained apart, and shared already");
        let Around { analyzer, vocab, labels, report, seen, .. } = Arc::into_inner(self.around).ok_or_else(shared)?;
        let mut config = config.clone();
        config.labels = Some(labels.clone());
        let report = told(TrainReport { parameters: parameters.elements(), ..report });
        let network = config.architecture.network(parameters);
        Self::new(analyzer, vocab, labels, config, network, report, seen)
    }

    /// Returns this classifier with the recurrent weights that it scores with rounded to `precision`. What it scores with is
    /// prepared and held anew; all else is shared with this one, and what [`network`](Self::network) gives, and what is
    /// saved, stays as it is.
    ///
    /// With [`WeightPrecision::Bfloat16`] a text alone takes less time, and scores change in the third digit. A calibration stays,
    /// and was fitted with scores in single precision: a text near a threshold may fall on its other side.
    ///
    /// # Errors
    /// When the network is your own or on another device: it has no weights that are rounded; or the backend fails.
    pub fn with_precision(&self, precision: WeightPrecision) -> Result<Self> {
        let scorer = self.network.scorer(precision)?;
        let scorer = scorer.ok_or_else(|| Error::config("this network cannot round its weights"))?;
        Ok(Self { scorer: Some(scorer.into()), ..self.clone() })
    }

    /// Returns this classifier with its network on `device`, as [`Architecture::on_device`] makes it. It shares everything
    /// with this one, the weights included.
    ///
    /// # Errors
    /// When the network is your own, or the backend fails.
    pub fn on_device(&self, device: &Device) -> Result<Self> {
        let network = self.named_architecture("moved")?.on_device(self.network.parameters(), device)?;
        let moved = Self::around(Arc::clone(&self.around), network)?;
        Ok(Self { calibration: self.calibration.clone(), evaluated: self.evaluated.clone(), ..moved })
    }

    pub(crate) fn with_calibration(&self, calibration: Option<Fitted>) -> Self {
        Self { calibration: calibration.map(Arc::new), evaluated: None, ..self.clone() }
    }

    /// Returns this classifier with figures for its [model card](Self::card), those of `evaluation`, which are of the rows that `rows` names
    /// (`"the test part"`). They are saved with it. A calibration from here on drops them: they are of other probabilities.
    pub fn with_evaluation(&self, rows: &str, evaluation: &Evaluation) -> Self {
        let evaluated = Evaluated { rows: rows.to_owned(), evaluation: evaluation.clone() };
        self.with_evaluated(Some(evaluated))
    }

    pub(crate) fn with_evaluated(&self, evaluated: Option<Evaluated>) -> Self {
        Self { evaluated: evaluated.map(Arc::new), ..self.clone() }
    }

    pub(crate) fn evaluated(&self) -> Option<&Evaluated> {
        self.evaluated.as_deref()
    }

    /// Returns the figures that it was saved with, and what their rows are called; none where nobody gave any.
    pub fn evaluation(&self) -> Option<(&str, &Evaluation)> {
        self.evaluated().map(|evaluated| (evaluated.rows.as_str(), &evaluated.evaluation))
    }

    /// Returns this classifier without its calibration: it gives the network's own probabilities.
    pub fn uncalibrated(&self) -> Self {
        self.with_calibration(None)
    }

    /// Returns the calibration; none where it has none. The probabilities that the classifier gives are calibrated ones.
    pub fn calibration(&self) -> Option<&Calibrated> {
        self.fitted().map(|fitted| &fitted.record)
    }

    pub(crate) fn fitted(&self) -> Option<&Fitted> {
        self.calibration.as_deref()
    }

    /// What scores of this classifier are told by.
    pub(crate) fn source(&self) -> Result<Source> {
        self.weights_digest().map(Source::Network)
    }

    pub(crate) fn weights_digest(&self) -> Result<u64> {
        let mut hash = Sha256::new();
        for weight in self.network.parameters().values()? {
            weight.values.iter().for_each(|value| hash.update(value.to_le_bytes()));
        }
        Ok(first_bytes(hash))
    }

    pub(crate) fn seen(&self) -> Option<&Seen> {
        self.around.seen.as_ref()
    }

    /// Returns the analyzer.
    pub fn analyzer(&self) -> &A {
        &self.around.analyzer
    }

    /// Returns the vocabulary.
    pub fn vocab(&self) -> &Vocab {
        &self.around.vocab
    }

    /// Returns the network's kind and sizes; none where the network is your own
    /// ([`train_network`](crate::train_network)).
    pub fn architecture(&self) -> Option<&Architecture> {
        self.network.architecture()
    }

    /// The architecture; where there is none, the error says that the network cannot be `done`.
    pub(crate) fn named_architecture(&self, done: &str) -> Result<&Architecture> {
        self.architecture().ok_or_else(|| {
            Error::config(format!(
                "a network of your own cannot be {done}: expected one of {}; network().parameters() gives its weights",
                Architecture::NAMES.join(", ")
            ))
        })
    }

    /// Returns the configuration that it was trained with, labels filled in. Where the network is your own, its architecture
    /// says nothing.
    pub fn config(&self) -> &TrainConfig {
        &self.around.config
    }

    /// Returns what training did.
    pub fn report(&self) -> &TrainReport {
        &self.around.report
    }

    /// Returns the network.
    pub fn network(&self) -> &dyn Network {
        self.network.as_ref()
    }
}

/// The most words of the text that a model is tried with.
const TRIED: usize = 64;

impl<A: Analyzer> TextClassifier<A> {
    /// Returns the classifier that reads texts with `analyzer` and `vocab` and scores them with a network of
    /// `config.architecture` that has these weights, for example those that
    /// [`read_pytorch`](Architecture::read_pytorch) gave. It is saved, loaded and shared as one that was trained here.
    ///
    /// Row 0 of the embedding is never read, row 1 stands for unknown words, and the vocabulary's first word has row 2. Of
    /// `config`, only the architecture and `max_tokens` count from here on; its labels become `labels`. The weights are
    /// copied. The report says that training was [elsewhere](crate::Stopped::Elsewhere).
    ///
    /// ```
    /// use plaudit_core::{Analyzer, Classifier, Labels, TokenKind, Tokens, Vocab};
    /// use plaudit_models::{TextClassifier, TrainConfig};
    ///
    /// struct Blanks;
    /// impl Analyzer for Blanks {
    ///     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
    ///         tokens.clear();
    ///         text.split(' ').filter(|word| !word.is_empty()).for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
    ///     }
    /// }
    ///
    /// let (vocab, labels) = (Vocab::new(["good", "poor"])?, Labels::new(["Good", "Poor"])?);
    /// let config = TrainConfig::default();
    /// let network = config.architecture.initialize(vocab.len(), labels.len(), 0)?; // or `read_pytorch`
    /// let classifier = TextClassifier::from_weights(Blanks, vocab, labels, config, network.parameters())?;
    /// assert_eq!(classifier.predict("good")?.scores().len(), 2);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When `config` is at fault, the weights are not those of its architecture for this vocabulary and these labels, or
    /// texts get scores that are not finite.
    pub fn from_weights(
        analyzer: A,
        vocab: Vocab,
        labels: Labels,
        mut config: TrainConfig,
        weights: &Parameters,
    ) -> Result<Self> {
        config.labels = Some(labels.clone());
        config.validate()?;
        let specs = config.architecture.specs(vocab.len(), labels.len());
        let weights = weights.values()?;
        let found: Vec<_> = weights.iter().map(|weight| (&weight.name, &weight.shape)).collect();
        let expected: Vec<_> = specs.iter().map(|spec| (&spec.name, &spec.shape)).collect();
        if found != expected {
            let same = found.iter().zip(&expected).take_while(|(found, expected)| found == expected).count();
            let show = |weights: &[(&String, &Vec<usize>)]| {
                weights.get(same).map_or("no more".to_owned(), |(name, shape)| format!("`{name}` {shape:?}"))
            };
            return Err(Error::config(format!(
                "the weights are not those of a {} for {} word ids and {} labels: found {}, expected {}",
                config.architecture.name(),
                vocab.len(),
                labels.len(),
                show(&found),
                show(&expected)
            )));
        }
        if let Some(weight) = weights.iter().find(|weight| weight.values.iter().any(|value| !value.is_finite())) {
            return Err(Error::config(format!("the weight `{}` has a value that is not finite", weight.name)));
        }
        let report =
            TrainReport::elsewhere(labels.len(), vocab.len(), weights.iter().map(|weight| weight.values.len()).sum());
        let mut weights = weights.into_iter();
        let parameters = Parameters::from_values(&specs, |_, _| Ok(weights.next().map_or(Vec::new(), |w| w.values)))?;
        let network = config.architecture.network(&parameters);
        let classifier = Self::new(analyzer, vocab, labels, config, network, report, None)?;
        classifier.try_out()?;
        Ok(classifier)
    }

    /// Scores a text of no word and one of the first words.
    pub(crate) fn try_out(&self) -> Result<()> {
        let words: Vec<&str> = self.vocab().words().take(TRIED).collect();
        self.classify(&["", &words.join(" ")]).map(|_| ())
    }
}

impl<A> Clone for TextClassifier<A> {
    fn clone(&self) -> Self {
        Self {
            around: Arc::clone(&self.around),
            network: Arc::clone(&self.network),
            scorer: self.scorer.clone(),
            calibration: self.calibration.clone(),
            evaluated: self.evaluated.clone(),
        }
    }
}

impl<A> fmt::Debug for TextClassifier<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextClassifier")
            .field("architecture", &self.architecture())
            .field("labels", &self.around.labels)
            .field("vocab", &self.around.vocab.len())
            .finish_non_exhaustive()
    }
}

impl<A: Analyzer> Classifier for TextClassifier<A> {
    fn labels(&self) -> &Labels {
        &self.around.labels
    }

    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        out.reset(&self.around.labels);
        for mut row in self.rows(texts)? {
            if let Some(calibrated) = self.calibration() {
                calibrated.apply(&mut row);
            }
            out.push(&row)?;
        }
        Ok(())
    }
}

impl<A: Analyzer> TextClassifier<A> {
    /// The network's probabilities, `[texts][labels]`.
    fn rows(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let around = &*self.around;
        let reader = Reader::new(&around.analyzer, &around.vocab, &around.config);
        let readings: Vec<Reading> =
            texts.par_iter().map_init(Tokens::new, |tokens, text| reader.read(text, tokens).0).collect();
        let readings: Vec<&Reading> = readings.iter().collect();
        probabilities(self.network.as_ref(), self.scorer.as_deref(), &readings)
    }

    /// Returns whether weights were fitted to this text, as cleaning leaves it, or the best epoch was chosen by it. Never, where
    /// the weights came ready ([`from_weights`](Self::from_weights)): then nobody knows here.
    pub fn has_seen(&self, text: &str) -> bool {
        self.around.seen.as_ref().is_some_and(|seen| seen.holds(self.digest(text)))
    }

    /// Returns whether its calibration was fitted on this text, as cleaning leaves it: on such texts, figures of probabilities,
    /// label sets and abstention are too good. Never, where it is not calibrated.
    pub fn is_calibrated_on(&self, text: &str) -> bool {
        self.fitted().is_some_and(|fitted| fitted.texts.holds(self.digest(text)))
    }

    fn digest(&self, text: &str) -> u64 {
        digest(&self.around.analyzer.analyze(text), self.around.config.max_tokens)
    }

    /// Returns the network's own probabilities, whether or not there is a calibration; [`Calibrated`] takes them.
    ///
    /// # Errors
    /// As [`classify_into`](Classifier::classify_into).
    pub fn uncalibrated_scores(&self, texts: &[&str]) -> Result<Scores> {
        let mut scores = Scores::new(self.around.labels.clone());
        self.rows(texts)?.iter().try_for_each(|row| scores.push(row))?;
        Ok(scores)
    }
}

/// Turns texts into what a network reads.
pub(crate) struct Reader<'a, A> {
    analyzer: &'a A,
    vocab: &'a Vocab,
    max: usize,
    features: Option<&'a dyn Features>,
}

impl<'a, A: Analyzer> Reader<'a, A> {
    pub(crate) fn new(analyzer: &'a A, vocab: &'a Vocab, config: &TrainConfig) -> Self {
        let features = analyzer.features().filter(|_| config.architecture.is_wide());
        Self { analyzer, vocab, max: config.max_tokens, features }
    }

    /// Returns what the network reads, of the first `max_tokens` tokens, and whether there were more.
    pub(crate) fn read(&self, text: &str, tokens: &mut Tokens) -> (Reading, bool) {
        self.analyzer.analyze_into(text, tokens);
        let ids = tokens.iter().take(self.max).map(|token| self.vocab.id(token.text)).collect();
        let features = self.features.map(|features| features.features(text)).unwrap_or_default();
        (Reading { ids, features }, tokens.len() > self.max)
    }
}

/// The most texts, and about the most tokens, of one inference batch: it bounds memory and feeds all threads.
pub(crate) const MAX_TEXTS: usize = 64;
pub(crate) const MAX_TOKENS: usize = 8192;

/// Returns the probability of each label, `[texts][labels]`; not a number where the network
/// overflows. Batches hold texts of like length and run side by side.
pub(crate) fn probabilities(
    network: &dyn Network,
    scorer: Option<&dyn Scorer>,
    texts: &[&Reading],
) -> Result<Vec<Vec<f32>>> {
    let length = |row: usize| texts.get(row).map_or(0, |text| text.ids.len());
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&row| std::cmp::Reverse(length(row))); // stable
    let mut batches: Vec<&[usize]> = Vec::new();
    let mut rest = order.as_slice();
    while let Some(&longest) = rest.first() {
        let size = (MAX_TOKENS / length(longest).max(1)).clamp(1, MAX_TEXTS).min(rest.len());
        let (batch, later) = rest.split_at(size);
        batches.push(batch);
        rest = later;
    }
    let run = |rows: &&[usize]| -> Result<Vec<Vec<f32>>> {
        let part = || rows.iter().filter_map(|&row| texts.get(row));
        let ids: Vec<&[u32]> = part().map(|text| text.ids.as_slice()).collect();
        let batch = Batch::with_features(&ids, &part().map(|text| &text.features).collect::<Vec<_>>());
        let mut scores = match scorer {
            Some(scorer) => scorer.logits(&batch)?,
            None => values(&network.forward(&batch, &mut Mode::Infer)?)?,
        };
        let labels = scores.len() / ids.len().max(1);
        softmax(InstructionSet::best(), &mut scores, labels);
        Ok(scores.chunks_exact(labels.max(1)).map(<[f32]>::to_vec).collect())
    };
    let results: Vec<Vec<Vec<f32>>> = batches.par_iter().map(run).collect::<Result<_>>()?;
    let mut rows = vec![Vec::new(); texts.len()];
    for (&place, row) in batches.into_iter().flatten().zip(results.into_iter().flatten()) {
        if let Some(slot) = rows.get_mut(place) {
            *slot = row;
        }
    }
    Ok(rows)
}
