//! What gensim and fastText wrote is read to the last bit, and what is written is read back.
//!
//! `tests/golden/make_vectors.py` wrote the files (gensim 4.4.0, fasttext-wheel 0.9.2).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use plaudit_core::{Embedding, Error, conformance};
use plaudit_embeddings::WordVectors;
use plaudit_embeddings::formats::{self, InvalidUtf8, LoadReport, NonFinite, VectorFormat, VectorsConfig};
use proptest::prelude::*;

const WRITTEN: [VectorFormat; 4] =
    [VectorFormat::Word2vecText, VectorFormat::Word2vecBinary, VectorFormat::Glove, VectorFormat::FasttextVec];

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/vectors").join(name)
}

/// The bits of each word's vector, as the program that wrote the file has them.
fn expected(name: &str) -> BTreeMap<String, Vec<u32>> {
    serde_json::from_slice(&std::fs::read(golden(name)).unwrap()).unwrap()
}

fn bits(vector: &[f32]) -> Vec<u32> {
    vector.iter().map(|value| value.to_bits()).collect()
}

fn all_bits(vectors: &WordVectors) -> BTreeMap<String, Vec<u32>> {
    vectors.words().iter().map(|word| (word.clone(), bits(&vectors.embed(word).unwrap()))).collect()
}

fn same(a: &WordVectors, b: &WordVectors) -> bool {
    a.words() == b.words() && a.dim() == b.dim() && bits(a.values()) == bits(b.values())
}

fn read(name: &str) -> (WordVectors, LoadReport) {
    let loaded = formats::read(golden(name), &VectorsConfig::default()).unwrap();
    (loaded.vectors, loaded.report)
}

fn load(bytes: &[u8], config: &VectorsConfig) -> Result<(WordVectors, LoadReport), Error> {
    formats::read_from(bytes, "f", config).map(|loaded| (loaded.vectors, loaded.report))
}

#[test]
fn reads_what_gensim_wrote() {
    for (name, format, gzip, bytes) in [
        ("gensim.txt", VectorFormat::Word2vecText, false, 150),
        ("gensim.bin", VectorFormat::Word2vecBinary, false, 98),
        ("gensim.bin.gz", VectorFormat::Word2vecBinary, true, 98),
        ("gensim_glove.txt", VectorFormat::Glove, false, 146),
    ] {
        let (vectors, report) = read(name);
        assert_eq!(vectors.words(), ["good", "图书馆", "naïve", "tab\there", "42"]);
        assert_eq!(all_bits(&vectors), expected("gensim.json"), "{name}");
        assert_eq!((report.format, report.gzip, report.bytes), (format, gzip, bytes));
        assert_eq!((report.read, report.words, report.dim, report.limited), (5, 5, 3, false));
        assert_eq!(report.declared, (format != VectorFormat::Glove).then_some(5));
    }
}

#[test]
fn writes_gensim_s_binary_to_the_byte() {
    let mut written = Vec::new();
    formats::write_to(&mut written, &read("gensim.txt").0, VectorFormat::Word2vecBinary).unwrap();
    assert_eq!(written, std::fs::read(golden("gensim.bin")).unwrap());
}

#[test]
fn words_of_fasttext_have_their_n_grams_in_them() {
    let unknown =
        ["libary", "caf", "x", "图书", "zz zz", "", "<", "a\0b", "</S>", "👩‍👧", "goodgoodgoodgoodgoodgoodgoodgoodgood"];
    let model = formats::read_subwords(golden("fasttext.bin"), &VectorsConfig::default()).unwrap();
    assert_eq!((model.report.read, model.report.dim, model.report.format), (15, 4, VectorFormat::FasttextBin));
    let expected = expected("fasttext.json");
    for (word, expected) in &expected {
        assert_eq!(bits(&model.vectors.embed(word).unwrap()), *expected, "{word:?}");
        assert!(model.vectors.words().place(word).is_some() != unknown.contains(&word.as_str()), "{word:?}");
    }
    assert_eq!(expected.len(), 15 + unknown.len());
    conformance::check_embedding(&model.vectors, &["library", "libary", "</s>"]).unwrap();
    let (words, _) = read("fasttext.bin");
    assert!(same(&words, model.vectors.words()) && same(&words, &model.vectors.into_words()));

    // The text file has five digits.
    let (text, report) = read("fasttext.vec");
    assert_eq!((text.words(), report.format), (words.words(), VectorFormat::FasttextVec));
    assert!(text.values().iter().zip(words.values()).all(|(a, b)| (a - b).abs() <= 5e-5 * b.abs()));
}

