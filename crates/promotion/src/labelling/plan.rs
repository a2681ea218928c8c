//! A stratified random sample.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result};
use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};

use super::Population;
use super::allocate::allocate;
use crate::{Advice, Verdicts};

/// How many rows are drawn, and from where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PlanConfig {
    /// The number of rows, 1 or more; all rows where there are no more. Default 100.
    pub budget: u64,
    /// How the rows are shared out to the divisions. Default proportional.
    pub allocation: Allocation,
    /// Which of the possible samples is drawn. Default 0.
    pub seed: u64,
}

/// How the rows of a sample are shared out to the divisions. Each has at least one, and none more than it has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// As their numbers of texts: but for rounding all texts are equally likely, and all labels weigh the same.
    #[default]
    Proportional,
    /// The same number for each: small divisions are known as well as large ones, at the price of unequal weights.
    Equal,
    /// As their numbers of texts times these needs, one for each division, finite and above 0: J. Neyman's allocation, *On
    /// the two different aspects of the representative method* (1934), where a need is the standard deviation of what is
    /// estimated. [`needs`] has those of verdicts. Divisions without a text may stand here too.
    Need(BTreeMap<String, f64>),
}

impl Default for PlanConfig {
    fn default() -> Self {
        Self { budget: 100, allocation: Allocation::default(), seed: 0 }
    }
}

impl PlanConfig {
    /// Checks the fields.
    ///
    /// # Errors
    /// With every fault at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.budget == 0 {
            faults.push("budget: 0 rows; expected at least 1".to_owned());
        }
        if let Allocation::Need(needs) = &self.allocation {
            for (division, need) in needs {
                if !(need.is_finite() && *need > 0.0) {
                    faults.push(format!("allocation: the need of `{division}` is {need}; expected above 0"));
                }
            }
        }
        Error::from_faults(faults)
    }
}

/// Returns the needs of divisions by these verdicts, for [`Allocation::Need`]: how wide the score's interval is where labels
/// are [asked for](Advice::Label), and a quarter of that elsewhere. At least 0.001; 1 where there is no interval.
///
/// An interval's width stands in the place of Neyman's standard deviation: it is what labels are to lower. The quarter is
/// there because the error rates serve all divisions.
pub fn needs(verdicts: &Verdicts) -> BTreeMap<String, f64> {
    let need = |verdict: &crate::DivisionVerdict| {
        let width = verdict.score_interval.map_or(1.0, |ends| ends.high - ends.low);
        let asked = matches!(verdict.advice, Some(Advice::Label { .. }));
        let part = if asked { width } else { width / 4.0 };
        part.max(1e-3)
    };
    verdicts.iter().map(|verdict| (verdict.division.clone(), need(verdict))).collect()
}

/// Rows that people should label: a simple random sample without replacement of each stratum.
///
/// The strata are the divisions. Where the budget is smaller than their number, all texts are one stratum, so that none is
/// left out for sure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SamplePlan {
    /// The rows, in random order: whoever stops halfway has labelled a random sample of each stratum, too.
    pub rows: Vec<PlannedRow>,
    /// How many rows each stratum has and gives, in the divisions' lexicographic order.
    pub strata: Vec<Stratum>,
    /// What it was drawn by.
    pub config: PlanConfig,
}

/// One row of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedRow {
    /// Its place in the population, counted from 0.
    pub place: usize,
    /// How likely it was to be drawn, n / N of its stratum: above 0 and at most 1.
    pub inclusion: f64,
    /// The number of rows of its stratum.
    pub of: u64,
}

/// One stratum of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stratum {
    /// The division; none where all divisions are one stratum.
    pub division: Option<String>,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them are drawn.
    pub drawn: u64,
}

