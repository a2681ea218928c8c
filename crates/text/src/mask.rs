//! Names and contacts, covered before a text is shown.

mod contacts;
mod names;

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

use contacts::Contacts;
use names::{Listed, Titled};

/// What to cover in a text, before it is quoted to people.
///
/// | kind | what is found |
/// |---|---|
/// | `emails` | `a.b@c.edu`, also `a.b (at) c (dot) edu`, `a.b at c dot edu` and with full-width signs; not those in Chinese, Japanese or Thai letters |
/// | `links` | `http://`, `https://`, `ftp://`, `www.`, and hosts under common top-level domains |
/// | `handles` | `@name` in any script up to a space or sign, where no word of letters with spaces stands before it |
/// | `phones` | 7 to 15 digits with the spaces and signs of a phone number, and Chinese mobile numbers; not dates, nor years |
/// | `digits` | other runs of so many digits |
/// | `titles` | the words with a capital after Prof., Professor, Dr., Mr., Mrs., Ms., Miss, Mx., Sir, Madam, also several of them; the word with a capital before sir, madam, ma'am; what stands before 老师, 教授, 先生, 女士 and begins with a common Chinese surname. The title stays |
/// | `names` | the names of a list, ignoring case |
///
/// **What it cannot find**: a name that has no title and is in no list ("ask for Jane"); a name in small letters after
/// Prof., Professor or Miss ("prof smith"; after Dr., Mr., Mrs. and Ms. it is found); names in other languages than
/// English and Chinese; nicknames; numbers in words; places, courses or offices that say who is meant; and what
/// somebody hid on purpose with look-alikes or characters that nobody sees (clean those first:
/// [`TextStep::Homoglyphs`](crate::TextStep::Homoglyphs), [`TextStep::Invisible`](crate::TextStep::Invisible)). It
/// lowers the risk of a quote; it does not make a text anonymous.
///
/// On 92 lines of our own (`tests/mask.rs` prints the figures), after which the rules were mended, so that they
/// flatter: of 39 names beside a title all were covered, 37 without a word too many, and of 40 parts covered as names
/// 37 were right; all 24 contacts and numbers and nothing else; of 7 names without a title none. Every search takes
/// time in proportion to the length of the text.
///
/// # Example
/// ```
/// use plaudit_text::{MaskConfig, MaskKind, Masker};
///
/// let mut config = MaskConfig::default();
/// config.names = vec!["Jane".to_owned()];
/// let masker = Masker::new(&config)?;
/// let masked = masker.mask("Jane and Prof. O'Neil were rude, mail dean@uni.edu. 王老师很好");
/// assert_eq!(masked.text, "[name] and Prof. [name] were rude, mail [email]. [name]老师很好");
/// assert_eq!(masked.spans[2].kind, MaskKind::Email);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct MaskConfig {
    /// Whether to cover e-mail addresses.
    pub emails: bool,
    /// Whether to cover web addresses.
    pub links: bool,
    /// Whether to cover handles.
    pub handles: bool,
    /// Whether to cover phone numbers.
    pub phones: bool,
    /// The fewest digits in a row that are covered, at least 2; none covers no digits. By default 6: student numbers
    /// and accounts, and neither years nor most amounts.
    pub digits: Option<usize>,
    /// Whether to cover names beside titles.
    pub titles: bool,
    /// Names to cover wherever they stand, each of one or more words; at most 10,000, of at most 100 characters. One of
    /// letters that are written without spaces (Chinese, Japanese, Thai) is found inside other words, any other as
    /// whole words.
    pub names: Vec<String>,
}

impl Default for MaskConfig {
    /// Everything, and no list of names.
    fn default() -> Self {
        Self {
            emails: true,
            links: true,
            handles: true,
            phones: true,
            digits: Some(6),
            titles: true,
            names: Vec::new(),
        }
    }
}

