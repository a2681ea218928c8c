//! The result of a chi-square test.

use plaudit_stats::chi_square_sf;
use serde::{Deserialize, Serialize};

/// The result of a chi-square test. The p-value is that of the limit for many texts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChiSquareTest {
    /// The test statistic, 0 or above.
    pub statistic: f64,
    /// The degrees of freedom, 1 or more.
    pub df: u32,
    /// The probability of a statistic at least as large where the hypothesis holds, 0 to 1.
    pub p: f64,
}

impl ChiSquareTest {
    /// The test of this statistic; none where there is no degree of freedom.
    pub(crate) fn new(statistic: f64, df: u32) -> Option<Self> {
        chi_square_sf(statistic, df).map(|p| Self { statistic, df, p })
    }
}
