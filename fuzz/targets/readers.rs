//! Any bytes as a saved pipeline, as its words, and as counts: an error, or what can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plaudit_core::{Analyzer, Files, Stored};
use plaudit_text::{Pipeline, PipelineConfig, WordFrequencies};

fuzz_target!(|input: &[u8]| {
    if let Ok(counts) = WordFrequencies::read(input, "counts") {
        let lines: String = counts.sorted().iter().map(|(word, count)| format!("{word}\t{count}\n")).collect();
        assert_eq!(WordFrequencies::read(lines.as_bytes(), "counts").expect("it was read before"), counts);
        let files =
            [("pipeline.json", &br#"{"language":"und","steps":[{"step":"casefold"}]}"#[..]), ("words.tsv", input)];
        let files = files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
        let pipeline = Pipeline::from_files(&Files::from(files)).expect("both files are well-formed");
        let files = pipeline.to_files().expect("what was read can be written");
        assert_eq!(Pipeline::from_files(&files).expect("what was written can be read"), pipeline);
    }
    let Ok(config) = serde_json::from_slice::<PipelineConfig>(input) else { return };
    let json = serde_json::to_vec(&config).expect("what was read can be written");
    assert_eq!(serde_json::from_slice::<PipelineConfig>(&json).expect("what was written can be read"), config);
    if let Ok(pipeline) = Pipeline::new(config) {
        pipeline.analyze("Not #BadAtAll, see http://a.b :) 不好");
    }
});