/// What was covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MaskKind {
    /// An e-mail address.
    Email,
    /// A web address.
    Link,
    /// A handle, its sign included.
    Handle,
    /// A phone number.
    Phone,
    /// A long run of digits.
    Number,
    /// A person's name.
    Name,
}

impl MaskKind {
    /// Returns what stands in the place of it: `[email]`, `[link]`, `[handle]`, `[phone]`, `[number]` or `[name]`.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Email => "[email]",
            Self::Link => "[link]",
            Self::Handle => "[handle]",
            Self::Phone => "[phone]",
            Self::Number => "[number]",
            Self::Name => "[name]",
        }
    }
}

/// A part of a text that was covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MaskSpan {
    /// Where it begins in the text as it was, in bytes.
    pub start: usize,
    /// Where it ends in the text as it was, in bytes.
    pub end: usize,
    /// What it is.
    pub kind: MaskKind,
}

/// A text with parts covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Masked {
    /// The text, with a placeholder for each part.
    pub text: String,
    /// The parts, in order; no two overlap.
    pub spans: Vec<MaskSpan>,
}

/// Covers names and contacts in texts. Made once, used for any number of texts.
#[derive(Debug, Clone)]
pub struct Masker {
    contacts: Contacts,
    titled: Option<Titled>,
    listed: Option<Listed>,
}

/// The most names of a list.
const MOST_NAMES: usize = 10_000;

impl MaskConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When there are too many names, a name is blank, too long, has a control character or nothing but punctuation, or
    /// `digits` is below 2. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if let Some(digits) = self.digits.filter(|&digits| digits < 2) {
            faults.push(format!("digits: {digits}; expected at least 2"));
        }
        if self.names.len() > MOST_NAMES {
            faults.push(format!("names: {} of them; expected at most {MOST_NAMES}", self.names.len()));
        }
        for (place, name) in self.names.iter().enumerate() {
            // The name itself does not stand in a message: it is a person's.
            if let Some(fault) = Labels::name_fault(name) {
                faults.push(format!("names: name {} {fault}", place + 1));
            } else if !name.chars().any(char::is_alphanumeric) {
                faults.push(format!("names: name {} has no letter; expected one", place + 1));
            }
        }
        Error::from_faults(faults)
    }
}

impl Masker {
    /// Returns a masker for what the configuration says.
    ///
    /// # Errors
    /// When the configuration is at fault ([`MaskConfig::validate`]).
    pub fn new(config: &MaskConfig) -> Result<Self> {
        config.validate()?;
        Ok(Self {
            contacts: Contacts::new(config)?,
            titled: config.titles.then(Titled::new).transpose()?,
            listed: (!config.names.is_empty()).then(|| Listed::new(&config.names)).transpose()?,
        })
    }

    /// Returns the text with a placeholder for each part that was found, and the parts. Parts that overlap are covered
    /// as one, of the kind of the first.
    pub fn mask(&self, text: &str) -> Masked {
        let mut found = self.contacts.find(text);
        if let Some(titled) = &self.titled {
            titled.find(text, &mut found);
        }
        if let Some(listed) = &self.listed {
            listed.find(text, &mut found);
        }
        // Of those that begin together the longest comes first; the sort is stable, so that contacts come before names.
        found.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        let mut spans: Vec<MaskSpan> = Vec::with_capacity(found.len());
        for span in found {
            match spans.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => spans.push(span),
            }
        }
        let mut masked = String::with_capacity(text.len());
        let mut from = 0;
        for span in &spans {
            masked.push_str(text.get(from..span.start).unwrap_or_default());
            masked.push_str(span.kind.placeholder());
            from = span.end;
        }
        masked.push_str(text.get(from..).unwrap_or_default());
        Masked { text: masked, spans }
    }
}

/// A pattern of ours.
fn pattern(pattern: &str) -> Result<regex::Regex> {
    regex::Regex::new(pattern).map_err(Error::backend)
}
