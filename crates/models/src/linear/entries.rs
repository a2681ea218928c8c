//! A sparse matrix.

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
    pub(super) fn line(&self, line: usize) -> impl ExactSizeIterator<Item = (u32, f32)> + '_ {
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
