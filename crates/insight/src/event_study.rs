//! What changed at a launch: how much is said, and how strongly.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result, Time};
use plaudit_stats::{Bootstrap, benjamini_hochberg};
use serde::{Deserialize, Serialize};

mod found;
mod measure;

pub use found::{Change, EventStudy, Finding, Lack, Measure, Polarity};
use measure::{Effect, Row, measured};

const DAY: i64 = 86_400;
/// With fewer clusters in a window neither a test nor an interval says anything.
const LEAST_CLUSTERS: u64 = 5;

/// One post: when, how it speaks, by whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventPost<'a> {
    /// When it was written.
    pub time: Time,
    /// Its sentiment: above 0 is positive, below 0 negative, and the distance from 0 its intensity, in units of the caller's. A difference
    /// of two classes' probabilities is from -1 to 1.
    pub score: f64,
    /// Its author, where known.
    pub author: Option<&'a str>,
}

/// Which posts hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Clusters {
    /// Those of one day: what is in the news sets the tone of all.
    #[default]
    Days,
    /// Those of one author. A post without one stands for itself.
    Authors,
}

/// How an event is studied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct EventConfig {
    /// The weeks before the launch, and after it, 1 to 52: whole weeks, so that both windows have the same weekdays. By default 4.
    pub weeks: u32,
    /// Scores as far from 0 are neutral, 0 or more. By default 0: only a score of 0 is.
    pub neutral: f64,
    /// What is exchanged and resampled for shares and intensities. For numbers of posts it is always days. By default days.
    pub clusters: Clusters,
    /// The least posts, at least 1: of a window for shares and intensities, of both windows together for numbers. By default 10.
    pub least_posts: u64,
    /// The first moment of which posts were collected. None, the default, takes the first post's.
    pub from: Option<Time>,
    /// The last moment of which posts were collected. None, the default, takes the last post's.
    pub to: Option<Time>,
    /// The number of permutations, 99 to 100,000. By default 999.
    pub permutations: usize,
    /// The q-value up to which a change is a rise or a fall, above 0 and below 1. By default 0.05.
    pub false_discovery: f64,
    /// The resampling of intervals. Its seed is that of the permutations, too.
    pub bootstrap: Bootstrap,
}

impl Default for EventConfig {
    fn default() -> Self {
        Self {
            weeks: 4,
            neutral: 0.0,
            clusters: Clusters::Days,
            least_posts: 10,
            from: None,
            to: None,
            permutations: 999,
            false_discovery: 0.05,
            bootstrap: Bootstrap::default(),
        }
    }
}

impl EventConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(1..=52).contains(&self.weeks) {
            faults.push(format!("weeks: {}; expected 1 to 52", self.weeks));
        }
        if !(self.neutral >= 0.0 && self.neutral.is_finite()) {
            faults.push(format!("neutral: {}; expected 0 or more", self.neutral));
        }
        if self.least_posts == 0 {
            faults.push("least_posts: 0; expected at least 1".to_owned());
        }
        if !(99..=100_000).contains(&self.permutations) {
            faults.push(format!("permutations: {}; expected 99 to 100000", self.permutations));
        }
        if !(self.false_discovery > 0.0 && self.false_discovery < 1.0) {
            faults.push(format!("false_discovery: {}; expected above 0 and below 1", self.false_discovery));
        }
        if let Err(Error::Config { faults: of_bootstrap }) = self.bootstrap.validate() {
            faults.extend(of_bootstrap.into_iter().map(|fault| format!("bootstrap.{fault}")));
        }
        Error::from_faults(faults)
    }
}

