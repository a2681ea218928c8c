//! What readers' reactions to posts say, and what they do not.

mod common;

use std::process::ExitCode;

use common::{Options, Result, Summary, say};
use plaudit::promotion::reactions::{PostReactions, Reactions, ReactionsConfig};
use plaudit::{Error, Feedback, plots};

const HELP: &str = r#"
Reactions to posts: the share of negative ones of each kind of post with intervals, Eq. 36 of DPMS as printed and what can be
said instead, and how many posts would be needed. Writes a picture with its data.

cargo run --release --example reactions -- --posts FILE [options]
  --posts FILE              .csv, .tsv or .jsonl: one post a row, columns uid, text and one count a reaction
  --by COLUMN               the column with the kind of post (division)
  --config FILE             a JSON file; what it leaves out is as by default:
                            {"valence": {"reactions": {"like": "positive", "angry": "negative", ..}, "ambiguous": ["haha"]},
                             "baseline": "uniform", "level": 0.95, "draws": 10000, "seed": 0}
  --pictures DIR            where the picture goes (target/reactions)
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --json                    the last line of standard output is one JSON object"#;

fn main() -> ExitCode {
    common::run(HELP, &["posts", "by", "config", "pictures", "on-dirty"], reactions)
}

fn reactions(options: &Options) -> Result<()> {
    let (file, mut read) = (options.required("posts")?, options.read_config()?);
    let by = options.value("by").unwrap_or("division");
    let config: ReactionsConfig = options.json("config", ReactionsConfig::validate)?.unwrap_or_default();
    // The kind of a post is read as its division, and every other column is kept: reactions are among them.
    (read.division, read.keep_extra) = (Some(by.to_owned()), true);
    let data = plaudit::data::read(file, &read)?;
    common::print_rejections(&data.report);
    common::check_used(&data.report)?;
    let posts = data.iter().map(|row| post(row, &config, file)).collect::<plaudit::Result<_>>()?;
    let reactions = Reactions::new(posts).map_err(|error| Error::malformed(file, error))?;
    let report = config.report(&reactions)?;
    say!("{report}");

    let folder = options.folder("pictures", "reactions")?;
    let [svg, csv] = plots::reactions(&reactions, &config.valence)?.save(&folder)?;
    say!("The picture is {}, its data {}.", svg.display(), csv.display());
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add_rows([&data.report]);
        summary.add("reactions", serde_json::to_value(&report)?);
        say!("{}", summary.line());
    }
    Ok(())
}

/// The counts of the reactions that the valence names; a post without one of these columns has none of it.
fn post(row: &Feedback, config: &ReactionsConfig, file: &str) -> plaudit::Result<PostReactions> {
    let mut counts = Vec::new();
    for reaction in config.valence.reactions.keys() {
        let Some((name, text)) = row.extra.iter().find(|(name, _)| name.eq_ignore_ascii_case(reaction)) else {
            continue;
        };
        let count: u64 = text.trim().parse().map_err(|_| {
            Error::data(file, 0, name, format!("post `{}`: expected a count, a whole number of 0 or more", row.uid))
        })?;
        counts.push((name.clone(), count));
    }
    if counts.is_empty() {
        let known: Vec<&str> = config.valence.reactions.keys().map(String::as_str).collect();
        let reason = format!("post `{}` has no reaction; expected columns of {}", row.uid, known.join(", "));
        return Err(Error::data(file, 0, "", reason));
    }
    Ok(PostReactions::new(row.uid.clone(), row.division.clone(), counts))
}
