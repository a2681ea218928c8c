//! Seeded random streams, intervals, and tests of hypotheses.
//!
//! Nothing here reads a clock or the system's randomness: the same seed gives the same numbers on every platform.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod beta;
mod chi_square;
mod draws;
mod holm;
mod interval;
mod quantile;
mod sign_test;
mod stream;

pub use beta::beta_quantile;
pub use chi_square::chi_square_sf;
pub use draws::{dirichlet, gamma};
pub use holm::holm;
pub use interval::{Interval, wilson};
pub use quantile::quantile;
pub use sign_test::sign_test;
pub use stream::Stream;
