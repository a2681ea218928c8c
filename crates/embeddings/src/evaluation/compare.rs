//! Is one embedding better than another by more than chance?

use plaudit_core::{Error, Result};
use plaudit_stats::{Bootstrap, Interval, Replicates, Units};
use serde::{Deserialize, Serialize};

use super::correlation::{Ranking, spearman};
use super::{AnalogyReport, AnalogySection, WordPair, WordPairReport};

/// The difference between two embeddings on one list, the first less the second.
///
/// The first is not worse than the second by more than a margin, at the level of the interval's lower end, where that end is
/// above minus the margin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// The mean figure of the first one's runs; none where one is undefined.
    pub first: Option<f64>,
    /// The mean figure of the second one's runs; none where one is undefined.
    pub second: Option<f64>,
    /// The first less the second; none where one is none.
    pub difference: Option<f64>,
    /// The paired bootstrap's percentile interval of the difference; none where there is none, more than one resample in twenty
    /// has none, or all are equal.
    pub interval: Option<Interval>,
    /// The number of items that every run has an outcome for: only these are compared.
    pub items: usize,
    /// The number of units that were drawn: the items, or clusters of them.
    pub units: usize,
}

/// Returns the difference of Spearman's correlation between two embeddings, each the mean of one or more runs (seeds), by a
/// paired bootstrap over the pairs: a resample has the same pairs for all runs. Pairs that a run left out are left out for
/// all.
///
/// It says what another draw of word pairs would change; of the runs, only the mean counts.
///
/// ```
/// use plaudit_embeddings::WordVectors;
/// use plaudit_embeddings::evaluation::{EvaluationConfig, WordPair, compare_word_pairs, word_pairs};
/// use plaudit_stats::Bootstrap;
///
/// // Twelve words on a circle, and their distances on it.
/// let words: Vec<String> = (0..12).map(|hour| hour.to_string()).collect();
/// let angles = (0..12).map(|hour| hour as f32 * 0.2);
/// let good = WordVectors::new(words.clone(), 2, angles.flat_map(|angle| [angle.cos(), angle.sin()]).collect())?;
/// let poor = WordVectors::new(words, 2, (0..24).map(|k| (k * k % 7) as f32 + 1.0).collect())?;
/// let pairs = (1..12).map(|hour| WordPair { first: "0".into(), second: hour.to_string(), score: -f64::from(hour) });
/// let pairs: Vec<WordPair> = pairs.collect();
/// let report = |vectors| word_pairs(vectors, &pairs, &EvaluationConfig::default());
/// let compared = compare_word_pairs(&pairs, &[report(&good)?], &[report(&poor)?], &Bootstrap::default())?;
/// assert!(compared.interval.unwrap().low > 0.0);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When a side has no run, a run is not of these pairs, no pair is left, or the bootstrap is at fault.
pub fn compare_word_pairs(
    pairs: &[WordPair],
    first: &[WordPairReport],
    second: &[WordPairReport],
    bootstrap: &Bootstrap,
) -> Result<Difference> {
    let outcomes = |runs: &[WordPairReport]| runs.iter().map(|run| run.similarities.clone()).collect();
    let (items, [first, second]) = common(pairs.len(), &[outcomes(first), outcomes(second)])?;
    let scores: Vec<f64> = items.iter().filter_map(|&item| pairs.get(item)).map(|pair| pair.score).collect();
    let scores = Ranking::new(&scores);
    let [first, second] = [&first, &second].map(|runs| runs.iter().map(|run| Ranking::new(run)).collect::<Vec<_>>());
    let figure = |run: &Ranking<'_>, weights: &[f64]| spearman(&scores, run, weights);
    compare(&Units::single(items.len()), [&first, &second], figure, bootstrap)
}

/// Returns the difference of the share of right answers between two embeddings, as [`compare_word_pairs`]. Analogies of a
/// section that begin with the same two words are drawn together: they stand or fall with them.
///
/// # Errors
/// As [`compare_word_pairs`].
pub fn compare_analogies(
    list: &[AnalogySection],
    first: &[AnalogyReport],
    second: &[AnalogyReport],
    bootstrap: &Bootstrap,
) -> Result<Difference> {
    let answer = |answer: &Option<bool>| answer.map(|right| f64::from(u8::from(right)));
    let answers = |run: &AnalogyReport| run.sections.iter().flat_map(|section| &section.answers).map(answer).collect();
    let outcomes = |runs: &[AnalogyReport]| runs.iter().map(answers).collect();
    let begins =
        list.iter().enumerate().flat_map(|(section, of)| of.questions.iter().map(move |[a, b, ..]| (section, a, b)));
    let begins: Vec<_> = begins.collect();
    let (items, [first, second]) = common(begins.len(), &[outcomes(first), outcomes(second)])?;
    let units = Units::clusters(items.iter().filter_map(|&item| begins.get(item)));
    let share = |run: &Vec<f64>, weights: &[f64]| {
        let right: f64 = run.iter().zip(weights).map(|(right, weight)| right * weight).sum();
        Some(right / weights.iter().sum::<f64>())
    };
    compare(&units, [&first, &second], share, bootstrap)
}

/// The outcomes of the runs of two sides, `[side][run][item]`.
type Runs<T> = [Vec<Vec<T>>; 2];

/// Returns the items that every run has an outcome for, and these outcomes.
fn common(items: usize, sides: &Runs<Option<f64>>) -> Result<(Vec<usize>, Runs<f64>)> {
    let mut faults = Vec::new();
    for (side, runs) in ["first", "second"].iter().zip(sides) {
        if runs.is_empty() {
            faults.push(format!("the {side} embedding: found no run, expected one or more"));
        }
        for (at, run) in runs.iter().enumerate().filter(|(_, run)| run.len() != items) {
            faults.push(format!("the {side} embedding, run {at}: found {} items, expected {items}", run.len()));
        }
    }
    Error::from_faults(faults)?;
    let mut all = sides.iter().flatten();
    let known = |item: &usize| all.clone().all(|run| run.get(*item).is_some_and(Option::is_some));
    let kept: Vec<usize> = (0..items).filter(known).collect();
    if kept.is_empty() {
        let found = all.next().map_or(0, Vec::len);
        return Err(Error::config(format!("found no item of {found} that every run knows, expected one or more")));
    }
    let outcomes = |run: &Vec<Option<f64>>| kept.iter().filter_map(|&item| *run.get(item)?).collect();
    let sides = sides.each_ref().map(|runs| runs.iter().map(outcomes).collect());
    Ok((kept, sides))
}

/// Compares the mean figures of two sides.
fn compare<T>(
    units: &Units,
    [first, second]: [&[T]; 2],
    figure: impl Fn(&T, &[f64]) -> Option<f64>,
    bootstrap: &Bootstrap,
) -> Result<Difference> {
    let mean = |runs: &[T], weights: &[f64]| {
        let figures: Option<Vec<f64>> = runs.iter().map(|run| figure(run, weights)).collect();
        figures.map(|figures| figures.iter().sum::<f64>() / figures.len() as f64)
    };
    let difference = |weights: &[f64]| Some(mean(first, weights)? - mean(second, weights)?);
    let ones = vec![1.0; units.rows()];
    let replicates: Replicates = bootstrap.replicates(units, difference)?;
    let observed = difference(&ones);
    Ok(Difference {
        first: mean(first, &ones),
        second: mean(second, &ones),
        difference: observed,
        interval: observed.and_then(|_| replicates.interval(bootstrap.level)),
        items: units.rows(),
        units: units.count(),
    })
}
