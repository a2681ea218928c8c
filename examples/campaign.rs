//! Plan posts so that their reactions tell something, and judge what came.

mod common;
#[path = "reactions/posts.rs"]
mod posts;

use std::io::Write;
use std::process::ExitCode;

use common::{Options, Output, Result, Summary, check_apart, say, usage, usage_faults, warn};
use plaudit::core::{Table, Time};
use plaudit::data::parse_time;
use plaudit::promotion::reactions::{
    Campaign, CampaignConfig, Contrast, Look, Plan, PostReactions, Reactions, ReactionsConfig, Slot,
};
use serde_json::{Value, json};

const HELP: &str = r#"
Draws at random which post goes out when, so that platforms and days of the week do not pass for an effect of what is posted, and says
how many posts it takes; later, judges the reactions by the same draw.

cargo run --release --example campaign -- --out PLAN.json --from TIME [options]
  --out PLAN.json           the plan; post what stands in it, when it says so
  --from TIME               the first day and the hour of all posts, such as 2026-01-05T10:00:00+06:00
  --labels A,B,..           what the posts promote (Good,Average,Neutral,Poor)
  --platforms A,B,..        where (Facebook)
  --weekdays 1,4,..         on which days of the week, 1 for Monday to 7 (that of --from)
  --weeks N                 for how many weeks (8)
  --paper                   as the paper: one post a label on one platform, seven days apart
  --seed N                  which of the possible plans is drawn (0)
  --share P                 the negative share that is to be lowered, between 0 and 1 (that of --earlier, or the paper's, 0.2852)
  --counts N                about how many positive and negative reactions a post draws (endlessly many)

cargo run --release --example campaign -- --plan PLAN.json --posts FILE [options]
  --plan PLAN.json          the plan, as it was written
  --posts FILE              the reactions so far, as recipe reactions reads them; the uid of a post is its name in the plan, p1, p2, ..
  --by COLUMN               the column with what each post promoted (label)
  --lower LABEL             asks whether this label's posts drew fewer negative reactions; decide it before you look (any difference)
  --draws N                 assignments drawn for the p-value, where there are too many to try all (9999)

  --earlier FILE            reactions to earlier posts, with the same columns: what is to be expected
  --config FILE             as for recipe reactions
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --json                    the last line of standard output is one JSON object"#;

const OPTIONS: [&str; 18] = [
    "out",
    "from",
    "labels",
    "platforms",
    "weekdays",
    "weeks",
    "paper!",
    "seed",
    "share",
    "counts",
    "plan",
    "posts",
    "by",
    "lower",
    "draws",
    "earlier",
    "config",
    "on-dirty",
];
/// Simulated comparisons for each number of posts.
const RUNS: u64 = 2_000;

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, campaign)
}

fn campaign(options: &Options) -> Result<()> {
    let config: ReactionsConfig = options.json("config", ReactionsConfig::validate)?.unwrap_or_default();
    let mut summary = Summary::default();
    match (options.file("out")?, options.file("plan")?) {
        (Some(out), None) => plan(out, options, &config, &mut summary)?,
        (None, Some(plan)) => judge(plan, options, &config, &mut summary)?,
        _ => return Err(usage("expected either --out, to make a plan, or --plan, to judge one")),
    }
    if options.value("json").is_some() {
        say!("{}", summary.line());
    }
    Ok(())
}

/// The campaign that the options ask for.
fn configured(options: &Options) -> Result<CampaignConfig> {
    let from = options.required("from")?;
    let expected = || usage(format!("--from: expected a time such as 2026-01-05T10:00:00+06:00, found `{from}`"));
    let first: Time = parse_time(from).ok_or_else(expected)?;
    let platforms = options.listed("platforms").unwrap_or_else(|| vec!["Facebook"]);
    for name in ["platforms", "weekdays"] {
        let parts = options.listed(name).unwrap_or_default();
        // Said once: the plan would name each of its posts.
        if let Some(part) =
            parts.iter().enumerate().find(|(place, part)| parts.iter().take(*place).any(|other| other == *part))
        {
            return Err(usage(format!("--{name}: `{}` stands twice; expected each once", part.1)));
        }
        if parts.iter().any(|part| part.is_empty()) {
            return Err(usage(format!("--{name}: a part between commas is empty; expected a name")));
        }
    }
    let paper = options.value("paper").is_some();
    let mut config = if paper {
        for name in ["labels", "weekdays", "weeks"] {
            if options.value(name).is_some() {
                return Err(usage(format!("--{name} and --paper: expected one of them")));
            }
        }
        let [platform] = platforms.as_slice() else { return Err(usage("--paper: expected one of --platforms")) };
        CampaignConfig::paper(platform, first)
    } else {
        let labels = options.listed("labels").unwrap_or_else(|| vec!["Good", "Average", "Neutral", "Poor"]);
        let weeks = options.positive("weeks")?.unwrap_or(8);
        if weeks > 10_000 {
            return Err(usage(format!("--weeks: expected at most 10000, found {weeks}")));
        }
        CampaignConfig::new(labels, slots(first, &platforms, &weekdays(options, first)?, weeks))
    };
    config.seed = options.number("seed")?.unwrap_or(0);
    Ok(config)
}

