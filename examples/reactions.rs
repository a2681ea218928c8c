//! What readers' reactions to posts say, and what they do not.

mod common;
#[path = "reactions/posts.rs"]
mod posts;

use std::process::ExitCode;

use common::{Options, Result, Summary, say};
use plaudit::plots;
use plaudit::promotion::reactions::ReactionsConfig;

const HELP: &str = r#"
Reactions to posts: the share of negative ones of each kind of post with intervals, Eq. 36 of DPMS as printed and what can be
said instead, and how many posts would be needed. Writes pictures of the reactions to each post and of each kind's reduction,
with their data.

cargo run --release --example reactions -- --posts FILE [options]
  --posts FILE              .csv, .tsv or .jsonl: one post a row, columns uid, the kind of post, and one count a reaction;
                            an empty count is 0, with a warning; other columns, such as a text, are not needed; a column
                            time orders the posts of the picture, or else the numbers in their uids
  --by COLUMN               the column with the kind of post (division)
  --config FILE             a JSON file; what it leaves out is as by default:
                            {"valence": {"reactions": {"like": "positive", "angry": "negative", ..}, "ambiguous": ["haha"]},
                             "baseline": "uniform", "level": 0.95, "draws": 10000, "seed": 0}
  --pictures DIR            where the pictures go (target/reactions)
  --on-dirty stop|skip      what to do with a row that cannot be used, or has no count where one is expected (skip)
  --json                    the last line of standard output is one JSON object"#;

fn main() -> ExitCode {
    common::run(HELP, &["posts", "by", "config", "pictures", "on-dirty"], reactions)
}

fn reactions(options: &Options) -> Result<()> {
    let (file, mut read) = (options.required("posts")?, options.read_config()?);
    let by = options.value("by").unwrap_or("division");
    let config: ReactionsConfig = options.json("config", ReactionsConfig::validate)?.unwrap_or_default();
    // The kind of a post is its label; a text is not needed. Every other column is kept: reactions are among them.
    (read.label, read.labels_required, read.text) = (Some(by.to_owned()), true, Some(String::new()));
    (read.division, read.source, read.keep_extra) = (Some(String::new()), Some(String::new()), true);
    let folder = options.folder("pictures", "reactions")?;
    let (reactions, rows) = posts::read(file, &read, &config.valence)?;
    let report = config.report(&reactions)?;
    say!("{report}");

    for picture in [plots::reactions(&reactions, &config.valence)?, plots::reductions(&report)] {
        picture.save(&folder)?;
    }
    say!("\nPictures, and their data as CSV, are in {}.", common::shown(&folder));
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add_rows([&rows]);
        summary.add("reactions", serde_json::to_value(&report)?);
        say!("{}", summary.line());
    }
    Ok(())
}
