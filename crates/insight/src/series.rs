//! Hits and posts by period.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result, Time};
use serde::{Deserialize, Serialize};

use crate::Period;
use crate::period::date;

/// The most days from the first to the last: a hundred years.
const MOST: i64 = 36_525;

/// How many posts there were in each period, and how many of them were hits: mention a term, say, or are negative. Every period from
/// the first with a post to the last is there, those without a post, too.
///
/// A post is counted on the clock that its own time was read from, as people see the date: posts of the same moment in two places may
/// fall on two days. Who wants one clock for all sets `offset` of every time first, which changes no moment:
/// `Time { offset: 3600, ..time }`.
///
/// The first and the last period may be counted in part only, where the posts begin or end inside them: [`within`](Self::within) says so.
///
/// ```
/// use plaudit_core::Time;
/// use plaudit_insight::{Period, Series};
///
/// let post = |day: i64, hit| (Time { seconds: day * 86_400, offset: 0 }, hit);
/// let series = Series::tally(Period::Day, [post(3, true), post(0, false), post(3, false)])?;
/// assert_eq!((series.hits(), series.posts()), (&[0, 0, 0, 1][..], &[1, 0, 0, 2][..]));
/// assert_eq!(series.name(3), "1970-01-04");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Counts", into = "Counts")]
pub struct Series(Counts);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    period: Period,
    first_day: i64, // counted from 1970-01-01
    hits: Vec<u64>,
    posts: Vec<u64>,
    #[serde(default)]
    untimed: u64,
    /// The first and the last day that were watched; none where periods are whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watched: Option<[i64; 2]>,
}

/// What counts are held against: a rate is hits per what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exposure {
    /// Hits per post: whatever changes the number of posts is no finding.
    #[default]
    Posts,
    /// Hits per day: how much there was, whatever else was said.
    Days,
}

impl Series {
    /// Returns the counts of these posts, each given by its time, where it is known, and by whether it is a hit. Their order does not
    /// matter. Posts without a time are in no period; [`untimed`](Self::untimed) says how many they are.
    ///
    /// # Errors
    /// When no post has a time, or the days span more than a hundred years.
    pub fn tally<T: Into<Option<Time>>>(period: Period, posts: impl IntoIterator<Item = (T, bool)>) -> Result<Self> {
        let mut untimed = 0;
        let timed = posts.into_iter().filter_map(|(time, hit)| {
            let time = time.into();
            untimed += u64::from(time.is_none());
            time.map(|time| (time, usize::from(hit)))
        });
        let (first, counts) = tally("posts", period, 2, timed)?;
        let pairs = counts.chunks_exact(2);
        Ok(Self(Counts {
            period,
            first_day: period.first_day(first),
            hits: pairs.clone().filter_map(|pair| pair.last()).copied().collect(),
            posts: pairs.map(|pair| pair.iter().sum()).collect(),
            untimed,
            watched: None,
        }))
    }

    /// Returns a series of counts: `first_day`, counted from 1970-01-01, is any day of the first period, and periods follow each other.
    ///
    /// # Errors
    /// When there is no period, or hits and posts have different lengths, or a period has more hits than posts, or the periods do
    /// not lie within a hundred years and the years -9999 to 9999.
    pub fn new(period: Period, first_day: i64, hits: Vec<u64>, posts: Vec<u64>) -> Result<Self> {
        Counts { period, first_day, hits, posts, untimed: 0, watched: None }.try_into()
    }

