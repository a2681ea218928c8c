//! Pictures of scores, training and verdicts, each beside its data.
//!
//! Every function takes what plaudit's other crates return and gives a [`Picture`]: an SVG document, and its data as
//! CSV.
//!
//! | function | shows |
//! |---|---|
//! | [`confusion_matrix`] | who was taken for whom: counts and shares of each true label |
//! | [`roc`], [`precision_recall`] | how well the probabilities of each label sort the texts |
//! | [`reliability`] | whether probabilities come true |
//! | [`risk_coverage`] | how many errors are saved by not answering the least certain texts |
//! | [`learning_curve`] | loss and scores by epoch, and the best epoch |
//! | [`verdicts`] | the score of each division with its interval, the bound, and the verdict |
//! | [`reactions`] | positive and negative reactions to each post |
//! | [`reductions`] | how far each label's negative reactions lie below a baseline, with intervals |
//! | [`prevalence`] | the share of each label by period, with intervals |
//! | [`aspects`] | how each aspect is spoken of, with intervals |
//! | [`timeline`] | posts and hits by period, changes and alerts |
//!
//! ```
//! use plaudit::{Labels, metrics::ConfusionMatrix, plots};
//!
//! let matrix = ConfusionMatrix::from_pairs(Labels::polarity(), &[0, 0, 1, 2, 2], &[0, 2, 1, 2, 2])?;
//! let picture = plots::confusion_matrix(&matrix);
//! assert!(picture.svg.contains("5 texts, 80.0 % right"));
//! assert!(picture.csv.contains("positive,negative,1,"));
//!
//! # let folder = std::env::temp_dir().join(format!("plaudit-plots-{}", std::process::id()));
//! let [svg, csv] = picture.save(&folder)?;
//! assert!(svg.ends_with("confusion_matrix.svg") && csv.ends_with("confusion_matrix.csv"));
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), plaudit::Error>(())
//! ```
//!
//! # What holds for all of them
//! - The same data give the same bytes.
//! - Colours are those of Okabe and Ito, and nothing is told by colour alone: dashes, markers, hatching and words say
//!   it too.
//! - Where there is nothing to draw, the picture says "no data". A number that is not finite is left out of the picture
//!   and stands in the CSV as `NaN` or `inf`. What a picture cannot hold (the 13th curve, the 201st division) it leaves
//!   out, and says so in a line under its title; the CSV has it.
//! - Curves of many points are thinned in the SVG, by at most half a pixel, and not in the CSV.
//! - Labels, divisions and posts are anybody's text. In the SVG it is escaped, and shown as [`visible`](plaudit_core::visible)
//!   has it: control characters and those that turn the direction of writing as `\u{202e}`. A long name
//!   loses its middle and has the whole as its tooltip.
//! - In the CSV such a name gets an apostrophe before it where a spreadsheet might run it as a formula: where it begins
//!   with `=`, `+`, `-`, `@`, one of these in full width, a tab, a line break, or an apostrophe, and is no number. A
//!   program that reads the file drops one apostrophe from the beginning of a name, and has the name as it was.
//! - The fonts are the viewer's. A PNG needs a program that has fonts: a browser, Inkscape, `rsvg-convert`.

mod aspects;
mod confusion;
mod curves;
mod frame;
mod learning;
mod look;
mod picture;
mod prevalence;
mod reactions;
mod reductions;
mod reliability;
mod svg;
mod text;
mod thin;
mod timeline;
mod verdicts;

pub use aspects::aspects;
pub use confusion::confusion_matrix;
pub use curves::{precision_recall, risk_coverage, roc};
pub use learning::learning_curve;
pub use picture::Picture;
pub use prevalence::{Period, prevalence};
pub use reactions::reactions;
pub use reductions::reductions;
pub use reliability::reliability;
pub use timeline::timeline;
pub use verdicts::verdicts;

#[cfg(test)]
mod tests;
