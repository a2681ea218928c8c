//! The role that maps a text to a sparse row of numbers.

/// A sparse row: column indexes in ascending order, each once, and their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SparseRow {
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl SparseRow {
    /// Returns an empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the row by these entries. They may come in any order; values of one column are added up, and columns
    /// whose value is zero are left out.
    ///
    /// ```
    /// let mut row = plaudit_core::SparseRow::new();
    /// row.assign([(7, 1.0), (2, 0.5), (7, 1.0)]);
    /// assert_eq!(row.iter().collect::<Vec<_>>(), [(2, 0.5), (7, 2.0)]);
    /// ```
    pub fn assign(&mut self, entries: impl IntoIterator<Item = (u32, f32)>) {
        let mut entries: Vec<(u32, f32)> = entries.into_iter().collect();
        entries.sort_by_key(|&(column, _)| column); // stable: values of one column are added in the order given
        entries.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        entries.retain(|&(_, value)| value != 0.0);
        (self.columns, self.values) = entries.into_iter().unzip();
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Returns whether every column is zero.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Returns `(column, value)` in ascending order of column.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u32, f32)> + Clone + '_ {
        self.columns.iter().copied().zip(self.values.iter().copied())
    }
}

/// Turns a text into a sparse row of numbers, as TF-IDF or a bag of words does.
///
/// # Example: how long is it, and does it shout?
/// ```
/// use plaudit_core::{Features, SparseRow, conformance};
///
/// struct Shouting;
///
/// impl Features for Shouting {
///     fn width(&self) -> usize {
///         2
///     }
///     fn features_into(&self, text: &str, row: &mut SparseRow) {
///         row.assign([(0, text.chars().count() as f32), (1, text.matches('!').count() as f32)]);
///     }
/// }
///
/// assert_eq!(Shouting.features("no!!").iter().collect::<Vec<_>>(), [(0, 4.0), (1, 2.0)]);
/// conformance::check_features(&Shouting, &["no!!", "", "好"])?;
/// # Ok::<(), conformance::Violations>(())
/// ```
pub trait Features: Send + Sync {
    /// Returns the number of columns; every column index is below it.
    fn width(&self) -> usize;

    /// Replaces `row` by the features of `text`.
    fn features_into(&self, text: &str, row: &mut SparseRow);

    /// Returns the features of `text` in a row of its own.
    fn features(&self, text: &str) -> SparseRow {
        let mut row = SparseRow::new();
        self.features_into(text, &mut row);
        row
    }
}

impl<F: Features + ?Sized> Features for &F {
    fn width(&self) -> usize {
        (**self).width()
    }
    fn features_into(&self, text: &str, row: &mut SparseRow) {
        (**self).features_into(text, row);
    }
}

impl<F: Features + ?Sized> Features for Box<F> {
    fn width(&self) -> usize {
        (**self).width()
    }
    fn features_into(&self, text: &str, row: &mut SparseRow) {
        (**self).features_into(text, row);
    }
}

impl<F: Features + ?Sized> Features for std::sync::Arc<F> {
    fn width(&self) -> usize {
        (**self).width()
    }
    fn features_into(&self, text: &str, row: &mut SparseRow) {
        (**self).features_into(text, row);
    }
}
