//! Posts in their cells, in an order that does not hang on how they were given.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use plaudit_core::{Error, Post, Result};
use plaudit_stats::Units;

use super::BrandPlatform;
use super::shrink::{Shrinkage, Spread};

/// Posts sorted by cell and engagement, so that ranks under any weights take one pass.
pub(super) struct Cells<'a> {
    brands: Vec<&'a str>,
    platforms: Vec<Option<&'a str>>,
    rows: Vec<Row>,
    /// The cells, each with the places of its ranked rows, which come first.
    cells: Vec<Cell>,
}

/// One post.
struct Row {
    cell: u32,
    /// None where engagement is not known.
    value: Option<f64>,
    /// None where the author is not known.
    author: Option<u32>,
    brand: u32,
}

struct Cell {
    /// Its place in `Cells::platforms`.
    platform: usize,
    /// Groups of ranked rows with equal engagement, ascending.
    ties: Vec<Range<usize>>,
}

/// The cell of a post: platform, kind of content, year and month.
type Key<'a> = (Option<&'a str>, Option<&'a str>, Option<(i64, i64)>);

impl<'a> Cells<'a> {
    /// # Errors
    /// When there are 2^32 posts or more.
    pub(super) fn new(posts: &[&'a Post], values: &[Option<f64>]) -> Result<Self> {
        if u32::try_from(posts.len()).is_err() {
            return Err(Error::config(format!("posts: {}; expected fewer than 2^32", posts.len())));
        }
        let key = |post: &&'a Post| -> Key<'a> {
            let month = post.feedback.time.map(plaudit_core::Time::date).map(|(year, month, _)| (year, month));
            (post.platform(), post.kind.as_deref(), month)
        };
        let (keys, of_cells) = numbered(posts.iter().map(key));
        let (brands, of_brands) = numbered(posts.iter().map(|post| post.brand().unwrap_or_default()));
        // A name is one author on one platform.
        let (_, authors) =
            numbered(posts.iter().map(|post| post.author.as_deref().map(|name| (post.platform(), name))));
        let columns = of_cells.into_iter().zip(of_brands).zip(authors).zip(posts.iter().zip(values));
        let mut rows: Vec<Row> = columns
            .map(|(((cell, brand), author), (post, &value))| Row {
                cell,
                value,
                author: post.author.is_some().then_some(author),
                brand,
            })
            .collect();
        // What is equal in all of this is exchangeable.
        rows.sort_unstable_by(|a, b| {
            let known = |row: &Row| row.value.is_none();
            let value = |row: &Row| row.value.unwrap_or(0.0);
            (a.cell, known(a))
                .cmp(&(b.cell, known(b)))
                .then_with(|| value(a).total_cmp(&value(b)))
                .then_with(|| (a.author, a.brand).cmp(&(b.author, b.brand)))
        });
        let platforms: BTreeSet<Option<&str>> = keys.iter().map(|key| key.0).collect();
        let platforms: Vec<Option<&str>> = platforms.into_iter().collect();
        let mut cells: Vec<Cell> = keys
            .iter()
            .map(|key| Cell { platform: platforms.partition_point(|other| *other < key.0), ties: Vec::new() })
            .collect();
        let mut start = 0;
        for equal in rows.chunk_by(|a, b| (a.cell, a.value) == (b.cell, b.value)) {
            let end = start + equal.len();
            if let Some(Row { cell, value: Some(_), .. }) = equal.first() {
                cells.iter_mut().skip(*cell as usize).take(1).for_each(|cell| cell.ties.push(start..end));
            }
            start = end;
        }
        Ok(Self { brands, platforms, rows, cells })
    }

    /// The brands, in lexicographic order.
    pub(super) fn brands(&self) -> &[&'a str] {
        &self.brands
    }

    /// The number of cells with ranked posts.
    pub(super) fn len(&self) -> u64 {
        self.cells.iter().filter(|cell| !cell.ties.is_empty()).count() as u64
    }

    /// How many posts are alone in their cell.
    pub(super) fn alone(&self) -> u64 {
        self.cells.iter().filter(|cell| cell.rows().len() == 1).count() as u64
    }

    /// What a bootstrap draws: the posts of one author together.
    pub(super) fn units(&self) -> Units {
        Units::clusters(self.unit_names())
    }

    /// A name for the author of each row: a number, or the row's own place behind all numbers.
    fn unit_names(&self) -> impl Iterator<Item = u64> {
        self.rows.iter().zip(1 << 32..).map(|(row, own)| row.author.map_or(own, u64::from))
    }

    /// How many authors each brand has.
    pub(super) fn authors(&self) -> Vec<u64> {
        let different: BTreeSet<(u32, u64)> = self.rows.iter().map(|row| row.brand).zip(self.unit_names()).collect();
        self.counted(different.into_iter().map(|(brand, _)| brand))
    }

    /// How many ranked posts of each brand have posts of another one in their cell.
    pub(super) fn compared(&self) -> Vec<u64> {
        let cells = self.cells.iter().filter_map(|cell| self.rows.get(cell.rows()));
        let mixed = cells.filter(|rows| rows.iter().zip(rows.iter().skip(1)).any(|(a, b)| a.brand != b.brand));
        self.counted(mixed.flatten().map(|row| row.brand))
    }

    /// How often each brand comes.
    fn counted(&self, brands: impl Iterator<Item = u32>) -> Vec<u64> {
        let mut counts = vec![0; self.brands.len()];
        for brand in brands {
            counts.iter_mut().skip(brand as usize).take(1).for_each(|count| *count += 1);
        }
        counts
    }

    /// The sums over all posts as they are.
    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.add_up(&vec![1.0; self.rows.len()], &mut totals);
        totals
    }

