//! gensim reads what is written here, and what gensim writes is read, both to the last bit; so are models of fastText.
//!
//! Runs where `PLAUDIT_PYTHON` names a Python with gensim 4 (and fasttext, for the last part).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use plaudit_core::Embedding;
use plaudit_embeddings::formats::{self, VectorFormat, VectorsConfig};
use plaudit_embeddings::word2vec::{SubwordConfig, Word2VecConfig, train_subwords};
use plaudit_embeddings::{SubwordVectors, WordVectors};

/// Reads our files, and writes gensim's and fastText's; prints the bits of each word's vector as each has them.
const SCRIPT: &str = r#"
import json, sys
import numpy as np
from gensim.models import FastText, KeyedVectors
from gensim.models.fasttext import load_facebook_vectors, save_facebook_model

folder = sys.argv[1]
bits = lambda vector: [int(b) for b in np.asarray(vector, dtype="<f4").view("<u4")]
all_bits = lambda vectors: [[word, bits(vectors[word])] for word in vectors.index_to_key]
ours = {}
for name in ["ours.bin", "ours.bin.gz"]:
    ours[name] = all_bits(KeyedVectors.load_word2vec_format(f"{folder}/{name}", binary=True))
for name in ["ours.txt", "ours.vec", "ours.txt.gz"]:
    ours[name] = all_bits(KeyedVectors.load_word2vec_format(f"{folder}/{name}"))
ours["ours_glove.txt"] = all_bits(KeyedVectors.load_word2vec_format(f"{folder}/ours_glove.txt", no_header=True))

vectors = KeyedVectors.load_word2vec_format(f"{folder}/ours.bin", binary=True)
vectors.save_word2vec_format(f"{folder}/theirs.bin", binary=True)
vectors.save_word2vec_format(f"{folder}/theirs.bin.gz", binary=True)
vectors.save_word2vec_format(f"{folder}/theirs.txt")
vectors.save_word2vec_format(f"{folder}/theirs_glove.txt", write_header=False)

model = FastText(vector_size=5, min_count=1, min_n=2, max_n=4, bucket=40, seed=1, workers=1)
model.build_vocab([["the", "library", "好", "café"]] * 5)
model.train([["the", "library", "好", "café"]] * 5, total_examples=5, epochs=2)
save_facebook_model(model, f"{folder}/model.bin")
words = ["the", "library", "好", "café", "libary", "caf", "图书馆", "naïve"]
gensim_model = {word: [float(value) for value in model.wv[word]] for word in words}
try:
    import fasttext
    fasttext.FastText.eprint = lambda text: None
    model = fasttext.load_model(f"{folder}/model.bin")
    fasttext_model = {word: bits(model.get_word_vector(word)) for word in words}
    model = fasttext.load_model(f"{folder}/ours_model.bin")
    fasttext_ours = {word: bits(model.get_word_vector(word)) for word in words}
except ImportError:
    fasttext_model = fasttext_ours = None
model = load_facebook_vectors(f"{folder}/ours_model.bin")
gensim_ours = {word: [float(value) for value in model[word]] for word in words}
json.dump({"ours": ours, "gensim_model": gensim_model, "fasttext_model": fasttext_model,
           "gensim_ours": gensim_ours, "fasttext_ours": fasttext_ours}, sys.stdout)
"#;

#[derive(serde::Deserialize)]
struct Told {
    ours: BTreeMap<String, Vec<(String, Vec<u32>)>>,
    gensim_model: BTreeMap<String, Vec<f32>>,
    fasttext_model: Option<BTreeMap<String, Vec<u32>>>,
    gensim_ours: BTreeMap<String, Vec<f32>>,
    fasttext_ours: Option<BTreeMap<String, Vec<u32>>>,
}

fn bits(vector: &[f32]) -> Vec<u32> {
    vector.iter().map(|value| value.to_bits()).collect()
}

fn all_bits(vectors: &WordVectors) -> Vec<(String, Vec<u32>)> {
    vectors.words().iter().map(|word| (word.clone(), bits(&vectors.embed(word).unwrap()))).collect()
}

/// Words and n-grams of which gensim and fastText are asked for known and unknown ones.
fn trained() -> SubwordVectors {
    let (mut config, mut subwords) = (Word2VecConfig::default(), SubwordConfig::default());
    (subwords.min, subwords.max, subwords.buckets) = (2, 4, 500);
    (config.dim, config.epochs, config.sample, config.subwords) = (30, 5, 0.0, Some(subwords));
    train_subwords(["the library 好 café", "the café naïve </s>"].repeat(200).as_slice(), &config, &mut ()).unwrap()
}

/// 4,000 words, and numbers of any finite bits: from the high half of a linear congruential generator (Knuth, MMIX).
fn vectors() -> WordVectors {
    let words =
        (0..4_000).map(|word| format!("{}{word}", ["w", "好", "\u{a0}é", "\u{2028}", "tab\t"][word % 5])).collect();
    let mut state = 1_u64;
    let values = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        f32::from_bits((state >> 32) as u32)
    });
    WordVectors::new(words, 7, values.filter(|value| value.is_finite()).take(4_000 * 7).collect()).unwrap()
}

#[test]
fn gensim_and_fasttext_agree_to_the_last_bit() {
    let Ok(python) = std::env::var("PLAUDIT_PYTHON") else {
        println!("skipped: PLAUDIT_PYTHON is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let vectors = vectors();
    for (name, format) in [
        ("ours.bin", VectorFormat::Word2vecBinary),
        ("ours.bin.gz", VectorFormat::Word2vecBinary),
        ("ours.txt", VectorFormat::Word2vecText),
        ("ours.txt.gz", VectorFormat::Word2vecText),
        ("ours.vec", VectorFormat::FasttextVec),
        ("ours_glove.txt", VectorFormat::Glove),
    ] {
        formats::write(at(name), &vectors, format).unwrap();
    }
    let ours = trained();
    formats::write_subwords(at("ours_model.bin"), &ours).unwrap();
    let output = Command::new(python).arg("-c").arg(SCRIPT).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Told = serde_json::from_slice(&output.stdout).unwrap();

    let expected = all_bits(&vectors);
    assert_eq!(told.ours.len(), 6);
    for (name, theirs) in &told.ours {
        assert!(*theirs == expected, "gensim reads other vectors from {name}");
    }
    let read = |path: &Path| formats::read(path, &VectorsConfig::default()).unwrap();
    for name in ["theirs.bin", "theirs.bin.gz", "theirs.txt", "theirs_glove.txt"] {
        assert!(all_bits(&read(&at(name)).vectors) == expected, "other vectors are read from {name}");
    }

    let model = formats::read_subwords(at("model.bin"), &VectorsConfig::default()).unwrap().vectors;
    // gensim takes the mean by NumPy, in another order.
    for (model, gensim) in [(&model, &told.gensim_model), (&ours, &told.gensim_ours)] {
        for (word, theirs) in gensim {
            let ours = model.embed(word).unwrap();
            assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-6), "{word}: {ours:?} {theirs:?}");
        }
    }
    let (Some(read), Some(written)) = (told.fasttext_model, told.fasttext_ours) else {
        println!("skipped in part: no fasttext in this Python");
        return;
    };
    for (model, fasttext) in [(&model, &read), (&ours, &written)] {
        for (word, theirs) in fasttext {
            assert_eq!(bits(&model.embed(word).unwrap()), *theirs, "{word}");
        }
    }
}
