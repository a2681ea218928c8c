//! The words nearest to a vector, by comparing it with every word.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::ops::Range;

use plaudit_core::{Error, Result};
use plaudit_kernels::{InstructionSet, dots, sum_of_squares};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::WordVectors;

/// A word and how near it is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Neighbour<'a> {
    /// The word.
    pub word: &'a str,
    /// Its place among the words, counted from 0.
    pub place: usize,
    /// Cosine similarity, -1 to 1; 0 where the word's vector, or the one asked for, is zero. Of [`AnalogyRule::Multiply`] its
    /// quotient, 0 or more.
    pub similarity: f32,
}

/// What makes a word x the answer to "a is to b as c is to ...", all vectors with length 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum AnalogyRule {
    /// That it is near to b - a + c: T. Mikolov, W. Yih and G. Zweig, *Linguistic regularities in continuous space word
    /// representations*, NAACL-HLT 2013. It is 3CosAdd of O. Levy and Y. Goldberg, *Linguistic regularities in sparse and explicit
    /// word representations*, CoNLL 2014. The default.
    #[default]
    Add,
    /// That cos(x, b) cos(x, c) / (cos(x, a) + 0.000001) is great, with cosines shifted to 0 to 1: 3CosMul of Levy and Goldberg,
    /// equation (4) and footnote 7, and gensim's `most_similar_cosmul`. No one of the three outweighs the others.
    Multiply,
}

/// A vector whose neighbours are looked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Query<'a> {
    /// The vector, of any length but zero, `[dim]`.
    pub vector: &'a [f32],
    /// Places of words that are not wanted.
    pub exclude: &'a [usize],
}

impl<'a> Query<'a> {
    /// Returns the query for the neighbours of `vector` except the words at the places `exclude`.
    pub fn new(vector: &'a [f32], exclude: &'a [usize]) -> Self {
        Self { vector, exclude }
    }
}

/// Finds the nearest words by cosine similarity. It is exact: every word is compared. Words of equal similarity come in the order of
/// their places.
///
/// The lengths of all vectors are computed once, when it is made. `V` is [`WordVectors`], a reference to them or an `Arc`. It
/// runs on the threads of the caller's rayon pool; neither their number nor the other queries of a call change what a query
/// gives, and all processors that round `a b + c` once give the same bytes.
///
/// # Example: neighbours and an analogy
/// ```
/// use plaudit_embeddings::{Neighbours, WordVectors};
///
/// let words = ["king", "queen", "man", "woman", "tea"].map(str::to_owned).to_vec();
/// let vectors = WordVectors::new(words, 2, vec![3.0, 1.0, 3.0, 3.0, 1.0, -1.0, 1.0, 1.0, -1.0, 0.5])?;
/// let neighbours = Neighbours::new(&vectors);
/// let nearest = neighbours.of_word("woman", 2).unwrap();
/// assert_eq!((nearest[0].word, nearest[1].word), ("queen", "king"));
/// assert_eq!(neighbours.analogy("man", "king", "woman", 1).unwrap()[0].word, "queen");
/// assert!(neighbours.of_word("coffee", 2).is_none());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Neighbours<V> {
    vectors: V,
    /// One over the length of each vector that is searched: 0 for the zero vector, not a number where single precision could not hold
    /// what is on the way.
    inverse: Vec<f32>,
}

/// Lengths whose squares, and products with other such lengths, single precision holds with all digits.
const LENGTHS: Range<f64> = 1e-15..1e15;
/// Numbers of a block of rows: what the fastest cache of a processor holds beside a few queries.
const BLOCK: usize = 6 << 10;
/// Rows of a block for a single query, which meets each of them once: fewer blocks are less to do.
const ALONE: usize = 512;
/// Queries that are compared with a block before the next one is read: the second cache holds them.
const TOGETHER: usize = 256;
/// Numbers of the rows that are worth waking a thread for.
const TASK: usize = 1 << 17;