    /// Replaces `totals` by the sums under these weights of the rows.
    pub(super) fn add_up(&self, weights: &[f64], totals: &mut Totals) {
        totals.clear(self.brands.len());
        for (row, &weight) in self.rows.iter().zip(weights) {
            totals.of(row.brand, |sums| sums.posts += weight);
        }
        self.rank(weights, |_, row, weight, rank| totals.of(row.brand, |sums| sums.add(weight, rank)));
    }

    /// Calls `each` with every ranked row that has a weight: its place, the row, its weight and its mid-rank over n + 1.
    fn rank(&self, weights: &[f64], mut each: impl FnMut(usize, &Row, f64, f64)) {
        for cell in &self.cells {
            let n: f64 = weights.get(cell.rows()).unwrap_or_default().iter().sum();
            let mut below = 0.0;
            for tie in &cell.ties {
                let (Some(rows), Some(weights)) = (self.rows.get(tie.clone()), weights.get(tie.clone())) else {
                    continue;
                };
                let equal: f64 = weights.iter().sum();
                let rank = (below + (equal + 1.0) / 2.0) / (n + 1.0);
                for ((place, row), &weight) in tie.clone().zip(rows).zip(weights).filter(|&(_, &weight)| weight > 0.0) {
                    each(place, row, weight, rank);
                }
                below += equal;
            }
        }
    }

    /// Each brand's parts on the platforms where it has posts.
    pub(super) fn on_platforms(&self) -> Vec<Vec<BrandPlatform>> {
        let platform = |row: &Row| self.cells.get(row.cell as usize).map_or(0, |cell| cell.platform);
        let mut all = vec![0.0; self.platforms.len()];
        let mut parts: BTreeMap<(u32, usize), Sums> = BTreeMap::new();
        for row in &self.rows {
            all.iter_mut().skip(platform(row)).take(1).for_each(|posts| *posts += 1.0);
            parts.entry((row.brand, platform(row))).or_default().posts += 1.0;
        }
        self.rank(&vec![1.0; self.rows.len()], |_, row, weight, rank| {
            parts.entry((row.brand, platform(row))).or_default().add(weight, rank);
        });
        let mut of_brands = vec![Vec::new(); self.brands.len()];
        for ((brand, platform), own) in parts {
            let part = BrandPlatform {
                platform: self.platforms.get(platform).copied().flatten().map(str::to_owned),
                posts: own.posts as u64,
                volume: own.posts / all.get(platform).copied().unwrap_or(own.posts),
                rank: own.rank(),
            };
            of_brands.iter_mut().skip(brand as usize).take(1).for_each(|parts| parts.push(part.clone()));
        }
        of_brands
    }