    /// Returns the series with the days, counted from 1970-01-01, from and until which posts were collected: in the first and the last period
    /// [`Exposure::Days`] are those alone, so that half a month is not taken for a month with half of the posts.
    ///
    /// # Errors
    /// When `first` is not in the first period, or `last` not in the last, or before `first`.
    ///
    /// ```
    /// use plaudit_insight::{Exposure, Period, Series, trend};
    ///
    /// // Ten posts a day from Thursday, 1 January 1970, until Tuesday, 3 February.
    /// let posts = vec![40, 70, 70, 70, 70, 20];
    /// let weeks = Series::new(Period::Week, 0, posts.clone(), posts)?.within(0, 33)?;
    /// assert_eq!(trend(&weeks, Exposure::Days, 0.95)?.unwrap().slope, 0.0);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn within(self, first: i64, last: i64) -> Result<Self> {
        Counts { watched: Some([first, last]), ..self.0 }.try_into()
    }

    /// Returns what each period is.
    pub fn period(&self) -> Period {
        self.0.period
    }

    /// Returns the number of hits of each period, `[periods]`.
    pub fn hits(&self) -> &[u64] {
        &self.0.hits
    }

    /// Returns the number of posts of each period, hits and others, `[periods]`.
    pub fn posts(&self) -> &[u64] {
        &self.0.posts
    }

    /// Returns how many posts had no time, and are in no period.
    pub fn untimed(&self) -> u64 {
        self.0.untimed
    }

    /// Returns the first day of a period, counted from 1970-01-01; `index` counts periods from 0, and may be beyond the last.
    pub fn day(&self, index: usize) -> i64 {
        self.0.period.first_day(self.number(index))
    }

    /// Returns the date of a period's first day.
    pub fn name(&self, index: usize) -> String {
        date(self.day(index))
    }

    /// Returns what was known when `day` began: the periods that had ended by then; none where there is no such period. What is computed
    /// from it is what could be shown on that day. Posts without a time are left out.
    ///
    /// ```
    /// use plaudit_insight::{Period, Series};
    ///
    /// let weeks = Series::new(Period::Week, 4, vec![1, 2, 3], vec![9, 9, 9])?;
    /// assert_eq!(weeks.as_of(4 + 20).unwrap().hits(), [1, 2]); // the third week ends a day later
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn as_of(&self, day: i64) -> Option<Self> {
        let ended = (0..self.posts().len()).take_while(|&index| self.day(index + 1) <= day).count();
        let Counts { period, first_day, hits, posts, watched, .. } = &self.0;
        let known = |counts: &[u64]| counts.iter().take(ended).copied().collect();
        let series = Self::new(*period, *first_day, known(hits), known(posts)).ok()?;
        match *watched {
            Some([first, last]) => series.within(first, last.min(self.day(ended) - 1)).ok(),
            None => Some(series),
        }
    }

    /// The periods with exposure: index, hits, exposure. What had none says nothing of a rate.
    pub(crate) fn exposed(&self, exposure: Exposure) -> impl Iterator<Item = Cell> {
        self.hits().iter().zip(self.posts()).enumerate().filter_map(move |(index, (&hits, &posts))| {
            let exposure = match exposure {
                Exposure::Posts => posts as f64,
                Exposure::Days => self.days(index) as f64,
            };
            (exposure > 0.0).then_some(Cell { index, hits, exposure })
        })
    }

    /// How many days of a period were watched.
    fn days(&self, index: usize) -> i64 {
        let (start, end) = (self.day(index), self.day(index + 1));
        match self.0.watched {
            Some([first, last]) => end.min(last + 1) - start.max(first),
            None => end - start,
        }
    }

    fn number(&self, index: usize) -> i64 {
        self.0.period.of(self.0.first_day).saturating_add(index as i64)
    }
}

/// A period with exposure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) index: usize,
    pub(crate) hits: u64,
    pub(crate) exposure: f64,
}

impl TryFrom<Counts> for Series {
    type Error = Error;

