//! Files that lie, are cut off, or are no word vectors: an error that says where and what, and never a panic.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use plaudit_core::{Embedding, Error};
use plaudit_embeddings::formats::{self, InvalidUtf8, NonFinite, VectorFormat, VectorsConfig};
use plaudit_embeddings::{SubwordVectors, WordVectors};
use proptest::prelude::*;

const STREAMED: [VectorFormat; 5] = [
    VectorFormat::Word2vecText,
    VectorFormat::Word2vecBinary,
    VectorFormat::Glove,
    VectorFormat::FasttextVec,
    VectorFormat::FasttextBin,
];

fn golden(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/vectors").join(name)).unwrap()
}

fn config(format: VectorFormat) -> VectorsConfig {
    let mut config = VectorsConfig::default();
    config.format = Some(format);
    config
}

fn vectors() -> WordVectors {
    formats::read_from(&golden("gensim.bin")[..], "f", &VectorsConfig::default()).unwrap().vectors
}

/// The tensor and the words of a safetensors file.
fn tensor() -> (Vec<u8>, Vec<u8>) {
    let (mut tensor, mut words) = (Vec::new(), Vec::new());
    formats::write_to(&mut tensor, &vectors(), VectorFormat::Safetensors).unwrap();
    formats::write_vocab(&mut words, &vectors()).unwrap();
    (tensor, words)
}

fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// The fastText model with other bytes at a place.
fn model(place: usize, bytes: &[u8]) -> Vec<u8> {
    let mut model = golden("fasttext.bin");
    model[place..place + bytes.len()].copy_from_slice(bytes);
    model
}

/// The message about these bytes, read as a file, whose length is known, and as a stream. They are told apart only where
/// `by_length` stands: there the file is refused for its length, and the stream for what comes.
fn message(bytes: &[u8], format: VectorFormat) -> [String; 2] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    std::fs::write(&path, bytes).unwrap();
    let file = formats::read(&path, &config(format)).unwrap_err();
    let stream = formats::read_from(bytes, "f", &config(format)).unwrap_err();
    [file, stream].map(|error| {
        assert!(matches!(error, Error::Format { .. }), "{error:?}");
        error.to_string().replace(&folder.path().join("f").display().to_string(), "f")
    })
}

/// Where fastText's sizes stand: `dim` after magic number and version, then the others; after 64 bytes the dictionary.
const DIM: usize = 8;
const BUCKET: usize = 40;
const MIN_N: usize = 44;
const MAX_N: usize = 48;
const SIZE: usize = 64;
const PRUNED: usize = 84;

