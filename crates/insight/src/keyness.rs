//! The terms of one group of texts against the others.

use std::fmt;

use plaudit_core::{Error, Result, Table};
use plaudit_stats::{Stream, benjamini_hochberg};
use serde::{Deserialize, Serialize};

use crate::{Documents, Exchange, log_odds};

/// How the terms of a group are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct KeynessConfig {
    /// The weight of the prior, in texts, above 0 and at most 1e9: each group is thought to begin with so many texts that
    /// mention terms as all texts together do. It holds the log-odds of rare terms near 0, and with them `z`; the p-values of
    /// permutations hardly hang on it. By default 100, a convention.
    pub prior: f64,
    /// The number of permutations, 99 to 100,000. By default 499.
    pub permutations: usize,
    /// The seed of the permutations.
    pub seed: u64,
}

impl Default for KeynessConfig {
    fn default() -> Self {
        Self { prior: 100.0, permutations: 499, seed: 0 }
    }
}

/// The most numbers of permuted statistics: 1 GiB.
const MOST: usize = 1 << 27;

impl KeynessConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(self.prior > 0.0 && self.prior <= 1e9) {
            faults.push(format!("prior: {}; expected above 0 and at most 1e9", self.prior));
        }
        if !(99..=100_000).contains(&self.permutations) {
            faults.push(format!("permutations: {}; expected 99 to 100000", self.permutations));
        }
        Error::from_faults(faults)
    }
}

/// The terms of a group of texts against the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Keyness {
    /// The number of texts in the group.
    pub inside: u64,
    /// The number of texts outside it.
    pub outside: u64,
    /// Every term, the clearest first: by `q_value`, then by `z`, then by name.
    pub terms: Vec<KeyTerm>,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeyTerm {
    /// The term.
    pub term: String,
    /// How many texts of the group mention it.
    pub inside: u64,
    /// How many of the other texts do.
    pub outside: u64,
    /// The [log-odds ratio](log_odds) with the prior; above 0 where the group mentions it more. 0 where there is none: all
    /// texts mention it, or a group has no text.
    pub log_odds: f64,
    /// The same in its model's standard deviations. The model takes texts for independent; the p-values do not.
    pub z: f64,
    /// Twice the share of permutations in which its `z` is as far to the same side, (b + 1) / (m + 1) with b of m: of this term by
    /// itself.
    pub p_value: f64,
    /// The false discovery rate at which the term would just be named, 0 to 1 (Benjamini and Hochberg 1995): naming those of
    /// at most 0.05, one in twenty is expected to be wrong.
    pub q_value: f64,
}

/// Returns the terms that texts of the group mention more often, or less often, than the others.
///
/// Counted are texts that mention a term, not words: words cluster in texts. The log-odds ratio has the share of all texts that
/// mention the term as its prior ([`log_odds`]). Chance is found by permuting the groups as `exchange` allows, so that texts of
/// one author count as one draw where it says so. For the q-values each term's `z` is taken in standard deviations of its own
/// permuted values, from their mean; its p-value is twice the share of all terms' permuted values that are as far out on its side, which a few
/// hundred permutations resolve far enough for thousands of terms; then they are adjusted.
///
/// Where the groups are *predicted* labels, the terms are those by which the classifier predicts: they say what it looks at, not
/// what people complain about. Leave out the words of a sentiment lexicon with [`Documents::without`], which changes no other term's counts.
///
/// # Errors
/// When the configuration is at fault, `exchange` has not one text a document, or permutations times terms are more than 2^27.
pub fn keyness(documents: &Documents, exchange: &Exchange, config: &KeynessConfig) -> Result<Keyness> {
    config.validate()?;
    exchange.check(documents.len())?;
    let width = documents.terms().len();
    let size = width.saturating_mul(config.permutations);
    if size > MOST {
        let fault =
            format!("permutations: {} for {width} terms; expected a product of at most {MOST}", config.permutations);
        return Err(Error::config(fault));
    }
    let count = Count { documents, prior: config.prior };
    let (inside, sizes) = count.inside(exchange.group());
    let found = count.z(&inside, sizes);

    let mut permuted = vec![0.0; size]; // row-major, [terms, permutations]
    let mut group = Vec::new();
    for permutation in 0..config.permutations {
        let mut stream = Stream::new(config.seed, "insight: keyness", permutation as u64);
        exchange.permute(&mut stream, &mut group);
        let (inside, sizes) = count.inside(&group);
        let of_permutation = permuted.iter_mut().skip(permutation).step_by(config.permutations);
        of_permutation.zip(count.z(&inside, sizes)).for_each(|(slot, (_, z))| *slot = z);
    }
    let mut standard = Vec::with_capacity(width);
    let mut p_values = Vec::with_capacity(width);
    for (own, &(_, z)) in permuted.chunks_exact_mut(config.permutations).zip(&found) {
        let (mean, sd) = moments(own);
        let scaled = |z: f64| if sd > 0.0 { (z - mean) / sd } else { 0.0 };
        own.iter_mut().for_each(|z| *z = scaled(*z));
        own.sort_unstable_by(f64::total_cmp);
        standard.push(scaled(z));
        p_values.push(two_sided(own, scaled(z)));
    }
    permuted.sort_unstable_by(f64::total_cmp);
    let pooled: Vec<f64> = standard.iter().map(|&found| two_sided(&permuted, found)).collect();
    let q_values = benjamini_hochberg(&pooled)?;

    let counts = documents.terms().iter().zip(documents.frequencies()).zip(&inside);
    let values = found.into_iter().zip(p_values.into_iter().zip(q_values));
    let mut terms: Vec<KeyTerm> = counts
        .zip(values)
        .map(|(((term, &all), &inside), ((log_odds, z), (p_value, q_value)))| KeyTerm {
            term: term.clone(),
            inside: inside as u64,
            outside: (all as f64 - inside) as u64,
            log_odds,
            z,
            p_value,
            q_value,
        })
        .collect();
    // Stable: by name where both are equal.
    terms.sort_by(|a, b| a.q_value.total_cmp(&b.q_value).then(b.z.abs().total_cmp(&a.z.abs())));
    Ok(Keyness { inside: sizes[0] as u64, outside: sizes[1] as u64, terms })
}