    fn try_from(mut counts: Counts) -> Result<Self> {
        let Counts { period, first_day, hits, posts, .. } = &counts;
        if hits.is_empty() || hits.len() != posts.len() {
            let fault = format!(
                "series: {} periods of hits, {} of posts; expected as many, and one at least",
                hits.len(),
                posts.len()
            );
            return Err(Error::config(fault));
        }
        if let Some(index) = hits.iter().zip(posts).position(|(hits, posts)| hits > posts) {
            return Err(Error::config(format!(
                "series: period {index}, counted from 0: more hits than posts; expected as many at most"
            )));
        }
        let number = period.of(*first_day);
        let days = period.first_day(number.saturating_add(hits.len() as i64)).saturating_sub(period.first_day(number));
        if !(-4_371_953..=2_932_896).contains(first_day) || days > MOST + 31 {
            let fault = format!(
                "series: {} periods from day {first_day}; expected a hundred years within the years -9999 to 9999",
                hits.len()
            );
            return Err(Error::config(fault));
        }
        if let Some([first, last]) = counts.watched {
            let end = number.saturating_add(hits.len() as i64 - 1);
            if period.of(first) != number || period.of(last) != end || last < first {
                let days = [number, end].map(|number| date(period.first_day(number)));
                return Err(Error::config(format!(
                    "series: watched from {} to {}; expected a day of the first period (from {}) and a later one of the last (from {})",
                    date(first),
                    date(last),
                    days[0],
                    days[1]
                )));
            }
        }
        counts.first_day = period.first_day(number);
        Ok(Self(counts))
    }
}

impl From<Series> for Counts {
    fn from(series: Series) -> Self {
        series.0
    }
}