/// Every case of broken input that other libraries panic on, abort on, or load in silence, and more.
#[test]
fn errors_say_where_and_what() {
    use VectorFormat::{FasttextBin, FasttextVec, Glove, Word2vecBinary, Word2vecText};
    let nan = [b"2 2\na ".as_slice(), &1_f32.to_le_bytes(), &f32::NAN.to_le_bytes(), b"b ", &[0; 8]].concat();
    let infinite = [b"1 1\na ".as_slice(), &f32::NEG_INFINITY.to_le_bytes()].concat();
    let more = [&golden("gensim.bin")[..], b"more"].concat();
    let cut = &golden("gensim.bin")[..60];
    let no_blank = [b"1 1\n".as_slice(), &[b'x'; 70_000]].concat();
    let no_line = [b"1 1\na".as_slice(), &[b'1'; (1 << 22) + 1]].concat();
    let long = [b"a\xff".as_slice(), &[b'x'; 50], b" 1\n"].concat();
    let matrix = golden("fasttext.bin").len() - (15 + 50) * 16 - 1 - 16 - 15 * 16 - 1 - 16;
    let cases: &[(&[u8], VectorFormat, &str)] = &[
        // sizes that are not there, or that nothing can count
        (
            b"9999999999999999 9999999999999999\na 1\n",
            Word2vecText,
            "line 1: found 9999999999999999 vectors of at least 19999999999999998 bytes declared, expected no more than the 4 bytes that follow|line 2: found 1 number, expected a word and 9999999999999999 numbers",
        ),
        (
            b"9999999999999999 9999999999999999\na 1\n",
            Word2vecBinary,
            "line 1: found 9999999999999999 vectors of at least 39999999999999997 bytes declared, expected no more than the 4 bytes that follow|record 1 of 9999999999999999: found the end of the file, expected 4 bytes",
        ),
        (
            b"1000000000000 300\na 1 1",
            Word2vecBinary,
            "line 1: found 1000000000000 vectors of at least 1201 bytes declared, expected no more than the 5 bytes that follow|record 1 of 1000000000000: found the end of the file, expected 4 bytes",
        ),
        (
            b"1000000000000000 300\na 1\n",
            Word2vecText,
            "line 1: found 1000000000000000 vectors of at least 600 bytes declared|line 2: found 1 number, expected a word and 300 numbers",
        ),
        (
            b"18446744073709551615 18446744073709551615\na 1\n",
            Word2vecBinary,
            "line 1: found 18446744073709551615 vectors|record 1 of",
        ),
        (
            b"18446744073709551616 1\na 1\n",
            Word2vecText,
            "line 1: found \"18446744073709551616 1\", expected the number of words, a blank, and the length of the vectors",
        ),
        (b"-1 3\na 1 2 3\n", Word2vecText, "line 1: found \"-1 3\", expected the number of words"),
        (b"2\na 1\n", Word2vecText, "line 1: found \"2\", expected the number of words"),
        (b"2 0\na\nb\n", Word2vecText, "found vectors of length 0, expected 1 or more"),
        (b"a\nb\n", Glove, "found vectors of length 0, expected 1 or more"),
        (b"", Glove, "is empty, expected word vectors"),
        (b"", Word2vecText, "is empty, expected word vectors"),
        (b"", Word2vecBinary, "line 1: found the end of the file, expected a line with the sizes"),
        (b"", FasttextBin, "the header: found the end of the file, expected 4 bytes"),
        // other numbers of words or of numbers than said
        (b"3 2\na 1 2\nb 3 4\n", Word2vecText, "line 1: found 3 as the number of words, expected 2, which follow"),
        (b"1 2\na 1 2\nb 3 4\n", FasttextVec, "found more, expected the end of the file after 1 word, as line 1 says"),
        (&more, Word2vecBinary, "found more, expected the end of the file after 5 words, as line 1 says"),
        (
            cut,
            Word2vecBinary,
            "line 1: found 5 vectors of at least 13 bytes declared, expected no more than the 56 bytes that follow|record 3 of 5: found the end of the file, expected",
        ),
        (b"a 1 2 3\nb 4 5\n", Glove, "line 2: found 2 numbers, expected a word and 3 numbers"),
        (b"a 1 2 3\nb 4 5 6 7\n", Glove, "line 2: found 4 numbers, expected a word and 3 numbers"),
        (
            b"1 3\na 1 x 3\n",
            Word2vecText,
            "line 2: found 1 number after \"x\", which is none, expected a word and 3 numbers",
        ),
        (
            b"1 2\na 1  2\n",
            Word2vecText,
            "line 2: found 1 number after \"\", which is none, expected a word and 2 numbers",
        ),
        (
            b"1 2\na 1 \xff\n",
            Word2vecText,
            "line 2: found 0 numbers after \"\u{fffd}\", which is none, expected a word and 2 numbers",
        ),
        (b"a 1\n\nb 2\n", Glove, "line 2: found 0 numbers, expected a word and 1 number"),
        (b"1 1\na 1_0\n", Word2vecText, "line 2: found 0 numbers after \"1_0\""),
        (b"1 1\na 1", Word2vecText, "line 2: found the end of the file, expected a line end"),
        (b"1 1\na 1", FasttextVec, "line 2: found the end of the file"),
        (&no_line, Word2vecText, "line 2: found more than 4194304 bytes, expected a line end"),
        (&no_blank, Word2vecBinary, "record 1 of 1: found more than 65536 bytes, expected a word and a blank"),
        // what is not finite, with word and place
        (&nan, Word2vecBinary, "record 1: found NaN as value 2 of the vector of \"a\", expected finite numbers"),
        (&infinite, Word2vecBinary, "record 1: found -inf as value 1 of the vector of \"a\""),
        (b"2 1\na 1\nb inf\n", Word2vecText, "line 3: found inf as value 1 of the vector of \"b\""),
        (b"a 1\nb -1e39\n", Glove, "line 2: found -inf as value 1 of the vector of \"b\""),
        (&long, Glove, "line 1: found the word \"a\u{fffd}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"..., expected UTF-8"),
        // fastText
        (
            b"junk that is no model",
            FasttextBin,
            "found the first bytes [106, 117, 110, 107], expected [186, 22, 79, 47], those of a fastText model",
        ),
        (&model(4, &[13, 0, 0, 0]), FasttextBin, "found version 13, expected 11 or 12"),
        (&model(DIM, &[0; 4]), FasttextBin, "the header: found dim 0, expected 1 or more"),
        (&model(DIM, &[0xff; 4]), FasttextBin, "the header: found dim -1, expected 1 or more"),
        (
            &model(MIN_N, &[0xff; 8]),
            FasttextBin,
            "the header: found minn -1, expected 0 or more; maxn -1, expected 0 to 100",
        ),
        (&model(MAX_N, &[0xff, 0xff, 0xff, 0x7f]), FasttextBin, "the header: found maxn 2147483647, expected 0 to 100"),
        (&model(BUCKET, &[0; 4]), FasttextBin, "the header: found bucket 0 and maxn 4, expected a bucket for n-grams"),
        (&model(BUCKET, &[0xff; 4]), FasttextBin, "the header: found bucket -1, expected 0 or more"),
        (
            &model(BUCKET, &[0xff, 0xff, 0xff, 0x7f]),
            FasttextBin,
            "the matrix of vectors: found 65 times 4, expected 15 words and 2147483647 buckets times 4",
        ),
        (
            &model(DIM, &[5, 0, 0, 0]),
            FasttextBin,
            "the matrix of vectors: found 65 times 4, expected 15 words and 50 buckets times 5",
        ),
        (&model(SIZE, &[0xff; 4]), FasttextBin, "the dictionary: found -1 entries, expected 15 words and 0 labels"),
        (&model(SIZE, &[16, 0, 0, 0]), FasttextBin, "the dictionary: found 16 entries, expected 15 words and 0 labels"),
        (
            &model(SIZE, &[0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f]),
            FasttextBin,
            "the dictionary: found 2147483647 vectors of at least 10 bytes declared|of 2147483647 of the dictionary: found",
        ),
        (
            &model(PRUNED, &[7, 0, 0, 0, 0, 0, 0, 0]),
            FasttextBin,
            "is a pruned fastText model (7 n-grams are kept), expected one that is not quantised",
        ),
        (
            &model(PRUNED + 8 + 4 + 8, &[1]),
            FasttextBin,
            "entry 1 of 15 of the dictionary: found the kind 1, expected 15 words (0) and then labels (1)",
        ),
        (
            &model(matrix + 1 - 1, &[1]),
            FasttextBin,
            "is a quantised fastText model, expected one whose vectors are whole (.bin, not .ftz)",
        ),
        (
            &model(matrix + 1, &[0xff; 16]),
            FasttextBin,
            "the matrix of vectors: found 18446744073709551615 times 18446744073709551615, expected 15 words and 50 buckets times 4",
        ),
        (
            &model(matrix + 17 + 16 + 4, &f32::NAN.to_le_bytes()),
            FasttextBin,
            "word 2: found NaN as value 2 of the vector of ",
        ),
        (&model(matrix + 17 + 16 + 4, &2e28_f32.to_le_bytes()), FasttextBin, "word 2: found 2e28 in the vector of "),
        (
            &model(matrix + 17 + 15 * 16 + 16, &f32::INFINITY.to_le_bytes()),
            FasttextBin,
            "n-gram bucket 1, counted from 0: found inf, expected finite numbers of at most 1e28",
        ),
        (&golden("fasttext_quantised.ftz"), FasttextBin, "is a quantised fastText model"),
    ];
    for (bytes, format, expected) in cases {
        let (file, stream) = expected.split_once('|').unwrap_or((expected, expected));
        let [found_file, found_stream] = message(bytes, *format);
        assert!(found_file.starts_with("f: ") && found_file.contains(file), "{found_file}\n{file}");
        assert!(found_stream.starts_with("f: ") && found_stream.contains(stream), "{found_stream}\n{stream}");
    }
    let unknown = formats::read_from(&b"Dear registrar"[..], "f", &VectorsConfig::default()).unwrap_err().to_string();
    assert_eq!(unknown, "f: found a file of no known format, expected word2vec, GloVe, fastText or safetensors");
}

#[test]
fn errors_of_safetensors() {
    let (good, words) = tensor();
    let data = &good[good.len() - 60..];
    let header = |dtype: &str, shape: &str, end: u64| {
        format!(r#"{{"vectors":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{end}]}}}}"#)
    };
    let nested = format!("{}1", "[".repeat(100_000));
    let mut nan = good.clone();
    let place = nan.len() - 60 + 16;
    nan[place..place + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    let cases: &[(Vec<u8>, &[u8], &str)] = &[
        (Vec::new(), &words, "f: the length of the header: found the end of the file, expected 8 bytes"),
        (
            u64::MAX.to_le_bytes().to_vec(),
            &words,
            "f: found a header of 18446744073709551615 bytes declared, expected at most",
        ),
        (
            with_header("{}", b""),
            &words,
            "f: the header: found no tensor, expected one tensor, `vectors` F32 [words, dim]",
        ),
        (with_header(&nested, b""), &words, "f: "),
        (
            with_header(&header("F32", "[5,3]", 60), &data[..59]),
            &words,
            "f: the header: found 5 vectors of at least 12 bytes declared|f: row 5 of 5: found the end of the file, expected 4 bytes",
        ),
        (with_header(&header("F32", "[4,3]", 60), data), &words, "f: "),
        (with_header(&header("F32", "[18446744073709551615,3]", 60), data), &words, "f: "),
        (
            with_header(&header("F32", "[1000000000000,300]", 1_200_000_000_000_000), data),
            &words,
            "f: the header: found 1000000000000 vectors of at least 1200 bytes declared|f: row 1 of 1000000000000: found the end of the file",
        ),
        (
            with_header(&header("F32", "[15]", 60), data),
            &words,
            "f: the header: found `vectors` F32 [15], expected one tensor, `vectors` F32 [words, dim]",
        ),
        (
            with_header(&header("F16", "[10,3]", 60), data),
            &words,
            "f: the header: found `vectors` F16 [10, 3], expected",
        ),
        (
            with_header(&header("F32", "[5,3]", 60).replace("vectors", "weight"), data),
            &words,
            "f: the header: found `weight` F32 [5, 3], expected",
        ),
        (with_header(&header("F32", "[5,0]", 0), b""), &words, "f: found vectors of length 0, expected 1 or more"),
        (
            [&good[..], b"more"].concat(),
            &words,
            "f: found more, expected the end of the file after the tensor `vectors`",
        ),
        (nan, &words, "f: row 2: found NaN as value 2 of the vector of \"图书馆\", expected finite numbers"),
        (
            good.clone(),
            b"a\nb\nc\nd\n",
            "vocab.txt: line 5 of 5: found the end of the file, expected a word and a line end",
        ),
        (good.clone(), b"a\nb\nc\nd\ne", "vocab.txt: line 5 of 5: found the end of the file"),
        (good.clone(), b"a\nb\nc\nd\ne\nf\n", "vocab.txt: line 6: found more, expected 5 words"),
        (good.clone(), b"a\n\nc\nd\ne\n", r"vocab.txt: line 2: found "),
        (good.clone(), b"a\r\nb\r\n", r"vocab.txt: line 1: found "),
        (good.clone(), b"a\nb\n\xff\nd\ne\n", "f: row 3: found the word \"\u{fffd}\", expected UTF-8"),
    ];
    for (tensor, words, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("f"), tensor).unwrap();
        std::fs::write(folder.path().join("vocab.txt"), words).unwrap();
        let config = config(VectorFormat::Safetensors);
        let file = formats::read(folder.path().join("f"), &config).unwrap_err();
        let stream = formats::read_safetensors(&tensor[..], *words, "f", &config).unwrap_err();
        assert!(matches!((&file, &stream), (Error::Format { .. }, Error::Format { .. })));
        let file = file.to_string().replace(&format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR), "");
        let (of_file, of_stream) = expected.split_once('|').unwrap_or((expected, expected));
        assert!(file.starts_with(of_file), "{file}\n{of_file}");
        assert!(stream.to_string().starts_with(of_stream), "{stream}\n{of_stream}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.safetensors"), &good).unwrap();
    let error = formats::read(folder.path().join("f.safetensors"), &VectorsConfig::default()).unwrap_err();
    assert!(matches!(error, Error::Io { .. }) && error.to_string().contains("vocab.txt"), "{error}");
    let error = formats::read_from(&good[..], "f", &VectorsConfig::default()).unwrap_err().to_string();
    assert!(error.contains("is a safetensors file without its words"), "{error}");
}

#[test]
fn files_that_are_not_there_and_folders() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("no"), folder.path().to_owned()] {
        let error = formats::read(&path, &VectorsConfig::default()).unwrap_err();
        assert!(
            matches!(error, Error::Io { .. }) && error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
    }
}