/// The days of the week that are asked for, 1 to 7.
fn weekdays(options: &Options, first: Time) -> Result<Vec<u8>> {
    if options.value("weekdays").is_none() {
        return Ok(vec![Slot::new("", first).weekday()]);
    }
    let day = |text: &&str| text.parse().ok().filter(|day| (1..=7).contains(day));
    let days = options.listed("weekdays").unwrap_or_default();
    let found: Option<Vec<u8>> = days.iter().map(day).collect();
    found.ok_or_else(|| usage("--weekdays: expected days from 1 for Monday to 7, with commas"))
}

/// A slot for each week, day and platform, from the first day on.
fn slots(first: Time, platforms: &[&str], weekdays: &[u8], weeks: i64) -> Vec<Slot> {
    let mut slots = Vec::new();
    for day in 0..weeks.saturating_mul(7) {
        let time = Time { seconds: first.seconds.saturating_add(day.saturating_mul(86_400)), ..first };
        let asked = weekdays.iter().filter(|&&day| day == Slot::new("", time).weekday());
        slots.extend(asked.flat_map(|_| platforms.iter().map(|platform| Slot::new(*platform, time))));
    }
    slots
}

/// Writes a plan, and says how many posts it takes.
fn plan(out: &str, options: &Options, config: &ReactionsConfig, summary: &mut Summary) -> Result<()> {
    for name in ["posts", "lower", "draws"] {
        if options.value(name).is_some() {
            return Err(usage(format!("--{name}: expected --plan, not --out")));
        }
    }
    let earlier = options.file("earlier")?;
    check_apart(&earlier.map(|earlier| ("earlier", earlier)).into_iter().collect::<Vec<_>>(), &[("out", out)])?;
    let campaign = configured(options)?.plan().map_err(usage_faults)?;
    let earlier = earlier.map(|file| read(file, options, config)).transpose()?;
    let share = share(options, earlier.as_ref(), config)?;
    let counts = options.positive("counts")?;
    let rows = config.plan.power_table(share, counts, RUNS, config.seed).map_err(usage_faults)?;
    let mut file = Output::create(out)?;
    serde_json::to_writer_pretty(&mut file, &campaign)?;
    file.write_all(b"\n")?;
    file.finish()?;
    let mut table = Table::new(["post", "platform", "time", "day", "label"]);
    for post in campaign.posts() {
        let (day, time) = (post.slot.weekday().to_string(), post.slot.time.to_string());
        table.push([&post.post, &post.slot.platform, &time, &day, &post.label]);
    }
    say!("{table}");
    power(&config.plan, share, &rows)?;
    if let Some(earlier) = &earlier {
        say!("{}", campaign.compare(earlier, None, config)?);
    }
    warn_few(&campaign);
    say!("The plan is in {}.", common::shown(out));
    summary.add("plan", serde_json::to_value(&campaign)?);
    summary.add("share", share);
    summary.add("power", serde_json::to_value(&rows)?);
    Ok(())
}

/// The negative share that is to be lowered.
fn share(options: &Options, earlier: Option<&Reactions>, config: &ReactionsConfig) -> Result<f64> {
    if let Some(text) = options.value("share") {
        let expected = || usage(format!("--share: expected a number between 0 and 1, found `{text}`"));
        return text.parse().ok().filter(|share| *share > 0.0 && *share < 1.0).ok_or_else(expected);
    }
    let paper = Reactions::dpms();
    let (of, valence) = match earlier {
        Some(earlier) => (earlier, config.valence.clone()),
        None => (&paper, Default::default()),
    };
    let share = of.total(&valence)?.negative_share().filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| usage("--earlier: all or none of its reactions are negative; expected --share too"))
}

/// How many posts an arm it takes, by how much posts differ.
fn power(plan: &Plan, share: f64, rows: &[plaudit::promotion::reactions::PowerRow]) -> Result<()> {
    let mut table =
        Table::new(["posts differ by (sd, logit)", "posts an arm", "power with so many", "posts, simulated"]);
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    for row in rows {
        table.push([
            row.sd.to_string(),
            or_none(row.posts.map(|posts| posts.to_string())),
            or_none(row.power.map(|power| format!("{power:.2}"))),
            or_none(row.simulated.map(|posts| posts.to_string())),
        ]);
    }
    say!(
        "To see a negative share of {share:.3} fall by {:.2} % with probability {} (two-sided {}):",
        100.0 * plan.cut,
        plan.power,
        plan.alpha
    );
    say!("{table}");
    Ok(())
}

/// Warns where no result can be clear.
fn warn_few(campaign: &Campaign) {
    let (labels, posts) = (campaign.config().labels.len(), campaign.posts().len());
    if posts < 2 * labels {
        warn(&format!(
            "{posts} posts for {labels} labels: how much posts of one label differ cannot be known, and no difference between labels can be \
             told from that"
        ));
    }
}

