//! From the rows of a file to reactions, and what in the file is not counted.

use std::collections::BTreeMap;

use plaudit::core::Labels;
use plaudit::data::{FeedbackReader, OnDirty, ReadReport, Row, parse_time};
use plaudit::promotion::reactions::{PostReactions, Reactions, Valence};
use plaudit::{Error, Feedback, ReadConfig};

use crate::common::{self, complain, print_rejection, warn};

/// The reactions to the posts of a file, and what became of its rows. A post whose counts cannot be read is a rejected row.
pub(crate) fn read(file: &str, read: &ReadConfig, valence: &Valence) -> common::Result<(Reactions, ReadReport)> {
    let mut reader = FeedbackReader::open(file, read)?;
    let (mut posts, mut columns, mut errors) = (Vec::new(), Columns::default(), Vec::new());
    while let Some(row) = reader.next() {
        match row? {
            Row::Rejected(rejection) => print_rejection(&reader.report().source_name, &rejection),
            Row::Used(row) => match post(&row, valence) {
                Ok(post) => {
                    columns.add(&row);
                    posts.push(post);
                }
                Err((column, reason)) => {
                    let error = Error::data(file, reader.line(), column, reason);
                    if read.on_dirty == OnDirty::Stop {
                        return Err(error.into());
                    }
                    complain(&format!("rejected: {error}"));
                    columns.add(&row);
                    errors.push(error);
                }
            },
            _ => {}
        }
    }
    let mut report = reader.into_report();
    common::check_used(&report)?;
    report.used -= errors.len() as u64;
    report.rejected += errors.len() as u64;
    if !errors.is_empty() {
        report.by_reason.insert("no_post".to_owned(), errors.len() as u64);
    }
    if report.rejected > 0 {
        complain(&report.to_string());
    }
    columns.check(file, valence)?;
    if posts.is_empty() {
        let first = errors.first().map_or_else(String::new, ToString::to_string);
        return Err(format!("0 rows used of {}; first reason: {first}", report.rows).into());
    }
    columns.warn(file, valence, &posts);
    let reactions = Reactions::new(posts).map_err(|error| Error::malformed(file, error))?;
    Ok((reactions, report))
}

/// One post, or the column (or none) that keeps its row from being one, and why.
fn post(row: &Feedback, valence: &Valence) -> Result<PostReactions, (String, String)> {
    if let Some(fault) = Labels::name_fault(&row.uid) {
        return Err((String::new(), format!("the uid {fault}")));
    }
    let mut counts = Vec::new();
    for (name, text) in row.extra.iter().filter(|(name, text)| valence.of(name).is_some() && !text.trim().is_empty()) {
        let count: u64 = text.trim().parse().map_err(|_| {
            let expected = "expected a count, a whole number of 0 or more, digits alone";
            (name.clone(), format!("post `{}`: found {}; {expected}", row.uid, found(text.trim())))
        })?;
        counts.push((name.clone(), count));
    }
    if counts.is_empty() {
        let reason = format!("post `{}` has no reaction; expected columns of {}", row.uid, listed(valence));
        return Err((String::new(), reason));
    }
    let mut post = PostReactions::new(row.uid.clone(), row.label.clone().unwrap_or_default(), counts);
    post.time = row.extra.get(TIME).and_then(|text| parse_time(text.trim()));
    Ok(post)
}

/// The column by which posts are ordered. A time that cannot be read is no reason to lose its post.
const TIME: &str = "time";

/// What stands in the place of a count. A number is shown; words may be a person's, and are not.
fn found(text: &str) -> String {
    let length = text.chars().count();
    let is_number = text.chars().all(|c| c.is_ascii_digit() || " +-.,'_%eEkKmM".contains(c)) && length <= 24;
    if is_number { format!("`{text}`") } else { format!("a text of {length} characters") }
}

fn counted(posts: usize) -> String {
    format!("{posts} post{}", if posts == 1 { "" } else { "s" })
}

fn listed(valence: &Valence) -> String {
    let names: Vec<&str> = valence.reactions.keys().map(String::as_str).collect();
    names.join(", ")
}

/// The columns of a file that are neither uid nor kind. One without any value is not among them.
#[derive(Default)]
struct Columns(BTreeMap<String, Column>);

#[derive(Default)]
struct Column {
    values: usize,
    sum: u128,
    /// Times among the values, of the column that orders the posts.
    times: usize,
    /// Whether some value is no whole number.
    other: bool,
}

impl Columns {
    fn add(&mut self, row: &Feedback) {
        for (name, text) in row.extra.iter().filter(|(_, text)| !text.trim().is_empty()) {
            let column = self.0.entry(name.clone()).or_default();
            column.values += 1;
            if name == TIME && parse_time(text.trim()).is_some() {
                column.times += 1;
            }
            match text.trim().parse::<u64>() {
                Ok(count) => column.sum += u128::from(count),
                Err(_) => column.other = true,
            }
        }
    }

    /// An error where two columns are the same reaction, or none is one.
    fn check(&self, file: &str, valence: &Valence) -> plaudit::Result<()> {
        let mut reactions: Vec<&String> = self.0.keys().filter(|name| valence.of(name).is_some()).collect();
        if reactions.is_empty() {
            let reason = format!("no column is a reaction; expected columns of {}", listed(valence));
            return Err(Error::format(file, reason));
        }
        reactions.sort_by_key(|name| name.to_lowercase());
        for pair in reactions.windows(2) {
            if let [one, other] = pair
                && one.to_lowercase() == other.to_lowercase()
            {
                let reason = format!("the columns `{one}` and `{other}` are the same reaction; expected one of them");
                return Err(Error::format(file, reason));
            }
        }
        Ok(())
    }

    /// Warns of what may be lost: reactions without a column or a value, and columns of counts that are no reactions.
    fn warn(&self, file: &str, valence: &Valence, posts: &[PostReactions]) {
        for reaction in valence.reactions.keys() {
            let is_same = |name: &str| name.to_lowercase() == reaction.to_lowercase();
            let with = posts.iter().filter(|post| post.counts.keys().any(|name| is_same(name))).count();
            match posts.len() - with {
                0 => {}
                _ if with == 0 => warn(&format!("{file}: no column `{reaction}`; every post counts as 0 of it")),
                without => warn(&format!(
                    "{file}: column `{reaction}` has no value for {without} of {}; they count as 0 of it",
                    counted(posts.len())
                )),
            }
        }
        if let Some(Column { values, times, .. }) = self.0.get(TIME)
            && times < values
        {
            let without = values - times;
            warn(&format!(
                "{file}: column `{TIME}` has no time that can be read for {without} of {} posts; they stand last in the picture",
                posts.len()
            ));
        }
        let names = Labels::new(valence.reactions.keys());
        let counts = self.0.iter().filter(|(name, column)| valence.of(name).is_none() && !column.other);
        for (name, column) in counts.filter(|(_, column)| column.times == 0) {
            let nearest = names.as_ref().ok().and_then(|names| names.nearest(name));
            let nearest = nearest.map_or_else(String::new, |nearest| format!("; the nearest reaction is `{nearest}`"));
            warn(&format!(
                "{file}: column `{name}` has only whole numbers, and the valence has no such reaction: {} in {} are not \
                 counted{nearest}",
                column.sum,
                counted(column.values)
            ));
        }
    }
}
