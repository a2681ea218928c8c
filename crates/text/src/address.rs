//! Web and e-mail addresses, mentions and hashtags: what must be found before words are split, because it holds signs.

use std::ops::Range;

use plaudit_core::TokenKind;

use crate::emoticon::joins;

/// Names after which a bare host is a web address (`ratemyprofessors.com`). Only those that end no English sentence: in
/// `great.so` and `help.me` a blank is missing.
const DOMAINS: [&str; 9] = ["com", "org", "net", "edu", "gov", "info", "co.uk", "ac.uk", "com.cn"];

/// The most bytes between the two signs of a hashtag in the manner of Weibo.
const MOST_TOPIC: usize = 96;

/// Returns the place and the kind of the first address, mention or hashtag of `chunk`, a text without white space, at or
/// after byte `from`, where another may have ended. Takes time in proportion to what it passes over.
pub(crate) fn find(chunk: &str, from: usize) -> Option<(Range<usize>, TokenKind)> {
    let mut before = chunk.get(..from)?.chars().next_back();
    let mut at = from;
    while let Some(rest) = chunk.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        let apart = !joins(before);
        // What is no address is passed over whole, so that no byte is looked at twice.
        let passed = match first {
            '@' if apart => match name(rest.get(1..)?) {
                0 => 1,
                len => return Some((at..at + 1 + len, TokenKind::Mention)),
            },
            '#' | '＃' if apart => match hashtag(rest, first) {
                Some(len) => return Some((at..at + len, TokenKind::Hashtag)),
                None => first.len_utf8(),
            },
            _ if apart && first.is_ascii_alphanumeric() => {
                let run = run(rest, |byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte));
                match link(rest, run) {
                    Some(len) => return Some((at..at + len, TokenKind::Link)),
                    None => run,
                }
            }
            _ => first.len_utf8(),
        };
        at += passed;
        before = chunk.get(..at)?.chars().next_back();
    }
    None
}

/// Returns the number of bytes from the start of which `is` is true.
fn run(text: &str, is: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|&byte| is(byte)).count()
}

/// Returns the length in bytes of the letters, digits and `_` that `text` begins with.
fn name(text: &str) -> usize {
    text.chars().take_while(|&c| c == '_' || c.is_alphanumeric()).map(char::len_utf8).sum()
}

/// Returns the length of a hashtag: the sign and a name with a letter in it (`#1` is a number), or a topic between two
/// signs with a letter beyond Latin in it, as Weibo writes them.
fn hashtag(rest: &str, sign: char) -> Option<usize> {
    let body = rest.get(sign.len_utf8()..)?;
    let near = body.char_indices().take_while(|&(at, _)| at <= MOST_TOPIC);
    if let Some((len, _)) = near.clone().find(|&(_, c)| c == sign) {
        let topic = body.get(..len)?;
        if topic.chars().any(|c| c >= '\u{2e80}' && c.is_alphabetic()) {
            return Some(len + 2 * sign.len_utf8());
        }
    }
    let len = name(body);
    let letters = body.get(..len)?.chars().any(char::is_alphabetic);
    letters.then_some(sign.len_utf8() + len)
}