/// Reads reactions; what a post promoted is in the column of `--by`.
fn read(file: &str, options: &Options, config: &ReactionsConfig) -> Result<Reactions> {
    let mut read = options.read_config()?;
    let by = options.value("by").unwrap_or("label");
    (read.label, read.labels_required, read.text) = (Some(by.to_owned()), true, Some(String::new()));
    (read.division, read.source, read.keep_extra) = (Some(String::new()), Some(String::new()), true);
    Ok(posts::read(file, &read, &config.valence)?.0)
}

/// Judges what came.
fn judge(file: &str, options: &Options, config: &ReactionsConfig, summary: &mut Summary) -> Result<()> {
    for name in ["from", "labels", "platforms", "weekdays", "weeks", "paper", "seed", "share", "counts"] {
        if options.value(name).is_some() {
            return Err(usage(format!("--{name}: expected --out, not --plan")));
        }
    }
    let posts = options.required_file("posts")?;
    let draws = options.positive("draws")?.unwrap_or(9_999);
    let campaign: Campaign = options.json("plan", |_| Ok(()))?.ok_or_else(|| usage(format!("--plan: {file}")))?;
    let observed = read(posts, options, config)?;
    let tallies = campaign.tallies(&observed, &config.valence)?;
    let shares: Vec<Option<f64>> = tallies.iter().map(|tally| tally.and_then(|tally| tally.negative_share())).collect();
    let missing = shares.iter().filter(|share| share.is_none()).count();
    if missing > 0 {
        warn(&format!("{missing} of {} posts of the plan have no counted reaction yet", shares.len()));
    }
    let contrast = match options.value("lower") {
        Some(label) => Contrast::Lower { label: label.to_owned() },
        None => Contrast::AnyDifference,
    };
    let test = campaign.randomization_test(&shares, &contrast, draws).map_err(usage_faults)?;
    let earlier = options.file("earlier")?.map(|file| read(file, options, config)).transpose()?;
    // Without earlier posts nothing is predicted, and what came still stands in the table.
    let compared = campaign.compare(earlier.as_ref().unwrap_or(&observed), Some(&observed), config)?;
    match &earlier {
        Some(_) => say!("{compared}"),
        None => say!("{}", shown(&campaign, &shares)),
    }
    let asked = match &contrast {
        Contrast::Lower { label } => format!("whether posts of {label} drew a smaller negative share than the others"),
        _ => "whether the labels differ at all".to_owned(),
    };
    match &test {
        Some(test) => say!(
            "Asked was {asked}: p = {:.4}, {}. It holds where the posts went out as planned.",
            test.p_value,
            test.assignments.map_or_else(
                || format!("of {draws} plans drawn"),
                |all| format!("of all {all} plans that could have been drawn")
            )
        ),
        None => say!("Asked was {asked}: no post has a reaction yet."),
    }
    let looks = config.weekly_looks(&timed(&campaign, &observed)?)?;
    say!("Week by week (one may stop at any of them; {} % hold together):\n{}", 100.0 * config.level, weeks(&looks));
    warn_few(&campaign);
    summary.add("shares", json!(shares));
    summary.add("contrast", serde_json::to_value(&contrast)?);
    summary.add("randomization_test", serde_json::to_value(test)?);
    summary.add("comparison", if earlier.is_some() { serde_json::to_value(&compared)? } else { Value::Null });
    summary.add("looks", serde_json::to_value(&looks)?);
    Ok(())
}

/// The observed posts at the times of the plan.
fn timed(campaign: &Campaign, observed: &Reactions) -> Result<Reactions> {
    let mut posts: Vec<PostReactions> = observed.posts().to_vec();
    for post in &mut posts {
        let planned = campaign.posts().iter().find(|planned| planned.post == post.post);
        post.time = planned.map(|planned| planned.slot.time);
    }
    Ok(Reactions::new(posts)?)
}

/// What came, post by post.
fn shown(campaign: &Campaign, shares: &[Option<f64>]) -> Table {
    let mut table = Table::new(["post", "label", "negative share"]);
    for (post, share) in campaign.posts().iter().zip(shares) {
        let share = share.map_or_else(|| "-".to_owned(), |share| format!("{share:.2}"));
        table.push([&post.post, &post.label, &share]);
    }
    table
}

/// A row a week and label.
fn weeks(looks: &[Look]) -> Table {
    let mut table = Table::new(["week", "label", "posts", "mean negative share", "interval", "below"]);
    for look in looks {
        for label in &look.labels {
            let below: Vec<&str> =
                look.apart.iter().filter(|[lower, _]| *lower == label.label).map(|[_, upper]| upper.as_str()).collect();
            table.push([
                look.week.to_string(),
                label.label.clone(),
                label.posts.to_string(),
                label.mean.map_or_else(|| "-".to_owned(), |mean| format!("{mean:.2}")),
                format!("{:.2} to {:.2}", label.interval.low, label.interval.high),
                below.join(", "),
            ]);
        }
    }
    table
}
