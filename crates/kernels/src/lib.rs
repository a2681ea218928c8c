//! The numeric loops of plaudit's networks and word vectors, on slices of `f32`: matrix products, the LSTM over a packed batch
//! and its gradient, windows of skip-gram, products of rows with queries.
//!
//! This is the only plaudit crate that may contain `unsafe`; every block states why it holds. It knows no tensors and no
//! texts. Sizes are the caller's contract: a slice of the wrong length is a programming error and panics.
//!
//! # What the results depend on
//! The data, and whether the processor rounds `a b + c` once ([`InstructionSet::is_fused`]); nothing else. Each number is
//! computed by one thread, every sum is taken in one fixed order whatever the width of the vectors and the number of threads,
//! and functions such as the logistic are computed from exactly rounded operations alone.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod adam;
mod buffers;
mod convolution;
mod dots;
mod lstm;
mod math;
mod packed;
mod product;
mod rows;
mod simd;
mod skip_gram;
mod softmax;
#[cfg(test)]
mod testing;

pub use adam::{AdamStep, sum_of_squares};
pub use buffers::Buffer;
pub use convolution::{Convolution, ConvolutionGradient, ConvolutionPanels};
pub use dots::dots;
pub use lstm::{Lstm, LstmGradient, LstmPanels, LstmState, LstmTrace, LstmWeights, Output, WeightPrecision};
pub use packed::Packed;
pub use product::{Matrix, Panels, Start, product, product_with};
pub use rows::{Blend, blend, gather};
pub use simd::InstructionSet;
pub use skip_gram::{Line, SkipGram};
pub use softmax::softmax;
