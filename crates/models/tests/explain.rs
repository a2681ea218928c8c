//! Explanations: shares that add up, beside Captum's, and by leaving words out.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, clippy::unreachable)] // tests may stop at the first surprise

#[allow(dead_code)] // each file of tests uses its own part
mod common;

use std::path::{Path, PathBuf};

use common::{Blanks, Letters, config, examples, rows};
use plaudit_core::{Analyzer, Classifier, Labels, TokenKind, Tokens, Vocab};
use plaudit_models::network::{Init, Parameters, PyTorchNames};
use plaudit_models::{
    Architecture, Attribution, Baseline, BiLstmConfig, CnnLstmConfig, ExplainConfig, ExplainMethod, ExplainedOutput,
    Explanation, Pooling, TextClassifier, TrainConfig, WideAndDeepConfig, explain, explain_by_occlusion, train,
    train_baseline,
};
use plaudit_stats::Stream;
use proptest::prelude::*;
use serde::Deserialize;

const WORDS: [&str; 9] = ["w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10"];

fn labels() -> Labels {
    Labels::new(["a", "b", "c"]).unwrap()
}

fn with_weights<A: Analyzer>(analyzer: A, architecture: Architecture, weights: &Parameters) -> TextClassifier<A> {
    let mut config = TrainConfig::default();
    config.architecture = architecture;
    TextClassifier::from_weights(analyzer, Vocab::new(WORDS).unwrap(), labels(), config, weights).unwrap()
}

/// A network of random weights, far from 0.
fn random<A: Analyzer>(analyzer: A, architecture: Architecture, seed: u64) -> TextClassifier<A> {
    let network = architecture.initialize(11, 3, 0).unwrap();
    let mut random = Stream::new(seed, "weights", 0);
    let shapes = network.parameters().values().unwrap();
    let specs = shapes.iter().map(|weight| {
        let table = weight.name == "embedding.weight" || weight.name == "wide.weight";
        plaudit_models::network::ParameterSpec {
            name: weight.name.clone(),
            shape: weight.shape.clone(),
            init: Init::Constant(0.0),
            table,
        }
    });
    let specs: Vec<_> = specs.collect();
    let values = |_: &_, count: usize| Ok((0..count).map(|_| 0.5 * random.normal() as f32).collect());
    let weights = Parameters::from_values(&specs, values).unwrap();
    with_weights(analyzer, architecture, &weights)
}

fn networks() -> Vec<Architecture> {
    let mut all = Vec::new();
    for (layers, pooling) in [(1, Pooling::Max), (2, Pooling::Mean), (3, Pooling::Last)] {
        let mut config = BiLstmConfig::default();
        (config.embedding, config.hidden, config.dense, config.layers, config.pooling) = (5, 4, 6, layers, pooling);
        all.push(Architecture::BiLstm(config));
        let mut config = CnnLstmConfig::default();
        (config.embedding, config.filters, config.hidden, config.dense) = (5, 3, 4, 6);
        (config.layers, config.pooling) = (layers, pooling);
        all.push(Architecture::CnnLstm(config));
    }
    all
}

fn sum(explanation: &Explanation) -> f64 {
    let linear = explanation.linear.as_ref().map_or(0.0, |linear| linear.value);
    explanation.tokens.iter().map(|token| token.value).sum::<f64>() + linear
}

fn text(ids: &[usize]) -> String {
    ids.iter().map(|&id| if id == 1 { "unheard".to_owned() } else { format!("w{id}") }).collect::<Vec<_>>().join(" ")
}

#[derive(Deserialize)]
struct Golden {
    networks: Vec<OfNetwork>,
}

