//! How the learning rate rises and falls.

use serde::{Deserialize, Serialize};

/// How the learning rate rises to that of [`AdamConfig`](crate::network::AdamConfig) and falls again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Epochs, perhaps a part of one, in which the rate rises evenly from 0. Default 0.
    pub warm_up: f64,
    /// How it falls from there to the last of [`epochs`](crate::TrainConfig::epochs). Early stopping cuts it off. Default not.
    pub decay: Decay,
    /// The share of the rate that is left at the end, 0 to 1. Default 0.
    pub last: f64,
}

/// How the learning rate falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// Not at all.
    #[default]
    Constant,
    /// By as much every step.
    Linear,
    /// Along half a cosine (Loshchilov and Hutter 2017): slowly, fast, slowly.
    Cosine,
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self { warm_up: 0.0, decay: Decay::Constant, last: 0.0 }
    }
}

impl ScheduleConfig {
    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        if !(self.warm_up >= 0.0 && self.warm_up.is_finite()) {
            faults.push(format!("schedule.warm_up: {} is not a number of epochs from 0", self.warm_up));
        }
        if !(0.0..=1.0).contains(&self.last) {
            faults.push(format!("schedule.last: {} is not in 0 to 1", self.last));
        }
    }

    /// The share of the learning rate at a step, counted from 1, of so many steps an epoch.
    pub(crate) fn share(&self, step: u64, steps_an_epoch: usize, epochs: usize) -> f64 {
        let (step, an_epoch) = (step as f64, steps_an_epoch as f64);
        let (warm_up, all) = (self.warm_up * an_epoch, epochs as f64 * an_epoch);
        if step <= warm_up {
            return step / warm_up;
        }
        // The first step after the rise has the whole rate; a step after the last would have `last` of it.
        let done = ((step - 1.0 - warm_up.floor()) / (all - warm_up.floor()).max(1.0)).clamp(0.0, 1.0);
        let left = match self.decay {
            Decay::Constant => return 1.0,
            Decay::Linear => 1.0 - done,
            Decay::Cosine => 0.5 * (1.0 + libm::cos(std::f64::consts::PI * done)),
        };
        self.last + (1.0 - self.last) * left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_by_hand() {
        let mut schedule = ScheduleConfig::default();
        assert_eq!([1, 7, 100].map(|step| schedule.share(step, 10, 10)), [1.0; 3]);
        schedule = ScheduleConfig { warm_up: 0.5, decay: Decay::Linear, last: 0.0 };
        // 5 steps up, then 15 down of which the first has everything
        let shares: Vec<f64> = [1, 4, 5, 6, 7, 20].map(|step| schedule.share(step, 10, 2)).to_vec();
        assert_eq!(shares, [0.2, 0.8, 1.0, 1.0, 1.0 - 1.0 / 15.0, 1.0 - 14.0 / 15.0]);
        schedule = ScheduleConfig { warm_up: 0.0, decay: Decay::Cosine, last: 0.1 };
        assert_eq!(schedule.share(1, 10, 2), 1.0);
        assert!((schedule.share(11, 10, 2) - 0.55).abs() < 1e-12); // half way: (1 + 0.1) / 2
        assert_eq!(schedule.share(99, 10, 2), 0.1);
    }
}
