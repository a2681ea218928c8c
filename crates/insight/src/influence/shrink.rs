//! How much of a brand's rank is its own, and how much the chance of few posts.

use serde::{Deserialize, Serialize};

/// The variances that shrink ranks toward 0.5, that of a brand of which nothing is known.
///
/// A brand keeps t / (t + v) of its distance from 0.5, with t the variance of true mean ranks between brands and v that of its own mean
/// by chance: v = a sum m^2 / n^2 + w / n for n posts, m of them by each author. The variance within brands is split into that between
/// authors, a, and that between posts of one author, w, by the analysis of variance of a nested design, pooled over brands: S. R. Searle,
/// G. Casella and C. E. McCulloch, *Variance Components* (1992). t is found by moments, max(0, (sum d^2 / v - B) / sum 1 / v) with
/// the distances d of B brands: empirical Bayes, C. N. Morris, *Parametric empirical Bayes inference*, JASA 78 (1983).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Shrinkage {
    /// t: the variance between brands, 0 or above; with 0, all are alike but for chance.
    pub of_brands: f64,
    /// a: the variance between authors within a brand, 0 or above.
    pub of_authors: f64,
    /// w: the variance between the posts of one author, 0 or above.
    pub of_posts: f64,
}

/// The sums of a nested analysis of variance: posts in authors in brands.
pub(super) struct Spread {
    brands: Vec<Brand>,
    /// The squares of posts about their author's mean, and the posts less the authors.
    within: f64,
    within_df: f64,
}

#[derive(Clone, Default)]
struct Brand {
    /// The posts, and the mean of each author.
    authors: Vec<(f64, f64)>,
}

impl Brand {
    fn posts(&self) -> f64 {
        self.authors.iter().map(|(posts, _)| posts).sum()
    }

    fn mean(&self) -> f64 {
        self.authors.iter().map(|(posts, mean)| posts * mean).sum::<f64>() / self.posts()
    }

    /// The posts of each author squared, over the brand's posts.
    fn squares(&self) -> f64 {
        self.authors.iter().map(|(posts, _)| posts * posts).sum::<f64>() / self.posts()
    }
}

impl Spread {
    pub(super) fn new(brands: usize) -> Self {
        Self { brands: vec![Brand::default(); brands], within: 0.0, within_df: 0.0 }
    }

    /// Adds an author's ranks, one at least.
    pub(super) fn add(&mut self, brand: usize, ranks: &[f64]) {
        let n = ranks.len() as f64;
        let mean = ranks.iter().sum::<f64>() / n;
        self.within += ranks.iter().map(|rank| (rank - mean) * (rank - mean)).sum::<f64>();
        self.within_df += n - 1.0;
        self.brands.iter_mut().skip(brand).take(1).for_each(|brand| brand.authors.push((n, mean)));
    }

    /// The variances, and what each brand keeps of its distance; none for a brand without a rank.
    pub(super) fn shrinkage(&self) -> Option<(Shrinkage, Vec<Option<f64>>)> {
        let ranked = || self.brands.iter().filter(|brand| !brand.authors.is_empty());
        let between: f64 = ranked()
            .map(|brand| {
                let middle = brand.mean();
                brand.authors.iter().map(|(n, mean)| n * (mean - middle) * (mean - middle)).sum::<f64>()
            })
            .sum();
        let df: f64 = ranked().map(|brand| brand.authors.len() as f64 - 1.0).sum();
        if df <= 0.0 {
            return None; // one author each: what is the author's and what the brand's cannot be told
        }
        let of_posts = if self.within_df > 0.0 { self.within / self.within_df } else { 0.0 };
        let size = ranked().map(|brand| brand.posts() - brand.squares()).sum::<f64>() / df;
        let of_authors = ((between / df - of_posts) / size).max(0.0);
        let chance = |brand: &Brand| of_authors * brand.squares() / brand.posts() + of_posts / brand.posts();
        // What differs by rounding alone does not differ.
        if of_posts + of_authors < 1e-18 {
            return None;
        }
        let (mut excess, mut weights) = (0.0, 0.0);
        for brand in ranked() {
            let (distance, chance) = (brand.mean() - 0.5, chance(brand));
            excess += distance * distance / chance - 1.0;
            weights += 1.0 / chance;
        }
        let of_brands = (excess / weights).max(0.0);
        let kept = |brand: &Brand| (!brand.authors.is_empty()).then(|| of_brands / (of_brands + chance(brand)));
        Some((Shrinkage { of_brands, of_authors, of_posts }, self.brands.iter().map(kept).collect()))
    }
}

