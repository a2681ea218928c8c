//! How fast Chinese is split into words, with and without the hidden Markov model. `chinese.py` times Python's jieba on the
//! same text.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit_text::{Segmenter, SegmenterConfig, simplify};

/// Sentences of our own; `chinese.py` has the same.
const SENTENCES: &str = "老师讲课很认真，但是作业太多了。食堂的饭菜不好吃，价格也不便宜！图书馆的座位总是不够用，周末根本找不到位置。\
    宿舍的网络经常断开，报修以后三天都没有人来处理。这门课程的内容非常实用，我学到了很多东西，强烈推荐给大家。\
    教务处的工作人员态度冷淡，办事效率低，希望学校能够重视。校园环境优美，运动设施齐全，总体来说还是比较满意的。";

fn chinese(criterion: &mut Criterion) {
    let text = SENTENCES.repeat(100);
    let mut group = criterion.benchmark_group("chinese");
    group.throughput(Throughput::Bytes(text.len() as u64));
    for (name, hmm, sentiment) in [
        ("words", true, true),
        ("words, jieba alone", true, false),
        ("words, jieba alone without hidden Markov model", false, false),
    ] {
        let mut config = SegmenterConfig::default();
        (config.hmm, config.split_negations, config.join_cries) = (hmm, sentiment, sentiment);
        let segmenter = Segmenter::new(&config).unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut words = 0;
                for sentence in black_box(&text).split_inclusive('。') {
                    segmenter.segment(sentence, |_| words += 1);
                }
                words
            });
        });
    }
    group.bench_function("simplified", |bencher| {
        bencher.iter(|| black_box(&text).chars().filter(|&c| simplify(c) != c).count());
    });
    group.finish();
}

criterion_group!(benches, chinese);
criterion_main!(benches);
