//! A sparse matrix, and how its rows are read.

use std::borrow::Cow;

/// How a row of features is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// As it is.
    Values,
    /// 1 for every column that is there.
    Presence,
    /// Divided by the sum of its values without their signs, so that scores are means.
    Shares,
}

impl Input {
    /// Returns the entries of a row, so read.
    pub(super) fn read(self, row: impl Iterator<Item = (u32, f32)> + Clone) -> impl Iterator<Item = (u32, f32)> {
        let sum = match self {
            Self::Shares => row.clone().map(|(_, value)| f64::from(value).abs()).sum(),
            _ => 1.0_f64,
        };
        row.map(move |(column, value)| match self {
            Self::Values => (column, value),
            Self::Presence => (column, 1.0),
            Self::Shares => (column, (f64::from(value) / sum) as f32),
        })
    }

    /// Returns the rows, so read.
    pub(super) fn read_all(self, rows: &Entries) -> Cow<'_, Entries> {
        if self == Self::Values {
            return Cow::Borrowed(rows);
        }
        let mut read = Entries::new();
        (0..rows.len()).for_each(|row| read.push(self.read(rows.line(row))));
        Cow::Owned(read)
    }
}

/// The entries of a sparse matrix, line by line: its rows, or (as [`transposed`](Self::transposed)) its columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entries {
    /// Where each line begins, and where the last one ends.
    starts: Vec<usize>,
    places: Vec<u32>,
    values: Vec<f32>,
}

impl Entries {
    /// Returns a matrix without a line.
    pub(super) fn new() -> Self {
        Self { starts: vec![0], places: Vec::new(), values: Vec::new() }
    }

    /// Adds a line.
    pub(super) fn push(&mut self, line: impl Iterator<Item = (u32, f32)>) {
        for (place, value) in line {
            self.places.push(place);
            self.values.push(value);
        }
        self.starts.push(self.places.len());
    }

    /// Returns the number of lines.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the places and values of a line; of one that is not there, none.
    pub(super) fn line(&self, line: usize) -> impl ExactSizeIterator<Item = (u32, f32)> + Clone + '_ {
        let end = self.starts.get(line + 1).copied().unwrap_or(0);
        let range = self.starts.get(line).map_or(0, |&start| start.min(end))..end;
        let (places, values) = (self.places.get(range.clone()), self.values.get(range));
        places.unwrap_or_default().iter().copied().zip(values.unwrap_or_default().iter().copied())
    }

    /// Returns the matrix by its columns, of which there are `width`; places at or beyond it are left out.
    pub(super) fn transposed(&self, width: usize) -> Self {
        let mut starts = vec![0; width + 1];
        for &place in &self.places {
            if let Some(count) = starts.get_mut(place as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let (mut places, mut values) = (vec![0; sum], vec![0.0; sum]);
        for (line, number) in (0..self.len()).zip(0_u32..) {
            for (place, value) in self.line(line) {
                let Some(at) = next.get_mut(place as usize) else { continue };
                if let (Some(slot), Some(kept)) = (places.get_mut(*at), values.get_mut(*at)) {
                    (*slot, *kept) = (number, value);
                }
                *at += 1;
            }
        }
        Self { starts, places, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_in_three_ways() {
        let mut rows = Entries::new();
        rows.push([(1, 3.0), (4, -1.0)].into_iter());
        rows.push(std::iter::empty());
        let read = |input: Input| input.read_all(&rows).line(0).collect::<Vec<_>>();
        assert_eq!(read(Input::Values), [(1, 3.0), (4, -1.0)]);
        assert_eq!(read(Input::Presence), [(1, 1.0), (4, 1.0)]);
        assert_eq!(read(Input::Shares), [(1, 0.75), (4, -0.25)]);
        assert_eq!(Input::Shares.read_all(&rows).line(1).len(), 0);
    }

    #[test]
    fn transposed_twice_is_the_same() {
        let mut rows = Entries::new();
        rows.push([(0, 1.0), (3, 2.0)].into_iter());
        rows.push(std::iter::empty());
        rows.push([(3, 4.0)].into_iter());
        let columns = rows.transposed(5);
        assert_eq!((rows.len(), columns.len()), (3, 5));
        assert_eq!(columns.line(3).collect::<Vec<_>>(), [(0, 2.0), (2, 4.0)]);
        assert!(columns.line(1).len() == 0 && columns.line(4).len() == 0 && columns.line(9).len() == 0);
        assert_eq!(columns.transposed(3), rows);
    }
}
