//! HTML entities: texts that were scraped from pages hold `&amp;` for `&`.

use crate::alignment::Rewriter;

/// The names that people's texts hold: the five of XML, the typographic ones that web forms make, and a few signs. HTML has
/// 2,231; the others stay as written.
#[rustfmt::skip]
const NAMES: [(&str, char); 36] = [
    ("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{a0}'),
    ("hellip", '…'), ("mdash", '—'), ("ndash", '–'), ("lsquo", '‘'), ("rsquo", '’'), ("sbquo", '‚'), ("ldquo", '“'),
    ("rdquo", '”'), ("bdquo", '„'), ("laquo", '«'), ("raquo", '»'), ("bull", '•'), ("middot", '·'), ("deg", '°'),
    ("hearts", '♥'), ("copy", '©'), ("reg", '®'), ("trade", '™'), ("euro", '€'), ("pound", '£'), ("yen", '¥'),
    ("cent", '¢'), ("times", '×'), ("frac12", '½'), ("eacute", 'é'), ("egrave", 'è'), ("agrave", 'à'), ("uuml", 'ü'),
    ("ouml", 'ö'), ("auml", 'ä'),
];

/// The longest entity, `&#x0010ffff;` and the like, without its signs.
const MOST: usize = 12;

/// Returns whether the text may hold an entity.
pub(crate) fn concerns(text: &str) -> bool {
    text.contains('&')
}

/// Replaces each entity by its character, once: `&amp;lt;` becomes `&lt;`.
pub(crate) fn apply(text: &str, mut rewriter: Rewriter<'_>) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('&')).map(|at| from + at) {
        from = at + 1;
        let rest = text.get(from..).unwrap_or_default();
        let Some(len) = rest.bytes().take(MOST + 1).position(|byte| byte == b';') else { continue };
        if let Some(c) = rest.get(..len).and_then(character) {
            from += len + 1;
            rewriter.replace(at..from, [c]);
        }
    }
    rewriter.finish();
}

fn character(name: &str) -> Option<char> {
    match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
                None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
                _ => return None,
            };
            char::from_u32(code).filter(|&c| c != '\0')
        }
        None => NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, c)| c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::Alignment;

    fn plain(text: &str) -> String {
        let mut out = String::new();
        apply(text, Rewriter::new(text, &mut out, &mut Alignment::default()));
        out
    }

    // CPython 3.11: html.unescape(...)
    #[test]
    fn equals_python() {
        for (text, expected) in [
            ("AT&amp;T &lt;3 &gt; &quot;x&quot;", "AT&T <3 > \"x\""),
            ("don&#39;t &#x27;&#X27;", "don't ''"),
            ("&amp;lt;", "&lt;"),
            ("5&nbsp;GB&hellip; &hearts;", "5\u{a0}GB… ♥"),
            ("a & b; c &; &#; &#x; &zzzz; &amp", "a & b; c &; &#; &#x; &zzzz; &amp"),
            ("&&amp;;", "&&;"),
            ("&#128077; &#x1F44D;", "👍 👍"),
            ("&#9999999999;", "&#9999999999;"),
        ] {
            // Python also reads `&amp` without its semicolon, and replaces numbers beyond Unicode: neither is done here.
            assert_eq!(plain(text), expected, "{text}");
        }
        assert_eq!(plain("&#+39; &#xd800; &#0;"), "&#+39; &#xd800; &#0;");
    }
}