impl<V: Borrow<WordVectors> + Sync> Neighbours<V> {
    /// Returns the search among all words.
    pub fn new(vectors: V) -> Self {
        Self::of_first(vectors, usize::MAX)
    }

    /// Returns the search among the first `restrict` words only: where words are in the order of their frequency, the most
    /// frequent ones. Other words can still be asked for.
    pub fn of_first(vectors: V, restrict: usize) -> Self {
        let set = InstructionSet::best();
        let all = vectors.borrow();
        let inverse = |row: &[f32]| match sum_of_squares(set, row).sqrt() {
            0.0 => 0.0,
            length if LENGTHS.contains(&length) => (1.0 / length) as f32,
            _ => f32::NAN,
        };
        let searched = all.values().par_chunks_exact(all.width()).take(restrict);
        let inverse = searched.with_min_len(TASK.div_ceil(all.width())).map(inverse).collect();
        Self { vectors, inverse }
    }

    /// Returns the vectors.
    pub fn vectors(&self) -> &WordVectors {
        self.vectors.borrow()
    }

    /// Returns the `count` nearest words of `word`, which is none of them, the nearest first; `None` where it has no vector.
    pub fn of_word(&self, word: &str, count: usize) -> Option<Vec<Neighbour<'_>>> {
        let place = self.vectors().place(word)?;
        let query = unit(self.vectors().row(place)?);
        self.search::<1>(&query, &[&[place]], count).pop()
    }

    /// Returns the `count` nearest words of a vector, the nearest first; fewer where there are fewer.
    ///
    /// # Errors
    /// When the vector has another length than the words' or a number that is not finite.
    pub fn of(&self, query: &Query<'_>, count: usize) -> Result<Vec<Neighbour<'_>>> {
        Ok(self.of_all(std::slice::from_ref(query), count)?.pop().unwrap_or_default())
    }

    /// Returns, for each query, what [`of`](Self::of) gives. Many queries at once take far less time than one by one: a
    /// vector that is read is compared with some hundred of them.
    ///
    /// # Errors
    /// As [`of`](Self::of); the message names every such query, counted from 0.
    pub fn of_all(&self, queries: &[Query<'_>], count: usize) -> Result<Vec<Vec<Neighbour<'_>>>> {
        let dim = self.vectors().width();
        let mut faults = Vec::new();
        for (at, query) in queries.iter().enumerate() {
            if query.vector.len() != dim {
                faults.push(format!("query {at}: found {} numbers, expected {dim}", query.vector.len()));
            } else if query.vector.iter().any(|value| !value.is_finite()) {
                faults.push(format!("query {at}: found a number that is not finite"));
            }
        }
        Error::from_faults(faults)?;
        let units: Vec<f32> = queries.iter().flat_map(|query| unit(query.vector)).collect();
        let exclude: Vec<&[usize]> = queries.iter().map(|query| query.exclude).collect();
        Ok(self.search::<1>(&units, &exclude, count))
    }

    /// Returns the `count` words that are to `c` as `b` is to `a` by [`AnalogyRule::Add`], the best first, none of which is `a`, `b`
    /// or `c`; `None` where one of them has no vector.
    pub fn analogy(&self, a: &str, b: &str, c: &str, count: usize) -> Option<Vec<Neighbour<'_>>> {
        self.analogy_by(AnalogyRule::Add, [a, b, c], count)
    }

    /// Returns what [`analogy`](Self::analogy) does for `[a, b, c]`, by another rule.
    ///
    /// ```
    /// use plaudit_embeddings::{AnalogyRule, Neighbours, WordVectors};
    ///
    /// let words = ["king", "queen", "man", "woman", "tea"].map(str::to_owned).to_vec();
    /// let vectors = WordVectors::new(words, 2, vec![3.0, 1.0, 3.0, 3.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0])?;
    /// let neighbours = Neighbours::new(&vectors);
    /// let best = neighbours.analogy_by(AnalogyRule::Multiply, ["man", "king", "woman"], 1).unwrap();
    /// assert_eq!(best[0].word, "queen");
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn analogy_by(&self, rule: AnalogyRule, words: [&str; 3], count: usize) -> Option<Vec<Neighbour<'_>>> {
        let [a, b, c] = words.map(|word| self.vectors().place(word));
        self.analogies(rule, &[[a?, b?, c?]], count).pop()
    }

    /// The same for places of words, which are all there.
    pub(crate) fn analogies(
        &self,
        rule: AnalogyRule,
        questions: &[[usize; 3]],
        count: usize,
    ) -> Vec<Vec<Neighbour<'_>>> {
        let row = |place| unit(self.vectors().row(place).unwrap_or_default());
        let exclude: Vec<&[usize]> = questions.iter().map(|places| &places[..]).collect();
        let mut queries = Vec::new();
        for &[a, b, c] in questions {
            match rule {
                AnalogyRule::Add => {
                    let terms = row(a).into_iter().zip(row(b)).zip(row(c));
                    queries.extend(unit(&terms.map(|((a, b), c)| b - a + c).collect::<Vec<_>>()));
                }
                AnalogyRule::Multiply => [b, c, a].into_iter().for_each(|place| queries.extend(row(place))),
            }
        }
        match rule {
            AnalogyRule::Add => self.search::<1>(&queries, &exclude, count),
            AnalogyRule::Multiply => self.search::<3>(&queries, &exclude, count),
        }
    }

    /// The best words of questions, each of which has as many queries of length 1 as [`score`] takes.
    fn search<const TERMS: usize>(
        &self,
        queries: &[f32],
        exclude: &[&[usize]],
        count: usize,
    ) -> Vec<Vec<Neighbour<'_>>> {
        let (dim, words) = (self.vectors().width(), self.inverse.len());
        let block = if exclude.len() == 1 { ALONE } else { (BLOCK / dim).clamp(4, 64) };
        let together = TOGETHER / TERMS;
        let mut found = Vec::with_capacity(exclude.len());
        for (queries, exclude) in queries.chunks(together * TERMS * dim).zip(exclude.chunks(together)) {
            let start = || Scan::new(queries.len() / dim * block, exclude, count.min(words));
            let scan = (0..words.div_ceil(block)).into_par_iter().with_min_len(TASK.div_ceil(block * dim));
            let scan = scan.fold(start, |mut scan, number| {
                let first = number * block;
                self.compare::<TERMS>(first..(first + block).min(words), queries, &mut scan);
                scan
            });
            let best = scan.reduce(start, Scan::join).best;
            found.extend(best.into_iter().map(|best| self.named::<TERMS>(best.sorted())));
        }
        found
    }

    /// Compares the words at some places with queries.
    fn compare<const TERMS: usize>(&self, places: Range<usize>, queries: &[f32], scan: &mut Scan<'_>) {
        let dim = self.vectors().width();
        let rows = self.vectors().values().get(places.start * dim..places.end * dim).unwrap_or_default();
        let inverse = self.inverse.get(places.clone()).unwrap_or_default();
        let room = scan.room.get_mut(..queries.len() / dim * places.len()).unwrap_or_default();
        dots(InstructionSet::best(), dim, rows, queries, room);
        let len = places.len();
        let each = room.chunks_exact_mut((TERMS * len).max(1)).zip(queries.chunks_exact(TERMS * dim));
        for ((products, queries), (best, exclude)) in each.zip(scan.best.iter_mut().zip(scan.exclude)) {
            let mut any = false;
            let (scores, others) = products.split_at_mut(len);
            for (at, (product, inverse)) in scores.iter_mut().zip(inverse).enumerate() {
                let other = |term: usize| others.get((term - 1) * len + at).copied().unwrap_or(0.0);
                let products = std::array::from_fn(|term| if term == 0 { *product } else { other(term) });
                *product = score::<TERMS>(products.map(|product| product * inverse)) + 0.0; // -0 and 0 are equally near
                any |= *product > best.bar || product.is_nan();
            }
            if !any {
                continue;
            }
            for ((&similarity, place), row) in scores.iter().zip(places.clone()).zip(rows.chunks_exact(dim)) {
                let exact = || {
                    let mut queries = queries.chunks_exact(dim);
                    score::<TERMS>(std::array::from_fn(|_| {
                        queries.next().map_or(0.0, |query| cosine(row, query) as f32)
                    }))
                };
                let similarity = if similarity.is_nan() { exact() + 0.0 } else { similarity };
                if similarity > best.bar && !exclude.contains(&place) {
                    best.push((similarity, place));
                }
            }
        }
    }

    fn named<const TERMS: usize>(&self, found: Vec<Found>) -> Vec<Neighbour<'_>> {
        let words = self.vectors().words();
        let named = found.into_iter().filter_map(|(similarity, place)| {
            let word = words.get(place)?;
            let similarity = if TERMS == 1 { similarity.clamp(-1.0, 1.0) } else { similarity };
            Some(Neighbour { word, place, similarity })
        });
        named.collect()
    }
}

