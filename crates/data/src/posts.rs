//! Posts of a file.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use plaudit_core::{Error, Feedback, Post};

use crate::count::parse_count;
use crate::row::Fault;
use crate::{FeedbackReader, Format, PostConfig, ReadConfig, ReadReport, Reason, Row};

/// Reads posts row after row, so that a file may be larger than memory: a [`FeedbackReader`] whose rows have engagement.
///
/// A row whose count cannot be read is rejected like any other, with its line, column and reason. A count that is empty is not
/// known, and no fault.
///
/// # Example: the likes of a file of any size
/// ```
/// use plaudit_data::{Format, PostConfig, PostReader, Row};
///
/// let jsonl = "{\"text\": \"Not bad.\", \"likes\": 7}\n{\"text\": \"Slow.\", \"likes\": -8}\n";
/// let mut reader = PostReader::new(jsonl.as_bytes(), "posts.jsonl", Format::Jsonl, &PostConfig::default())?;
/// let mut likes = 0;
/// for row in &mut reader {
///     match row? {
///         Row::Used(post) => likes += post.engagement.likes.unwrap_or(0),
///         Row::Rejected(rejection) => assert_eq!(rejection.to_string(), "line 2, column `likes`: a count below 0"),
///         _ => {}
///     }
/// }
/// assert_eq!((likes, reader.report().used, reader.report().rejected), (7, 1, 1));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug)]
pub struct PostReader<R> {
    rows: FeedbackReader<R>,
    config: PostConfig,
}

impl PostReader<Box<dyn Read + Send>> {
    /// Opens a file. Its name tells the format and the compression, as for [`FeedbackReader::open`].
    ///
    /// # Errors
    /// As [`FeedbackReader::open`], and when the configuration is at fault.
    pub fn open(path: impl AsRef<Path>, config: &PostConfig) -> Result<Self, Error> {
        Ok(Self { rows: FeedbackReader::open(path, &inner(config)?)?, config: config.clone() })
    }
}

impl<R: Read> PostReader<R> {
    /// Returns a reader that has read the header of `input`. `source_name` stands in errors and in the report.
    ///
    /// # Errors
    /// As [`FeedbackReader::new`], and when the configuration is at fault.
    pub fn new(input: R, source_name: &str, format: Format, config: &PostConfig) -> Result<Self, Error> {
        Ok(Self { rows: FeedbackReader::new(input, source_name, format, &inner(config)?)?, config: config.clone() })
    }

    /// Returns what became of the rows that were read so far.
    pub fn report(&self) -> &ReadReport {
        self.rows.report()
    }

    /// Returns what became of the rows that were read.
    pub fn into_report(self) -> ReadReport {
        self.rows.into_report()
    }
}

impl<R: Read> Iterator for PostReader<R> {
    type Item = Result<Row<Post>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let config = &self.config;
        self.rows.next_as(|feedback| post(feedback, config))
    }
}

/// How the rows are read: with all columns, since those of posts are among them.
fn inner(config: &PostConfig) -> Result<ReadConfig, Error> {
    config.validate()?;
    let mut read = config.read.clone();
    read.keep_extra = true;
    read.required.extend(config.named().map(|(_, name)| name.to_owned()));
    Ok(read)
}

/// Returns the post that a row is.
fn post(mut feedback: Feedback, config: &PostConfig) -> Result<Post, Fault> {
    let mut extra = std::mem::take(&mut feedback.extra);
    if config.read.source.is_none() || config.platform.is_some() {
        let platform = name(&mut extra, config.platform.as_ref(), "platform");
        feedback.source = platform.or(feedback.source);
    }
    if feedback.source.is_none() && !config.platform_name.is_empty() {
        feedback.source = Some(config.platform_name.clone());
    }
    if config.read.division.is_none() || config.brand.is_some() {
        let brand = name(&mut extra, config.brand.as_ref(), "brand");
        feedback.division = brand.unwrap_or(feedback.division);
    }
    let mut post = Post::new(feedback);
    post.author = name(&mut extra, config.author.as_ref(), "author");
    post.kind = name(&mut extra, config.kind.as_ref(), "kind");
    let engagement = &mut post.engagement;
    engagement.likes = count(&mut extra, config.likes.as_deref().unwrap_or("likes"))?;
    engagement.shares = count(&mut extra, config.shares.as_deref().unwrap_or("shares"))?;
    engagement.comments = count(&mut extra, config.comments.as_deref().unwrap_or("comments"))?;
    engagement.reach = count(&mut extra, config.reach.as_deref().unwrap_or("reach"))?;
    engagement.followers = count(&mut extra, config.followers.as_deref().unwrap_or("followers"))?;
    for reaction in &config.reactions {
        if let Some(count) = count(&mut extra, reaction)? {
            engagement.reactions.insert(reaction.clone(), count);
        }
    }
    if config.read.keep_extra {
        post.feedback.extra = extra;
    }
    Ok(post)
}

/// Takes a value out of its column; a blank one is none.
fn name(extra: &mut BTreeMap<String, String>, column: Option<&String>, default: &str) -> Option<String> {
    let value = extra.remove(column.map_or(default, String::as_str))?;
    Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
}

/// Takes a count out of its column; a blank one is none.
fn count(extra: &mut BTreeMap<String, String>, column: &str) -> Result<Option<u64>, Fault> {
    let Some(value) = extra.remove(column).filter(|value| !value.trim().is_empty()) else { return Ok(None) };
    parse_count(&value).map(Some).map_err(|fault| (column.to_owned(), Reason::BadCount { fault }))
}

/// Posts, and what became of the other rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Posts {
    /// The rows that were used, in the file's order.
    pub posts: Vec<Post>,
    /// What became of every row.
    pub report: ReadReport,
}

/// Returns the posts of a file, read into memory; [`PostReader`] reads one after the other.
///
/// # Errors
/// As [`PostReader::open`], and when a row cannot be used and the configuration says so.
///
/// # Example: posts of Facebook pages
/// ```no_run
/// use plaudit_data::PostConfig;
///
/// let found = plaudit_data::read_posts("posts.tsv", &PostConfig::facebook())?;
/// println!("{}", found.report);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn read_posts(path: impl AsRef<Path>, config: &PostConfig) -> Result<Posts, Error> {
    collect(PostReader::open(path, config)?)
}

/// Returns the posts that `input` holds. `source_name` stands in errors and in the report.
///
/// # Errors
/// As [`PostReader::new`], and when a row cannot be used and the configuration says so.
pub fn read_posts_from(
    input: impl Read,
    source_name: &str,
    format: Format,
    config: &PostConfig,
) -> Result<Posts, Error> {
    collect(PostReader::new(input, source_name, format, config)?)
}

fn collect<R: Read>(mut reader: PostReader<R>) -> Result<Posts, Error> {
    let mut posts = Vec::new();
    for row in &mut reader {
        if let Row::Used(post) = row? {
            posts.push(post);
        }
    }
    Ok(Posts { posts, report: reader.into_report() })
}
