//! Neighbours beside a search in double precision, over generated and over odd vectors.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_embeddings::{Neighbour, Neighbours, Query, WordVectors};
use proptest::prelude::*;
use rayon::ThreadPoolBuilder;

fn named(dim: usize, values: Vec<f32>) -> WordVectors {
    let words = (0..values.len() / dim).map(|place| place.to_string()).collect();
    WordVectors::new(words, dim, values).unwrap()
}

fn places(found: &[Neighbour<'_>]) -> Vec<usize> {
    found.iter().map(|neighbour| neighbour.place).collect()
}

/// Numbers of no meaning between -1 and 1.
fn numbers(len: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// More queries than go together and more words than a task, on any number of threads, one by one and at once.
#[test]
fn the_same_on_any_number_of_threads() {
    const DIM: usize = 50;
    let vectors = named(DIM, numbers(20_011 * DIM, 1));
    let queries = numbers(300 * DIM, 2);
    let exclude: Vec<[usize; 2]> = (0..300).map(|k| [k, 20_010 - k]).collect();
    let queries: Vec<Query<'_>> = queries.chunks(DIM).zip(&exclude).map(|(v, e)| Query::new(v, e)).collect();
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let neighbours = Neighbours::new(vectors.clone());
            let found = neighbours.of_all(&queries, 12).unwrap();
            let bits = |n: &Neighbour<'_>| (n.place, n.similarity.to_bits());
            found.iter().map(|found| found.iter().map(bits).collect::<Vec<_>>()).collect::<Vec<_>>()
        })
    };
    let one = on(1);
    assert_eq!((one.len(), one[0].len()), (300, 12));
    assert!([2, 3, 8].into_iter().all(|threads| on(threads) == one));
    let neighbours = Neighbours::new(&vectors);
    for (query, found) in queries.iter().zip(&one).step_by(37) {
        let alone = neighbours.of(query, 12).unwrap();
        assert!(alone.iter().map(|n| (n.place, n.similarity.to_bits())).eq(found.iter().copied()));
    }
}

#[test]
fn ties_are_in_the_order_of_places() {
    let row = [[1.0, 0.5], [-1.0, 2.0], [2.0, 1.0], [0.0, 0.0]];
    let vectors = named(2, row.into_iter().cycle().take(4000).flatten().collect());
    let neighbours = Neighbours::new(&vectors);
    let found = neighbours.of(&Query::new(&[4.0, 2.0], &[0, 6]), 1000).unwrap();
    let expected: Vec<usize> = (0..4000).filter(|place| place % 2 == 0 && ![0, 6].contains(place)).take(1000).collect();
    assert_eq!(places(&found), expected);
    // Zero vectors are as near as those at a right angle: in the order of their places among all.
    let found = neighbours.of(&Query::new(&[2.0, 1.0], &[]), 4000).unwrap();
    assert!(found[2000..].iter().all(|n| n.similarity.to_bits() == 0) && found[2000..].is_sorted_by_key(|n| n.place));
}

#[test]
fn zero_huge_and_tiny_vectors_have_their_similarity() {
    let (huge, tiny) = (f32::MAX, f32::from_bits(1));
    let vectors = named(3, vec![0.0, 0.0, 0.0, huge, huge, huge, tiny, 0.0, 0.0, -huge, -huge, 0.0, 1.0, 1.0, 1.0]);
    let neighbours = Neighbours::new(&vectors);
    let half = 1.0 / 3.0f32.sqrt();
    for query in [[huge; 3], [1.0; 3], [1e-30; 3]] {
        let found = neighbours.of(&Query::new(&query, &[]), usize::MAX).unwrap();
        assert_eq!(places(&found), [1, 4, 2, 0, 3], "{found:?}");
        for (found, expected) in found.iter().zip([1.0, 1.0, half, 0.0, -(2.0f32 / 3.0).sqrt()]) {
            assert!((found.similarity - expected).abs() < 1e-6, "{found:?}");
        }
    }
    let zero = neighbours.of(&Query::new(&[0.0; 3], &[1]), 2).unwrap();
    assert_eq!((places(&zero), zero[0].similarity), (vec![0, 2], 0.0));
    assert_eq!(vectors.similarity("1", "4").map(|s| (s - 1.0).abs() < 1e-6), Some(true));
    assert_eq!((vectors.similarity("0", "1"), vectors.similarity("0", "x")), (Some(0.0), None));
    assert_eq!(vectors.similarity("1", "1"), Some(1.0));
    assert!(neighbours.analogy("0", "1", "2", 9).unwrap().iter().all(|n| n.similarity.is_finite()));
}

#[test]
fn what_cannot_be_searched_is_named() {
    let vectors = named(2, vec![1.0, 2.0]);
    let neighbours = Neighbours::new(&vectors);
    let error = neighbours.of_all(&[Query::new(&[1.0], &[]), Query::new(&[1.0, f32::NAN], &[])], 1).unwrap_err();
    for fault in ["query 0: found 1 numbers, expected 2", "query 1: found a number that is not finite"] {
        assert!(error.to_string().contains(fault), "{error}");
    }
    assert!(neighbours.of_all(&[], 3).unwrap().is_empty());
    assert!(neighbours.of_word("0", 3).unwrap().is_empty() && neighbours.of_word("1", 3).is_none());
    let query = Query::new(&[1.0, 2.0], &[]);
    assert!(neighbours.of(&query, 0).unwrap().is_empty());
    assert!(neighbours.of(&Query::new(&[1.0, 2.0], &[0, 9]), 2).unwrap().is_empty());
    let empty = named(2, Vec::new());
    assert!(Neighbours::new(&empty).of(&query, 3).unwrap().is_empty());
    assert!(Neighbours::of_first(&vectors, 0).of(&query, 3).unwrap().is_empty());
    assert_eq!(neighbours.analogy("0", "0", "1", 1), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Against every cosine in double precision, with few values, so that ties and zeros are frequent.
    #[test]
    fn nothing_nearer_is_left_out(
        dim in 1usize..40,
        rows in 0usize..150,
        count in 0usize..20,
        restrict in 1usize..160,
        seed: u64,
        exclude in prop::collection::vec(0usize..150, 0..4),
    ) {
        let values: Vec<f32> = numbers((rows + 1) * dim, seed).iter().map(|v| (2.0 * v).round()).collect();
        let (query, values) = values.split_at(dim);
        let vectors = named(dim, values.to_vec());
        let neighbours = Neighbours::of_first(&vectors, restrict);
        let found = neighbours.of(&Query::new(query, &exclude), count).unwrap();
        let cosine = |row: &[f32]| {
            let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            let lengths = (product(row, row) * product(query, query)).sqrt();
            if lengths > 0.0 { product(row, query) / lengths } else { 0.0 }
        };
        let wanted = values.chunks(dim).take(restrict).enumerate().filter(|(place, _)| !exclude.contains(place));
        let mut expected: Vec<f64> = wanted.map(|(_, row)| cosine(row)).collect();
        expected.sort_by(|a, b| b.total_cmp(a));
        expected.truncate(count);
        prop_assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            prop_assert!((f64::from(found.similarity) - expected).abs() < 1e-6);
            prop_assert!((cosine(vectors.row(found.place).unwrap()) - expected).abs() < 1e-6);
            prop_assert!(found.place < restrict && !exclude.contains(&found.place));
            prop_assert_eq!(found.word, &vectors.words()[found.place]);
        }
        let ordered = found.is_sorted_by(|a, b| (b.similarity, a.place) < (a.similarity, b.place));
        prop_assert!(ordered, "{:?}", found);
    }
}
