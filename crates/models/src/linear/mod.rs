//! Multinomial logistic regression on the features of a text: the baseline that a network must beat.

mod classifier;
mod config;
mod entries;
mod fit;
mod lbfgs;
mod loss;
mod report;
mod stored;
mod weights;

pub use classifier::LinearClassifier;
pub use config::LinearConfig;
pub use fit::train_linear;
pub use report::{LinearFit, LinearReport};
