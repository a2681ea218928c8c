//! CSV, TSV and JSONL in; rows used and rejected, with reasons; seeded splits.
//!
//! [`read`] gives a [`Dataset`] and what became of every row; [`FeedbackReader`] does the same row after row for files
//! larger than memory; [`read_posts`] and [`PostReader`] read posts with their engagement. Which column is what stands in [`ReadConfig`]. [`Dataset::split`] makes the parts for training,
//! validation and test.
//!
//! What to expect of files as people have them:
//!
//! | in the file | becomes |
//! |---|---|
//! | UTF-8, with or without a byte-order mark; UTF-16 with one | text |
//! | bytes that are no UTF-8, half a UTF-16 pair, a NUL character | a rejected row |
//! | a row with too many or too few columns, an empty text (one that cannot be seen is empty), an unknown label, one with a control character or of more than 100 characters, a time in no known form, a count of a post that is none | a rejected row |
//! | a uid that an earlier used row has | a rejected row; the earlier one stays |
//! | a JSON object whose uid has another name than in the first object | a rejected row |
//! | a quote that is not closed within the limits, or a stray quote inside quotes | one rejected row; reading goes on with the next line |
//! | a line or row of more than 1 MiB | a rejected row, in little memory |
//! | blanks around uid, label, division, time, source and column names | removed; never in a text or an extra column |
//! | a column without a name | an extra column that is called by its number, such as `column 3` |
//! | a blank line | no row |
//! | an empty value of an extra column | left out |
//! | a second byte-order mark after the first | removed |
//! | nothing at all, no `text` column, a column's name twice | an error of the file |
//! | a header and no row, or no row that can be used | a [`Dataset`] of no rows, whose report has the reasons |
//! | CSV or TSV without a line that ends in `\n`, and a `\r` in it, as on a Mac of old | an error of the file |
//! | a `\r` anywhere else but before a `\n` | text |
//! | a compressed file that is cut off or damaged | [`Error::Io`](plaudit_core::Error::Io) with the file's name |
//!
//! Where several lines of a CSV file are held together by quotes but do not make a row of as many columns as the header,
//! the first of them is rejected and the others are read as rows of their own: a quote too many is likelier than that.
//!
//! Messages and reports name columns, never what a person wrote. Where the names of a header do not all look like names,
//! or none is known, it may be a row of texts: only their number stands there, and those that are like a missing one.
//!
//! A time without an offset is taken as UTC. Times are read as RFC 3339 and its relatives (`2023-10-18T21:53:25+06:00`,
//! `2023-10-18 21:53`, `2023-10-18`), as Google Forms writes them (`2023/10/18 9:53:25 PM GMT+6`), as tweets have them
//! (`Tue Oct 18 21:53:25 +0000 2011`), and as Unix seconds of 9 or 10 digits.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod columns;
mod config;
mod count;
mod dataset;
mod decompress;
mod format;
mod json;
mod lines;
mod names;
mod objects;
mod post_config;
mod posts;
mod reader;
mod record;
mod rejection;
mod report;
mod row;
mod split;
mod table;
mod time;
mod unicode;

pub use config::{OnDirty, ReadConfig};
pub use count::{CountFault, MOST_COUNT, parse_count};
pub use dataset::{Dataset, read, read_from};
pub use format::Format;
pub use post_config::PostConfig;
pub use posts::{PostReader, Posts, read_posts, read_posts_from};
pub use reader::{FeedbackReader, Row};
pub use rejection::{Reason, Rejection};
pub use report::ReadReport;
pub use split::SplitRatios;
pub use time::parse_time;
