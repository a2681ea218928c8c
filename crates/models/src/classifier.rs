//! A trained classifier of texts.

use std::fmt;
use std::sync::Arc;

use plaudit_core::{Analyzer, Classifier, Labels, Result, Scores, Tokens, Vocab};
use plaudit_kernels::{InstructionSet, softmax};
use rayon::prelude::*;

use crate::network::{Batch, Mode, Network, Scorer, values};
use crate::{Architecture, TrainConfig, TrainReport};

/// A trained classifier: analyzer, vocabulary, labels and network together.
///
/// Cloning is cheap and clones share everything; prediction borrows, so one value serves all threads without a lock.
pub struct TextClassifier<A>(Arc<Inner<A>>);

struct Inner<A> {
    analyzer: A,
    vocab: Vocab,
    labels: Labels,
    config: TrainConfig,
    network: Box<dyn Network>,
    scorer: Option<Box<dyn Scorer>>,
    report: TrainReport,
}

impl<A> TextClassifier<A> {
    pub(crate) fn new(
        analyzer: A,
        vocab: Vocab,
        labels: Labels,
        config: TrainConfig,
        network: Box<dyn Network>,
        report: TrainReport,
    ) -> Result<Self> {
        let scorer = network.scorer()?;
        Ok(Self(Arc::new(Inner { analyzer, vocab, labels, config, network, scorer, report })))
    }

    /// Returns the analyzer.
    pub fn analyzer(&self) -> &A {
        &self.0.analyzer
    }

    /// Returns the vocabulary.
    pub fn vocab(&self) -> &Vocab {
        &self.0.vocab
    }

    /// Returns the network's kind and sizes.
    pub fn architecture(&self) -> &Architecture {
        &self.0.config.architecture
    }

    /// Returns the configuration that it was trained with, labels filled in.
    pub fn config(&self) -> &TrainConfig {
        &self.0.config
    }

    /// Returns what training did.
    pub fn report(&self) -> &TrainReport {
        &self.0.report
    }

    /// Returns the network.
    pub fn network(&self) -> &dyn Network {
        self.0.network.as_ref()
    }
}

impl<A> Clone for TextClassifier<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A> fmt::Debug for TextClassifier<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextClassifier")
            .field("architecture", self.architecture())
            .field("labels", &self.0.labels)
            .field("vocab", &self.0.vocab.len())
            .finish_non_exhaustive()
    }
}

impl<A: Analyzer> Classifier for TextClassifier<A> {
    fn labels(&self) -> &Labels {
        &self.0.labels
    }

    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        let inner = &*self.0;
        let ids: Vec<Vec<u32>> = texts
            .par_iter()
            .map_init(Tokens::new, |tokens, text| {
                inner.analyzer.analyze_into(text, tokens);
                encode(tokens, &inner.vocab, inner.config.max_tokens).0
            })
            .collect();
        let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        out.reset(&inner.labels);
        for row in probabilities(inner.network.as_ref(), inner.scorer.as_deref(), &ids)? {
            out.push(&row)?;
        }
        Ok(())
    }
}

/// Returns the ids of the first `max` tokens, and whether there were more.
pub(crate) fn encode(tokens: &Tokens, vocab: &Vocab, max: usize) -> (Vec<u32>, bool) {
    (tokens.iter().take(max).map(|token| vocab.id(token.text)).collect(), tokens.len() > max)
}

/// The most texts, and about the most tokens, of one inference batch: it bounds memory and feeds all threads.
const MAX_TEXTS: usize = 64;
const MAX_TOKENS: usize = 8192;

/// Returns the probability of each label, `[texts][labels]`, for texts given as ids; not a number where the network
/// overflows. Batches hold texts of like length and run side by side.
pub(crate) fn probabilities(
    network: &dyn Network,
    scorer: Option<&dyn Scorer>,
    texts: &[&[u32]],
) -> Result<Vec<Vec<f32>>> {
    let length = |row: usize| texts.get(row).map_or(0, |ids| ids.len());
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
        let ids: Vec<&[u32]> = rows.iter().filter_map(|&row| texts.get(row).copied()).collect();
        let batch = Batch::new(&ids);
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
