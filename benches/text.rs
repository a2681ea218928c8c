//! How fast texts are cleaned, by each preset, one text at a time: with buffers that know the words of the texts already
//! ("again"), and with new ones. The texts are lines of `examples/data/feedback.tsv`, and of two public sets in the folder that the
//! environment variable `PLAUDIT_DATA` names. `text.py` times programs of others; on the same file, the example `clean`
//! (`--threads 1 --json`) prints what stands beside them.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::env;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use plaudit_core::{Analyzer, Tokens};
use plaudit_text::{Pipeline, PipelineConfig};

/// Reads a megabyte of lines, or as many as there are.
fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut bytes = 0;
    let up_to = |line: &&str| {
        bytes += line.len();
        bytes <= 1_000_000
    };
    text.lines().take_while(up_to).map(str::to_owned).collect()
}

fn clean(pipeline: &Pipeline, texts: &[String], tokens: &mut Tokens) -> usize {
    let of_one = |text: &String| {
        pipeline.analyze_into(text, tokens);
        tokens.len()
    };
    texts.iter().map(of_one).sum()
}

fn presets(criterion: &mut Criterion, name: &str, texts: &[String], presets: &[&str]) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    for preset in presets {
        // Not every preset is there without the feature `chinese`.
        let Ok(new) = PipelineConfig::preset(preset).and_then(Pipeline::new) else { continue };
        let (pipeline, mut tokens) = (new.clone(), Tokens::new());
        group.bench_function(format!("{preset}, again"), |bencher| {
            bencher.iter(|| clean(&pipeline, black_box(texts), &mut tokens));
        });
        group.bench_function(format!("{preset}, new"), |bencher| {
            let fresh = || Pipeline::new(new.config().clone()).unwrap();
            bencher.iter_batched_ref(fresh, |new| clean(new, black_box(texts), &mut tokens), BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn benches(criterion: &mut Criterion) {
    let english = ["counts", "english", "social_media"];
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
    presets(criterion, "feedback", &lines(&own), &english);
    let Some(data) = env::var_os("PLAUDIT_DATA").map(PathBuf::from) else {
        return println!("skipped: PLAUDIT_DATA is not set");
    };
    presets(criterion, "tweets", &lines(&data.join("tweeteval_sentiment/train.tsv")), &english);
    presets(criterion, "hotel reviews", &lines(&data.join("zh_chnsenticorp/train.tsv")), &["chinese"]);
}

criterion_group!(text, benches);
criterion_main!(text);
