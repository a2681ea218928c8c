//! Which column of a file of posts is what.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::ReadConfig;
use crate::names::printable;

/// How a file of posts is read. Text, uid, time, label and everything else of the rows stand in [`read`](Self::read); the columns that
/// posts have besides, here.
///
/// As there, a column that is named must be in the file, one that is not named is looked for under its own name and may be missing,
/// and an empty name means that there is no such column. Counts are read as [`parse_count`](crate::parse_count) does; an empty one is
/// not known. What is read leaves [`Feedback::extra`](plaudit_core::Feedback::extra).
///
/// # Example: a file with names of its own
/// ```
/// use plaudit_data::{Format, PostConfig, read_posts_from};
///
/// let mut config = PostConfig::default();
/// config.read.text = Some("content".into());
/// config.likes = Some("thumbs".into());
/// config.platform_name = "douban".into();
/// let csv = "content,thumbs,shares\nNot bad.,\"1,204\",\nSlow.,1.5,2\n";
/// let found = read_posts_from(csv.as_bytes(), "posts.csv", Format::Csv, &config)?;
/// let post = &found.posts[0];
/// assert_eq!((post.platform(), post.engagement.likes, post.engagement.shares), (Some("douban"), Some(1204), None));
/// assert_eq!(found.report.rejections[0].to_string(), "line 3, column `thumbs`: a count that is no whole number");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PostConfig {
    /// How rows are read. Posts look into extra columns, so that in every column a NUL character is a fault; without
    /// [`keep_extra`](ReadConfig::keep_extra) what is no part of a post is dropped afterwards.
    pub read: ReadConfig,
    /// The column of the platform. Default: `platform`, or else what `read.source` says.
    pub platform: Option<String>,
    /// The platform of rows that say none; empty by default, which is none.
    pub platform_name: String,
    /// The column of the brand. Default: `brand`, or else what `read.division` says.
    pub brand: Option<String>,
    /// The column of the author. Default: `author`.
    pub author: Option<String>,
    /// The column of the kind of content. Default: `kind`.
    pub kind: Option<String>,
    /// The column of the number of likes. Default: `likes`.
    pub likes: Option<String>,
    /// The column of the number of shares. Default: `shares`.
    pub shares: Option<String>,
    /// The column of the number of comments. Default: `comments`.
    pub comments: Option<String>,
    /// The column of the number of people reached. Default: `reach`.
    pub reach: Option<String>,
    /// The column of the author's number of followers. Default: `followers`.
    pub followers: Option<String>,
    /// The columns of other reactions, each of which must be there; their names are those of the reactions. Default: none.
    pub reactions: Vec<String>,
}

impl PostConfig {
    /// Returns how posts of Weibo pages are read whose columns are `text`, `timestamp`, `page`, `likes`, `shares` and `comments`. The
    /// page is the brand: it speaks for itself, and its posts have no other author.
    pub fn weibo() -> Self {
        Self {
            platform_name: "weibo".to_owned(),
            likes: Some("likes".to_owned()),
            shares: Some("shares".to_owned()),
            comments: Some("comments".to_owned()),
            ..Self::of_pages()
        }
    }

    /// Returns how posts of Facebook pages are read whose columns are those of [`weibo`](Self::weibo) and `post_type`, `love`, `wow`,
    /// `haha`, `sad` and `angry`: the reactions that Facebook has had since 24 February 2016. (A column `reactions`, their sum with
    /// likes, stays an extra one.)
    pub fn facebook() -> Self {
        let reactions = ["love", "wow", "haha", "sad", "angry"];
        Self {
            platform_name: "facebook".to_owned(),
            kind: Some("post_type".to_owned()),
            reactions: reactions.map(str::to_owned).to_vec(),
            ..Self::weibo()
        }
    }

    /// Returns how tweets about brands are read whose columns are `text`, `timestamp` and `brand`. Engagement is read where its columns are
    /// there.
    pub fn tweets() -> Self {
        let read = ReadConfig { time: Some("timestamp".to_owned()), ..ReadConfig::default() };
        Self { read, brand: Some("brand".to_owned()), platform_name: "twitter".to_owned(), ..Self::default() }
    }

    fn of_pages() -> Self {
        Self { brand: Some("page".to_owned()), ..Self::tweets() }
    }

    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When [`read`](Self::read) has one, a column's name is blank but not empty or stands twice, or the platform or the brand has a
    /// column both here and in `read`.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if let Err(Error::Config { faults: found }) = self.read.validate() {
            faults.extend(found);
        }
        let named = |name: &Option<String>| name.as_deref().is_some_and(|name| !name.is_empty());
        for (field, ours, theirs) in
            [("platform", &self.platform, &self.read.source), ("brand", &self.brand, &self.read.division)]
        {
            if named(ours) && named(theirs) {
                let other = if field == "brand" { "division" } else { "source" };
                faults.push(format!("posts.{field}: read.{other} names its column already; expected one of them"));
            }
        }
        let mut seen: Vec<&str> = self.of_rows().into_iter().flatten().collect();
        for (field, name) in self.named() {
            if name.trim().is_empty() {
                faults.push(format!("posts.{field}: the column's name is blank"));
            } else if seen.contains(&name) {
                faults.push(format!("posts.{field}: column `{}` is something else already", printable(name)));
            }
            seen.push(name);
        }
        Error::from_faults(faults)
    }

    /// The columns that `read` names.
    pub(crate) fn of_rows(&self) -> [Option<&str>; 6] {
        let read = &self.read;
        [&read.uid, &read.text, &read.label, &read.division, &read.time, &read.source]
            .map(|name| name.as_deref().filter(|name| !name.is_empty()))
    }

    /// Every column that is named here, with its field.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let columns = [
            ("platform", &self.platform),
            ("brand", &self.brand),
            ("author", &self.author),
            ("kind", &self.kind),
            ("likes", &self.likes),
            ("shares", &self.shares),
            ("comments", &self.comments),
            ("reach", &self.reach),
            ("followers", &self.followers),
        ];
        let columns = columns.into_iter().filter_map(|(field, name)| Some((field, name.as_deref()?)));
        let columns = columns.filter(|(_, name)| !name.is_empty()); // no such column
        columns.chain(self.reactions.iter().map(|name| ("reactions", name.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        for preset in [PostConfig::default(), PostConfig::weibo(), PostConfig::facebook(), PostConfig::tweets()] {
            preset.validate().unwrap();
            let json = serde_json::to_string(&preset).unwrap();
            assert_eq!(serde_json::from_str::<PostConfig>(&json).unwrap(), preset);
        }
        let mut config = PostConfig::weibo();
        config.read.division = Some("unit".into());
        config.read.text = Some("likes".into());
        config.kind = Some(" ".into());
        config.reactions = vec!["love".into(), "love".into(), String::new()];
        config.read.max_record_bytes = 0;
        let error = config.validate().unwrap_err().to_string();
        for fault in [
            "6 faults",
            "read.max_record_bytes",
            "posts.brand: read.division names its column already",
            "posts.likes: column `likes` is something else already",
            "posts.kind: the column's name is blank",
            "posts.reactions: column `love` is something else already",
            "posts.reactions: the column's name is blank",
        ] {
            assert!(error.contains(fault), "{fault}: {error}");
        }
        assert!(serde_json::from_str::<PostConfig>(r#"{"like": "a"}"#).is_err());
    }
}
