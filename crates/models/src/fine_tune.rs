//! Training that goes on from a trained classifier.

use std::collections::HashSet;

use plaudit_core::{Analyzer, Classifier, Error, Example, Labels, Observer, Result, Vocab, VocabConfig, WordCounts};
use serde::{Deserialize, Serialize};

use crate::extras::{Extras, WHOLE};
use crate::network::{Parameters, Weight};
use crate::trainer::fit;
use crate::{TextClassifier, TrainConfig};

/// Which weights [`fine_tune`] moves when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct FineTuningConfig {
    /// Epochs at the beginning in which only the dense layer and the one above it are moved, so that what is new there does not spoil
    /// what is known below (Howard and Ruder 2018 thaw layer by layer). Default 0.
    pub head_epochs: usize,
    /// Whether the words' vectors stay as they are all the time. Default no.
    pub keep_words: bool,
}

/// What a run goes on from.
#[derive(Debug)]
pub(crate) struct Begin {
    vocab: Vocab,
    labels: Labels,
    weights: Vec<Weight>,
    seen: Vec<u64>,
    digest: String,
}

/// How the names of the weights begin that give logits from what the network reads in a text, the last layer last.
const HEAD: [&str; 2] = ["dense.", "output."];
const OUTPUT: &str = "output.";
const WORDS: &str = "embedding.weight";

/// Returns `classifier` trained further on other rows: its network, words and labels are the start. `config` says all else, as in
/// [`train`](crate::train), and `config.fine_tuning` which weights are moved when.
///
/// - Words of `train` that the vocabulary does not hold join it, as far as `config.vocab` allows; their vectors start by chance.
/// - Where `config.labels` is none, the labels stay as long as they hold all those of `train`; else they are those that occur. With other
///   labels than before, the output layer starts anew.
/// - `config.architecture`, `config.max_tokens` and `config.pretrained` are not read: they are those of the classifier.
/// - The texts that the classifier knew are still [known](TextClassifier::has_seen). Its calibration is dropped: calibrate the new one
///   on rows that neither run has seen.
///
/// A smaller learning rate than that of the first training, a tenth for example, keeps more of what was known.
///
/// ```
/// # use plaudit_core::{Analyzer, Classifier, Example, TokenKind, Tokens};
/// use plaudit_models::{Extras, TrainConfig, fine_tune, train};
///
/// # #[derive(Clone)]
/// # struct Blanks;
/// # impl Analyzer for Blanks {
/// #     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
/// #         tokens.clear();
/// #         text.split(' ').for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
/// #     }
/// # }
/// # let rows = |pairs: [(&'static str, &'static str); 2]| -> Vec<Example<'static>> { pairs.into_iter().cycle().take(40).map(|(text, label)| Example { text, label }).collect() };
/// let (first, later) = (rows([("good", "Good"), ("poor", "Poor")]), rows([("splendid", "Good"), ("poor", "Poor")]));
/// let mut config = TrainConfig::default();
/// (config.epochs, config.batch) = (20, 8);
/// let classifier = train(Blanks, &first, &first, &config, &mut ())?;
/// let tuned = fine_tune(&classifier, &later, &later, &Extras::default(), &config, &mut ())?;
/// assert_eq!(tuned.predict("splendid")?.label(), "Good");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// As [`train`](crate::train); also when the network is your own, `extras` has word vectors, or `config.calibration` asks for what this does not do.
pub fn fine_tune<A: Analyzer + Clone>(
    classifier: &TextClassifier<A>,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    extras: &Extras<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier<A>> {
    let mut config = config.clone();
    config.architecture = classifier.named_architecture("fine-tuned")?.clone();
    config.max_tokens = classifier.config().max_tokens;
    config.pretrained = classifier.config().pretrained.clone();
    config.pretrained.frozen = false;
    let known = classifier.labels();
    if config.labels.is_none() && train.iter().all(|row| known.index_of(row.label).is_some()) {
        config.labels = Some(known.clone());
    }
    config.validate()?;
    extras.check(train.len())?;
    let mut faults = Vec::new();
    if extras.vectors.is_some() {
        faults.push("vectors: a classifier that is fine-tuned has its own");
    }
    if config.calibration.is_some() {
        faults.push("calibration: calibrate with `held_out` and `calibrated` when it is fine-tuned");
    }
    Error::from_faults(faults.into_iter().map(str::to_owned).collect())?;
    let mut given = extras.of_all(WHOLE);
    given.begin = Some(Begin::new(classifier)?);
    let network = |words, labels, seed| config.architecture.initialize(words, labels, seed);
    fit(classifier.analyzer().clone(), [&train, &valid], given, &config, observer, network)
}

impl Begin {
    fn new<A: Analyzer>(classifier: &TextClassifier<A>) -> Result<Self> {
        Ok(Self {
            vocab: classifier.vocab().clone(),
            labels: classifier.labels().clone(),
            weights: classifier.network().parameters().values()?,
            seen: classifier.seen().map(|seen| seen.digests().to_vec()).unwrap_or_default(),
            digest: format!("{:016x}", classifier.weights_digest()?),
        })
    }

    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    pub(crate) fn seen(&self) -> impl Iterator<Item = u64> {
        self.seen.iter().copied()
    }

    /// The vocabulary, and after it the new words of these texts.
    pub(crate) fn vocab(&self, counts: WordCounts, config: &VocabConfig) -> Result<Vocab> {
        let known: HashSet<&str> = self.vocab.words().collect();
        let room = config.max_words.saturating_sub(known.len());
        let new = counts.into_vocab(config)?;
        let new = new.words().filter(|word| !known.contains(word)).take(room);
        Vocab::new(self.vocab.words().chain(new))
    }

    /// Gives the weights the values that they had, where they had any.
    pub(crate) fn put(&self, parameters: &Parameters, labels: &Labels) -> Result<()> {
        let mut weights = parameters.values()?;
        for (weight, before) in weights.iter_mut().zip(&self.weights) {
            if weight.name != before.name || (weight.name.starts_with(OUTPUT) && *labels != self.labels) {
                continue;
            }
            // The words' table may have more rows than before.
            weight.values.iter_mut().zip(&before.values).for_each(|(to, &from)| *to = from);
        }
        parameters.restore(&weights)
    }

    /// For each weight, whether it stays in this epoch, counted from 1.
    pub(crate) fn held(&self, parameters: &Parameters, config: &TrainConfig, epoch: usize) -> Vec<bool> {
        let FineTuningConfig { head_epochs, keep_words } = config.fine_tuning;
        let held = |name: &str| {
            let below = !HEAD.iter().any(|head| name.starts_with(head));
            (epoch <= head_epochs && below) || (keep_words && name == WORDS)
        };
        parameters.iter().map(|parameter| held(&parameter.name)).collect()
    }
}
