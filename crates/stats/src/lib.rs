//! Seeded random streams, and intervals for shares.
//!
//! Nothing here reads a clock or the system's randomness: the same seed gives the same numbers on every platform.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod beta;
mod draws;
mod interval;
mod quantile;
mod stream;

pub use beta::beta_quantile;
pub use draws::{dirichlet, gamma};
pub use interval::{Interval, wilson, wilson_share};
pub use quantile::quantile;
pub use stream::Stream;
