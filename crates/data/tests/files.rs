//! Files on disk, packed and not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)] // tests may stop at the first surprise, and say what they skip

use std::io::Write;
use std::path::{Path, PathBuf};

use plaudit_core::Error;
use plaudit_data::{FeedbackReader, ReadConfig, Row, read};

const TSV: &str = "id\tlabel\ttext\n1\tGood\tfine\n2\tPoor\tslow\n3\tPoor\t\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::default()).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_name_tells_format_and_compression() {
    let folder = tempfile::tempdir().unwrap();
    let csv = TSV.replace('\t', ",");
    let jsonl = "{\"id\":1,\"label\":\"Good\",\"text\":\"fine\"}\n{\"id\":2,\"label\":\"Poor\",\"text\":\"slow\"}\n{\"id\":3}\n";
    for (name, content) in [("a.tsv", TSV), ("a.CSV", &csv), ("a.jsonl", jsonl), ("a.ndjson", jsonl)] {
        let bytes = content.as_bytes();
        for (ending, bytes) in [("", bytes.to_vec()), (".gz", gzip(bytes)), (".xz", xz(bytes)), (".zst", zst(bytes))] {
            let path = write(folder.path(), &format!("{name}{ending}"), &bytes);
            let data = read(&path, &ReadConfig::default()).unwrap();
            assert_eq!((data.len(), data.report.rejected), (2, 1), "{name}{ending}");
            assert_eq!(data.report.source_name, path.display().to_string());
            assert_eq!(data.rows[1].text, "slow");
        }
    }
}

#[test]
fn a_file_that_is_cut_short_is_an_error_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let tsv = format!("id\ttext\n{}", (0..20_000).map(|n| format!("{n}\tfine {}\n", n * 7919)).collect::<String>());
    for (name, bytes) in
        [("a.tsv.gz", gzip(tsv.as_bytes())), ("a.tsv.xz", xz(tsv.as_bytes())), ("a.tsv.zst", zst(tsv.as_bytes()))]
    {
        let path = write(folder.path(), name, &bytes[..bytes.len() / 2]);
        let error = read(&path, &ReadConfig::default()).unwrap_err();
        assert!(matches!(error, Error::Io { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.contains(name) && message.ends_with("data is cut off"), "{message}");

        let path = write(folder.path(), name, TSV.as_bytes()); // not packed at all
        assert!(matches!(read(&path, &ReadConfig::default()), Err(Error::Io { .. })), "{name}");
    }
}

#[test]
fn a_stream_gives_what_came_before_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let tsv = format!("id\ttext\n{}", (0..20_000).map(|n| format!("{n}\tfine {}\n", n * 7919)).collect::<String>());
    let packed = gzip(tsv.as_bytes());
    let path = write(folder.path(), "a.tsv.gz", &packed[..packed.len() / 2]);
    let mut reader = FeedbackReader::open(&path, &ReadConfig::default()).unwrap();
    let used = (&mut reader).filter(|row| matches!(row, Ok(Row::Used(_)))).count();
    assert!((5_000..15_000).contains(&used), "{used}");
    assert!(reader.report().used == used as u64 && reader.next().is_none());
}

#[test]
fn labels_that_cannot_be_are_told_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let texts: String = (0..1_001).map(|number| format!("a,text {number}\n")).collect();
    for (rows, reason) in [("a,\n", ": no row has a label"), (&texts, ": labels: found 1001 labels; at most 1000")] {
        let path = write(folder.path(), "a.csv", format!("text,label\n{rows}").as_bytes());
        let error = read(&path, &ReadConfig::default()).unwrap().labels().unwrap_err();
        assert!(
            matches!(error, Error::Data { .. }) && error.to_string().contains(&format!("a.csv{reason}")),
            "{error}"
        );
    }
}

#[test]
fn paths_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.csv");
    let error = read(&missing, &ReadConfig::default()).unwrap_err();
    assert!(matches!(error, Error::Io { .. }) && error.to_string().contains("missing.csv"), "{error}");
    let path = write(folder.path(), "a.xlsx", b"PK");
    let error = read(&path, &ReadConfig::default()).unwrap_err().to_string();
    assert!(error.contains("a.xlsx") && error.contains(".jsonl"), "{error}");
    std::fs::create_dir(folder.path().join("d.csv")).unwrap();
    let error = read(folder.path().join("d.csv"), &ReadConfig::default()).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
}

/// Real datasets, where `PLAUDIT_DATA` names their folder.
#[test]
fn real_datasets_are_read_whole() {
    let Some(folder) = std::env::var_os("PLAUDIT_DATA").map(PathBuf::from) else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    for (name, rows, rejected, labels) in [
        ("sst2/train.tsv", 6_920, 0, 2),
        // cut -f1 train.tsv | sort | uniq -d | wc -l: 11 tweets stand there twice
        ("tweeteval_sentiment/train.tsv", 47_678, 11, 3),
        ("zh_chnsenticorp/train.tsv", 9_600, 0, 2),
        ("imdb_full/train.tsv.xz", 25_000, 0, 2),
    ] {
        let data = read(folder.join(name), &ReadConfig::default()).unwrap();
        assert_eq!((data.len(), data.report.rejected), (rows, rejected), "{}", data.report);
        assert_eq!(data.labels().unwrap().len(), labels, "{name}");
    }
}