    /// How far ranks differ within and between brands, and what each brand keeps of its own.
    pub(super) fn shrinkage(&self) -> Option<(Shrinkage, Vec<Option<f64>>)> {
        let names: Vec<u64> = self.unit_names().collect();
        let mut authors: BTreeMap<(u32, u64), Vec<f64>> = BTreeMap::new();
        self.rank(&vec![1.0; self.rows.len()], |place, row, _, rank| {
            let name = names.get(place).copied().unwrap_or(0);
            authors.entry((row.brand, name)).or_default().push(rank);
        });
        let mut spread = Spread::new(self.brands.len());
        authors.iter().for_each(|((brand, _), ranks)| spread.add(*brand as usize, ranks));
        spread.shrinkage()
    }
}

impl Cell {
    /// The places of its ranked rows.
    fn rows(&self) -> Range<usize> {
        self.ties.first().map_or(0, |first| first.start)..self.ties.last().map_or(0, |last| last.end)
    }
}

/// The sums of each brand, `[brands]`.
#[derive(Default)]
pub(super) struct Totals(Vec<Sums>);

#[derive(Clone, Copy, Default)]
struct Sums {
    posts: f64,
    ranked: f64,
    ranks: f64,
}

impl Sums {
    fn add(&mut self, weight: f64, rank: f64) {
        self.ranked += weight;
        self.ranks += weight * rank;
    }

    fn rank(self) -> Option<f64> {
        (self.ranked > 0.0).then(|| self.ranks / self.ranked)
    }
}

impl Totals {
    fn clear(&mut self, brands: usize) {
        self.0.clear();
        self.0.resize(brands, Sums::default());
    }

    fn of(&mut self, brand: u32, change: impl FnOnce(&mut Sums)) {
        if let Some(sums) = self.0.get_mut(brand as usize) {
            change(sums);
        }
    }

    fn sums(&self, brand: usize) -> Sums {
        self.0.get(brand).copied().unwrap_or_default()
    }

    /// How many posts there are.
    pub(super) fn all(&self) -> f64 {
        self.0.iter().map(|sums| sums.posts).sum()
    }

    /// How many posts are about a brand.
    pub(super) fn posts(&self, brand: usize) -> f64 {
        self.sums(brand).posts
    }

    /// How many of them have a rank.
    pub(super) fn ranked(&self, brand: usize) -> f64 {
        self.sums(brand).ranked
    }

    /// The mean of these.
    pub(super) fn rank(&self, brand: usize) -> Option<f64> {
        self.sums(brand).rank()
    }
}

/// The different keys in order, and the place of each one's among them.
fn numbered<K: Ord + Copy>(keys: impl Iterator<Item = K>) -> (Vec<K>, Vec<u32>) {
    let mut sorted: Vec<(K, usize)> = keys.zip(0..).collect();
    sorted.sort_unstable();
    let mut numbers = vec![0; sorted.len()];
    let mut names = Vec::new();
    for (equal, number) in sorted.chunk_by(|a, b| a.0 == b.0).zip(0..) {
        names.extend(equal.first().map(|&(key, _)| key));
        for &(_, place) in equal {
            numbers.iter_mut().skip(place).take(1).for_each(|slot| *slot = number);
        }
    }
    (names, numbers)
}
