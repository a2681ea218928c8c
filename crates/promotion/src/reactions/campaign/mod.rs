//! Posts that go out by a plan, and what may be concluded from the reactions because of it.

mod assign;
mod compare;
mod confidence_sequence;
mod looks;
mod power;
mod randomization;
mod schedule;

pub use compare::{CampaignComparison, LabelComparison, PostComparison};
pub use confidence_sequence::ConfidenceSequence;
pub use looks::{LabelLook, Look};
pub use power::PowerRow;
pub use randomization::{Contrast, RandomizationTest};
pub use schedule::{Campaign, CampaignConfig, PlannedPost, Slot};
