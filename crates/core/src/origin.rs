//! Where scores of labelled rows come from.

use serde::{Deserialize, Serialize};

/// How it came that a classifier did not know the labelled rows that it scored. Rows that it was trained with, or by which an epoch was
/// chosen, have no variant: on them it makes fewer errors than elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Origin {
    /// From classifiers each of which was trained without one fold of the training rows, on that fold. They are trained as the
    /// classifier itself is, on fewer rows.
    OutOfFold {
        /// The number of folds, 2 or more.
        folds: usize,
    },
    /// From the classifier itself, on training rows that were set aside before it was trained.
    SetAside,
    /// From the classifier itself, on rows given later, whose texts were compared with those that it was trained with.
    Compared,
    /// From a classifier whose weights came ready: which texts they were fitted to, nobody knows.
    Unknown,
}
