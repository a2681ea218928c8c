//! How many of those who were asked answered, and what the others could change.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord};
use plaudit_core::{Error, Labels, Result};
use plaudit_stats::Interval;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::labelling::{delimiter, without_mark};
use crate::prevalence::{manski_bounds, tipping_point};
use crate::{DivisionVerdict, Policy, Survey};

/// What those who were asked and did not answer could change about a division's score. `Display` gives a sentence.
///
/// Everything else in a verdict takes those who answered for all.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Response {
    /// How many were asked.
    pub asked: u64,
    /// How many answered.
    pub answered: u64,
    /// Their share, above 0 and at most 1.
    pub rate: f64,
    /// The lowest and the highest score of all who were asked, where those who answered have the score of the verdict, whatever the
    /// others think: [`manski_bounds`].
    pub bounds: [f64; 2],
    /// The same around the score's interval: from its low end and from its high end.
    pub interval_bounds: [f64; 2],
    /// By how much the score of those who did not answer would have to lie below that of those who did (above, where it is below
    /// 0) for the score of all to be the one that promotion needs, in scores: [`tipping_point`]. None where no answers of theirs
    /// bring it there. Limits of single labels are not in it.
    pub tipping_point: Option<f64>,
    /// The interval of the score of all who were asked if those who answered are a random part of them: that of the verdict, closer,
    /// because a part of them is known.
    ///
    /// With f the share that answered, V the variance that the interval stands for, and S = (sum_k u_k^2 p_k - s^2) / n the part of
    /// it that is the chance of who answered, the variance is V - f S (W. G. Cochran, *Sampling Techniques*, 1977, 2.6, for n
    /// labels that are known: (1 - f) S); V is taken from the width of the interval as that of a normal distribution, and S is at most
    /// n / (n + 1 + the prior's weight) of it.
    pub random_interval: [f64; 2],
    /// The level of the intervals, 0 to 1.
    pub level: f64,
    /// The score that promotion needs.
    pub min_score: f64,
}

impl Response {
    /// Returns what follows for a division of which so many were asked; none where nobody answered, or where the verdict has no
    /// score or no interval. `policy` is the one that decided.
    ///
    /// ```
    /// use plaudit_core::Labels;
    /// use plaudit_promotion::{DivisionCounts, Policy, Response, Survey};
    ///
    /// let (labels, policy) = (Labels::dpms(), Policy::default());
    /// let survey = Survey::new(labels.clone(), vec![DivisionCounts::new("Library", [61, 20, 12, 7])])?;
    /// let verdicts = policy.decide(&survey)?;
    /// let response = Response::of(&policy, &labels, verdicts.of("Library").unwrap(), 125)?.unwrap();
    /// // 80 % answered, with a score of 0.58: of all it is 0.8 x 0.58 and up to 0.2 more or less.
    /// assert!((response.bounds[0] - 0.264).abs() < 0.01 && (response.bounds[1] - 0.664).abs() < 0.01);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When fewer were asked than answered, or labels have no utility.
    pub fn of(policy: &Policy, labels: &Labels, decided: &DivisionVerdict, asked: u64) -> Result<Option<Self>> {
        let n = decided.n;
        if asked < n {
            return Err(Error::config(format!("asked: {asked}; expected at least {n}, as many as answered")));
        }
        let criteria = policy.criteria(labels)?;
        let (Some(score), Some(Interval { low, high, level })) = (decided.score, decided.score_interval) else {
            return Ok(None);
        };
        // Shares that decide nothing say nothing of those who did not answer.
        if n == 0 || decided.shift.as_ref().is_some_and(|shift| shift.fails) {
            return Ok(None);
        }
        let rate = n as f64 / asked as f64;
        let least = criteria.utilities.iter().copied().fold(f64::INFINITY, f64::min);
        let most = criteria.utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // A score is a share of the way from the least to the most that an answer is worth.
        let bounds = |score: f64| -> Result<[f64; 2]> {
            let share = if most > least { ((score - least) / (most - least)).clamp(0.0, 1.0) } else { 0.0 };
            let (low, high) = manski_bounds(share, rate)?;
            Ok([low, high].map(|share| least + share * (most - least)))
        };
        let within = score.clamp(least, most);
        let squares: f64 = criteria.utilities.iter().zip(&decided.shares).map(|(u, share)| u * u * share.value).sum();
        let chance = (squares - score * score).max(0.0) / n as f64;
        let deviation = (high - low) / (2.0 * Normal::standard().inverse_cdf(0.5 + level / 2.0));
        let variance = deviation * deviation;
        // Of few answers, the prior's share of the variance does not go away: at most n / (n + 1 + its weight) of it is chance.
        let weight = policy.prior * decided.shares.len() as f64;
        let chance = chance.min(variance * n as f64 / (n as f64 + 1.0 + weight));
        let closer = if variance > 0.0 { (1.0 - rate * chance / variance).max(0.0).sqrt() } else { 1.0 };
        Ok(Some(Self {
            asked,
            answered: n,
            rate,
            bounds: bounds(score)?,
            interval_bounds: [bounds(low)?[0], bounds(high)?[1]],
            tipping_point: tipping_point(within, criteria.min_score, rate, (least, most))?,
            random_interval: [score - closer * (score - low), score + closer * (high - score)],
            level,
            min_score: criteria.min_score,
        }))
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, answered, bounds: [low, high], random_interval: [from, to], min_score, .. } = self;
        let (percent, level) = (100.0 * self.rate, (self.level * 1e6).round() / 1e4);
        write!(f, "{answered} of {asked} who were asked answered ({percent:.0} %)")?;
        if answered == asked {
            return write!(f, ": the {level} % interval of their score is {from:.2} to {to:.2}");
        }
        write!(f, ": the score of all lies from {low:.2} to {high:.2}, whatever the others think")?;
        match self.tipping_point {
            Some(gap) => {
                let side = if gap < 0.0 { "better" } else { "worse" };
                write!(f, "; they would have to be {:.2} points {side} for a score of {min_score}", gap.abs())?;
            }
            None => write!(f, "; no answers of theirs would bring it to {min_score}")?,
        }
        write!(f, "; if those who answered are a random part, the {level} % interval is {from:.2} to {to:.2}")
    }
}