#[derive(Deserialize)]
struct OfNetwork {
    name: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: Vec<usize>,
    label: usize,
    logit: Vec<f64>,
    log_odds: Vec<f64>,
    probability: Vec<f64>,
    exact_logit: Vec<f64>,
    logits: [f64; 2],
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

#[test]
fn shares_are_those_of_captum() {
    let file: Golden = serde_json::from_slice(&std::fs::read(golden("explain.json")).unwrap()).unwrap();
    let mut compared = 0;
    for network in &file.networks {
        let hidden = network.name.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap();
        let architecture = if network.name.starts_with("bilstm") {
            let mut config = BiLstmConfig::default();
            (config.embedding, config.hidden, config.dense) = (5, hidden, 4);
            Architecture::BiLstm(config)
        } else {
            let mut config = CnnLstmConfig::default();
            (config.embedding, config.filters, config.hidden, config.dense) = (5, 2, hidden, 4);
            Architecture::CnnLstm(config)
        };
        let weights = golden(&format!("{}.safetensors", network.name));
        let theirs = architecture.read_pytorch(weights, &PyTorchNames::default()).unwrap();
        let classifier = with_weights(Blanks, architecture, theirs.parameters());
        for case in &network.cases {
            let with = |output, steps| {
                let mut config = ExplainConfig::default();
                (config.output, config.steps, config.label) =
                    (output, steps, Some(["a", "b", "c"][case.label].to_owned()));
                explain(&classifier, &text(&case.text), &config).unwrap()
            };
            for (output, steps, theirs, most) in [
                (ExplainedOutput::Logit, 64, &case.logit, 1e-5),
                (ExplainedOutput::LogOdds, 64, &case.log_odds, 1e-5),
                (ExplainedOutput::Probability, 64, &case.probability, 1e-5),
                // Another rule for the same integral.
                (ExplainedOutput::Logit, 4096, &case.exact_logit, 1e-3),
            ] {
                let ours = with(output, steps);
                assert_eq!(ours.tokens.len(), theirs.len());
                for (token, theirs) in ours.tokens.iter().zip(theirs) {
                    let difference = (token.value - theirs).abs();
                    assert!(difference < most, "{} {output:?} {steps}: {} {theirs}", network.name, token.value);
                    compared += 1;
                }
                if output == ExplainedOutput::Logit {
                    let ends = [ours.baseline, ours.score];
                    assert!(ends.iter().zip(case.logits).all(|(a, b)| (a - b).abs() < 1e-5), "{ends:?}");
                }
            }
        }
    }
    assert_eq!(compared, 4 * 3 * 4 * 11); // networks, labels, outputs, tokens
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn shares_add_up(ids in proptest::collection::vec(1usize..11, 0..20), seed in 0u64..1000, label in 0usize..3) {
        for architecture in networks() {
            let classifier = random(Blanks, architecture, seed);
            for output in [ExplainedOutput::Logit, ExplainedOutput::LogOdds, ExplainedOutput::Probability] {
                let mut config = ExplainConfig::default();
                (config.output, config.label) = (output, Some(["a", "b", "c"][label].to_owned()));
                let explanation = explain(&classifier, &text(&ids), &config).unwrap();
                let gap = (sum(&explanation) - (explanation.score - explanation.baseline)).abs();
                prop_assert!((gap - explanation.gap).abs() < 1e-12);
                // Units that switch at a point of the way leave an error of about a step.
                prop_assert!(gap < 0.03, "{gap} of {}", explanation.score - explanation.baseline);
                prop_assert_eq!(explanation.tokens.len(), ids.len());
                for (token, word) in explanation.tokens.iter().zip(text(&ids).split_ascii_whitespace()) {
                    prop_assert_eq!(&explanation.text[token.source.clone()], word);
                }
            }
        }
    }
}

#[test]
fn more_steps_leave_a_smaller_gap() {
    let gaps = [4, 16, 64, 256, 1024].map(|steps| {
        let mut gaps = 0.0;
        for architecture in networks() {
            for seed in 0..8 {
                let classifier = random(Blanks, architecture.clone(), seed);
                let mut config = ExplainConfig::default();
                config.steps = steps;
                gaps += explain(&classifier, "w2 w9 w4 unheard w4 w7 w3", &config).unwrap().gap;
            }
        }
        gaps / 48.0
    });
    println!("mean gaps with 4, 16, 64, 256, 1024 steps: {gaps:?}");
    assert!(gaps.is_sorted_by(|more, less| more > less), "{gaps:?}");
    assert!(gaps[4] < 1e-3, "{gaps:?}");
}

#[test]
fn a_word_that_stands_twice_has_two_shares() {
    let mut config = ExplainConfig::default();
    config.output = ExplainedOutput::Logit;
    for architecture in networks() {
        let explanation = explain(&random(Blanks, architecture, 3), "w2 w5 w2 w5", &config).unwrap();
        let [first, _, second, _] = explanation.tokens.as_slice() else { unreachable!() };
        assert!(first.token == second.token && first.value != second.value && first.source != second.source);
    }
}

#[test]
fn the_linear_part_is_values_times_weights() {
    let mut deep = BiLstmConfig::default();
    (deep.embedding, deep.hidden, deep.dense) = (5, 4, 6);
    let mut wide = WideAndDeepConfig::default();
    (wide.deep, wide.columns) = (Box::new(Architecture::BiLstm(deep)), 26);
    let classifier = random(Letters, Architecture::WideAndDeep(wide), 5);
    let mut config = ExplainConfig::default();
    (config.output, config.label, config.features) = (ExplainedOutput::Logit, Some("b".to_owned()), 3);
    let text = "w2 zebra w7 bee";
    let explanation = explain(&classifier, text, &config).unwrap();
    let linear = explanation.linear.clone().unwrap();
    let weights = classifier.network().parameters().value("wide.weight").unwrap().values;
    // Each letter is 0.1, and the scale 10: a share is the number of its letters times its weight for `b`.
    let mut by_hand: Vec<(u32, f64)> = (0..26u32)
        .map(|column| {
            let count = text.bytes().filter(|&byte| u32::from(byte) == u32::from(b'a') + column).count();
            (column, count as f64 * f64::from(weights[3 * column as usize + 1]))
        })
        .filter(|(_, value)| *value != 0.0)
        .collect();
    let total: f64 = by_hand.iter().map(|(_, value)| value).sum();
    assert!((linear.value - total).abs() < 1e-5, "{} {total}", linear.value);
    by_hand.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    for (ours, (column, value)) in linear.features.iter().zip(&by_hand) {
        assert!(ours.column == *column && (ours.value - value).abs() < 1e-5, "{ours:?} {column} {value}");
    }
    assert_eq!(linear.features.len(), 3);
    // Of the probability too, all of it adds up.
    for output in [ExplainedOutput::LogOdds, ExplainedOutput::Probability] {
        (config.output, config.steps) = (output, 1024);
        let explanation = explain(&classifier, text, &config).unwrap();
        assert!(explanation.gap < 2e-3, "{output:?} {}", explanation.gap);
    }
    let score = explanation.score - sum(&explanation);
    assert!((score - explanation.baseline).abs() < 0.03);
}

#[test]
fn words_that_decide_have_the_greatest_shares() {
    let (own, other) = (rows(400, 1), rows(100, 2));
    for architecture in [config().architecture, common::cnn_lstm()] {
        let mut config = config();
        config.architecture = architecture;
        let classifier = train(Blanks, &examples(&own), &examples(&other), &config, &mut ()).unwrap();
        for method in [ExplainMethod::IntegratedGradients, ExplainMethod::Occlusion] {
            let mut config = ExplainConfig::default();
            config.method = method;
            let (mut deciding, mut all) = (0.0, 0.0);
            for (text, label) in rows(60, 3) {
                let prediction = classifier.predict(&text).unwrap();
                let explanation = explain(&classifier, &text, &config).unwrap();
                assert_eq!(
                    (&explanation.label, &explanation.predicted),
                    (&prediction.label().to_owned(), &explanation.label)
                );
                assert!((explanation.probability - f64::from(prediction.score())).abs() < 1e-6);
                if prediction.label() == label {
                    let decides = |token: &str| ["good", "bad", "not"].contains(&token);
                    let of = |token: &Attribution| if decides(&token.token) { token.value.abs() } else { 0.0 };
                    deciding += explanation.tokens.iter().map(of).sum::<f64>();
                    all += explanation.tokens.iter().map(|token| token.value.abs()).sum::<f64>();
                }
            }
            // A third of the words decide; what stands in the place of a `not` tells something, too.
            println!("{method:?}: {:.2} of all shares", deciding / all);
            assert!(deciding > 0.6 * all, "{method:?}: {deciding} of {all}");
        }
    }
}

#[test]
fn occlusion_explains_whatever_classifies() {
    let (own, other) = (rows(200, 1), rows(50, 2));
    let classifier = train_baseline(Letters, &examples(&own), &examples(&other), &Baseline::default()).unwrap();
    let text = "the desk was  bad today";
    let explanation = explain_by_occlusion(&classifier, &Blanks, text, Some("Poor")).unwrap();
    let p = |text: &str| {
        f64::from(classifier.predict(text).unwrap().scores()[classifier.labels().index_of("Poor").unwrap()])
    };
    assert_eq!(explanation.tokens.len(), 5);
    for token in &explanation.tokens {
        let without = format!("{} {}", &text[..token.source.start], &text[token.source.end..]);
        assert!((token.value - (p(text) - p(&without))).abs() < 1e-12, "{token:?}");
    }
    assert!((explanation.score - p(text)).abs() < 1e-12 && (explanation.baseline - p("")).abs() < 1e-6);
    assert!((explanation.gap - (sum(&explanation) - (explanation.score - explanation.baseline)).abs()).abs() < 1e-12);
    assert!(explain_by_occlusion(&classifier, &Blanks, "", None).unwrap().tokens.is_empty());
    let unknown = explain_by_occlusion(&classifier, &Blanks, text, Some("Splendid")).unwrap_err().to_string();
    assert!(unknown.contains("explain.label") && unknown.contains("Poor") && !unknown.contains("desk"), "{unknown}");
}

/// Makes two tokens of `can't`, and one of `#` alone without a place.
struct Splits;

impl Analyzer for Splits {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        Blanks.analyze_into(text, tokens);
        let whole: Vec<_> = tokens.iter().map(|token| (token.text.to_owned(), token.source)).collect();
        tokens.clear();
        tokens.push("#", 0..0, TokenKind::Symbol);
        for (word, source) in whole {
            let parts = if word == "can't" { vec!["can", "not"] } else { vec![word.as_str()] };
            parts.into_iter().for_each(|part| tokens.push(part, source.clone(), TokenKind::Word));
        }
    }
}

