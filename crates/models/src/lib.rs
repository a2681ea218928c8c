//! Sentiment classifiers on candle: a BiLSTM (DPMS, Fig. 2), a CNN-LSTM, their training, their prediction, and their model directory;
//! and the baselines beside them: logistic regression, NB-SVM, averaged n-grams, the majority ([`train_baseline`], [`Baseline`]).
//!
//! ```
//! use plaudit_core::{Analyzer, Classifier, Example, TokenKind, Tokens};
//! use plaudit_models::{TrainConfig, train};
//!
//! struct Blanks;
//! impl Analyzer for Blanks {
//!     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
//!         tokens.clear();
//!         text.split(' ').filter(|word| !word.is_empty()).for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
//!     }
//! }
//!
//! let rows = [("good", "Good"), ("lovely place", "Good"), ("poor", "Poor"), ("a poor show", "Poor")];
//! let rows: Vec<Example> = rows.iter().cycle().take(40).map(|&(text, label)| Example { text, label }).collect();
//! let mut config = TrainConfig::default();
//! (config.epochs, config.batch) = (20, 8);
//! let classifier = train(Blanks, &rows, &rows, &config, &mut ())?;
//! assert_eq!(classifier.predict("good")?.label(), "Good");
//! # Ok::<(), plaudit_core::Error>(())
//! ```
//!
//! # What training depends on
//! The same data, configuration and seed give the same bytes in `model.safetensors`, at any number of threads, and on every
//! processor that rounds `a b + c` once (x86-64 with AVX2 and FMA, or AVX-512; 64-bit ARM). On another the last digits differ;
//! [`TrainReport::instruction_set`] tells. That is so for [`train`]. Where candle computes ([`train_network`]), it is as good as candle's operations.
//!
//! # Which device does what
//! | | CPU | CUDA, Metal (features `cuda`, `metal`) |
//! |---|---|---|
//! | networks of [`Architecture`] | our kernels; packed, threaded, the same bytes | candle's operations ([`Architecture::on_device`]), the same scores but for rounding |
//! | a module of your own ([`network::ModuleNetwork`]) | candle's operations, faster with `mkl` or `accelerate` | not yet |
//! | [`network::Adam`], the words' table, reading and writing models | here, always | |
//!
//! The features only pass through to candle; each needs its vendor's toolkit, and `mkl` downloads Intel's library to build.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod adam;
mod apart;
mod architecture;
mod batches;
mod bi_lstm;
mod calibrated;
mod card;
mod class_weights;
mod classifier;
mod cnn_lstm;
mod composed;
mod config;
mod directory;
mod explain;
mod extras;
mod fine_tune;
mod held_out;
mod linear;
mod module;
pub mod network;
mod objective;
mod ops;
mod parameters;
mod plan;
mod pretrained;
mod pytorch;
mod recurrent;
mod report;
mod rows;
mod scorer;
mod seen;
mod selection;
mod train;
mod trainer;
mod tune;
mod weights;
mod wide;

pub use architecture::Architecture;
pub use bi_lstm::BiLstmConfig;
pub use calibrated::{Calibrated, CalibrationConfig, CalibrationFigures, CalibrationRows, RiskConfig};
pub use class_weights::ClassWeights;
pub use classifier::TextClassifier;
pub use cnn_lstm::CnnLstmConfig;
pub use config::TrainConfig;
pub use explain::{
    Attribution, ExplainConfig, ExplainMethod, ExplainedOutput, Explanation, FeatureShare, LinearShare, explain,
    explain_by_occlusion,
};
pub use extras::{Checkpoints, Extras};
pub use fine_tune::{FineTuningConfig, fine_tune};
pub use held_out::{HeldOut, out_of_fold, out_of_fold_with};
pub use linear::{
    AverageNgramsConfig, Baseline, LinearClassifier, LinearConfig, LinearFit, LinearLoss, LinearReport, MajorityConfig,
    NbSvmConfig, Trial, Tuned, train_baseline, train_baseline_weighted, tune_baseline,
};
pub use objective::ObjectiveConfig;
pub use plan::Pooling;
pub use plaudit_kernels::WeightPrecision;
pub use pretrained::{Pretrained, PretrainedConfig, VectorsReport};
pub use report::{Stopped, TrainReport};
pub use rows::RowSource;
pub use selection::Selection;
pub use train::{train, train_network, train_streamed, train_with};
pub use trainer::{Decay, ScheduleConfig};
pub use tune::{Candidate, Space, TuneTrial, tune};
pub use wide::WideAndDeepConfig;
