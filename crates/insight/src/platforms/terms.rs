//! What people ask of each platform, and how far the terms of two are apart.

use std::fmt;

use plaudit_core::{Error, Post, Result, Table};
use plaudit_stats::{Stream, holm};
use serde::{Deserialize, Serialize};

use super::{PlatformsConfig, author};
use crate::{Documents, Exchange, Keyness, keyness};

/// The terms of each platform against the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformTerms {
    /// The platforms by name.
    pub platforms: Vec<PlatformKeyness>,
    /// Each pair of platforms that mention a term.
    pub pairs: Vec<TermDistance>,
    /// The posts without a platform, which are left out.
    pub without_platform: u64,
}

/// What one platform speaks of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformKeyness {
    /// The platform.
    pub platform: String,
    /// Its terms against those of all others. The q-values are of this platform by itself.
    pub keyness: Keyness,
}

/// How far the terms of two platforms are apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TermDistance {
    /// The first platform.
    pub first: String,
    /// The second platform.
    pub second: String,
    /// The Jensen-Shannon divergence of the shares that terms have of the mentions, in bits: 0 where they are equal, 1 where no term is common. It
    /// is too great, the more, the fewer texts there are.
    pub divergence: f64,
    /// Its mean over the permutations: what it is where the platforms do not differ.
    pub by_chance: f64,
    /// `divergence` less `by_chance`: corrected for bias, near 0 where the platforms do not differ.
    pub corrected: f64,
    /// The share of permutations with a divergence as great, (b + 1) / (m + 1) with b of m.
    pub p_value: f64,
    /// The same, adjusted by Holm's method for all pairs.
    pub adjusted: f64,
}

/// Returns the terms of each platform against the others by [`keyness`], and the Jensen-Shannon divergence of each pair of platforms, with its
/// bias and p-value by permutation. There is one document a post.
///
/// The divergence of P and Q with their even mixture M is half of sum P log2(P / M) and half of sum Q log2(Q / M) (J. Lin, *Divergence measures
/// based on the Shannon entropy*, IEEE Transactions on Information Theory 37 (1991)), of the shares that terms have of all mentions, a mention
/// being a text with the term. Small samples look apart by chance; how far, permutations of the texts of both say, those of one author
/// together.
///
/// # Errors
/// When the configuration is at fault, there is not one document a post, or [`keyness`] refuses so many terms.
///
/// ```
/// use plaudit_core::{Feedback, Post};
/// use plaudit_insight::{DocumentsBuilder, PlatformsConfig, platform_terms};
///
/// let mut builder = DocumentsBuilder::new();
/// let posts: Vec<Post> = (0..60).map(|k| {
///     let mut post = Post::new(Feedback::new("", ""));
///     post.feedback.source = Some(["weibo", "douban"][k % 2].into());
///     builder.push(["phone", if k % 2 == 0 { "price" } else { "screen" }]);
///     post
/// }).collect();
/// let found = platform_terms(&posts, &builder.finish(2)?, &PlatformsConfig::default())?;
/// let douban = &found.platforms[0];
/// assert_eq!((douban.platform.as_str(), douban.keyness.terms[0].log_odds > 0.0), ("douban", douban.keyness.terms[0].term == "screen"));
/// assert!(found.pairs[0].divergence == 0.5 && found.pairs[0].corrected > 0.45 && found.pairs[0].p_value < 0.01);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn platform_terms(posts: &[Post], documents: &Documents, config: &PlatformsConfig) -> Result<PlatformTerms> {
    config.validate()?;
    if documents.len() != posts.len() {
        return Err(Error::config(format!("documents: {}; expected {}, one a post", documents.len(), posts.len())));
    }
    // By platform, author and terms: what is equal in all is exchangeable, and the order of the posts changes nothing.
    let of_posts = posts.iter().zip(documents.iter()).enumerate();
    let mut rows: Vec<(&str, Option<&str>, &[u32], usize)> = of_posts
        .filter_map(|(place, (post, terms))| Some((post.platform()?, post.author.as_deref(), terms, place)))
        .collect();
    rows.sort_unstable();
    let places: Vec<usize> = rows.iter().map(|row| row.3).collect();
    let documents = documents.select(&places);
    let platforms: Vec<&str> = rows.chunk_by(|a, b| a.0 == b.0).filter_map(|own| Some(own.first()?.0)).collect();
    let authors = places.iter().enumerate().filter_map(|(row, &place)| Some(author(row, posts.get(place)?)));
    let authors: Vec<_> = authors.collect();

    let of_platform = |&platform: &&str| {
        let group: Vec<bool> = rows.iter().map(|row| row.0 == platform).collect();
        let keyness = keyness(&documents, &Exchange::new(&group).together(&authors)?, &config.keyness)?;
        Ok(PlatformKeyness { platform: platform.to_owned(), keyness })
    };
    let mut pairs = Vec::new();
    for (place, &first) in platforms.iter().enumerate() {
        for &second in platforms.iter().skip(place + 1) {
            let own = |row: &&(&str, Option<&str>, &[u32], usize)| row.0 == first || row.0 == second;
            let terms: Vec<&[u32]> = rows.iter().filter(own).map(|row| row.2).collect();
            let group: Vec<bool> = rows.iter().filter(own).map(|row| row.0 == first).collect();
            let authors: Vec<_> =
                rows.iter().zip(&authors).filter(|(row, _)| own(row)).map(|(_, author)| author).collect();
            let exchange = Exchange::new(&group).together(&authors)?;
            pairs.extend(distance([first, second], &terms, &exchange, documents.terms().len(), config));
        }
    }
    let adjusted = holm(&pairs.iter().map(|pair| pair.p_value).collect::<Vec<_>>())?;
    pairs.iter_mut().zip(adjusted).for_each(|(pair, adjusted)| pair.adjusted = adjusted);
    Ok(PlatformTerms {
        platforms: platforms.iter().map(of_platform).collect::<Result<_>>()?,
        pairs,
        without_platform: (posts.len() - rows.len()) as u64,
    })
}

