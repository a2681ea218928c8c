//! Quotes, with names and contacts covered.

use std::ops::Range;

use plaudit_core::Result;
use plaudit_text::{MaskSpan, Masker};

use super::BrandConfig;
use crate::excerpt::excerpt;

pub(super) struct Quotes {
    masker: Option<Masker>,
    max_chars: usize,
}

impl Quotes {
    pub(super) fn new(config: &BrandConfig) -> Result<Self> {
        Ok(Self { masker: config.mask.as_ref().map(Masker::new).transpose()?, max_chars: config.max_chars })
    }

    /// A text as it is shown.
    pub(super) fn text(&self, text: &str) -> String {
        self.part(text, &self.covered(text), 0..text.len())
    }

    /// A clause of a text as it is shown. What is covered is found in the whole text: the title before a name may stand in the clause before.
    pub(super) fn clause(&self, text: &str, clause: &str) -> String {
        let covered = self.covered(text);
        let parts = text.match_indices(clause).map(|(start, _)| self.part(text, &covered, start..start + clause.len()));
        // Where the clause stands twice, the one of which more is covered.
        parts.max_by_key(|part| part.matches('[').count()).unwrap_or_default()
    }

    /// What is covered in a text, in its order.
    fn covered(&self, text: &str) -> Vec<MaskSpan> {
        self.masker.as_ref().map_or_else(Vec::new, |masker| masker.mask(text).spans)
    }

    fn part(&self, text: &str, covered: &[MaskSpan], range: Range<usize>) -> String {
        let mut shown = String::new();
        let mut from = range.start;
        let first = covered.partition_point(|span| span.end <= range.start);
        for span in covered.iter().skip(first).take_while(|span| span.start < range.end) {
            shown.push_str(text.get(from..span.start).unwrap_or_default()); // nothing where the part begins inside the span
            shown.push_str(span.kind.placeholder());
            from = span.end;
        }
        shown.push_str(text.get(from..range.end).unwrap_or_default());
        excerpt(&shown, self.max_chars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_in_the_clause_before_covers_the_name() {
        let quotes = Quotes::new(&BrandConfig::default()).unwrap();
        let text = "Great. Dr. Wu teaches well, mail ann@uni.edu";
        assert_eq!(quotes.clause(text, "Wu teaches well, mail ann@uni.edu"), "[name] teaches well, mail [email]");
        assert_eq!(quotes.clause(text, "Great"), "Great");
        assert_eq!(quotes.text(text), "Great. Dr. [name] teaches well, mail [email]");
        let plain = BrandConfig { mask: None, ..BrandConfig::default() };
        assert_eq!(Quotes::new(&plain).unwrap().clause(text, "Wu teaches well, mail ann@uni.edu").len(), 33);
    }
}
