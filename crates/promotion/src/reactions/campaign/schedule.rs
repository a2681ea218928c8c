//! Which post goes out where and when.

use std::collections::{BTreeMap, BTreeSet};

use plaudit_core::{Error, Labels, Result, Time};
use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};

use super::assign::assign;

/// A place and a time for one post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The platform.
    pub platform: String,
    /// When the post goes out.
    pub time: Time,
}

impl Slot {
    /// Returns this place and time.
    pub fn new(platform: impl Into<String>, time: Time) -> Self {
        Self { platform: platform.into(), time }
    }

    /// Returns the day of the week on the slot's own clock, 1 for Monday to 7 for Sunday (ISO 8601).
    pub fn weekday(&self) -> u8 {
        let days = self.time.seconds.saturating_add(i64::from(self.time.offset)).div_euclid(DAY);
        (days + 3).rem_euclid(7) as u8 + 1 // 1970-01-01 was a Thursday
    }

    /// The block: what the assignment is random within.
    pub(super) fn block(&self) -> (&str, u8) {
        (&self.platform, self.weekday())
    }
}

const DAY: i64 = 86_400;
/// The most slots of a campaign.
const MOST_SLOTS: usize = 10_000;

/// What is to be posted, and the slots for it. Which slot gets which label is drawn at random.
///
/// Slots of one platform and day of the week are a block. Within a block each label gets as many posts as every other,
/// and the slots that are left go to labels drawn at random; every assignment of this kind is equally likely, and
/// blocks are independent. Differences between platforms and between days of the week then cannot pass for differences
/// between labels (randomised blocks: R. A. Fisher, *The Design of Experiments*, 1935). Blocks whose number of slots is
/// a multiple of the number of labels compare best; with fewer slots than labels, a label may get none.
///
/// # Example: the campaign of DPMS, four posts a week apart
/// ```
/// use plaudit_core::Time;
/// use plaudit_promotion::reactions::{CampaignConfig, Contrast};
///
/// let campaign = CampaignConfig::paper("Facebook", Time { seconds: 1_700_000_000, offset: 6 * 3600 }).plan()?;
/// assert_eq!(campaign.posts().len(), 4);
/// // Four labels on four slots of one block: 24 assignments, so that no result can have a p-value below 1 / 24.
/// let shares = [Some(0.03), Some(0.17), Some(0.29), Some(0.83)];
/// let test = campaign.randomization_test(&shares, &Contrast::AnyDifference, 9_999)?.unwrap();
/// assert_eq!((test.p_value, test.assignments), (1.0, Some(24))); // one post a label: any difference is as good as any other
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct CampaignConfig {
    /// The labels that posts promote, 2 to 100.
    pub labels: Vec<String>,
    /// The slots, one post each, as many as there are labels to 10,000; their order does not matter.
    pub slots: Vec<Slot>,
    /// The seed of the assignment.
    #[serde(default)]
    pub seed: u64,
}

/// One post of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct PlannedPost {
    /// Its name, `p1` for the first; the reactions to it are to have the same.
    pub post: String,
    /// Where and when.
    pub slot: Slot,
    /// What it promotes.
    pub label: String,
}

/// A plan: a label for each slot. The same configuration always gives the same.
///
/// Serialised as `{"config": .., "posts": [..]}`; what is read is planned again, and is refused where it is not that
/// plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Campaign {
    config: CampaignConfig,
    posts: Vec<PlannedPost>,
}

impl CampaignConfig {
    /// Returns a campaign of these labels in these slots, with the seed 0.
    pub fn new<S: Into<String>>(labels: impl IntoIterator<Item = S>, slots: Vec<Slot>) -> Self {
        Self { labels: labels.into_iter().map(Into::into).collect(), slots, seed: 0 }
    }

    /// Returns a campaign with one slot a platform and week, from this time on.
    pub fn weekly<S: Into<String>>(
        labels: impl IntoIterator<Item = S>,
        platforms: &[&str],
        first: Time,
        weeks: u32,
    ) -> Self {
        let slot = |week: u32, platform: &&str| {
            let seconds = first.seconds.saturating_add(i64::from(week) * 7 * DAY);
            Slot::new(*platform, Time { seconds, ..first })
        };
        let slots = (0..weeks).flat_map(|week| platforms.iter().map(move |platform| slot(week, platform)));
        // One more than a campaign may have: it is refused, and not made first.
        Self::new(labels, slots.take(MOST_SLOTS + 1).collect())
    }

