//! What is said of brands: findings, sentiment, aspects, topics, time, launches, influence and platforms, in one report.

mod common;

use std::io::Write;
use std::process::ExitCode;

use common::{Options, Output, Result, Summary, say, usage, usage_faults};
use plaudit::brand::{BrandConfig, brand_report};
use plaudit::data::{OnDirty, PostConfig, parse_time, read_posts};
use plaudit::insight::AspectDictionary;
use plaudit::text::{Language, LexiconClassifier, LexiconConfig};
use plaudit::{Classifier, TextClassifier};

const HELP: &str = "
Reports what is said of brands: what to fix, to emphasise and to watch, with the figures and posts behind it.

cargo run --release --example brand -- --posts FILE [options]
  --posts FILE        .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text, uid, time, platform (or source), brand (or
                      division), author, kind, likes, shares, comments, reach and followers, as far as they are there
  --preset weibo|facebook|tweets   the columns of such files
  --columns FILE      which column is what, as JSON: {\"brand\": \"company\", \"read\": {\"text\": \"content\"}}; in place of a preset
  --model DIR         what train saved: the sentiment of posts and clauses
  --lexicon           no model: sentiment by lists of words
  --dictionary FILE   the words of each aspect as JSON: {\"battery\": [\"battery life\", \"charger\"], ..}; phones and university name
                      dictionaries of the project
  --launch TIME,..    launches, such as 2026-01-31
  --language en|zh|und   how posts become terms (en)
  --config FILE       everything else as JSON, as BrandConfig has it
  --out FILE          .html, one page with pictures, .md or .json; without it the report goes to the terminal
  --on-dirty stop|skip   what to do with a row that cannot be used (skip)
  --json              the last line of standard output is one JSON object";

const OPTIONS: [&str; 11] = [
    "posts",
    "preset",
    "columns",
    "model",
    "lexicon!",
    "dictionary",
    "launch",
    "language",
    "config",
    "out",
    "on-dirty",
];

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, brand)
}

fn brand(options: &Options) -> Result<()> {
    let file = options.required_file("posts")?;
    let config = config(options)?;
    let out = options.file("out")?;
    if let Some(out) = out {
        if ![".json", ".md", ".html"].iter().any(|end| out.ends_with(end)) {
            return Err(usage(format!("--out: expected a name that ends in .html, .md or .json, found `{out}`")));
        }
        common::check_apart(&[("posts", file)], &[("out", out)])?;
    }
    let classifier: Option<Box<dyn Classifier>> = match (options.file("model")?, options.value("lexicon")) {
        (Some(_), Some(_)) => return Err(usage("--model and --lexicon: expected one of them")),
        (Some(model), None) => Some(Box::new(TextClassifier::load(model)?)),
        (None, Some(_)) => Some(Box::new(LexiconClassifier::new(LexiconConfig::polarity())?)),
        (None, None) => None,
    };
    let output = out.map(Output::create).transpose()?; // before a long run and not after it
    let found = read_posts(file, &columns(options)?)?;
    common::print_rejections(&found.report);
    common::check_used(&found.report)?;
    let report = brand_report(&found.posts, classifier.as_deref(), &config, &mut ())?;
    match (output, out) {
        (Some(mut output), Some(name)) => {
            let text = match name.rsplit('.').next() {
                Some("json") => serde_json::to_string(&report)?,
                Some("html") => report.to_html(),
                _ => report.to_markdown(),
            };
            output.write_all(text.as_bytes())?;
            output.finish()?;
            say!("{}: {} posts, {} findings", common::shown(name), report.posts.cleaned.kept, report.findings.len());
        }
        _ => say!("{report}"),
    }
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add_rows([&found.report]);
        summary.add("posts", report.posts.cleaned.kept);
        summary.add("findings", serde_json::to_value(&report.findings)?);
        summary.add("missing", serde_json::to_value(&report.missing)?);
        say!("{}", summary.line());
    }
    Ok(())
}

fn columns(options: &Options) -> Result<PostConfig> {
    let preset = options.one_of("preset", &["weibo", "facebook", "tweets"])?;
    if preset.is_some() && options.value("columns").is_some() {
        return Err(usage("--preset and --columns: expected one of them"));
    }
    let mut config = match preset {
        Some("weibo") => PostConfig::weibo(),
        Some("facebook") => PostConfig::facebook(),
        Some(_) => PostConfig::tweets(),
        None => options.json("columns", PostConfig::validate)?.unwrap_or_default(),
    };
    if options.one_of("on-dirty", &["stop", "skip"])? == Some("stop") {
        config.read.on_dirty = OnDirty::Stop;
    }
    Ok(config)
}

fn config(options: &Options) -> Result<BrandConfig> {
    let mut config: BrandConfig = options.json("config", BrandConfig::validate)?.unwrap_or_default();
    if let Some(language) = options.value("language") {
        config.terms = BrandConfig::terms_of(language.parse::<Language>().map_err(usage_faults)?);
    }
    match options.value("dictionary") {
        Some("phones") => config.dictionary = Some(AspectDictionary::phones()),
        Some("university") => config.dictionary = Some(AspectDictionary::university()),
        Some(_) => config.dictionary = options.json("dictionary", |_| Ok(()))?,
        None => {}
    }
    for launch in options.listed("launch").into_iter().flatten() {
        let time = parse_time(launch);
        let expected = || usage(format!("--launch: expected a time such as 2026-01-31, found `{launch}`"));
        config.launches.push(time.ok_or_else(expected)?);
    }
    config.validate().map_err(usage_faults)?;
    Ok(config)
}
