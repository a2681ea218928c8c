//! What is drawn: rows, or clusters of rows.

use std::collections::HashMap;
use std::hash::Hash;

/// What a bootstrap draws with replacement: single rows, or whole clusters of rows.
///
/// Rows that hang together (the posts of one author, the answers from one division) are no independent draws: taken one by
/// one, they make intervals too narrow. Then draw clusters, as many as there are. See A. C. Davison and D. V. Hinkley,
/// *Bootstrap Methods and their Application* (1997), section 3.8.
///
/// ```
/// use plaudit_stats::Units;
///
/// let units = Units::clusters(["ann", "ben", "ann", "ann"]);
/// assert_eq!((units.count(), units.rows()), (2, 4));
/// assert_eq!((Units::single(4).count(), Units::single(4).rows()), (4, 4));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    count: usize,
    of_rows: Option<Vec<usize>>, // [rows]; none where each row is a unit
}

impl Units {
    /// Returns units of one row each.
    pub fn single(rows: usize) -> Self {
        Self { count: rows, of_rows: None }
    }

    /// Returns the clusters of rows; rows with equal names are one cluster. There is one name a row, in the rows' order.
    pub fn clusters<T: Eq + Hash>(names: impl IntoIterator<Item = T>) -> Self {
        let mut numbers = HashMap::new();
        let number = |name| {
            let next = numbers.len();
            *numbers.entry(name).or_insert(next)
        };
        let of_rows: Vec<usize> = names.into_iter().map(number).collect();
        Self { count: numbers.len(), of_rows: Some(of_rows) }
    }

    /// Returns the number of units.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.of_rows.as_ref().map_or(self.count, Vec::len)
    }

    /// Gives each row the weight of its unit; `room` is used where rows are not the units.
    pub(crate) fn spread<'a>(&self, weights: &'a [f64], room: &'a mut Vec<f64>) -> &'a [f64] {
        let Some(of_rows) = &self.of_rows else { return weights };
        room.clear();
        room.extend(of_rows.iter().filter_map(|&unit| weights.get(unit)));
        room
    }
}
