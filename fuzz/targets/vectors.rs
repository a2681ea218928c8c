//! Any bytes as a file of word vectors: an error, or vectors that can be written and read again. The first byte picks the
//! reader, and what it leaves out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plaudit_core::Embedding;
use plaudit_embeddings::WordVectors;
use plaudit_embeddings::formats::{self, InvalidUtf8, NonFinite, VectorFormat, VectorsConfig};

const FORMATS: [Option<VectorFormat>; 7] = [
    None,
    Some(VectorFormat::Word2vecText),
    Some(VectorFormat::Word2vecBinary),
    Some(VectorFormat::Glove),
    Some(VectorFormat::FasttextVec),
    Some(VectorFormat::FasttextBin),
    Some(VectorFormat::Safetensors),
];

fn assert_same(a: &WordVectors, b: &WordVectors) {
    assert!(a.words() == b.words() && a.dim() == b.dim());
    assert!(a.values().iter().zip(b.values()).all(|(a, b)| a.is_finite() && a.to_bits() == b.to_bits()));
}

fuzz_target!(|input: &[u8]| {
    let Some((&pick, input)) = input.split_first() else { return };
    let mut config = VectorsConfig::default();
    config.format = FORMATS[pick as usize % 7];
    config.invalid_utf8 = [InvalidUtf8::Refuse, InvalidUtf8::Replace, InvalidUtf8::Skip][pick as usize / 7 % 3];
    config.non_finite = [NonFinite::Refuse, NonFinite::Skip][pick as usize / 21 % 2];
    config.limit = (pick >= 128).then_some(2);
    let loaded = if config.format == Some(VectorFormat::Safetensors) {
        // The words, up to a byte that no word has, and then the tensor.
        let end = input.iter().position(|&byte| byte == 0xff).unwrap_or(0);
        formats::read_safetensors(&input[end.min(input.len()) + usize::from(end > 0)..], &input[..end], "fuzz", &config)
    } else {
        formats::read_from(input, "fuzz", &config)
    };
    if let Ok(model) = formats::read_subwords_from(input, "fuzz", &config) {
        let mut vector = vec![0.0; model.vectors.dim()];
        model.vectors.embed_into("registrar 好", &mut vector);
        assert!(vector.iter().all(|value| value.is_finite()));
        let mut written = Vec::new();
        if formats::write_subwords_to(&mut written, &model.vectors).is_ok() {
            let back = formats::read_subwords_from(&written[..], "written", &VectorsConfig::default());
            let back = back.expect("what was written can be read").vectors;
            let mut again = vec![0.0; back.dim()];
            back.embed_into("registrar 好", &mut again);
            assert!(again.iter().zip(&vector).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
    let Ok(loaded) = loaded else { return };
    let report = &loaded.report;
    assert_eq!(report.words + report.duplicates + report.skipped_utf8 + report.skipped_non_finite, report.read);
    for format in FORMATS.into_iter().flatten().filter(|&format| format != VectorFormat::Safetensors) {
        let mut written = Vec::new();
        if formats::write_to(&mut written, &loaded.vectors, format).is_err() {
            continue; // a word with a blank, a format that is only read
        }
        let mut config = VectorsConfig::default();
        config.format = Some(format);
        let back = formats::read_from(&written[..], "written", &config).expect("what was written can be read");
        assert_same(&back.vectors, &loaded.vectors);
    }
    let (mut tensor, mut words) = (Vec::new(), Vec::new());
    formats::write_to(&mut tensor, &loaded.vectors, VectorFormat::Safetensors)
        .and_then(|()| formats::write_vocab(&mut words, &loaded.vectors))
        .and_then(|()| formats::read_safetensors(&tensor[..], &words[..], "written", &VectorsConfig::default()))
        .map(|back| assert_same(&back.vectors, &loaded.vectors))
        .unwrap_or_else(|error| assert!(error.to_string().contains("expected words without line ends"), "{error}"));
});
