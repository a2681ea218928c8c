//! The numeric loops of plaudit's networks, on slices of `f32`: matrix products, gate mathematics, the LSTM over a packed
//! batch and its gradient, the maximum over time.
//!
//! This is the only plaudit crate that may contain `unsafe`; every block states why it holds. It knows no tensors and no
//! texts. Sizes are the caller's contract: a slice of the wrong length is a programming error and panics.
//!
//! # What the results depend on
//! The data and the machine's instruction set ([`instruction_set`]), and nothing else: work is cut in the same pieces
//! whatever the number of threads, and every sum is taken in one fixed order.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod gates;
mod lstm;
mod packed;
mod pool;
mod product;

pub use lstm::{Lstm, LstmGradient, LstmTrace};
pub use packed::Packed;
pub use pool::{max_over_time, max_over_time_backward};
pub use product::{Matrix, product};

/// Returns the instruction set that products run on, such as `"x86_64+fma"`. Results are the same bytes on machines where
/// this is the same.
pub fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        // gemm takes its fused kernel by this test alone; its AVX-512 kernel is a feature that is off. The gate
        // mathematics gives the same bytes with and without AVX2.
        if is_x86_feature_detected!("fma") { "x86_64+fma" } else { "x86_64" }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        std::env::consts::ARCH
    }
}