#[test]
fn tokens_of_one_word_are_left_out_together() {
    let mut config = config();
    config.epochs = 1;
    let rows = rows(60, 1);
    let classifier = train(Splits, &examples(&rows), &examples(&rows), &config, &mut ()).unwrap();
    let explanation = explain_by_occlusion(&classifier, &Splits, "I can't 好", None).unwrap();
    let tokens: Vec<_> = explanation.tokens.iter().map(|token| (token.token.as_str(), token.source.clone())).collect();
    assert_eq!(tokens, [("I", 0..1), ("can not", 2..7), ("好", 8..11)]);
    let gradients = explain(&classifier, "I can't 好", &ExplainConfig::default()).unwrap();
    assert_eq!(gradients.tokens.len(), 5);
}

#[test]
fn long_and_odd_texts_are_explained() {
    let mut config = config();
    (config.epochs, config.max_tokens) = (1, 30);
    let rows = rows(60, 1);
    let classifier = train(Blanks, &examples(&rows), &examples(&rows), &config, &mut ()).unwrap();
    let long = "not good ".repeat(40);
    for method in [ExplainMethod::IntegratedGradients, ExplainMethod::Occlusion] {
        let mut config = ExplainConfig::default();
        (config.method, config.steps) = (method, 16);
        let explanation = explain(&classifier, &long, &config).unwrap();
        assert_eq!((explanation.tokens.len(), explanation.unread), (30, 50), "{method:?}");
        for text in ["", " ", "\0", "\u{202e}not\u{200b} bad", "👩‍👩‍👧‍👦 🇧🇩", "好!!!\r\n\t好"]
        {
            let explanation = explain(&classifier, text, &config).unwrap();
            assert!(explanation.tokens.iter().all(|token| token.value.is_finite()));
            let (html, plain) = (explanation.to_html(), explanation.to_terminal(false));
            assert!(!html.contains('\u{202e}') && !plain.contains('\u{202e}'));
            let json = serde_json::to_string(&explanation).unwrap();
            assert_eq!(serde_json::from_str::<Explanation>(&json).unwrap().tokens.len(), explanation.tokens.len());
        }
        // The same bytes each time.
        assert_eq!(explain(&classifier, &long, &config).unwrap(), explain(&classifier, &long, &config).unwrap());
    }
    let mut config = ExplainConfig::default();
    config.steps = 0;
    assert!(explain(&classifier, "good", &config).unwrap_err().to_string().contains("explain.steps: found 0"));
}