struct Count<'a> {
    documents: &'a Documents,
    prior: f64,
}

impl Count<'_> {
    /// How many texts of the group mention each term, and how many texts are inside it and outside.
    fn inside(&self, group: &[bool]) -> (Vec<f64>, [f64; 2]) {
        let mut inside = vec![0.0; self.documents.terms().len()];
        let mut sizes = [0.0; 2];
        for (terms, &of_group) in self.documents.iter().zip(group) {
            if of_group {
                Documents::add(&mut inside, terms, 1.0);
                sizes[0] += 1.0;
            } else {
                sizes[1] += 1.0;
            }
        }
        (inside, sizes)
    }

    /// The log-odds ratio of each term and its z.
    fn z(&self, inside: &[f64], [n, m]: [f64; 2]) -> Vec<(f64, f64)> {
        let counts = inside.iter().zip(self.documents.frequencies());
        let of = |(&inside, &all): (&f64, &usize)| {
            let all = all as f64;
            let prior = self.prior * all / (n + m);
            log_odds([inside, n], [all - inside, m], prior, self.prior)
                .map_or((0.0, 0.0), |odds| (odds.difference, odds.z()))
        };
        counts.map(of).collect()
    }
}

/// Twice the share of ascending values as far to one side, counting the one that was found; at most 1.
fn two_sided(sorted: &[f64], found: f64) -> f64 {
    let slack = 1e-9 * (1.0 + found.abs());
    let below = sorted.partition_point(|&value| value <= found + slack);
    let above = sorted.len() - sorted.partition_point(|&value| value < found - slack);
    (2.0 * (below.min(above) + 1) as f64 / (sorted.len() + 1) as f64).min(1.0)
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n;
    // What differs by rounding alone has no spread.
    (mean, if variance.sqrt() > 1e-9 { variance.sqrt() } else { 0.0 })
}