#[test]
fn fasttext_with_labels_and_without_n_grams() {
    for (name, count) in [("fasttext_supervised", 9), ("fasttext_words", 7)] {
        let model = formats::read_subwords(golden(&format!("{name}.bin")), &VectorsConfig::default()).unwrap().vectors;
        let expected = expected(&format!("{name}.json"));
        for (word, expected) in &expected {
            assert_eq!(bits(&model.embed(word).unwrap()), *expected, "{word:?}");
        }
        assert_eq!((model.words().words().len(), expected.len()), (7, count.min(8)));
        assert_eq!(model.embed("libary").is_some(), name == "fasttext_supervised");
    }
    let error = formats::read(golden("fasttext_quantised.ftz"), &VectorsConfig::default()).unwrap_err().to_string();
    assert!(
        error.ends_with("is a quantised fastText model, expected one whose vectors are whole (.bin, not .ftz)"),
        "{error}"
    );
}

#[test]
fn fewer_words_of_fasttext_have_the_same_vectors() {
    let mut config = VectorsConfig::default();
    let all = formats::read_subwords(golden("fasttext.bin"), &config).unwrap().vectors;
    config.limit = Some(3);
    let some = formats::read_subwords(golden("fasttext.bin"), &config).unwrap();
    assert!(some.report.limited && some.vectors.words().words() == &all.words().words()[..3]);
    assert_eq!(some.vectors.embed("the"), all.embed("the"));
    assert_eq!(some.vectors.embed("libary"), all.embed("libary"));
}

#[test]
fn files_are_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (vectors, _) = read("gensim.bin");
    for (name, format) in [
        ("v.bin", VectorFormat::Word2vecBinary),
        ("v.txt", VectorFormat::Word2vecText),
        ("v.glove.txt.gz", VectorFormat::Glove),
        ("v.vec", VectorFormat::FasttextVec),
        ("v.safetensors", VectorFormat::Safetensors),
        ("w.safetensors.GZ", VectorFormat::Safetensors),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, "what was there").unwrap();
        formats::write(&path, &vectors, format).unwrap();
        let loaded = formats::read(&path, &VectorsConfig::default()).unwrap();
        assert!(same(&loaded.vectors, &vectors), "{name}");
        assert_eq!((loaded.report.format, loaded.report.gzip), (format, name.to_lowercase().ends_with(".gz")));
    }
    // Six files and the words; nothing else is left behind.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 7);
    let path = folder.path().join("v.bin");
    let odd = WordVectors::new(vec!["a b".to_owned()], 1, vec![1.0]).unwrap();
    assert!(formats::write(&path, &odd, VectorFormat::Word2vecBinary).is_err());
    assert!(same(&formats::read(&path, &VectorsConfig::default()).unwrap().vectors, &vectors));
    assert!(matches!(formats::write(folder.path().join("no/v"), &vectors, VectorFormat::Glove), Err(Error::Io { .. })));
}

/// The safetensors of the header are those of the crate, at any alignment; `safetensors` 0.8 reads the file.
#[test]
fn safetensors_are_read_by_others() {
    let (vectors, _) = read("gensim.bin");
    let (mut tensor, mut words) = (Vec::new(), Vec::new());
    formats::write_to(&mut tensor, &vectors, VectorFormat::Safetensors).unwrap();
    formats::write_vocab(&mut words, &vectors).unwrap();
    let theirs = safetensors::SafeTensors::deserialize(&tensor).unwrap();
    let view = theirs.tensor("vectors").unwrap();
    assert_eq!((theirs.len(), view.shape(), view.dtype()), (1, &[5, 3][..], safetensors::Dtype::F32));
    assert_eq!(view.data(), vectors.values().iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>());
    assert_eq!(words, "good\n图书馆\nnaïve\ntab\there\n42\n".as_bytes());
    let read = |tensor: &[u8], words: &[u8]| formats::read_safetensors(tensor, words, "f", &VectorsConfig::default());
    assert!(same(&read(&tensor, &words).unwrap().vectors, &vectors));
    let theirs = safetensors::serialize([("vectors", view)], Some([("made".to_owned(), "here".to_owned())].into()));
    assert!(same(&read(&theirs.unwrap(), &words).unwrap().vectors, &vectors));
}

