//! What reading asks for: never more than twice the file and 16 MiB, whatever a header says; counted by the allocator of
//! `allocation-counter`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::io::{Cursor, Write};

use flate2::{Compression, write::GzEncoder};
use plaudit_embeddings::WordVectors;
use plaudit_embeddings::formats::{self, VectorFormat, VectorsConfig};

const SLACK: u64 = 16 << 20;
/// What headers say there is: 20 pairs of a number of words and a length, or of rows and columns.
const LIES: [(u64, u64); 20] = [
    (u64::MAX, u64::MAX),
    (u64::MAX, 1),
    (1, u64::MAX),
    (1 << 63, 2),
    (1 << 62, 4),
    (1 << 32, 1 << 32),
    (1_000_000_000_000, 300),
    (9_999_999_999_999_999, 9_999_999_999_999_999),
    (1_000_000_000, 300),
    (1, 1_000_000_000_000),
    (2_147_483_647, 1),
    (2_147_483_647, 2_147_483_647),
    (1, 2_147_483_647),
    (100_000_000, 1),
    (10_000_000, 3),
    (3_000_000, 300),
    (400_000, 300),
    (65_536, 65_536),
    (1_000, 1_000_000),
    (7, 100_000_000),
];

fn config(format: VectorFormat) -> VectorsConfig {
    let mut config = VectorsConfig::default();
    config.format = Some(format);
    config
}

/// Reads the file as a file, as a stream, and out of gzip, and holds what is asked for against its length. Returns whether the
/// whole was refused each time.
fn hold(bytes: &[u8], format: VectorFormat) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    std::fs::write(&path, bytes).unwrap();
    std::fs::write(folder.path().join("vocab.txt"), "a\n").unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    let packed = packed.finish().unwrap();
    let mut config = config(format);
    let mut refused = true;
    for limit in [None, Some(5)] {
        config.limit = limit;
        let stream = |bytes: &[u8]| match format {
            VectorFormat::Safetensors => formats::read_safetensors(bytes, Cursor::new("a\n"), "f", &config).is_err(),
            VectorFormat::FasttextBin => formats::read_subwords_from(bytes, "f", &config).is_err(),
            _ => formats::read_from(bytes, "f", &config).is_err(),
        };
        for read in [&|| formats::read(&path, &config).is_err(), &|| stream(bytes), &|| stream(&packed)]
            as [&dyn Fn() -> bool; 3]
        {
            let mut failed = false;
            let asked = allocation_counter::measure(|| failed = read()).bytes_max;
            refused &= failed || limit.is_some(); // so few words may be there
            assert!(asked <= 2 * bytes.len() as u64 + SLACK, "{format:?}: {asked} bytes for {}", bytes.len());
        }
    }
    refused
}

#[test]
fn headers_that_lie_get_no_memory() {
    for (words, dim) in LIES {
        for filler in [1_000, 1_000_000] {
            let header = format!("{words} {dim}\n");
            let text = [header.as_bytes(), &b"a 1 2 3\n".repeat(filler / 8)].concat();
            assert!(hold(&text, VectorFormat::Word2vecText) && hold(&text, VectorFormat::FasttextVec));
            let numbers = [header.as_bytes(), b"a", &b" 1".repeat(filler / 2)].concat();
            assert!(hold(&numbers, VectorFormat::Word2vecText));
            let binary = [header.as_bytes(), b"a ", &vec![0; filler]].concat();
            assert!(hold(&binary, VectorFormat::Word2vecBinary));
        }
    }
}

/// Files without header: one line of many numbers, then others; and one word a line, for which words weigh more than numbers.
#[test]
fn files_without_header_get_what_they_hold() {
    for numbers in (0..20).map(|power| 1_usize << power) {
        let first = [b"a", &b" 0".repeat(numbers)[..], b"\n"].concat();
        assert!(hold(&[&first[..], b"b 1\nc 2 2\n"].concat(), VectorFormat::Glove));
        let again = [&first[..], &b"b 0 0".repeat(100_000)].concat();
        assert!(hold(&again, VectorFormat::Glove));
    }
}

/// The sizes of a fastText model that has one word and the rest zeros.
fn model(size: i32, dim: i32, buckets: i32, rows: u64, columns: u64, filler: usize) -> Vec<u8> {
    let mut model = 793_712_314_i32.to_le_bytes().to_vec();
    // version, dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate, t
    for field in [12, dim, 5, 5, 1, 5, 1, 2, 1, buckets, 2, 4, 100, 0, 0] {
        model.extend(field.to_le_bytes());
    }
    for field in [size, size, 0, 0, 0, -1, -1] {
        model.extend(field.to_le_bytes());
    }
    model.extend(b"a\0\0\0\0\0\0\0\0\0\0");
    model.push(0);
    model.extend(rows.to_le_bytes());
    model.extend(columns.to_le_bytes());
    model.resize(model.len() + filler, 0);
    model
}

#[test]
fn models_of_fasttext_that_lie_get_no_memory() {
    assert!(!hold(&model(1, 3, 2, 3, 3, 36), VectorFormat::FasttextBin), "the honest one");
    for filler in [1_000, 1_000_000] {
        for (words, dim) in LIES {
            let (size, width) = (words.min(i32::MAX as u64) as i32, dim.min(i32::MAX as u64) as i32);
            assert!(hold(&model(size, 3, 2, words, dim, filler), VectorFormat::FasttextBin));
            hold(&model(1, width, 2, 3, width as u64, filler), VectorFormat::FasttextBin); // some have room
            let buckets = size.min(i32::MAX - 1);
            assert!(hold(
                &model(1, width, buckets, buckets as u64 + 1, width as u64, filler),
                VectorFormat::FasttextBin
            ));
            assert!(hold(&model(1, 3, 2, words, dim, filler), VectorFormat::FasttextBin));
        }
    }
}

#[test]
fn safetensors_that_lie_get_no_memory() {
    for filler in [1_000, 1_000_000] {
        for (words, dim) in LIES {
            let end = u128::from(words).saturating_mul(u128::from(dim) * 4);
            let header = format!(r#"{{"vectors":{{"dtype":"F32","shape":[{words},{dim}],"data_offsets":[0,{end}]}}}}"#);
            let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; filler]].concat();
            assert!(hold(&file, VectorFormat::Safetensors));
            // A header as long as the lie.
            let file = [&words.to_le_bytes(), header.as_bytes(), &vec![b' '; filler]].concat();
            assert!(hold(&file, VectorFormat::Safetensors));
        }
    }
}

#[test]
fn a_whole_file_costs_little_more_than_its_matrix() {
    let (words, dim) = (20_000, 300);
    let names: Vec<String> = (0..words).map(|word| format!("word{word}")).collect();
    let text: usize = names.iter().map(String::len).sum();
    let vectors = WordVectors::new(names, dim, (0..words * dim).map(|value| value as f32).collect()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for format in [VectorFormat::Word2vecBinary, VectorFormat::Word2vecText, VectorFormat::Safetensors] {
        let path = folder.path().join("f");
        formats::write(&path, &vectors, format).unwrap();
        let mut read = 0;
        let info = allocation_counter::measure(|| {
            read = formats::read(&path, &config(format)).unwrap().vectors.words().len();
        });
        let (asked, needed) = (info.bytes_max as f64, (words * dim * 4 + text) as f64);
        println!("{format:?}: {:.3} of the matrix and the words", asked / needed);
        assert!(read == words && asked < 1.25 * needed, "{format:?}: {asked} of {needed}");
    }
}