/// How good an answer is whose vector makes these angles with the queries: their one cosine, or by [`AnalogyRule::Multiply`] what those
/// with b, c and a come to.
fn score<const TERMS: usize>(cosines: [f32; TERMS]) -> f32 {
    let shifted = |cosine: f32| (1.0 + f64::from(cosine).clamp(-1.0, 1.0)) / 2.0;
    match cosines[..] {
        [one] => one,
        [b, c, a] => (shifted(b) * shifted(c) / (shifted(a) + 1e-6)) as f32,
        _ => f32::NAN,
    }
}

/// A similarity and a place.
type Found = (f32, usize);

/// The nearer first, and of equals the one that comes first.
fn nearer(a: &Found, b: &Found) -> Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

/// What one thread has found so far, in places that ascend.
struct Scan<'a> {
    room: Vec<f32>,
    exclude: &'a [&'a [usize]],
    best: Vec<Best>,
}

impl<'a> Scan<'a> {
    fn new(room: usize, exclude: &'a [&'a [usize]], count: usize) -> Self {
        let bar = if count == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        Self { room: vec![0.0; room], exclude, best: vec![Best { count, bar, kept: Vec::new() }; exclude.len()] }
    }

    fn join(mut self, other: Self) -> Self {
        for (best, other) in self.best.iter_mut().zip(other.best) {
            best.kept.extend(other.kept);
            best.cut();
        }
        self
    }
}

