//! Rows of numbers, one after another.

/// The numbers of each text, all in one list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) ids: Vec<u32>,
    pub(crate) ends: Vec<usize>, // [rows]
}

impl Rows {
    /// Ends the row whose numbers were put after `ids`.
    pub(crate) fn end(&mut self) {
        self.ends.push(self.ids.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| self.ids.get(start..end).unwrap_or_default())
    }

    pub(crate) fn get(&self, place: usize) -> Option<&[u32]> {
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.ids.get(start..*self.ends.get(place)?)
    }

    /// The rows that have each number, ascending: `width` rows of row numbers. Each row has a number at most once.
    pub(crate) fn inverted(&self, width: usize) -> Self {
        let mut ends = vec![0_usize; width];
        self.ids.iter().for_each(|&id| add(&mut ends, id, 1));
        let mut sum = 0;
        let mut next: Vec<usize> = Vec::with_capacity(width);
        for end in &mut ends {
            next.push(sum);
            sum += *end;
            *end = sum;
        }
        let mut ids = vec![0; sum];
        for (row, own) in (0..).zip(self.iter()) {
            for &id in own {
                let Some(place) = next.get_mut(id as usize) else { continue };
                if let Some(slot) = ids.get_mut(*place) {
                    *slot = row;
                }
                *place += 1;
            }
        }
        Self { ids, ends }
    }
}

/// Adds to the number at a place, where there is one.
pub(crate) fn add<T: std::ops::AddAssign>(sums: &mut [T], place: u32, value: T) {
    if let Some(sum) = sums.get_mut(place as usize) {
        *sum += value;
    }
}