/// Returns what changed at a launch: how many posts there are of each polarity, and how strongly they speak.
///
/// Days are counted from the moment of the launch, 24 hours each, whatever clock a time was read from; the windows are whole weeks before and
/// after it. Four claims are tested: that the quantity (posts a day) and the intensity (mean distance of the score from 0) of positive
/// and of negative posts changed. The statistic is the difference of the means over its standard error from clusters, so that a window with
/// more posts is no finding of intensity (E. Chung and J. P. Romano, *Exact and asymptotically robust permutation tests*, Annals of
/// Statistics 41 (2013)); it is held against permutations of days among the same weekdays, or of authors. Then Benjamini and Hochberg.
/// An author who writes in both windows counts as two, which makes tests cautious. The order of the posts does not matter.
///
/// A change at a launch need not be of the launch: what grows anyway is higher after any day, and what came at the same time came, too.
///
/// # Errors
/// When the configuration is at fault, or a score is not finite (the message names the post, counted from 0).
///
/// ```
/// use plaudit_core::Time;
/// use plaudit_insight::{EventConfig, EventPost, Finding, Measure, event_study};
///
/// // Twice as many posts a day after the launch, as strong as before.
/// let posts = (-28..28).flat_map(|day: i64| {
///     (0..if day < 0 { 10 } else { 20 }).map(move |k| {
///         let time = Time { seconds: day * 86_400 + k * 600, offset: 0 };
///         let strength = 0.5 + 0.02 * (day * 3).rem_euclid(5) as f64;
///         let score = if k % 5 == 0 { -strength } else { strength };
///         EventPost { time, score, author: None }
///     })
/// });
/// let posts: Vec<EventPost> = posts.collect();
/// let found = event_study(&posts, Time { seconds: 0, offset: 0 }, &EventConfig::default())?;
/// let Measure::Measured(change) = &found.positive.quantity else { panic!("{found}") };
/// assert_eq!(change.finding, Some(Finding::Rise));
/// let Measure::Measured(change) = &found.positive.intensity else { panic!("{found}") };
/// assert_eq!(change.finding, Some(Finding::NoClearChange));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn event_study(posts: &[EventPost], launch: Time, config: &EventConfig) -> Result<EventStudy> {
    config.validate()?;
    if let Some(post) = posts.iter().position(|post| !post.score.is_finite()) {
        return Err(Error::config(format!("event: post {post}: score is not finite; expected a number")));
    }
    let length = i64::from(config.weeks) * 7;
    let day = |time: Time| time.seconds.saturating_sub(launch.seconds).div_euclid(DAY);
    let mut inside: Vec<(i64, &EventPost)> = posts.iter().map(|post| (day(post.time), post)).collect();
    inside.retain(|(day, _)| (-length..length).contains(day));
    // Sums are made in an order of the posts' own.
    inside.sort_by(|(_, a), (_, b)| {
        let moments = (a.time.seconds, a.author).cmp(&(b.time.seconds, b.author));
        moments.then(a.score.total_cmp(&b.score))
    });
    let count = |later: bool| inside.iter().filter(|(day, _)| (*day >= 0) == later).count() as u64;
    let not_covered = not_covered(posts, &day, length, config);
    let study = Study { posts: &inside, length, not_covered, config };
    let of_sign = |sign: f64| -> Result<Polarity> {
        let is = |score: f64| score * sign > config.neutral;
        Ok(Polarity {
            quantity: study.quantity(&is)?,
            share: study.mean(|score| Some(if is(score) { 1.0 } else { 0.0 }))?,
            intensity: study.mean(|score| is(score).then_some(score.abs()))?,
        })
    };
    let mut found = EventStudy {
        launch,
        days: length as u64,
        posts_before: count(false),
        posts_after: count(true),
        quantity: study.quantity(&|_| true)?,
        positive: of_sign(1.0)?,
        negative: of_sign(-1.0)?,
    };
    let EventStudy { positive, negative, .. } = &mut found;
    let claims = [&mut positive.quantity, &mut positive.intensity, &mut negative.quantity, &mut negative.intensity];
    state(claims, config.false_discovery)?;
    Ok(found)
}

/// Adjusts the p-values of the claims that could be compared, and says what came of each.
fn state(claims: [&mut Measure; 4], false_discovery: f64) -> Result<()> {
    let changes = claims.into_iter().filter_map(|measure| match measure {
        Measure::Measured(change) => Some(change),
        Measure::NotIdentifiable { .. } => None,
    });
    let changes: Vec<&mut Change> = changes.collect();
    let p_values: Vec<f64> = changes.iter().map(|change| change.p_value).collect();
    for (change, q) in changes.into_iter().zip(benjamini_hochberg(&p_values)?) {
        change.q_value = Some(q);
        change.finding = Some(match change.after > change.before {
            _ if q > false_discovery => Finding::NoClearChange,
            true => Finding::Rise,
            false => Finding::Fall,
        });
    }
    Ok(())
}