/// The nearest words of one query.
#[derive(Clone)]
struct Best {
    count: usize,
    /// A later place that is not nearer than this is none of them.
    bar: f32,
    kept: Vec<Found>,
}

impl Best {
    fn push(&mut self, found: Found) {
        self.kept.push(found);
        if self.kept.len() >= self.count.saturating_mul(2).max(16) {
            self.cut();
        }
    }

    /// Keeps no more than are wanted.
    fn cut(&mut self) {
        if self.kept.len() > self.count && self.count > 0 {
            let (_, last, _) = self.kept.select_nth_unstable_by(self.count - 1, nearer);
            self.bar = last.0;
            self.kept.truncate(self.count);
        }
    }

    fn sorted(mut self) -> Vec<Found> {
        self.cut();
        self.kept.sort_unstable_by(nearer);
        self.kept
    }
}

/// The vector with length 1, or zeros where it has none.
fn unit(vector: &[f32]) -> Vec<f32> {
    let length = sum_of_squares(InstructionSet::best(), vector).sqrt();
    let scale = |&value: &f32| if length > 0.0 { (f64::from(value) / length) as f32 } else { 0.0 };
    vector.iter().map(scale).collect()
}

/// The cosine of the angle between two vectors, -1 to 1, in double precision; 0 where one is zero.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
    let squares = product(a, a) * product(b, b);
    // The root of x x is x: a vector's similarity to itself is 1 to the last bit.
    if squares > 0.0 { (product(a, b) / squares.sqrt()).clamp(-1.0, 1.0) } else { 0.0 }
}
