//! From raw feedback to an honest promotion decision.
//!
//! plaudit reads what people say, classifies its sentiment with a recurrent network, and says which division or product to
//! promote, which to hold, and where more data is needed, and why. Pure Rust: no download, no server, no Python; the same
//! seed gives the same bytes.
//!
//! ```
//! use plaudit::{Classifier, Policy, ReadConfig, SplitRatios, TextClassifier, TrainConfig};
//! # let folder = std::env::temp_dir().join(format!("plaudit-docs-{}", std::process::id()));
//! # let (file, model) = (folder.join("feedback.csv"), folder.join("model"));
//! # let said = ["lovely staff,Good", "works after a wait,Average", "closed on Friday,Neutral", "rude and slow,Poor"];
//! # let rows = (0..160).map(|k| format!("{},{}\n", ["Library", "Finance"][k / 4 % 2], said[k % 4]));
//! # std::fs::create_dir_all(&folder).unwrap();
//! # std::fs::write(&file, "division,text,label\n".to_owned() + &rows.collect::<String>()).unwrap();
//!
//! let feedback = plaudit::data::read(file, &ReadConfig::default())?; // rows used + rejected, with reasons
//! let [train, valid, test] = feedback.split(SplitRatios::PAPER, 7)?; // 70:15:15, stratified, seeded
//! let classifier = plaudit::train(&train, &valid, &TrainConfig::default(), &mut ())?; // text -> ids -> BiLSTM
//! println!("{}", plaudit::evaluate(&classifier, &test)?);
//! classifier.save(&model)?;
//! let verdicts = Policy::default().decide(&plaudit::survey(&classifier, &test)?)?; // one verdict a division, by rows it has not seen
//! println!("{verdicts}");
//! let one = TextClassifier::load(&model)?.predict("not bad at all, the library staff were lovely")?;
//! println!("{} {:.2}", one.label(), one.score());
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), plaudit::Error>(())
//! ```
//!
//! # Features
//! | feature | brings | default |
//! |---|---|---|
//! | `text` | [`text`]: cleaning pipelines | yes |
//! | `embeddings` | [`embeddings`]: word vectors, bags of words and TF-IDF | yes |
//! | `models` | [`models`]: networks, training, the model directory (pulls candle) | yes |
//! | `metrics` | [`metrics`]: confusion matrix and scores | yes |
//! | `promotion` | [`promotion`]: verdicts from counts | yes |
//! | `insight` | [`insight`]: terms, drift of texts, seasons, influence, platforms; with `text` and `promotion` the evidence of verdicts | yes |
//! | `plots` | `plots`: pictures as SVG, with their data as CSV (brings `metrics`, `promotion` and `insight`) | no |
//! | `lemmas` | a tagger of English with WordNet's tables, for [`text`] | no |
//! | `snowball3` | the stemmer of Snowball 3, for [`text`] | no |
//! | `progress` | a progress bar on the terminal | no |
//! | `cuda`, `metal` | candle's devices, for [`models::Architecture::on_device`] | no |
//! | `mkl`, `accelerate` | products of candle's by these libraries, for modules of your own | no |
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub use plaudit_core as core;
pub use plaudit_data as data;
#[cfg(feature = "embeddings")]
pub use plaudit_embeddings as embeddings;
#[cfg(feature = "insight")]
pub use plaudit_insight as insight;
#[cfg(feature = "metrics")]
pub use plaudit_metrics as metrics;
#[cfg(feature = "models")]
pub use plaudit_models as models;
#[cfg(feature = "promotion")]
pub use plaudit_promotion as promotion;
#[cfg(feature = "text")]
pub use plaudit_text as text;

/// candle's types, as they stand in [`models::network`]. They change with candle's releases, and so does this module.
#[cfg(feature = "models")]
pub use plaudit_models::network as candle;

pub use plaudit_core::{
    Analyzer, Classifier, Epoch, Error, Example, Feedback, Labels, Observer, Prediction, Progress, Result, Scores,
};
pub use plaudit_data::{Dataset, ReadConfig, SplitRatios};
#[cfg(feature = "promotion")]
pub use plaudit_promotion::{Policy, Rule, Survey, Verdict, Verdicts};

#[cfg(feature = "promotion")]
mod audit;
#[cfg(all(feature = "text", feature = "embeddings", feature = "models", feature = "metrics"))]
mod baseline;
#[cfg(all(feature = "text", feature = "insight"))]
pub mod brand;
#[cfg(feature = "metrics")]
mod evaluate;
#[cfg(all(feature = "text", feature = "promotion", feature = "insight"))]
mod evidence;
#[cfg(all(feature = "text", feature = "insight"))]
mod excerpt;
#[cfg(all(feature = "text", feature = "models", feature = "promotion"))]
mod gold;
#[cfg(feature = "embeddings")]
#[allow(dead_code)] // each feature uses its own part
mod ngrams;
#[cfg(feature = "plots")]
pub mod plots;
#[cfg(feature = "text")]
pub mod posts;
#[cfg(feature = "progress")]
mod progress;
#[cfg(all(feature = "text", feature = "models"))]
mod reader;
#[allow(dead_code)] // each feature uses its own part
mod rows;
#[cfg(all(feature = "text", feature = "models"))]
mod streamed;
#[cfg(feature = "promotion")]
mod survey;
#[cfg(all(feature = "text", feature = "models"))]
mod train;
#[cfg(all(feature = "text", feature = "embeddings", feature = "models"))]
mod vectors;

#[cfg(feature = "promotion")]
pub use audit::digests;
#[cfg(all(feature = "text", feature = "embeddings", feature = "models", feature = "metrics"))]
pub use baseline::{BaselineClassifier, BaselineConfig, TunedBaseline, train_baseline, tune_baseline};
#[cfg(feature = "metrics")]
pub use evaluate::{evaluate, scored};
#[cfg(all(feature = "text", feature = "promotion", feature = "insight"))]
pub use evidence::{EvidenceConfig, evidence, with_terms};
#[cfg(all(feature = "text", feature = "models", feature = "promotion"))]
pub use gold::{GoldRows, calibration_errors, error_matrix, held_out_errors};
#[cfg(feature = "progress")]
pub use progress::ProgressBar;
#[cfg(all(feature = "text", feature = "models"))]
pub use reader::Reader;
#[cfg(all(feature = "text", feature = "models"))]
pub use streamed::train_file;
#[cfg(feature = "promotion")]
pub use survey::{PredictedRow, predictions, survey, tally};
#[cfg(all(feature = "text", feature = "models"))]
pub use train::{TextClassifier, TrainConfig, fine_tune, train, train_with, tune};
#[cfg(all(feature = "text", feature = "embeddings", feature = "models"))]
pub use vectors::{PretrainConfig, Vectors, pretrain};

/// The README's example is a test.
#[cfg(all(doctest, feature = "default"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// And so are those of the page on figures.
#[cfg(all(doctest, feature = "default"))]
#[doc = include_str!("../../../docs/metrics.md")]
struct Metrics;

/// And that of the page on baselines.
#[cfg(all(doctest, feature = "default"))]
#[doc = include_str!("../../../docs/baselines.md")]
struct Baselines;
