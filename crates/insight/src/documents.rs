//! Which terms each text has.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result};

/// The terms of each text, each once however often it stands there: people who repeat a word are one mention.
///
/// Made by a [`DocumentsBuilder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    terms: Vec<String>,      // in lexicographic order
    frequencies: Vec<usize>, // [terms]
    ids: Vec<u32>,           // ascending within each document
    ends: Vec<usize>,        // [documents]
}

/// Collects the terms of texts.
///
/// ```
/// use plaudit_insight::DocumentsBuilder;
///
/// let mut builder = DocumentsBuilder::new();
/// builder.push("good good staff".split(' '));
/// builder.push("slow staff".split(' '));
/// let documents = builder.finish(2)?;
/// assert_eq!((documents.len(), documents.terms()), (2, &["staff".to_owned()][..]));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct DocumentsBuilder {
    known: BTreeMap<String, usize>,
    frequencies: Vec<usize>, // by the terms' first occurrence
    ids: Vec<usize>,
    ends: Vec<usize>,
}

impl DocumentsBuilder {
    /// Returns a collection without texts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text with these terms, in any order.
    pub fn push<'a>(&mut self, terms: impl IntoIterator<Item = &'a str>) {
        let start = self.ids.len();
        for term in terms {
            let next = self.known.len();
            let id = match self.known.get(term) {
                Some(&id) => id,
                None => {
                    self.known.insert(term.to_owned(), next);
                    self.frequencies.push(0);
                    next
                }
            };
            self.ids.push(id);
        }
        let mut own = self.ids.split_off(start);
        own.sort_unstable();
        own.dedup();
        for &id in &own {
            self.frequencies.iter_mut().skip(id).take(1).for_each(|count| *count += 1);
        }
        self.ids.append(&mut own);
        self.ends.push(self.ids.len());
    }

    /// Returns the texts with the terms that at least so many of them have. The texts keep their places, those without a term
    /// that is left, too.
    ///
    /// # Errors
    /// When there are more than 2^32 - 1 such terms.
    pub fn finish(self, min_documents: usize) -> Result<Documents> {
        let mut names = vec![None; self.known.len()];
        let (mut terms, mut frequencies) = (Vec::new(), Vec::new());
        for (term, id) in self.known {
            let frequency = self.frequencies.get(id).copied().unwrap_or(0);
            if frequency >= min_documents {
                let name = u32::try_from(terms.len()).ok().filter(|&name| name < u32::MAX);
                let name = name.ok_or_else(|| Error::config(format!("documents: more than {} terms", u32::MAX)))?;
                names.iter_mut().skip(id).take(1).for_each(|slot| *slot = Some(name));
                terms.push(term);
                frequencies.push(frequency);
            }
        }
        let (mut ids, mut ends, mut start) = (Vec::new(), Vec::with_capacity(self.ends.len()), 0);
        for end in self.ends {
            let from = ids.len();
            let own = self.ids.iter().skip(start).take(end - start);
            ids.extend(own.filter_map(|&id| names.get(id).copied().flatten()));
            if let Some(own) = ids.get_mut(from..) {
                own.sort_unstable();
            }
            ends.push(ids.len());
            start = end;
        }
        Ok(Documents { terms, frequencies, ids, ends })
    }
}

impl Documents {
    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the terms in lexicographic order; a term's place is its number.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Returns how many texts have each term, in the terms' order.
    pub fn frequencies(&self) -> &[usize] {
        &self.frequencies
    }

    /// Returns the numbers of each text's terms in turn, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| self.ids.get(start..end).unwrap_or_default())
    }

    /// Returns the numbers of the terms of the text at this place, ascending; none where there is no such text.
    pub fn get(&self, place: usize) -> Option<&[u32]> {
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.ids.get(start..*self.ends.get(place)?)
    }

    /// The texts at these places, in this order, with the terms that they have.
    pub(crate) fn select(&self, places: &[usize]) -> Self {
        let mut selected = Self {
            terms: self.terms.clone(),
            frequencies: vec![0; self.terms.len()],
            ids: Vec::with_capacity(self.ids.len()),
            ends: Vec::with_capacity(places.len()),
        };
        for own in places.iter().filter_map(|&place| self.get(place)) {
            for &id in own {
                selected.frequencies.iter_mut().skip(id as usize).take(1).for_each(|count| *count += 1);
            }
            selected.ids.extend(own);
            selected.ends.push(selected.ids.len());
        }
        selected
    }

    /// Adds `value` for each term of a text to `sums`, [terms].
    pub(crate) fn add(sums: &mut [f64], terms: &[u32], value: f64) {
        for &term in terms {
            if let Some(sum) = sums.get_mut(term as usize) {
                *sum += value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_counted_once_a_text() {
        let mut builder = DocumentsBuilder::new();
        for text in ["b a b", "", "c b", "é\0 é\0"] {
            builder.push(text.split_whitespace());
        }
        let all = builder.clone().finish(0).unwrap();
        assert_eq!(all.terms(), ["a", "b", "c", "é\0"]);
        assert_eq!(all.frequencies(), [1, 2, 1, 1]);
        assert_eq!(all.iter().collect::<Vec<_>>(), [&[0, 1][..], &[], &[1, 2], &[3]]);
        assert_eq!([0, 1, 3, 4].map(|place| all.get(place)), [Some(&[0, 1][..]), Some(&[]), Some(&[3]), None]);
        let some = builder.finish(2).unwrap();
        assert_eq!((some.len(), some.terms(), some.frequencies()), (4, &["b".to_owned()][..], &[2][..]));
        assert_eq!(some.iter().collect::<Vec<_>>(), [&[0][..], &[], &[0], &[]]);
        assert!(DocumentsBuilder::new().finish(1).unwrap().is_empty());
    }
}