/// What lacks where the posts do not reach over both windows; the first and the last day of them may be there in part.
fn not_covered(posts: &[EventPost], day: &dyn Fn(Time) -> i64, length: i64, config: &EventConfig) -> Option<Lack> {
    let times = || posts.iter().map(|post| post.time);
    let first = config.from.or_else(|| times().min_by_key(|time| time.seconds)).map(day);
    let last = config.to.or_else(|| times().max_by_key(|time| time.seconds)).map(day);
    let before = first.map_or(0, |first| first.saturating_neg().clamp(0, length));
    let after = last.map_or(0, |last| last.saturating_add(1).clamp(0, length));
    let lack = Lack::NotCovered { before: before as u64, after: after as u64, needed: length as u64 };
    (before < length || after < length).then_some(lack)
}

struct Study<'a> {
    posts: &'a [(i64, &'a EventPost<'a>)], // the day counted from the launch
    length: i64,
    not_covered: Option<Lack>,
    config: &'a EventConfig,
}

impl Study<'_> {
    /// Posts a day of those that are meant.
    fn quantity(&self, is: &dyn Fn(f64) -> bool) -> Result<Measure> {
        let mut counts: BTreeMap<i64, f64> = (-self.length..self.length).map(|day| (day, 0.0)).collect();
        for (day, _) in self.posts.iter().filter(|(_, post)| is(post.score)) {
            counts.entry(*day).and_modify(|count| *count += 1.0);
        }
        let (before, after) = sums(counts.iter().map(|(&day, &count)| (day >= 0, count as u64)));
        let needed = self.config.least_posts;
        let rows = counts.into_iter().enumerate();
        let rows = rows.map(|(cluster, (day, sum))| Row { later: day >= 0, cluster, block: block(day), sum, n: 1.0 });
        let few = (before.saturating_add(after) < needed).then_some(Lack::FewPosts { before, after, needed });
        self.measure(&rows.collect::<Vec<_>>(), Effect::Ratio, few)
    }

    /// The mean of a value of those posts that have one.
    fn mean(&self, value: impl Fn(f64) -> Option<f64>) -> Result<Measure> {
        let mut numbers = BTreeMap::new(); // of the clusters
        let mut rows: BTreeMap<(usize, bool), Row> = BTreeMap::new();
        for (place, (day, post)) in self.posts.iter().enumerate() {
            let Some(value) = value(post.score) else { continue };
            let (name, block) = match (self.config.clusters, post.author) {
                (Clusters::Days, _) => ((*day, None), block(*day)),
                (Clusters::Authors, Some(author)) => ((0, Some(author)), 0),
                (Clusters::Authors, None) => ((1 + place as i64, None), 0),
            };
            let next = numbers.len();
            let (cluster, later) = (*numbers.entry(name).or_insert(next), *day >= 0);
            let row = rows.entry((cluster, later)).or_insert(Row { later, cluster, block, sum: 0.0, n: 0.0 });
            row.sum += value;
            row.n += 1.0;
        }
        let rows: Vec<Row> = rows.into_values().collect();
        let needed = self.config.least_posts;
        let (before, after) = sums(rows.iter().map(|row| (row.later, row.n as u64)));
        let few = (before.min(after) < needed).then_some(Lack::FewPosts { before, after, needed });
        let (before, after) = sums(rows.iter().map(|row| (row.later, 1)));
        let needed = LEAST_CLUSTERS;
        let few = few.or((before.min(after) < needed).then_some(Lack::FewClusters { before, after, needed }));
        self.measure(&rows, Effect::Difference, few)
    }

    fn measure(&self, rows: &[Row], effect: Effect, few: Option<Lack>) -> Result<Measure> {
        match self.not_covered.clone().or(few) {
            Some(reason) => Ok(Measure::NotIdentifiable { reason }),
            None => measured(rows, effect, self.config).map(Measure::Measured),
        }
    }
}

/// The weekday, so to speak: days of the same number are as many weeks apart from the launch, and some hours.
fn block(day: i64) -> usize {
    day.rem_euclid(7) as usize
}

/// The sums of both windows.
fn sums(counts: impl Iterator<Item = (bool, u64)>) -> (u64, u64) {
    counts.fold((0, 0), |(before, after), (later, count)| match later {
        true => (before, after + count),
        false => (before + count, after),
    })
}

#[cfg(test)]
mod tests;