/// Returns the length of the address that `rest` begins with; `run` bytes of it can be a host or the name before an `@`.
fn link(rest: &str, run: usize) -> Option<usize> {
    let head = rest.get(..run)?;
    let starts = |with: &str| rest.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if let Some(scheme) = ["http://", "https://", "ftp://", "www."].into_iter().find(|scheme| starts(scheme)) {
        let len = path(rest);
        return (len > scheme.len()).then_some(len);
    }
    let behind = rest.get(run..)?;
    if let Some(domain) = behind.strip_prefix('@') {
        let len = self::run(domain, |byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        let domain = before_dots(domain.get(..len)?);
        return is_host(domain).then_some(run + 1 + domain.len());
    }
    let host = before_dots(head);
    if !is_host(host) || host.bytes().any(|byte| b"_%+".contains(&byte)) {
        return None;
    }
    if host.len() == run && behind.starts_with('/') {
        // `bit.ly/x`, but not `and/or`, and not `3.5/5`
        let (_, top) = host.rsplit_once('.')?;
        let letters = top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
        return letters.then(|| path(rest)).filter(|&len| len > run + 1);
    }
    let ends = |domain: &&str| {
        let host = host.as_bytes();
        let split = host.len().checked_sub(domain.len() + 1).and_then(|at| host.split_at_checked(at));
        split.is_some_and(|(name, end)| {
            !name.is_empty() && end.strip_prefix(b".").is_some_and(|end| end.eq_ignore_ascii_case(domain.as_bytes()))
        })
    };
    DOMAINS.iter().any(ends).then_some(host.len())
}

/// Returns what stands before an ellipsis, which ends a host, and before signs at its end.
fn before_dots(host: &str) -> &str {
    host.split("..").next().unwrap_or_default().trim_end_matches(['.', '-'])
}

/// Returns whether `host` is names with dots between them.
fn is_host(host: &str) -> bool {
    host.contains('.') && host.split('.').all(|label| !label.is_empty())
}

/// Returns the length of a web address that begins `rest`, without the punctuation of the sentence around it.
fn path(rest: &str) -> usize {
    let len = run(rest, |byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte));
    let mut address = rest.get(..len).unwrap_or_default();
    // A closing bracket belongs to the address where it closes one of the address.
    let open = |sign: u8| address.bytes().filter(|&byte| byte == sign).count();
    let mut spare = [(b')', open(b')').saturating_sub(open(b'('))), (b']', open(b']').saturating_sub(open(b'[')))];
    while let Some(&last) = address.as_bytes().last() {
        let bracket = spare.iter_mut().find(|(sign, _)| *sign == last);
        match bracket {
            Some((_, spare)) if *spare > 0 => *spare -= 1,
            None if b".,!?:;'*_~".contains(&last) => {}
            _ => break,
        }
        address = address.get(..address.len() - 1).unwrap_or_default();
    }
    address.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(chunk: &str) -> Vec<(&str, TokenKind)> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some((place, kind)) = find(chunk, from) {
            from = place.end;
            found.push((chunk.get(place).unwrap(), kind));
        }
        found
    }

    fn texts(chunk: &str, wanted: TokenKind) -> Vec<&str> {
        all(chunk)
            .into_iter()
            .map(|(text, kind)| {
                assert_eq!(kind, wanted, "{chunk}");
                text
            })
            .collect()
    }

    #[test]
    fn links_by_hand() {
        for (chunk, expected) in [
            ("http://a.b/c", "http://a.b/c"),
            ("HTTPS://t.co/AbC1.", "HTTPS://t.co/AbC1"),
            ("(see:http://en.wikipedia.org/wiki/A_(b))", "http://en.wikipedia.org/wiki/A_(b)"),
            ("[http://a.b]", "http://a.b"),
            ("看http://t.cn/RmR好", "http://t.cn/RmR"),
            ("\"www.example.com\",", "www.example.com"),
            ("bit.ly/x?y=1&z=2#top!!!", "bit.ly/x?y=1&z=2#top"),
            ("ratemyprofessors.com.", "ratemyprofessors.com"),
            ("Amazon.co.uk", "Amazon.co.uk"),
            ("dean@uni.edu,", "dean@uni.edu"),
            ("dean@uni.edu...well", "dean@uni.edu"),
            ("ratemyprofessors.com...well", "ratemyprofessors.com"),
            ("first.last+tag@mail.uni-x.ac.uk.", "first.last+tag@mail.uni-x.ac.uk"),
        ] {
            assert_eq!(texts(chunk, TokenKind::Link), [expected], "{chunk}");
        }
        for chunk in [
            "http://",
            "www.",
            "www",
            "and/or",
            "3.5/5",
            "e.g.",
            "end.Next",
            "great.so",
            "a@b",
            "@",
            "x@.com",
            ".com",
            "com",
            "a..com",
            "wifi/printing",
            "u.s.a",
            "1.2.3",
            "",
        ] {
            assert!(all(chunk).iter().all(|(_, kind)| *kind != TokenKind::Link), "{chunk}");
        }
        assert_eq!(texts("http://a.b,http://c.d", TokenKind::Link), ["http://a.b,http://c.d"]);
    }

    #[test]
    fn mentions_by_hand() {
        for (chunk, expected) in [
            ("@dean", vec!["@dean"]),
            (".@Uni_Library's", vec!["@Uni_Library"]),
            ("@a@b", vec!["@a"]),
            ("//@央视新闻:", vec!["@央视新闻"]),
            ("好@小明", vec!["@小明"]),
            ("@", vec![]),
            ("@!", vec![]),
            ("meet@noon", vec![]),
        ] {
            assert_eq!(texts(chunk, TokenKind::Mention), expected, "{chunk}");
        }
    }

    #[test]
    fn hashtags_by_hand() {
        for (chunk, expected) in [
            ("#OpenDay!", vec!["#OpenDay"]),
            ("#a#b", vec!["#a"]),
            ("(#2024grads)", vec!["#2024grads"]),
            ("#1", vec![]),
            ("C#", vec![]),
            ("#", vec![]),
            ("##", vec![]),
            ("#️⃣", vec![]),
            ("#开放日#好", vec!["#开放日#"]),
            ("＃开放日＃", vec!["＃开放日＃"]),
            ("#开放日", vec!["#开放日"]),
            ("好#iPhone发布#好", vec!["#iPhone发布#"]),
        ] {
            assert_eq!(texts(chunk, TokenKind::Hashtag), expected, "{chunk}");
        }
    }
}
