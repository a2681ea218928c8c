//! Addresses and numbers.

use plaudit_core::Result;
use regex::Regex;

use super::{MaskConfig, MaskKind, MaskSpan, pattern};

/// What finds addresses and numbers; what is not asked for is none.
#[derive(Debug, Clone)]
pub(super) struct Contacts {
    emails: Option<Regex>,
    links: Option<Regex>,
    handles: Option<Regex>,
    phones: Option<Regex>,
    digits: Option<Regex>,
}

/// The sign, or the word in brackets; the host's dots likewise. Letters of scripts that write words with spaces between them; others
/// would take the words before an address in. Also in words (`a at b dot com`), where it ends in a usual top-level domain.
const EMAIL: &str = r"(?x)
    [\p{L}\p{M}\p{N}._%+\-&&[^\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+
    (?:
        (?: \s? [\(\[\{] \s? (?i:at) \s? [\)\]\}] \s? | [@＠] )
        [\p{L}\p{M}\p{N}\-&&[^\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+
        (?: (?: \s? [\(\[\{] \s? (?i:dot) \s? [\)\]\}] \s? | [.．。] )
            (?: [A-Za-z0-9\-]*[A-Za-z0-9] | [\p{Cyrillic}\p{Greek}\p{Arabic}\p{Devanagari}\p{Bengali}]+ ) )+
      | \s+ (?i:at) \s+ [\p{Latin}\p{N}\-]+ (?: \s+ (?i:dot) \s+ [\p{Latin}\p{N}\-]+ )*?
        \s+ (?i:dot) \s+ (?i: com | edu | org | net | gov | info | ac | co ) \b (?: \s+ (?i:dot) \s+ [a-z]{2} \b )?
    )";
/// A scheme or `www.`, or a host under a top-level domain that is no English word. The last character is no
/// punctuation.
const LINK: &str = r#"(?xi)
    (?: (?:https?|ftp)://
      | \b www\.
      | \b (?:[a-z0-9\-]+\.)+ (?: com | org | net | edu | gov | info | io | ac\.[a-z]{2} | co\.[a-z]{2} | edu\.[a-z]{2} | com\.[a-z]{2} | cn | uk | de | bd ) \b
    )
    (?: [a-z0-9\-._~:/?\#\[\]@!$&'()*+,;=%]* [a-z0-9_~/\#=%\-&\$@+] )?"#;
const HANDLE: &str = r"(?:^|[^\p{L}\p{N}_.\-]|\p{Han})([@＠][\p{L}\p{N}_](?:[\p{L}\p{N}_.\-]*[\p{L}\p{N}_])?)";
/// Digits in groups, as far as only the signs of a phone number stand between them.
const PHONE: &str = r"[+＋]?(?:\(\d{1,5}\)[\ \-]?)?\d+(?:[\ .\-–‑/]?(?:\(\d{1,5}\)[\ \-]?)?\d+)*";

impl Contacts {
    pub(super) fn new(config: &MaskConfig) -> Result<Self> {
        let asked = |wanted: bool, text: &str| wanted.then(|| pattern(text)).transpose();
        let digits = config.digits.map(|least| pattern(&format!(r"\d{{{},}}", least.min(1000)))).transpose()?;
        Ok(Self {
            emails: asked(config.emails, EMAIL)?,
            links: asked(config.links, LINK)?,
            handles: asked(config.handles, HANDLE)?,
            phones: asked(config.phones, PHONE)?,
            digits,
        })
    }

    /// The parts of the text, kind by kind.
    pub(super) fn find(&self, text: &str) -> Vec<MaskSpan> {
        let mut found = Vec::new();
        let mut add = |start, end, kind| found.push(MaskSpan { start, end, kind });
        if let Some(emails) = &self.emails {
            emails.find_iter(text).for_each(|m| add(m.start(), m.end(), MaskKind::Email));
        }
        if let Some(links) = &self.links {
            links.find_iter(text).for_each(|m| add(m.start(), m.end(), MaskKind::Link));
        }
        if let Some(handles) = &self.handles {
            let handle = handles.captures_iter(text).filter_map(|groups| groups.get(1));
            handle.for_each(|m| add(m.start(), m.end(), MaskKind::Handle));
        }
        if let Some(phones) = &self.phones {
            let phone = phones.find_iter(text).filter(|m| is_phone(m.as_str()));
            phone.for_each(|m| add(m.start(), m.end(), MaskKind::Phone));
        }
        if let Some(digits) = &self.digits {
            digits.find_iter(text).for_each(|m| add(m.start(), m.end(), MaskKind::Number));
        }
        found
    }
}

/// Whether groups of digits are a phone number, and not a date, years, marks or an account.
fn is_phone(text: &str) -> bool {
    let text: String = text.chars().map(plain).collect();
    let groups: Vec<usize> =
        text.split(|c: char| !c.is_numeric()).map(|group| group.chars().count()).filter(|&digits| digits > 0).collect();
    let digits: usize = groups.iter().sum();
    if !(7..=15).contains(&digits) {
        return false;
    }
    if text.starts_with(['+', '(']) {
        return true;
    }
    let year = |group: &str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let years = text.split(|c: char| !c.is_numeric()).filter(|group| !group.is_empty()).all(year);
    let short = |rest: &[usize]| rest.iter().all(|&group| group <= 2);
    match groups.as_slice() {
        // A Chinese mobile number; any other run of digits is a number of unknown kind.
        [11] => text.starts_with('1') && !text.starts_with("10") && !text.starts_with("11") && !text.starts_with("12"),
        [_] => false,
        _ if years => false,
        // In pairs, as in France.
        [2, 2, 2, 2, ..] if text.starts_with('0') => groups.iter().all(|&group| group == 2),
        // Dates with the year first or last, perhaps with hours after them.
        [4, 1..=2, 1..=2, rest @ ..] | [1..=2, 1..=2, 2 | 4, rest @ ..] if short(rest) => false,
        // Marks such as 3.5 4.0 2.0 have no group that is long.
        _ => groups.iter().any(|&group| group >= 3) && digits >= 2 * groups.len(),
    }
}

/// A full-width digit or sign as the usual one.
fn plain(c: char) -> char {
    match c {
        '！'..='～' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    }
}