/// As gensim: of several vectors of a word the first counts, and the limit counts those that are left out.
#[test]
fn duplicates_and_the_limit_are_gensim_s() {
    let text = b"4 1\na 1\na 2\nb 3\nc 4\n";
    let mut config = VectorsConfig::default();
    let (vectors, report) = load(text, &config).unwrap();
    assert_eq!((vectors.words().join(" "), vectors.values()), ("a b c".to_owned(), &[1.0, 3.0, 4.0][..]));
    assert_eq!((report.read, report.words, report.duplicates, report.limited), (4, 3, 1, false));
    for (limit, words, limited) in
        [(1, "a", true), (2, "a", true), (3, "a b", true), (4, "a b c", false), (9, "a b c", false)]
    {
        config.limit = Some(limit);
        for text in [&text[..], b"a 1\na 2\nb 3\nc 4\n"] {
            let (vectors, report) = load(text, &config).unwrap();
            assert_eq!((vectors.words().join(" "), report.limited), (words.to_owned(), limited));
        }
    }
    config.limit = Some(0);
    assert!(load(text, &config).unwrap_err().to_string().contains("vectors.limit: must be at least 1"));
}

#[test]
fn what_is_not_utf8() {
    let text = b"3 1\na\xff 1\na\xfe 2\nb 3\n";
    let mut binary = b"3 1\n".to_vec();
    for (word, value) in [(&b"a\xff"[..], 1.0_f32), (b"a\xfe", 2.0), (b"b", 3.0)] {
        binary.extend([word, b" ", &value.to_le_bytes()].concat());
    }
    for (bytes, place) in [(&text[..], "line 2"), (&binary, "record 1")] {
        let mut config = VectorsConfig::default();
        let error = load(bytes, &config).unwrap_err().to_string();
        assert_eq!(error, format!("f: {place}: found the word \"a\u{fffd}\", expected UTF-8"));
        config.invalid_utf8 = InvalidUtf8::Replace;
        let (vectors, report) = load(bytes, &config).unwrap();
        assert_eq!(vectors.words(), ["a\u{fffd}", "b"]);
        assert_eq!((report.replaced, report.duplicates, report.skipped_utf8), (2, 1, 0));
        config.invalid_utf8 = InvalidUtf8::Skip;
        let (vectors, report) = load(bytes, &config).unwrap();
        assert_eq!((vectors.words().join(" "), vectors.values()), ("b".to_owned(), &[3.0][..]));
        assert_eq!((report.replaced, report.duplicates, report.skipped_utf8), (0, 0, 2));
    }
}

#[test]
fn what_is_not_finite() {
    let mut config = VectorsConfig::default();
    let text = b"2 2\na 1 NaN\nb 3 4\n";
    let error = load(text, &config).unwrap_err().to_string();
    assert_eq!(error, "f: line 2: found NaN as value 2 of the vector of \"a\", expected finite numbers");
    assert!(load(b"a 1e39 1\n", &config).unwrap_err().to_string().contains("found inf as value 1"));
    config.non_finite = NonFinite::Skip;
    let (vectors, report) = load(text, &config).unwrap();
    assert_eq!((vectors.words().join(" "), vectors.values()), ("b".to_owned(), &[3.0, 4.0][..]));
    assert_eq!((report.read, report.words, report.skipped_non_finite), (2, 1, 1));
}