/// How far two platforms are apart; none where one of them mentions no term.
fn distance(
    [first, second]: [&str; 2],
    texts: &[&[u32]],
    exchange: &Exchange,
    width: usize,
    config: &PlatformsConfig,
) -> Option<TermDistance> {
    let counts = |group: &[bool]| {
        let mut counts = [vec![0.0; width], vec![0.0; width]];
        let [ours, theirs] = &mut counts;
        for (terms, &inside) in texts.iter().zip(group) {
            Documents::add(if inside { &mut *ours } else { &mut *theirs }, terms, 1.0);
        }
        counts
    };
    let divergence = divergence(&counts(exchange.group()))?;
    let (mut sum, mut group) = (0.0, Vec::new());
    let p_value = config.p_value(divergence, |permutation| {
        let mut stream = Stream::new(config.seed, "insight: terms of platforms", permutation);
        exchange.permute(&mut stream, &mut group);
        // Where all texts with a term fell to one side, they are as far apart as can be.
        let drawn = self::divergence(&counts(&group)).unwrap_or(1.0);
        sum += drawn;
        drawn
    });
    let by_chance = sum / config.permutations as f64;
    Some(TermDistance {
        first: first.to_owned(),
        second: second.to_owned(),
        divergence,
        by_chance,
        corrected: divergence - by_chance,
        p_value,
        adjusted: p_value,
    })
}

/// The Jensen-Shannon divergence of two groups' counts, in bits; none where one has none.
pub(super) fn divergence([ours, theirs]: &[Vec<f64>; 2]) -> Option<f64> {
    let (n, m): (f64, f64) = (ours.iter().sum(), theirs.iter().sum());
    if n == 0.0 || m == 0.0 {
        return None;
    }
    let part = |share: f64, mixed: f64| if share > 0.0 { share * libm::log2(share / mixed) } else { 0.0 };
    let of_term = |(ours, theirs): (&f64, &f64)| {
        let (p, q) = (ours / n, theirs / m);
        let mixed = (p + q) / 2.0;
        (part(p, mixed) + part(q, mixed)) / 2.0
    };
    Some(ours.iter().zip(theirs).map(of_term).sum())
}

impl fmt::Display for PlatformTerms {
    /// The five clearest terms of each platform, and the distances.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["platform", "term", "inside", "outside", "q"]);
        for one in &self.platforms {
            for term in one.keyness.terms.iter().filter(|term| term.log_odds > 0.0).take(5) {
                let counts = [term.inside.to_string(), term.outside.to_string()];
                let [inside, outside] = counts;
                table.push([one.platform.clone(), term.term.clone(), inside, outside, format!("{:.3}", term.q_value)]);
            }
        }
        write!(f, "{table}")?;
        let mut table = Table::new(["pair", "bits", "by chance", "corrected", "p", "p (Holm)"]);
        for pair in &self.pairs {
            let numbers = [pair.divergence, pair.by_chance, pair.corrected, pair.p_value, pair.adjusted];
            let names = format!("{} against {}", pair.first, pair.second);
            table.push([names].into_iter().chain(numbers.map(|number| format!("{number:.3}"))));
        }
        write!(f, "{table}")
    }
}
