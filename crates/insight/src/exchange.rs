//! What is exchanged where chance is found by permutation.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result};
use plaudit_stats::{Stream, Units};

/// Which of the texts are in the group of interest (the later period, say), and which may be exchanged with each other where nothing
/// tells the groups apart.
///
/// Texts of one author hang together: [`together`](Self::together) moves them as one. Weekdays, platforms or divisions may have texts of
/// their own, and a group more of one of them: [`within`](Self::within) exchanges only texts of the same block, so that such a
/// difference is no finding.
///
/// ```
/// use plaudit_insight::Exchange;
///
/// let later = [false, false, true, true];
/// let exchange = Exchange::new(&later).within(&["Monday", "Tuesday", "Monday", "Tuesday"])?;
/// assert!(exchange.can_tell());
/// assert!(!Exchange::new(&later).within(&[1, 1, 2, 2])?.can_tell()); // every block is in one group
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    group: Vec<bool>,
    authors: Vec<usize>, // [texts]
    blocks: Vec<usize>,  // [texts]
    of_rows: Vec<usize>, // [texts]: the unit
    units: Vec<bool>,    // [units]: the group
    in_blocks: Vec<Vec<usize>>,
}

impl Exchange {
    /// Returns texts of which each may take the place of each; `group` says which are in the group of interest.
    pub fn new(group: &[bool]) -> Self {
        let rows = group.len();
        let empty = Vec::new();
        Self {
            group: group.to_vec(),
            authors: (0..rows).collect(),
            blocks: vec![0; rows],
            of_rows: empty.clone(),
            units: Vec::new(),
            in_blocks: vec![empty],
        }
        .built()
    }

    /// Returns the same with the texts of equal authors moved together, as far as they are in one group and one block.
    ///
    /// # Errors
    /// When there is not one author a text.
    pub fn together<T: Ord>(mut self, authors: &[T]) -> Result<Self> {
        self.authors = numbered("authors", authors, self.group.len())?;
        Ok(self.built())
    }

    /// Returns the same with exchanges within equal blocks alone.
    ///
    /// # Errors
    /// When there is not one block a text.
    pub fn within<T: Ord>(mut self, blocks: &[T]) -> Result<Self> {
        self.blocks = numbered("blocks", blocks, self.group.len())?;
        Ok(self.built())
    }

    fn built(mut self) -> Self {
        let mut numbers = BTreeMap::new();
        self.of_rows.clear();
        self.units.clear();
        self.in_blocks = vec![Vec::new(); self.blocks.iter().max().map_or(0, |most| most + 1)];
        for ((&group, &author), &block) in self.group.iter().zip(&self.authors).zip(&self.blocks) {
            let next = numbers.len();
            let unit = *numbers.entry((group, author, block)).or_insert(next);
            self.of_rows.push(unit);
            if unit == next {
                self.units.push(group);
                self.in_blocks.iter_mut().skip(block).take(1).for_each(|units| units.push(unit));
            }
        }
        self
    }

    /// Returns which texts are in the group.
    pub fn group(&self) -> &[bool] {
        &self.group
    }

    /// Returns whether any block has texts in the group and texts outside it: otherwise permutation says nothing.
    pub fn can_tell(&self) -> bool {
        let of = |&unit: &usize| self.units.get(unit).copied().unwrap_or(false);
        self.in_blocks.iter().any(|units| units.iter().any(of) && !units.iter().all(of))
    }

    /// What a bootstrap draws: the texts that are moved together.
    pub(crate) fn resampled(&self) -> Units {
        Units::clusters(&self.of_rows)
    }

    /// The unit of each text, and how many there are.
    pub(crate) fn units(&self) -> (&[usize], usize) {
        (&self.of_rows, self.units.len())
    }

    /// Replaces `group` by one in which units of the same block have changed places.
    pub(crate) fn permute(&self, stream: &mut Stream, group: &mut Vec<bool>) {
        let mut drawn = self.units.clone();
        for units in &self.in_blocks {
            let mut groups: Vec<bool> = units.iter().filter_map(|&unit| self.units.get(unit).copied()).collect();
            stream.shuffle(&mut groups);
            for (&unit, of_unit) in units.iter().zip(groups) {
                drawn.iter_mut().skip(unit).take(1).for_each(|slot| *slot = of_unit);
            }
        }
        group.clear();
        group.extend(self.of_rows.iter().filter_map(|&unit| drawn.get(unit)));
    }

    /// # Errors
    /// When there is not one place for each of so many texts.
    pub(crate) fn check(&self, texts: usize) -> Result<()> {
        let found = self.group.len();
        if found == texts { Ok(()) } else { Err(Error::config(format!("group: {found} texts; expected {texts}"))) }
    }
}

/// Equal names have equal numbers, 0 and up in the names' order.
fn numbered<T: Ord>(what: &str, names: &[T], texts: usize) -> Result<Vec<usize>> {
    if names.len() != texts {
        return Err(Error::config(format!("{what}: {}; expected {texts}, one a text", names.len())));
    }
    let mut numbers: BTreeMap<&T, usize> = names.iter().map(|name| (name, 0)).collect();
    numbers.values_mut().enumerate().for_each(|(number, slot)| *slot = number);
    Ok(names.iter().filter_map(|name| numbers.get(name).copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(exchange: &Exchange, seed: u64) -> Vec<bool> {
        let mut group = Vec::new();
        exchange.permute(&mut Stream::new(seed, "test", 0), &mut group);
        group
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let later: Vec<bool> = (0..12).map(|k| k >= 6).collect();
        let authors = ["a", "a", "b", "c", "d", "e", "a", "f", "f", "g", "h", "i"];
        let exchange = Exchange::new(&later).together(&authors).unwrap();
        assert_eq!(exchange.units().1, 10); // `a` of each period apart
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let group = drawn(&exchange, seed);
            assert!(group[0] == group[1] && group[7] == group[8], "{group:?}");
            seen.insert(group);
        }
        assert!(seen.len() > 20);
    }

    #[test]
    fn blocks_keep_their_numbers() {
        let later: Vec<bool> = (0..12).map(|k| k % 3 == 0).collect();
        let blocks: Vec<usize> = (0..12).map(|k| k / 4).collect();
        let exchange = Exchange::new(&later).within(&blocks).unwrap();
        for seed in 0..50 {
            let group = drawn(&exchange, seed);
            for block in 0..3 {
                let count = |group: &[bool]| group[4 * block..4 * block + 4].iter().filter(|&&of| of).count();
                assert_eq!(count(&group), count(&later));
            }
        }
        assert!(Exchange::new(&[]).units().1 == 0 && drawn(&Exchange::new(&[]), 0).is_empty());
        assert!(!Exchange::new(&[true, true]).can_tell() && !Exchange::new(&[]).can_tell());
        let error = Exchange::new(&[true]).within(&[1, 2]).unwrap_err().to_string();
        assert!(error.contains("blocks: 2; expected 1"), "{error}");
    }
}