/// Counts texts of `width` kinds, each given by its time and kind: the number of the first period, and row-major `[periods, width]` to
/// the last. `what` they are stands in messages.
///
/// # Errors
/// When there is no text, a kind is not below `width`, or the days span more than a hundred years.
pub(crate) fn tally(
    what: &str,
    period: Period,
    width: usize,
    texts: impl IntoIterator<Item = (Time, usize)>,
) -> Result<(i64, Vec<u64>)> {
    let mut periods: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    let mut ends: Option<(i64, i64)> = None;
    for (text, (time, kind)) in texts.into_iter().enumerate() {
        let day = time.local_day();
        ends = ends.map_or(Some((day, day)), |(first, last)| Some((first.min(day), last.max(day))));
        match periods.entry(period.of(day)).or_insert_with(|| vec![0; width]).get_mut(kind) {
            Some(count) => *count += 1,
            None => {
                let fault = format!("{what}: text {text}: label index {kind}; expected 0 to {}", width - 1);
                return Err(Error::config(fault));
            }
        }
    }
    let (Some((first, last)), Some((&start, _)), Some((&end, _))) =
        (ends, periods.first_key_value(), periods.last_key_value())
    else {
        return Err(Error::config(format!("{what}: there is no text with a time; expected at least one")));
    };
    if last - first >= MOST {
        let fault =
            format!("{what}: {} days from the first text to the last; expected at most {MOST}", last - first + 1);
        return Err(Error::config(fault));
    }
    let zeros = vec![0; width];
    Ok((start, (start..=end).flat_map(|number| periods.get(&number).unwrap_or(&zeros).iter().copied()).collect()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(seconds: i64, offset: i32) -> Time {
        Time { seconds, offset }
    }

    #[test]
    fn a_post_is_counted_on_its_own_clock() {
        // Sunday 1970-01-04, 23:59:59 in UTC, and the same moment an hour east, where the week and not the month is another.
        let moment = 4 * 86_400 - 1;
        let posts = || [(time(moment, 0), true), (time(moment, 3600), false)];
        let counts = |period, posts: [(Time, bool); 2]| Series::tally(period, posts).unwrap().posts().to_vec();
        assert_eq!(
            [Period::Day, Period::Week, Period::Month].map(|period| counts(period, posts())),
            [vec![1, 1], vec![1, 1], vec![2]]
        );
        let one_clock = posts().map(|(time, hit)| (Time { offset: 3600, ..time }, hit));
        assert_eq!(counts(Period::Day, one_clock), [2]);
    }

    #[test]
    fn what_has_no_time_is_counted_apart() {
        let posts = [(Some(time(0, 0)), true), (None, true), (None, false), (Some(time(40 * 86_400, 0)), false)];
        let series = Series::tally(Period::Month, posts).unwrap();
        assert_eq!((series.hits(), series.posts(), series.untimed()), (&[1, 0][..], &[1, 1][..], 2));
        assert_eq!((series.name(0), series.name(1)), ("1970-01-01".into(), "1970-02-01".into()));
        let none = Series::tally(Period::Day, [(None::<Time>, true)]).unwrap_err().to_string();
        assert!(none.contains("no text with a time"), "{none}");
    }

    #[test]
    fn hostile_counts_are_refused() {
        let error = |hits: &[u64], posts: &[u64], day| {
            Series::new(Period::Day, day, hits.to_vec(), posts.to_vec()).unwrap_err().to_string()
        };
        assert!(error(&[], &[], 0).contains("0 periods of hits"));
        assert!(error(&[1], &[1, 2], 0).contains("1 periods of hits, 2 of posts"));
        assert!(error(&[1, 3], &[1, 2], 0).contains("period 1, counted from 0: more hits"));
        assert!(error(&[1], &[1], i64::MAX).contains("expected a hundred years"));
        assert!(error(&vec![0; 40_000], &vec![0; 40_000], 0).contains("40000 periods"));
        for gap in [i64::MAX, 200 * 365 * 86_400] {
            let far = Series::tally(Period::Month, [(time(0, 0), true), (time(gap, i32::MAX), true)]);
            assert!(far.unwrap_err().to_string().contains("expected at most 36525"));
        }
        let part = |first, last| Series::new(Period::Week, 4, vec![1, 2], vec![1, 2]).unwrap().within(first, last);
        assert!(part(4, 17).is_ok() && part(10, 11).is_ok());
        for (first, last) in [(3, 17), (11, 17), (4, 10), (4, 18), (i64::MIN, i64::MAX), (i64::MAX, i64::MIN)] {
            assert!(part(first, last).unwrap_err().to_string().contains("watched from"), "{first} {last}");
        }
        let json = r#"{"period":"day","first_day":0,"hits":[2],"posts":[1]}"#;
        assert!(serde_json::from_str::<Series>(json).unwrap_err().to_string().contains("more hits than posts"));
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_nothing_is_lost(
            posts in prop::collection::vec((0i64..9_000_000, -50_000i32..50_000, any::<bool>()), 1..60),
        ) {
            let posts: Vec<(Time, bool)> = posts.into_iter().map(|(seconds, offset, hit)| (time(seconds, offset), hit)).collect();
            for period in [Period::Day, Period::Week, Period::Month] {
                let series = Series::tally(period, posts.iter().copied()).unwrap();
                prop_assert_eq!(series.posts().iter().sum::<u64>(), posts.len() as u64);
                prop_assert_eq!(series.hits().iter().sum::<u64>(), posts.iter().filter(|(_, hit)| *hit).count() as u64);
                prop_assert_eq!(&Series::tally(period, posts.iter().rev().copied()).unwrap(), &series);
                let again = serde_json::from_str::<Series>(&serde_json::to_string(&series).unwrap()).unwrap();
                prop_assert_eq!(&again, &series);
                prop_assert_eq!(series.as_of(i64::MAX), Some(series.clone()));
                // Days that were watched are shared out among the periods, and what had ended then is known later, too.
                let days = posts.iter().map(|(time, _)| time.local_day());
                let (first, last) = (days.clone().min().unwrap(), days.max().unwrap());
                let watched = series.within(first, last).unwrap();
                let own = |series: &Series| (0..series.posts().len()).map(|index| series.days(index)).collect::<Vec<_>>();
                prop_assert_eq!(own(&watched).iter().sum::<i64>(), last + 1 - first);
                if let Some(earlier) = watched.as_of(last) {
                    let known = own(&earlier);
                    prop_assert_eq!(&known[..], &own(&watched)[..known.len()]);
                }
                let again = serde_json::from_str::<Series>(&serde_json::to_string(&watched).unwrap()).unwrap();
                prop_assert_eq!(again, watched);
            }
        }
    }
}