impl fmt::Display for Keyness {
    /// The ten clearest terms of the group and the ten of the others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share =
            |count: u64, of: u64| if of > 0 { format!("{:.3}", count as f64 / of as f64) } else { "-".to_owned() };
        let mut table = Table::new(["term", "inside", "outside", "log-odds", "z", "q"]);
        for more in [true, false] {
            for term in self.terms.iter().filter(|term| (term.log_odds > 0.0) == more).take(10) {
                table.push([
                    term.term.clone(),
                    share(term.inside, self.inside),
                    share(term.outside, self.outside),
                    format!("{:+.2}", term.log_odds),
                    format!("{:+.1}", term.z),
                    format!("{:.3}", term.q_value),
                ]);
            }
        }
        write!(f, "{table}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DocumentsBuilder;

    /// By hand: of 40 texts 10 mention `app`, 9 of the 20 of the group and 1 of the 20 others. a0 = 100, a = 25:
    /// log(34 / 86) - log(26 / 94) = 0.35721; 1 / 34 + 1 / 26 = 0.067873; z = 1.37113. As often by chance, or more
    /// unevenly: hypergeometric, 2 (C(20,9) 20 + C(20,10)) / C(40,10) = 0.0084.
    #[test]
    fn one_term_by_hand() {
        let mut builder = DocumentsBuilder::new();
        (0..40).for_each(|k| builder.push(if k < 9 || k == 39 { vec!["app"] } else { vec![] }));
        let documents = builder.finish(1).unwrap();
        let group: Vec<bool> = (0..40).map(|k| k < 20).collect();
        let config = KeynessConfig { permutations: 9_999, ..KeynessConfig::default() };
        let found = keyness(&documents, &Exchange::new(&group), &config).unwrap();
        let app = &found.terms[0];
        assert_eq!((found.inside, found.outside, app.inside, app.outside), (20, 20, 9, 1));
        assert!((app.log_odds - 0.357_21).abs() < 1e-5 && (app.z - 1.371_13).abs() < 1e-4, "{app:?}");
        assert!((app.p_value - 0.0084).abs() < 0.003 && app.q_value == app.p_value, "{app:?}");
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Keyness>(&json).unwrap(), found);
        assert!(found.to_string().contains("app"));
    }

    /// What is left out changes nothing of the others but for how many tests they are adjusted.
    #[test]
    fn words_of_a_lexicon_can_be_left_out() {
        let mut builder = DocumentsBuilder::new();
        for k in 0..60 {
            let (feeling, what) = (if k < 30 { "bad" } else { "good" }, if k % 3 == 0 { "battery" } else { "screen" });
            builder.push(if k < 20 { vec![feeling, what, "after sales"] } else { vec![feeling, what] });
        }
        let documents = builder.finish(1).unwrap();
        let negative: Vec<bool> = (0..60).map(|k| k < 30).collect();
        let exchange = Exchange::new(&negative);
        let all = keyness(&documents, &exchange, &KeynessConfig::default()).unwrap();
        assert!(all.terms[..2].iter().all(|term| ["bad", "good"].contains(&term.term.as_str())), "{all}");
        let left = documents.without(|term| ["bad", "good"].contains(&term));
        let left = keyness(&left, &exchange, &KeynessConfig::default()).unwrap();
        assert_eq!((left.terms.len(), left.terms[0].term.as_str()), (3, "after sales"));
        for term in &left.terms {
            let same = all.terms.iter().find(|same| same.term == term.term).unwrap();
            assert_eq!((term.inside, term.z, term.p_value), (same.inside, same.z, same.p_value));
        }
    }

    #[test]
    fn nothing_to_tell_names_nothing() {
        let mut builder = DocumentsBuilder::new();
        (0..20).for_each(|k| builder.push(if k % 2 == 0 { vec!["the", "bus"] } else { vec!["the"] }));
        let documents = builder.finish(1).unwrap();
        for group in [[true; 20], [false; 20]] {
            let found = keyness(&documents, &Exchange::new(&group), &KeynessConfig::default()).unwrap();
            assert!(found.terms.iter().all(|term| term.q_value == 1.0 && term.p_value == 1.0), "{found:?}");
        }
        let half: Vec<bool> = (0..20).map(|k| k < 10).collect();
        let found = keyness(&documents, &Exchange::new(&half), &KeynessConfig::default()).unwrap();
        let the = found.terms.iter().find(|term| term.term == "the").unwrap();
        assert_eq!((the.log_odds, the.z, the.q_value), (0.0, 0.0, 1.0)); // all texts mention it
        let none = DocumentsBuilder::new().finish(1).unwrap();
        assert!(keyness(&none, &Exchange::new(&[]), &KeynessConfig::default()).unwrap().terms.is_empty());

        let error = keyness(&documents, &Exchange::new(&[true]), &KeynessConfig::default()).unwrap_err().to_string();
        assert!(error.contains("group: 1 texts; expected 20"), "{error}");
        let config = KeynessConfig { prior: f64::NAN, permutations: 98, seed: 0 };
        let error = config.validate().unwrap_err().to_string();
        assert!(error.contains("prior: NaN") && error.contains("permutations: 98"), "{error}");
    }
}
