//! What differs between platforms.

mod mix;
mod rates;
mod terms;

use plaudit_core::{Error, Post, Result};
use serde::{Deserialize, Serialize};

pub use self::mix::{MixRow, PlatformMix, platform_mix};
pub use self::rates::{Audience, PlatformRate, PlatformRates, platform_rates};
pub use self::terms::{PlatformKeyness, PlatformTerms, TermDistance, platform_terms};
use crate::{EngagementPreset, KeynessConfig};

/// How platforms are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PlatformsConfig {
    /// What counts as engagement. By default [`EngagementPreset::interactions`].
    pub preset: EngagementPreset,
    /// What engagement is divided by. By default reach.
    pub per: Audience,
    /// The number of permutations of the mix and of the distance of terms, 99 to 100,000. By default 999.
    pub permutations: usize,
    /// The seed of these permutations.
    pub seed: u64,
    /// How the terms of each platform are found.
    pub keyness: KeynessConfig,
}

impl Default for PlatformsConfig {
    fn default() -> Self {
        Self {
            preset: EngagementPreset::default(),
            per: Audience::default(),
            permutations: 999,
            seed: 0,
            keyness: KeynessConfig::default(),
        }
    }
}

impl PlatformsConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(99..=100_000).contains(&self.permutations) {
            faults.push(format!("permutations: {}; expected 99 to 100000", self.permutations));
        }
        for (part, checked) in [("", self.preset.validate()), ("keyness.", self.keyness.validate())] {
            if let Err(Error::Config { faults: found }) = checked {
                faults.extend(found.into_iter().map(|fault| format!("{part}{fault}")));
            }
        }
        Error::from_faults(faults)
    }

    /// The p-value of a statistic, of which `drawn` gives its value in each permutation: the share as great, counting the one found.
    fn p_value(&self, found: f64, drawn: impl FnMut(u64) -> f64) -> f64 {
        // Equal sums must count as such, whatever their last bits.
        let least = found - 1e-9 * (1.0 + found.abs());
        let as_great = (0..self.permutations as u64).map(drawn).filter(|&drawn| drawn >= least).count();
        (as_great + 1) as f64 / (self.permutations + 1) as f64
    }
}

/// Who wrote a post; one without an author is its own. Its place must not hang on the order in which posts were given.
fn author(place: usize, post: &Post) -> (Option<(&str, &str)>, usize) {
    match (post.platform(), post.author.as_deref()) {
        (Some(platform), Some(author)) => (Some((platform, author)), 0),
        _ => (None, place),
    }
}

#[cfg(test)]
mod tests;
