//! Seeded random streams, intervals, tests of hypotheses, and the bootstrap.
//!
//! Nothing here reads a clock or the system's randomness: the same seed gives the same numbers on every platform.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod beta;
mod binomial;
mod bootstrap;
mod chi_square;
mod contingency;
mod draws;
mod false_discovery;
mod gamma;
mod holm;
mod hypergeometric;
mod interval;
mod kruskal_wallis;
mod negative_binomial;
mod normal;
mod quantile;
mod ranks;
mod replicates;
mod sign_test;
mod stream;
mod units;

pub use beta::beta_quantile;
pub use binomial::{binomial, multinomial};
pub use bootstrap::Bootstrap;
pub use chi_square::{chi_square_sf, deviance_term};
pub use contingency::{chi_square, cramers_v};
pub use draws::{dirichlet, gamma};
pub use false_discovery::benjamini_hochberg;
pub use gamma::gamma_quantile;
pub use holm::holm;
pub use hypergeometric::hypergeometric;
pub use interval::{Interval, jeffreys, wilson, wilson_share};
pub use kruskal_wallis::{DunnPair, KruskalWallis, kruskal_wallis};
pub use negative_binomial::negative_binomial_sf;
pub use normal::{normal_quantile, normal_sf};
pub use quantile::quantile;
pub use ranks::mid_ranks;
pub use replicates::Replicates;
pub use sign_test::sign_test;
pub use stream::Stream;
pub use units::Units;
