//! The baselines that a network must beat: linear classifiers of the features of a text, trained in several ways.

mod average;
mod baseline;
mod card;
mod classifier;
mod config;
mod entries;
mod fit;
mod lbfgs;
mod loss;
mod naive_bayes;
mod report;
mod stored;
mod train;
mod weights;

pub use average::AverageNgramsConfig;
pub use baseline::{Baseline, MajorityConfig, NbSvmConfig};
pub use classifier::LinearClassifier;
pub use config::{LinearConfig, LinearLoss};
pub use report::{LinearFit, LinearReport};
pub(crate) use train::fit_one;
pub use train::{Trial, Tuned, train_baseline, train_baseline_weighted, tune_baseline};