fn same(a: &WordVectors, b: &WordVectors) -> bool {
    a.words() == b.words()
        && a.dim() == b.dim()
        && a.values().iter().zip(b.values()).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// A file that is cut off is refused, or cut where nothing is missing. Files of GloVe do not say how many words they have:
/// they may be cut after any line.
#[test]
fn cut_at_every_byte() {
    for (name, format) in [
        ("gensim.txt", VectorFormat::Word2vecText),
        ("gensim.bin", VectorFormat::Word2vecBinary),
        ("gensim.bin.gz", VectorFormat::Word2vecBinary),
        ("gensim_glove.txt", VectorFormat::Glove),
        ("fasttext.vec", VectorFormat::FasttextVec),
        ("fasttext.bin", VectorFormat::FasttextBin),
        ("fasttext_supervised.bin", VectorFormat::FasttextBin),
        ("fasttext_quantised.ftz", VectorFormat::FasttextBin),
    ] {
        let bytes = golden(name);
        let whole = formats::read_from(&bytes[..], "f", &config(format)).map(|loaded| loaded.vectors).ok();
        let mut refused = 0;
        for end in 0..bytes.len() {
            for config in [config(format), VectorsConfig::default()] {
                match formats::read_from(&bytes[..end], "f", &config) {
                    Err(error) => {
                        assert!(matches!(error, Error::Format { .. }), "{name} {end}: {error:?}");
                        refused += 1;
                    }
                    Ok(loaded) if format == VectorFormat::Glove => {
                        let whole = whole.as_ref().unwrap();
                        assert!(bytes[end - 1] == b'\n' && whole.words().starts_with(loaded.vectors.words()));
                        assert!(whole.values().starts_with(loaded.vectors.values()));
                    }
                    Ok(loaded) => assert!(same(&loaded.vectors, whole.as_ref().unwrap()), "{name} {end}"),
                }
            }
        }
        assert!(refused > bytes.len(), "{name}: {refused} of {}", 2 * bytes.len());
    }
    let (tensor, words) = tensor();
    let read = |tensor: &[u8], words: &[u8]| formats::read_safetensors(tensor, words, "f", &VectorsConfig::default());
    for end in 0..tensor.len() {
        assert!(matches!(read(&tensor[..end], &words), Err(Error::Format { .. })), "{end}");
    }
    for end in 0..words.len() {
        assert!(matches!(read(&tensor, &words[..end]), Err(Error::Format { .. })), "{end}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn broken_gzip() {
    let bytes = gzip(&golden("gensim.bin"));
    let read = |bytes: &[u8]| formats::read_from(bytes, "f", &VectorsConfig::default());
    assert!(read(&[&bytes[..], &gzip(b"\n")].concat()).is_ok(), "a second part");
    let error = read(&bytes[..bytes.len() - 1]).unwrap_err().to_string();
    assert!(error.starts_with("f: the gzip data is cut off"), "{error}");
    let mut flipped = bytes.clone();
    let crc = bytes.len() - 6;
    flipped[crc] ^= 1;
    let error = read(&flipped).unwrap_err().to_string();
    assert!(error.starts_with("f: the gzip data is damaged"), "{error}");
    let error = read(&[&bytes[..], b"more"].concat()).unwrap_err().to_string();
    assert!(error.starts_with("f: the gzip data is "), "{error}");
    for place in 2..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x55;
        if let Ok(loaded) = read(&flipped) {
            assert!(same(&loaded.vectors, &vectors()), "{place}");
        }
    }
}

/// Whatever was read can be used, and what can be written is read back.
fn usable(bytes: &[u8], format: VectorFormat) {
    let mut config = config(format);
    for (invalid_utf8, non_finite) in [
        (InvalidUtf8::Refuse, NonFinite::Refuse),
        (InvalidUtf8::Replace, NonFinite::Skip),
        (InvalidUtf8::Skip, NonFinite::Skip),
    ] {
        (config.invalid_utf8, config.non_finite) = (invalid_utf8, non_finite);
        let Ok(loaded) = formats::read_from(bytes, "f", &config) else { continue };
        let report = &loaded.report;
        assert_eq!(report.words + report.duplicates + report.skipped_utf8 + report.skipped_non_finite, report.read);
        assert!(loaded.vectors.values().iter().all(|value| value.is_finite()));
        assert_eq!(loaded.vectors.values().len(), loaded.vectors.words().len() * loaded.vectors.dim());
        let mut written = Vec::new();
        if formats::write_to(&mut written, &loaded.vectors, VectorFormat::Word2vecText).is_ok() {
            let mut config = config.clone();
            config.format = Some(VectorFormat::Word2vecText);
            assert!(same(&formats::read_from(&written[..], "f", &config).unwrap().vectors, &loaded.vectors));
        }
        if format == VectorFormat::FasttextBin {
            let model: SubwordVectors = formats::read_subwords_from(bytes, "f", &config).unwrap().vectors;
            if let Some(vector) = model.embed("registrar") {
                assert!(vector.iter().all(|value| value.is_finite()));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for format in STREAMED {
            usable(&bytes, format);
        }
        let _ = VectorFormat::detect(&bytes, Path::new("v.bin"));
        let _ = formats::read_from(&bytes[..], "f", &VectorsConfig::default());
        let split = bytes.len() / 2;
        let _ = formats::read_safetensors(&bytes[..split], &bytes[split..], "f", &VectorsConfig::default());
    }

    #[test]
    fn almost_text(text in "[12] [12]\n([ab\u{e9}] [-+0-9.e]{1,4}( [0-9]|)\n){0,4}") {
        for format in STREAMED {
            usable(text.as_bytes(), format);
        }
    }

    #[test]
    fn a_good_file_with_some_bytes_changed(
        file in 0_usize..5,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (name, format) = [
            ("gensim.txt", VectorFormat::Word2vecText),
            ("gensim.bin", VectorFormat::Word2vecBinary),
            ("gensim_glove.txt", VectorFormat::Glove),
            ("fasttext.bin", VectorFormat::FasttextBin),
            ("fasttext_supervised.bin", VectorFormat::FasttextBin),
        ][file];
        let mut bytes = golden(name);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        usable(&bytes, format);
        let (mut tensor, words) = tensor();
        let place = bytes[0] as usize % tensor.len();
        tensor[place] = bytes[1];
        let _ = formats::read_safetensors(&tensor[..], &words[..], "f", &VectorsConfig::default());
    }
}