/// How many people of each division were asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked(BTreeMap<String, u64>);

impl Asked {
    /// Returns what stands in a table with the columns `division` and `asked`; others are not looked at. Commas, semicolons or tabs
    /// stand between them. A division of the survey may be missing.
    ///
    /// # Errors
    /// When it cannot be read, a column is missing or stands twice, a division stands twice or is none of the survey, or a number is
    /// not whole or below the number of its answers; the message has the line and the column.
    pub fn read(mut table: impl Read, source_name: &str, survey: &Survey) -> Result<Self> {
        let mut bytes = Vec::new();
        table.read_to_end(&mut bytes).map_err(|error| Error::io(source_name, error))?;
        let bytes = without_mark(&bytes);
        let mut reader = ReaderBuilder::new().delimiter(delimiter(bytes)).flexible(true).from_reader(bytes);
        let failed = |error: csv::Error| Error::malformed(source_name, error);
        let heading = reader.headers().map_err(failed)?.clone();
        let place = |name: &str| {
            let mut places = heading.iter().enumerate().filter(|(_, cell)| cell.trim().eq_ignore_ascii_case(name));
            match (places.next(), places.next()) {
                (Some((place, _)), None) => Ok(place),
                (None, _) => {
                    Err(Error::data(source_name, 1, name, "there is no such column; expected division and asked"))
                }
                _ => Err(Error::data(source_name, 1, name, "the column stands twice; expected one")),
            }
        };
        let (division, asked) = (place("division")?, place("asked")?);
        let mut lines: BTreeMap<String, u64> = BTreeMap::new();
        let mut found = BTreeMap::new();
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).map_err(failed)? {
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |place: usize| record.get(place).unwrap_or_default().trim();
            let fault = |column: &str, reason: String| Err(Error::data(source_name, line, column, reason));
            let Some(answers) = survey.divisions().iter().find(|one| one.division == cell(division)) else {
                return fault("division", format!("`{}` has no answers; expected a division that has", cell(division)));
            };
            if let Some(earlier) = lines.insert(answers.division.clone(), line) {
                return fault("division", format!("`{}` stands already in line {earlier}", answers.division));
            }
            let Ok(number) = cell(asked).parse::<u64>() else {
                return fault("asked", "found something else; expected a whole number".to_owned());
            };
            let answered = answers.total();
            if number < answered {
                return fault("asked", format!("found {number}; expected at least {answered}, as many as answered"));
            }
            found.insert(answers.division.clone(), number);
        }
        Ok(Self(found))
    }

    /// Returns how many people of a division were asked; none where that is not known.
    pub fn of(&self, division: &str) -> Option<u64> {
        self.0.get(division).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DivisionCounts;

    fn decided(counts: [u64; 4]) -> (Policy, DivisionVerdict) {
        let mut policy = Policy::default();
        (policy.max_more, policy.draws, policy.limits) = (0, 40_000, BTreeMap::new());
        let survey = Survey::new(Labels::dpms(), vec![DivisionCounts::new("d", counts)]).unwrap();
        let decided = policy.decide(&survey).unwrap().of("d").unwrap().clone();
        (policy, decided)
    }

    // By hand: 0.5 (or 0.8) of all answered with the score s; the others have -1 to 1.
    #[test]
    fn bounds_are_as_by_hand() {
        let (policy, decided) = decided([610, 200, 120, 70]);
        let s = decided.score.unwrap();
        let of = |asked| Response::of(&policy, &Labels::dpms(), &decided, asked).unwrap().unwrap();
        let half = of(2_000);
        assert!((half.bounds[0] - (s - 1.0) / 2.0).abs() < 1e-12 && (half.bounds[1] - (s + 1.0) / 2.0).abs() < 1e-12);
        let ends = decided.score_interval.unwrap();
        assert!((half.interval_bounds[0] - (ends.low - 1.0) / 2.0).abs() < 1e-12);
        assert!((half.interval_bounds[1] - (ends.high + 1.0) / 2.0).abs() < 1e-12);
        // s / 2 + (s - gap) / 2 = 0.25
        assert!((half.tipping_point.unwrap() - 2.0 * (s - 0.25)).abs() < 1e-12);
        assert!(half.to_string().contains("points worse for a score of 0.25"), "{half}");
        let most = of(1_250);
        assert_eq!(most.tipping_point, None); // 0.8 * 0.59 - 0.2 > 0.25
        assert!(most.to_string().contains("no answers of theirs would bring it to 0.25"), "{most}");
        let error = Response::of(&policy, &Labels::dpms(), &decided, 999).unwrap_err().to_string();
        assert!(error.contains("asked: 999; expected at least 1000"), "{error}");
        let (policy, none) = self::decided([0; 4]);
        assert_eq!(Response::of(&policy, &Labels::dpms(), &none, 9).unwrap(), None);
    }

    // The finite population correction of labels that are known: half of all answered, so the interval is sqrt(1 / 2) as wide; all
    // answered, so it is a point (but for the prior's 2 answers of 1,002).
    #[test]
    fn a_known_part_makes_the_interval_closer() {
        let (policy, decided) = decided([610, 200, 120, 70]);
        let width = |asked| {
            let response = Response::of(&policy, &Labels::dpms(), &decided, asked).unwrap().unwrap();
            response.random_interval[1] - response.random_interval[0]
        };
        let ends = decided.score_interval.unwrap();
        let whole = ends.high - ends.low;
        assert!((width(2_000) / whole - 0.5f64.sqrt()).abs() < 0.01, "{} {whole}", width(2_000));
        assert!(width(1_000) < 0.1 * whole && (width(1_000_000) / whole - 1.0).abs() < 0.001);
    }

    #[test]
    fn tables_are_read_and_their_faults_named() {
        let divisions = vec![DivisionCounts::new("a", [10, 0, 0, 0]), DivisionCounts::new("b", [1, 1, 0, 0])];
        let survey = Survey::new(Labels::dpms(), divisions).unwrap();
        let read = |text: &str| Asked::read(text.as_bytes(), "asked.csv", &survey);
        let asked = read("\u{feff}Division;note;Asked\r\na;x;12\r\n").unwrap();
        assert_eq!((asked.of("a"), asked.of("b")), (Some(12), None));
        for (text, fault) in [
            ("division,asked\nb,2\nc,5\n", "line 3, column `division`: `c` has no answers"),
            ("division,asked\nb,2\na,9\n", "line 3, column `asked`: found 9; expected at least 10"),
            ("division,asked\nb,2\nb,2\n", "line 3, column `division`: `b` stands already in line 2"),
            ("division,asked\nb,2.5\n", "line 2, column `asked`: found something else; expected a whole number"),
            ("division,asked\nb\n", "line 2, column `asked`: found something else"),
            ("division,n\nb,2\n", "line 1, column `asked`: there is no such column"),
            ("asked,division,asked\n", "column `asked`: the column stands twice"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains("asked.csv") && error.contains(fault), "{error}");
        }
    }
}