#[cfg(test)]
mod tests {
    use plaudit_stats::Stream;

    use super::*;

    /// By hand: brand 0 has authors with ranks (.2, .4) and (.6), brand 1 one with (.9, .7). Within authors .02 + 0 + .02 over 2: w = .02.
    /// Between: 2 (.3 - .4)^2 + (.6 - .4)^2 = .06 over 1; size 3 - 5/3 = 4/3 (brand 1: 2 - 2 = 0): a = (.06 - .02) / (4/3) = .03.
    /// v: .03 * 5/9 + .02/3 = .0233333; .03 + .01 = .04. t = (.01/.0233333 - 1 + .09/.04 - 1) / (1/.0233333 + 1/.04) = .0100000.
    #[test]
    fn variances_by_hand() {
        let mut spread = Spread::new(3);
        spread.add(0, &[0.2, 0.4]);
        spread.add(0, &[0.6]);
        spread.add(1, &[0.9, 0.7]);
        let (found, kept) = spread.shrinkage().unwrap();
        assert!((found.of_posts - 0.02).abs() < 1e-12 && (found.of_authors - 0.03).abs() < 1e-12, "{found:?}");
        assert!((found.of_brands - 0.01).abs() < 1e-12, "{found:?}");
        assert!((kept[0].unwrap() - 0.3).abs() < 1e-12 && (kept[1].unwrap() - 0.2).abs() < 1e-12, "{kept:?}");
        assert_eq!(kept[2], None);
    }

    #[test]
    fn what_cannot_be_told_is_none() {
        assert!(Spread::new(2).shrinkage().is_none());
        let mut one_author_each = Spread::new(2);
        one_author_each.add(0, &[0.2, 0.4]);
        one_author_each.add(1, &[0.6]);
        assert!(one_author_each.shrinkage().is_none());
        let mut ties = Spread::new(1);
        (0..3).for_each(|_| ties.add(0, &[0.5]));
        assert!(ties.shrinkage().is_none());
    }

    /// Brands with a mean, authors about it, posts about them: the variances are found again, and shrunk means are nearer to the truth.
    #[test]
    fn known_variances_are_found() {
        let (mut sums, mut errors) = ([0.0; 3], [0.0; 2]);
        let runs = 60;
        for run in 0..runs {
            let mut stream = Stream::new(run, "test: shrinkage", 0);
            let mut spread = Spread::new(40);
            let mut truths = Vec::new();
            for brand in 0..40 {
                let truth = 0.5 + 0.05 * stream.normal();
                truths.push(truth);
                for author in 0..3 + brand % 5 {
                    let mean = truth + 0.1 * stream.normal();
                    let ranks: Vec<f64> = (0..1 + author % 4).map(|_| mean + 0.2 * stream.normal()).collect();
                    spread.add(brand, &ranks);
                }
            }
            let (found, kept) = spread.shrinkage().unwrap();
            let found = [found.of_brands, found.of_authors, found.of_posts];
            sums.iter_mut().zip(found).for_each(|(sum, found)| *sum += found / runs as f64);
            for ((brand, kept), truth) in spread.brands.iter().zip(kept).zip(truths) {
                let raw = brand.mean() - truth;
                let shrunk = 0.5 + kept.unwrap() * (brand.mean() - 0.5) - truth;
                errors[0] += raw * raw;
                errors[1] += shrunk * shrunk;
            }
        }
        // Variances 0.0025, 0.01 and 0.04.
        assert!(
            (sums[0] - 0.0025).abs() < 5e-4 && (sums[1] - 0.01).abs() < 1e-3 && (sums[2] - 0.04).abs() < 1e-3,
            "{sums:?}"
        );
        assert!(errors[1] < 0.5 * errors[0], "{errors:?}");
    }
}
