//! What was to be expected of a campaign beside what came.

use std::fmt;

use plaudit_core::{Result, Table, visible};
use plaudit_stats::{Stream, binomial, gamma, quantile};
use serde::{Deserialize, Serialize};

use super::Campaign;
use crate::reactions::spread::{MeanPosterior, fit};
use crate::reactions::{Estimate, Reactions, ReactionsConfig, Spread, Tally};

/// Each label of a campaign: what earlier posts let expect, and what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CampaignComparison {
    /// The labels in the order of the campaign.
    pub labels: Vec<LabelComparison>,
}

/// One label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LabelComparison {
    /// The label.
    pub label: String,
    /// How much its earlier posts differ.
    pub before: Spread,
    /// How much its posts of the campaign differ.
    pub now: Spread,
    /// Its posts in the order of the campaign.
    pub posts: Vec<PostComparison>,
}

/// One post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PostComparison {
    /// The post.
    pub post: String,
    /// The negative share that was to be expected of a post with as many counted reactions, 0 to 1: the mean of such
    /// posts, and an interval that holds the share of a new one with the level of the configuration. None where the
    /// earlier posts do not tell how much posts differ ([`Spread::NotIdentified`]).
    pub predicted: Option<Estimate>,
    /// The negative share that came; none where nothing is counted yet.
    pub observed: Option<f64>,
    /// Whether what came lies in the interval; none where one of both is missing.
    pub inside: Option<bool>,
}

impl Campaign {
    /// Returns what earlier posts of the same labels let expect of each planned post, beside what came of it.
    ///
    /// The negative reactions of a new post with n counted ones are beta-binomial; its mean and the correlation rho are
    /// drawn from their posterior given the earlier posts ([`Spread`]), so that the interval holds the chance of the
    /// counts, the difference between posts, and what is not known of both. Where a post has no reactions yet, n is the
    /// mean of the label's earlier posts. It is a forecast for posts like the earlier ones, and no effect of anything.
    ///
    /// # Errors
    /// When the configuration is at fault, or as [`tallies`](Self::tallies).
    pub fn compare(
        &self,
        earlier: &Reactions,
        observed: Option<&Reactions>,
        config: &ReactionsConfig,
    ) -> Result<CampaignComparison> {
        config.validate()?;
        let before = earlier.post_tallies(&config.valence)?;
        let now = match observed {
            Some(observed) => self.tallies(observed, &config.valence)?,
            None => vec![None; self.posts().len()],
        };
        let labels = self.config().labels.iter().map(|label| {
            let of_label = earlier.posts().iter().zip(&before).filter(|(post, _)| post.label == *label);
            let of_label: Vec<&Tally> = of_label.map(|(_, tally)| tally).collect();
            let (spread, posterior) = fit(of_label.iter().copied(), config.level);
            let planned = self.posts().iter().zip(&now).filter(|(post, _)| post.label == *label);
            let posts = planned.clone().map(|(post, tally)| {
                let counted = tally.map(|tally| tally.counted()).filter(|&counted| counted > 0);
                let n = counted.unwrap_or_else(|| mean_count(&of_label));
                let predicted = posterior.as_ref().map(|mean| predict(mean, n, &post.post, config));
                let observed = tally.and_then(|tally| tally.negative_share());
                let inside = predicted.zip(observed).map(|(p, share)| p.low <= share && share <= p.high);
                PostComparison { post: post.post.clone(), predicted, observed, inside }
            });
            let posts = posts.collect();
            let (now, _) = fit(planned.filter_map(|(_, tally)| tally.as_ref()), config.level);
            LabelComparison { label: label.clone(), before: spread, now, posts }
        });
        Ok(CampaignComparison { labels: labels.collect() })
    }
}

/// The mean number of counted reactions, at least 1.
fn mean_count(tallies: &[&Tally]) -> u64 {
    let sum: f64 = tallies.iter().map(|tally| tally.counted() as f64).sum();
    (sum / tallies.len().max(1) as f64).round().max(1.0) as u64
}

/// The share of a new post with `n` counted reactions. Its draws are named by the post.
fn predict(posterior: &MeanPosterior, n: u64, post: &str, config: &ReactionsConfig) -> Estimate {
    let name: Vec<u64> = post.bytes().map(u64::from).collect();
    let mut stream = Stream::keyed(config.seed, "campaign: forecast", &name);
    let mut draws: Vec<f64> = (0..config.draws)
        .map(|_| {
            let (mean, rho) = posterior.draw_with_rho(&mut stream);
            let total = (1.0 - rho) / rho;
            // At a correlation of 0 every post has the mean.
            let share = if total.is_finite() { beta(&mut stream, mean * total, (1.0 - mean) * total) } else { mean };
            binomial(&mut stream, n, share) as f64 / n as f64
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    let tail = (1.0 - config.level) / 2.0;
    let value = posterior.mean;
    let end = |q| quantile(&draws, q).unwrap_or(value); // there are at least 100 draws
    Estimate { value, low: end(tail).min(value), high: end(1.0 - tail).max(value) }
}

/// A draw from the beta distribution. Gamma draws of small shapes are too small for a number, so that their logarithms
/// are drawn: Gamma(a) = Gamma(a + 1) U^(1/a).
fn beta(stream: &mut Stream, a: f64, b: f64) -> f64 {
    let [of_a, of_b] = [a, b].map(|shape| {
        let whole = libm::log(gamma(stream, shape + 1.0));
        whole + libm::log(1.0 - stream.uniform()) / shape
    });
    1.0 / (1.0 + libm::exp(of_b - of_a))
}

impl fmt::Display for CampaignComparison {
    /// A row a post, and a sentence for each label of which nothing can be predicted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["post", "label", "predicted negative", "observed", "inside"]);
        for of_label in &self.labels {
            for post in &of_label.posts {
                let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
                let predicted = post.predicted.map(|p| format!("{:.2} ({:.2} to {:.2})", p.value, p.low, p.high));
                let observed = post.observed.map(|share| format!("{share:.2}"));
                let inside = post.inside.map(|inside| if inside { "yes" } else { "no" }.to_owned());
                table.push([
                    post.post.clone(),
                    of_label.label.clone(),
                    or_none(predicted),
                    or_none(observed),
                    or_none(inside),
                ]);
            }
        }
        write!(f, "{table}")?;
        for LabelComparison { label, before, .. } in &self.labels {
            if let Spread::NotIdentified { posts } = before {
                let label = visible(label);
                writeln!(f, "{label}: {posts} earlier posts do not tell how much posts differ; nothing is predicted")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Beta(a, b) by hand: mean a / (a + b), variance m (1 - m) / (a + b + 1)
    #[test]
    fn beta_draws_have_their_moments_at_any_size() {
        for (a, b) in [(2.0, 6.0), (0.3, 0.1), (3e-7, 1e-7), (1e-24, 1e-6), (3e9, 1e9), (4e17, 1e18)] {
            let mut stream = Stream::new(1, "test", 0);
            let draws: Vec<f64> = (0..20_000).map(|_| beta(&mut stream, a, b)).collect();
            let mean = draws.iter().sum::<f64>() / 20_000.0;
            let variance = draws.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / 20_000.0;
            let expected = a / (a + b);
            let spread = expected * (1.0 - expected) / (a + b + 1.0);
            assert!((mean - expected).abs() < 5.0 * (spread / 20_000.0).sqrt() + 1e-12, "{a} {b}: {mean}");
            assert!((variance - spread).abs() < 0.06 * spread + 1e-15, "{a} {b}: {variance} for {spread}");
        }
    }
}
