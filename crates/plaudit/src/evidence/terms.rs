//! The terms that mark the comments with a label.

use std::collections::BTreeMap;

use plaudit_core::{Analyzer, Result, Token, TokenKind};
use plaudit_insight::{Documents, DocumentsBuilder, log_odds};
use plaudit_promotion::export::Term;
use plaudit_text::{Language, Masker, Pipeline, PipelineConfig, StopList, TextStep, TokenPolicy};

use super::EvidenceConfig;
use crate::PredictedRow;
use crate::rows::CHUNK;

/// What the pipeline puts before a word that a negation reaches.
const NEGATED: &str = "not_";
/// Words behind a negation that stay with it: `not very helpful`. What comes later in the clause is seldom what is denied.
const REACH: usize = 2;
/// What stands in the place of what is covered: a sign, which ends no clause.
const COVERED: &str = " * ";

/// Which terms each comment has.
pub(super) struct Terms {
    pipeline: Pipeline,
    documents: Documents,
}

impl Terms {
    pub(super) fn new(rows: &[PredictedRow<'_>], masker: Option<&Masker>, language: Language) -> Result<Self> {
        let pipeline = pipeline(language)?;
        let mut builder = DocumentsBuilder::new();
        for chunk in rows.chunks(CHUNK) {
            let texts: Vec<String> = chunk.iter().map(|row| covered(&row.feedback.text, masker)).collect();
            for tokens in pipeline.analyze_batch(&texts) {
                let counts = |token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Emoji);
                let mut reached = 0;
                builder.push(tokens.iter().filter(counts).map(|token| match token.text.strip_prefix(NEGATED) {
                    Some(word) => {
                        reached += 1;
                        if reached <= REACH { token.text } else { word }
                    }
                    None => {
                        reached = 0;
                        token.text
                    }
                }));
            }
        }
        Ok(Self { pipeline, documents: builder.finish(1)? })
    }

    /// The terms of the rows with this label, of those at these places, against the others there.
    pub(super) fn of(
        &self,
        rows: &[PredictedRow<'_>],
        places: &[usize],
        label: usize,
        config: &EvidenceConfig,
    ) -> Vec<Term> {
        let (mut of, mut of_elsewhere) = (0, 0);
        let mut counts: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        for &place in places {
            let (Some(row), Some(terms)) = (rows.get(place), self.documents.get(place)) else { continue };
            let within = row.label == label;
            *(if within { &mut of } else { &mut of_elsewhere }) += 1;
            for &term in terms {
                let count = counts.entry(term).or_default();
                *(if within { &mut count.0 } else { &mut count.1 }) += 1;
            }
        }
        if of_elsewhere == 0 {
            return Vec::new(); // nothing to compare with
        }
        let all = self.documents.len() as f64;
        let term = |(term, (count, elsewhere)): (u32, (u64, u64))| {
            let text = self.documents.terms().get(term as usize)?;
            let frequency = *self.documents.frequencies().get(term as usize)? as f64;
            // Between 0 and 1 also for what every comment says.
            let prior = config.prior * (frequency + 0.5) / (all + 1.0);
            let [own, others] = [[count, of], [elsewhere, of_elsewhere]].map(|pair| pair.map(|count| count as f64));
            let odds = log_odds(own, others, prior, config.prior)?;
            Some(Term::new(text, (count, of), (elsewhere, of_elsewhere), (odds.difference, odds.z())))
        };
        let sure = |term: &Term| term.count >= config.min_comments && term.z >= config.min_z;
        let mut found: Vec<Term> = counts.into_iter().filter_map(term).filter(sure).collect();
        found.sort_by(|a, b| b.z.total_cmp(&a.z).then_with(|| a.text.cmp(&b.text)));
        let mut found: Vec<Term> =
            found.into_iter().filter(|term| !self.negates(&term.text)).take(config.terms).collect();
        for term in &mut found {
            if let Some(word) = term.text.strip_prefix(NEGATED) {
                term.text = if config.language == Language::Zh { format!("不{word}") } else { format!("not {word}") };
            }
        }
        found
    }

    /// Whether a term is a negation by itself: what it reaches says more.
    fn negates(&self, term: &str) -> bool {
        let tokens = self.pipeline.analyze(&format!("{term} x"));
        tokens.iter().any(|token| token.text.starts_with(NEGATED)) && !term.starts_with(NEGATED)
    }
}

/// Cuts a text into whole words in small letters, with negations marked and without function words.
fn pipeline(language: Language) -> Result<Pipeline> {
    let mut config = PipelineConfig::for_language(language);
    config.steps.retain(|step| {
        let drops = matches!(
            step,
            TextStep::Stem(_) | TextStep::Links { .. } | TextStep::Mentions { .. } | TextStep::Numbers { .. }
        );
        !drops
    });
    config.add_step(TextStep::Links { policy: TokenPolicy::Drop });
    config.add_step(TextStep::Mentions { policy: TokenPolicy::Drop });
    config.add_step(TextStep::Numbers { policy: TokenPolicy::Drop });
    if language != Language::Und {
        // Before negations are marked, because a marked function word is in no list.
        config.steps.push(TextStep::StopWords { list: StopList::Sentiment });
        config.steps.push(TextStep::NegationScope);
    }
    Pipeline::new(config)
}

/// The text without what is covered.
fn covered(text: &str, masker: Option<&Masker>) -> String {
    let Some(masker) = masker else { return text.to_owned() };
    let (mut left, mut from) = (String::with_capacity(text.len()), 0);
    for span in masker.mask(text).spans {
        left.push_str(text.get(from..span.start).unwrap_or_default());
        left.push_str(COVERED);
        from = span.end;
    }
    left.push_str(text.get(from..).unwrap_or_default());
    left
}