    /// Returns the campaign of DPMS, section 5.3: one post each for Good, Average, Neutral and Poor, seven days apart.
    /// The paper does not say that their order was random; here it is.
    pub fn paper(platform: &str, first: Time) -> Self {
        Self::weekly(Labels::dpms().iter(), &[platform], first, 4)
    }

    /// Checks every field.
    ///
    /// # Errors
    /// When there are too few or too many labels or slots, a name is blank, has a control character or more than 100
    /// characters, or a label or a slot stands twice. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let (labels, slots) = (self.labels.len(), self.slots.len());
        if !(2..=100).contains(&labels) {
            faults.push(format!("labels: {labels} of them; expected 2 to 100"));
        }
        if let Err(Error::Config { faults: wrong }) = Labels::new(&self.labels) {
            faults.extend(wrong);
        }
        if slots < labels || slots > MOST_SLOTS {
            faults.push(format!(
                "slots: {slots} of them for {labels} labels; expected one a label at least, and at most {MOST_SLOTS}"
            ));
        }
        let mut seen = BTreeSet::new();
        for (place, slot) in self.slots.iter().enumerate() {
            if let Some(fault) = Labels::name_fault(&slot.platform) {
                faults.push(format!("slots: the platform of slot {} {fault}", place + 1));
            } else if !seen.insert((&slot.platform, slot.time.seconds)) {
                faults.push(format!("slots: `{}` at {} stands twice", slot.platform, slot.time));
            }
        }
        Error::from_faults(faults)
    }

    /// Returns the plan. A block's draws depend on the seed, the block and its number of slots: other blocks change
    /// nothing.
    ///
    /// # Errors
    /// When the configuration is at fault.
    pub fn plan(&self) -> Result<Campaign> {
        self.validate()?;
        let mut slots = self.slots.clone();
        slots.sort_by(|a, b| a.time.seconds.cmp(&b.time.seconds).then_with(|| a.platform.cmp(&b.platform)));
        let mut labels = vec![String::new(); slots.len()];
        for ((platform, weekday), places) in blocks(&slots) {
            let name: Vec<u64> = platform.bytes().map(u64::from).chain([u64::from(weekday)]).collect();
            let mut stream = Stream::keyed(self.seed, "campaign: block", &name);
            for (place, arm) in places.iter().zip(assign(&mut stream, self.labels.len(), places.len())) {
                if let (Some(slot), Some(label)) = (labels.get_mut(*place), self.labels.get(arm)) {
                    slot.clone_from(label);
                }
            }
        }
        let posts = slots.into_iter().zip(labels).enumerate();
        let posts = posts.map(|(place, (slot, label))| PlannedPost { post: format!("p{}", place + 1), slot, label });
        Ok(Campaign { config: self.clone(), posts: posts.collect() })
    }
}

/// The places of the slots of each block.
fn blocks(slots: &[Slot]) -> BTreeMap<(&str, u8), Vec<usize>> {
    let mut blocks: BTreeMap<(&str, u8), Vec<usize>> = BTreeMap::new();
    for (place, slot) in slots.iter().enumerate() {
        blocks.entry(slot.block()).or_default().push(place);
    }
    blocks
}

impl Campaign {
    /// Returns what it was made with.
    pub fn config(&self) -> &CampaignConfig {
        &self.config
    }

    /// Returns the posts in the order of their times, and of their platforms where they go out together.
    pub fn posts(&self) -> &[PlannedPost] {
        &self.posts
    }

    /// The places of the posts of each block, in the order of the blocks.
    pub(super) fn blocks(&self) -> Vec<Vec<usize>> {
        let slots: Vec<Slot> = self.posts.iter().map(|post| post.slot.clone()).collect();
        blocks(&slots).into_values().collect()
    }

    /// The place of each post's label among the labels.
    pub(super) fn arms(&self) -> Vec<usize> {
        let place = |post: &PlannedPost| self.config.labels.iter().position(|label| *label == post.label);
        self.posts.iter().filter_map(place).collect()
    }
}

/// The serialised form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    config: CampaignConfig,
    posts: Vec<PlannedPost>,
}

impl TryFrom<Unchecked> for Campaign {
    type Error = Error;

    fn try_from(Unchecked { config, posts }: Unchecked) -> Result<Self> {
        let campaign = config.plan()?;
        if campaign.posts == posts {
            Ok(campaign)
        } else {
            Err(Error::config("posts: they are not what this configuration gives; expected the plan as it was made"))
        }
    }
}