/// Line ends after each vector, of the original word2vec; blanks at the end of lines, of fastText and word2vec; carriage
/// returns; words with blanks, as some in GloVe's largest file.
#[test]
fn what_programs_write_differently() {
    let config = VectorsConfig::default();
    let plain = load(b"2 2\na 1 2\nb 3 4\n", &config).unwrap().0;
    let mut binary = b"2 2\n".to_vec();
    for (word, values) in [("a ", [1.0_f32, 2.0]), ("b ", [3.0, 4.0])] {
        binary.extend(word.as_bytes());
        values.iter().for_each(|value| binary.extend(value.to_le_bytes()));
        binary.push(b'\n');
    }
    for same_file in [
        &binary,
        &b"2 2\na 1 2 \nb 3 4 \n"[..],
        b"2 2\r\na 1 2\r\nb 3 4\r\n",
        b"a 1 2\nb 3 4 \n",
        b"2 2 \na +1. 2e0\nb 03 .4E1\n\n \n",
    ] {
        assert!(same(&load(same_file, &config).unwrap().0, &plain), "{same_file:?}");
    }
    let blanks = load(b"a 1 2\n. . . 3 4\nat x@y.z 5 6\n", &config).unwrap().0;
    assert_eq!(blanks.words(), ["a", ". . .", "at x@y.z"]);
    assert_eq!(blanks.values(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let error = load(b"a 1 2\n. 7 3 4\n", &config).unwrap_err().to_string();
    assert_eq!(error, "f: line 2: found 3 numbers, expected a word and 2 numbers");
}

#[test]
fn words_that_cannot_be_read_back_are_refused() {
    let refused = |word: &str, format| {
        let vectors = WordVectors::new(vec![word.to_owned()], 1, vec![1.0]).unwrap();
        let error = formats::write_to(io::sink(), &vectors, format).err();
        assert!(
            error.as_ref().is_none_or(|error| error.to_string().contains(&format!("the word {word:?}"))),
            "{error:?}"
        );
        error.is_some()
    };
    for format in WRITTEN {
        assert!(refused("a b", format) && refused("\na", format) && !refused("a\tb", format) && !refused("", format));
        assert_eq!(refused("a\nb", format), format != VectorFormat::Word2vecBinary);
    }
    let format = VectorFormat::Safetensors;
    assert!(refused("", format) && refused("a\nb", format) && refused("a\r", format) && !refused("a b", format));
    let empty = WordVectors::new(Vec::new(), 2, Vec::new()).unwrap();
    assert!(formats::write_to(io::sink(), &empty, VectorFormat::Glove).is_err());
    assert!(
        formats::write_to(io::sink(), &empty, VectorFormat::FasttextBin)
            .unwrap_err()
            .to_string()
            .contains("only written with n-grams")
    );
}

#[test]
fn no_words_are_none() {
    let empty = WordVectors::new(Vec::new(), 2, Vec::new()).unwrap();
    for (name, format) in [("f.txt", VectorFormat::Word2vecText), ("f.bin", VectorFormat::Word2vecBinary)] {
        let mut written = Vec::new();
        formats::write_to(&mut written, &empty, format).unwrap();
        let loaded = formats::read_from(&written[..], name, &VectorsConfig::default()).unwrap();
        assert_eq!((loaded.vectors.words().len(), loaded.vectors.dim(), loaded.report.format), (0, 2, format));
    }
}

#[test]
fn the_content_tells_the_format_before_the_extension() {
    let detect = |start: &[u8], path: &str| VectorFormat::detect(start, path.as_ref());
    let content = |name: &str| std::fs::read(golden(name)).unwrap();
    for path in ["", "v.safetensors", "v.bin", "v.txt", "v.gz"] {
        assert_eq!(detect(&content("gensim.txt"), path), Some(VectorFormat::Word2vecText));
        assert_eq!(detect(&content("gensim.bin"), path), Some(VectorFormat::Word2vecBinary));
        assert_eq!(detect(&content("gensim_glove.txt"), path), Some(VectorFormat::Glove));
        assert_eq!(detect(&content("fasttext.bin"), path), Some(VectorFormat::FasttextBin));
        assert_eq!(detect(b"\x50\0\0\0\0\0\0\0{\"vectors\":", path), Some(VectorFormat::Safetensors));
        // One number in binary, and one in text: the blanks tell.
        assert_eq!(detect(b"1 1\na \0\0\x80\x3f", path), Some(VectorFormat::Word2vecBinary));
        assert_eq!(detect(b"1 1\na 1\n", path), Some(VectorFormat::Word2vecText));
    }
    assert_eq!(detect(&content("fasttext.vec"), "v.vec"), Some(VectorFormat::FasttextVec));
    assert_eq!(detect(b"0 2\n", "v.BIN.GZ"), Some(VectorFormat::Word2vecBinary));
    assert_eq!(detect(b"0 2\n", ""), Some(VectorFormat::Word2vecText));
    assert_eq!(detect(b"", "v.vec"), Some(VectorFormat::FasttextVec));
    assert_eq!(detect(b"", ""), None);
    assert_eq!(detect(b"a\n", "v.gz"), None);
}

#[test]
fn configurations_are_data() {
    let config: VectorsConfig =
        serde_json::from_str(r#"{"format":"fasttext_vec","limit":5,"invalid_utf8":"skip","non_finite":"skip"}"#)
            .unwrap();
    assert_eq!((config.format, config.limit), (Some(VectorFormat::FasttextVec), Some(5)));
    assert_eq!((config.invalid_utf8, config.non_finite), (InvalidUtf8::Skip, NonFinite::Skip));
    assert_eq!(serde_json::from_str::<VectorsConfig>("{}").unwrap(), VectorsConfig::default());
    assert!(serde_json::from_str::<VectorsConfig>(r#"{"limits":5}"#).is_err());
    let (_, report) = read("gensim.bin");
    assert_eq!(serde_json::from_str::<LoadReport>(&serde_json::to_string(&report).unwrap()).unwrap(), report);
}

/// A reader that gives one byte at a time, and then an error of the system where asked.
struct Slow<'a>(&'a [u8], bool);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match (self.0.split_first(), out.first_mut()) {
            (Some((byte, rest)), Some(out)) => {
                (*out, self.0) = (*byte, rest);
                Ok(1)
            }
            (None, Some(_)) if self.1 => Err(io::Error::new(io::ErrorKind::TimedOut, "disk gone")),
            _ => Ok(0),
        }
    }
}

#[test]
fn however_the_bytes_come() {
    for name in ["gensim.txt", "gensim.bin", "gensim.bin.gz", "gensim_glove.txt", "fasttext.bin", "fasttext.vec"] {
        let bytes = std::fs::read(golden(name)).unwrap();
        let loaded = formats::read_from(Slow(&bytes, false), name, &VectorsConfig::default()).unwrap();
        assert!(same(&loaded.vectors, &read(name).0), "{name}");
        let half = &bytes[..bytes.len() / 2];
        let error = formats::read_from(Slow(half, true), name, &VectorsConfig::default()).unwrap_err();
        assert!(matches!(error, Error::Io { .. }) && error.to_string() == format!("{name}: disk gone"), "{error}");
    }
}

/// Words, the length of their vectors, and bits of numbers.
fn any_vectors() -> impl Strategy<Value = WordVectors> {
    let words = proptest::collection::btree_set("[^ \n\r]{1,6}", 1..20);
    (words, 1_usize..6).prop_flat_map(|(words, dim)| {
        let count = words.len() * dim;
        proptest::collection::vec(
            proptest::num::f32::NORMAL | proptest::num::f32::SUBNORMAL | proptest::num::f32::ZERO,
            count,
        )
        .prop_map(move |values| WordVectors::new(words.iter().cloned().collect(), dim, values).unwrap())
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(vectors in any_vectors()) {
        for format in WRITTEN {
            let mut written = Vec::new();
            formats::write_to(&mut written, &vectors, format).unwrap();
            let mut config = VectorsConfig::default();
            config.format = Some(format);
            prop_assert!(same(&load(&written, &config).unwrap().0, &vectors), "{format:?}");
        }
        let (mut tensor, mut words) = (Vec::new(), Vec::new());
        formats::write_to(&mut tensor, &vectors, VectorFormat::Safetensors).unwrap();
        formats::write_vocab(&mut words, &vectors).unwrap();
        let loaded = formats::read_safetensors(&tensor[..], &words[..], "f", &VectorsConfig::default()).unwrap();
        prop_assert!(same(&loaded.vectors, &vectors));
    }
}