impl SamplePlan {
    /// Returns a sample of these texts. It hangs on the ids, the divisions and the configuration alone, not on the order of
    /// the texts.
    ///
    /// # Errors
    /// When the configuration is at fault, or a division has no need where they are given. All faults are named.
    pub fn draw(population: &Population<'_>, config: &PlanConfig) -> Result<Self> {
        config.validate()?;
        let mut strata: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        let together = config.budget < population.divisions().len() as u64;
        for (place, row) in population.rows().iter().enumerate() {
            strata.entry((!together).then_some(row.division)).or_default().push(place);
        }
        let sizes: Vec<u64> = strata.values().map(|places| places.len() as u64).collect();
        let weights = weights(&config.allocation, &strata, &sizes)?;
        let drawn = allocate(&sizes, &weights, config.budget.min(population.len() as u64));
        let mut plan = Self { rows: Vec::new(), strata: Vec::new(), config: config.clone() };
        for ((division, mut places), (rows, drawn)) in strata.into_iter().zip(sizes.into_iter().zip(drawn)) {
            places.sort_by_key(|&place| population.row(place).map(|row| row.id));
            let purpose = division.map_or_else(|| "labelling: all".to_owned(), |name| format!("labelling of {name}"));
            Stream::new(config.seed, &purpose, 0).shuffle(&mut places);
            let inclusion = drawn as f64 / rows as f64;
            let of_it = places.into_iter().take(drawn as usize);
            plan.rows.extend(of_it.map(|place| PlannedRow { place, inclusion, of: rows }));
            plan.strata.push(Stratum { division: division.map(str::to_owned), rows, drawn });
        }
        Stream::new(config.seed, "labelling: order", 0).shuffle(&mut plan.rows);
        Ok(plan)
    }
}

/// The weights that rows are shared out by.
fn weights(allocation: &Allocation, strata: &BTreeMap<Option<&str>, Vec<usize>>, sizes: &[u64]) -> Result<Vec<f64>> {
    let mut faults = Vec::new();
    let mut need = |division: &Option<&str>| match (allocation, division) {
        (Allocation::Need(needs), Some(division)) => needs.get(*division).copied().unwrap_or_else(|| {
            faults.push(format!("allocation: no need of `{division}`; expected one for each division"));
            1.0
        }),
        _ => 1.0,
    };
    let weights = strata.keys().zip(sizes).map(|(division, &size)| match allocation {
        Allocation::Equal => 1.0,
        _ => size as f64 * need(division),
    });
    let weights: Vec<f64> = weights.map(|weight| weight.clamp(f64::MIN_POSITIVE, f64::MAX)).collect();
    Error::from_faults(faults)?;
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DivisionCounts, Policy, Survey};

    fn texts(sizes: &[(&'static str, usize)]) -> Vec<(String, &'static str)> {
        sizes.iter().flat_map(|&(division, n)| (0..n).map(move |k| (format!("{division}{k}"), division))).collect()
    }

    fn population<'a>(texts: &'a [(String, &'static str)]) -> Population<'a> {
        Population::new(texts.iter().map(|(id, division)| (id.as_str(), *division, "said"))).unwrap()
    }

    fn config(budget: u64, allocation: Allocation) -> PlanConfig {
        PlanConfig { budget, allocation, seed: 7 }
    }

    fn drawn(plan: &SamplePlan) -> Vec<u64> {
        plan.strata.iter().map(|stratum| stratum.drawn).collect()
    }

    #[test]
    fn each_division_gives_its_part() {
        let texts = texts(&[("a", 60), ("b", 30), ("c", 10)]);
        let population = population(&texts);
        let plan = SamplePlan::draw(&population, &config(10, Allocation::Proportional)).unwrap();
        assert_eq!(drawn(&plan), [6, 3, 1]);
        assert!(plan.rows.iter().all(|row| row.inclusion == 0.1));
        assert_eq!(drawn(&SamplePlan::draw(&population, &config(9, Allocation::Equal)).unwrap()), [3, 3, 3]);
        // 60 * 1, 30 * 4, 10 * 6: as 1 to 2 to 1
        let needs: BTreeMap<String, f64> = [("a", 1.0), ("b", 4.0), ("c", 6.0), ("none", 9.0)]
            .map(|(division, need)| (division.to_owned(), need))
            .into();
        let plan = SamplePlan::draw(&population, &config(12, Allocation::Need(needs))).unwrap();
        assert_eq!(drawn(&plan), [3, 6, 3]);
        let mut places: Vec<usize> = plan.rows.iter().map(|row| row.place).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 12, "no row is drawn twice");
        // more than there are
        let all = SamplePlan::draw(&population, &config(u64::MAX, Allocation::Equal)).unwrap();
        assert_eq!((all.rows.len(), drawn(&all)), (100, vec![60, 30, 10]));
        assert!(all.rows.iter().all(|row| row.inclusion == 1.0));
    }

    #[test]
    fn fewer_rows_than_divisions_are_drawn_from_all() {
        let texts = texts(&[("a", 4), ("b", 4), ("c", 2)]);
        let plan = SamplePlan::draw(&population(&texts), &config(2, Allocation::Equal)).unwrap();
        assert_eq!(plan.strata, [Stratum { division: None, rows: 10, drawn: 2 }]);
        assert!(plan.rows.iter().all(|row| row.inclusion == 0.2 && row.of == 10));
    }

    #[test]
    fn neither_order_nor_chance_beyond_the_seed_matters() {
        let forth = texts(&[("a", 50), ("b", 50)]);
        let back: Vec<_> = forth.iter().rev().cloned().collect();
        let ids = |texts: &[(String, &'static str)], seed| {
            let config = PlanConfig { seed, ..config(20, Allocation::Equal) };
            let plan = SamplePlan::draw(&population(texts), &config).unwrap();
            plan.rows.iter().map(|row| texts[row.place].0.clone()).collect::<Vec<_>>()
        };
        let mut sorted = [ids(&forth, 1), ids(&back, 1)];
        sorted.iter_mut().for_each(|ids| ids.sort());
        assert_eq!(sorted[0], sorted[1]);
        assert_eq!(ids(&forth, 1), ids(&back, 1));
        assert_ne!(ids(&forth, 1), ids(&forth, 2));
    }

    /// Over many seeds each row is drawn as often as its probability says: 2,000 draws of 0.1, standard error .0067.
    #[test]
    fn rows_are_drawn_as_often_as_said() {
        let texts = texts(&[("a", 20), ("b", 30)]);
        let population = population(&texts);
        let mut times = vec![0u32; 50];
        for seed in 0..2_000 {
            let plan = SamplePlan::draw(&population, &PlanConfig { seed, ..config(5, Allocation::Proportional) });
            plan.unwrap().rows.iter().for_each(|row| times[row.place] += 1);
        }
        assert!(times.iter().all(|&n| (f64::from(n) / 2_000.0 - 0.1).abs() < 4.5 * 0.0067), "{times:?}");
    }

    #[test]
    fn every_fault_is_named() {
        let texts = texts(&[("a", 4), ("b", 4)]);
        let draw = |config| SamplePlan::draw(&population(&texts), &config).unwrap_err().to_string();
        let needs = |value| Allocation::Need([("a".to_owned(), value)].into());
        let error = draw(config(0, needs(f64::NAN)));
        assert!(error.contains("0 rows; expected at least 1") && error.contains("`a` is NaN"), "{error}");
        assert!(draw(config(5, needs(1.0))).contains("no need of `b`"));
        let twice = Population::new([("1", "", ""), ("2", "", ""), (" 1", "", "")]).unwrap_err().to_string();
        assert!(twice.contains("row 2: the id stands already in row 0"), "{twice}");
        assert!(Population::new([("=1", "", ""), ("'=1", "", "")]).is_err(), "they look the same in a sheet");
        assert!(Population::new([(" ", "", "")]).unwrap_err().to_string().contains("is blank"));
        assert!(Population::new([]).unwrap_err().to_string().contains("no text"));
    }

    #[test]
    fn undecided_divisions_need_more() {
        let counts = vec![DivisionCounts::new("few", [3, 2, 2]), DivisionCounts::new("many", [900, 50, 50])];
        let survey = Survey::new(plaudit_core::Labels::polarity(), counts).unwrap();
        let policy: Policy = serde_json::from_str(
            r#"{"utilities": {"positive": 1, "neutral": 0, "negative": -1}, "limits": {"negative": 0.25}}"#,
        )
        .unwrap();
        let needs = needs(&policy.decide(&survey).unwrap());
        assert!(needs["few"] > 3.0 * needs["many"] && needs["many"] > 0.0, "{needs:?}");
    }
}
