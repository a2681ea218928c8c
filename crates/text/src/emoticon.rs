//! Emoticons: faces typed with ordinary characters.

use std::ops::Range;

/// Faces without a system, none the beginning of another, which must stand apart from letters and digits. `D:` and `):`
/// are left out: `Grade D:` and `(note):` are far more common, and so is `B-)`: `(see B-)`.
#[rustfmt::skip]
const FACES: [&str; 28] = [
    "(:", "(-:", "(;", ":o)", "8-)", ">:(", ">:)", ">:-(", ">:-)", "^_^", "^-^", "^.^", "^o^", "^^", "-_-", ">_<",
    ">.<", "=_=", "._.", ";_;", "T_T", "o_o", "O_O", "o_O", "O_o", "u_u", "\\o/", "¯\\_(ツ)_/¯",
];

/// Returns the emoji that shows the same face as an emoticon: by its whole for those without a system, else by its mouth, which
/// eyes, tears and brows may change. None where there is no such face.
pub(crate) fn emoji(emoticon: &str) -> Option<&'static str> {
    let table = match emoticon {
        "^_^" | "^-^" | "^.^" | "^o^" | "^^" => "😊",
        "-_-" | "=_=" => "😑",
        ">_<" | ">.<" => "😖",
        ";_;" | "T_T" => "😭",
        "o_o" | "O_O" | "o_O" | "O_o" => "😳",
        "u_u" => "😔",
        "._." => "😐",
        "8-)" => "😎",
        "\\o/" => "🙌",
        "¯\\_(ツ)_/¯" => "🤷",
        ">:(" | ">:-(" => "😠",
        ">:)" | ">:-)" => "😈",
        "(:" | "(-:" | ":o)" => "🙂",
        "(;" => "😉",
        "<3" => "❤",
        "</3" => "💔",
        _ => return by_mouth(emoticon),
    };
    Some(table)
}

fn by_mouth(emoticon: &str) -> Option<&'static str> {
    if systematic(emoticon, true) != Some(emoticon.len()) {
        return None;
    }
    let weeps = emoticon.contains('\'');
    let face = match (emoticon.bytes().next()?, emoticon.bytes().next_back()?) {
        (b'X' | b'x', _) => "😆",
        (_, b')' | b']' | b'D') if weeps => "😂",
        (b';', b')' | b']' | b'D') => "😉",
        (_, b')' | b']') => "🙂",
        (_, b'D') => "😃",
        (_, b'(' | b'[') if weeps => "😢",
        (_, b'(' | b'[') => "🙁",
        (_, b'P' | b'p') => "😛",
        (_, b'O' | b'o') => "😮",
        (_, b'X' | b'x') => "🤐",
        (_, b'3') => "😺",
        (_, b'*') => "😘",
        (_, b'|') => "😐",
        _ => "😕",
    };
    Some(face)
}

/// Returns the place of the first emoticon of `chunk`, a text without white space, at or after byte `from`, where an
/// emoticon may have ended. Takes time in proportion to what it passes over.
pub(crate) fn find(chunk: &str, from: usize) -> Option<Range<usize>> {
    let tail = chunk.get(from..)?;
    tail.bytes().enumerate().filter(|&(_, byte)| begins(byte)).find_map(|(start, _)| {
        let before = tail.get(..start)?.chars().next_back();
        let len = length(tail.get(start..)?, before)?;
        Some(from + start..from + start + len)
    })
}

/// Returns whether an emoticon can begin with this byte; none is the middle of a character.
#[rustfmt::skip]
fn begins(byte: u8) -> bool {
    matches!(
        byte,
        b':' | b';' | b'=' | b'<' | b'>' | b'(' | b'^' | b'-' | b'.' | b'\\'
            | b'X' | b'x' | b'T' | b'O' | b'o' | b'u' | b'8' | 0xc2
    )
}

/// Returns the length in bytes of the emoticon that `rest` begins with, where `before` stands before it.
fn length(rest: &str, before: Option<char>) -> Option<usize> {
    let apart = !joins(before);
    match rest.as_bytes().first()? {
        b':' | b';' => table(rest, apart).or_else(|| systematic(rest, apart)),
        b'<' => heart(rest, before),
        _ if !apart => None,
        b'=' | b'X' | b'x' => table(rest, apart).or_else(|| systematic(rest, apart)),
        _ => table(rest, apart),
    }
}

fn table(rest: &str, apart: bool) -> Option<usize> {
    let first = rest.as_bytes().first();
    let face = FACES.iter().find(|face| face.as_bytes().first() == first && rest.starts_with(**face))?;
    (apart && !joins(after(rest, face.len()))).then_some(face.len())
}

/// Eyes, perhaps a tear and a nose, and a mouth, which may be typed again and again: `:)`, `:'-(`, `=D`, `XDDD`.
fn systematic(rest: &str, apart: bool) -> Option<usize> {
    let bytes = rest.as_bytes();
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    let mut len = 1;
    let mouths: &[u8] = match bytes.first()? {
        b':' | b';' => {
            len += usize::from(is(len, b"'"));
            len += usize::from(is(len, b"-^"));
            b")(][DPpOoSsXx3*|/\\"
        }
        b'=' => b")(][DPp/\\",
        _ => b"D",
    };
    let &mouth = bytes.get(len).filter(|mouth| mouths.contains(mouth))?;
    len += 1;
    if b")(DPp".contains(&mouth) {
        len += bytes.iter().skip(len).take_while(|&&byte| byte == mouth).count();
    }
    let next = after(rest, len);
    let stands = match mouth {
        // People put these right behind a word (`thanks:)`), and the first right before one (`hi :)there`).
        b')' => apart || !joins(next),
        b'(' => !joins(next),
        // a path or an address: `http://`
        b'/' | b'\\' => apart && !joins(next) && !matches!(next, Some('/' | '\\' | '=')),
        _ => apart && !joins(next),
    };
    stands.then_some(len)
}

/// `<3` and `</3`, also behind a word (`love<3`), but not where a number goes on (`1<3`, `<3.5`, `<3%`).
fn heart(rest: &str, before: Option<char>) -> Option<usize> {
    let len = ["<3", "</3"].into_iter().find(|heart| rest.starts_with(heart))?.len();
    let next = after(rest, len);
    let number = before.is_some_and(char::is_numeric)
        || next == Some('%')
        || matches!(next, Some('.' | ',')) && after(rest, len + 1).is_some_and(char::is_numeric);
    (!number && !joins(next)).then_some(len)
}

fn after(rest: &str, len: usize) -> Option<char> {
    rest.get(len..)?.chars().next()
}

/// Returns whether a letter, digit or `_` beside an emoticon makes it a part of a word. Scripts from U+2E80 on (Han, kana,
/// hangul) are written without spaces, and join nothing.
fn joins(neighbour: Option<char>) -> bool {
    neighbour.is_some_and(|c| c == '_' || c < '\u{2e80}' && c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(chunk: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(place) = find(chunk, from) {
            from = place.end;
            found.push(chunk.get(place).unwrap());
        }
        found
    }

    #[test]
    fn faces_are_found() {
        for face in [
            ":)",
            ":-)",
            ":(",
            ":-(",
            ":D",
            ":-D",
            ";)",
            ";-)",
            "<3",
            "</3",
            ":'(",
            ":'-(",
            ":')",
            ":/",
            ":-/",
            ":\\",
            ":|",
            ":P",
            ":p",
            ":o",
            ":O",
            ":3",
            ":*",
            ":S",
            ":x",
            ":]",
            ":[",
            "=)",
            "=(",
            "=D",
            "=/",
            "XD",
            "xD",
            "XDDD",
            ":)))",
            ":((((",
            ":DDD",
            ":^)",
            ":o)",
            ">:(",
            "^_^",
            "^^",
            "-_-",
            ">_<",
            "T_T",
            "o_O",
            ";_;",
            "(:",
            "8-)",
            "\\o/",
            "¯\\_(ツ)_/¯",
        ] {
            assert_eq!(all(face), [face]);
            assert_eq!(all(&format!("\"{face}\"!")), [face], "in quotes");
        }
        for face in FACES {
            assert_eq!(all(face), [face]);
            assert_eq!(FACES.iter().filter(|other| other.starts_with(face)).count(), 1, "{face} begins another");
        }
    }

    #[test]
    fn faces_by_whole_and_by_mouth() {
        for (face, expected) in [
            (":)", Some("🙂")),
            (":-]", Some("🙂")),
            ("=)))", Some("🙂")),
            (";-)", Some("😉")),
            (":DDD", Some("😃")),
            ("xD", Some("😆")),
            (":')", Some("😂")),
            (":'-(", Some("😢")),
            (":((", Some("🙁")),
            (":/", Some("😕")),
            ("=\\", Some("😕")),
            (":3", Some("😺")),
            (":*", Some("😘")),
            (":|", Some("😐")),
            (">:(", Some("😠")),
            ("T_T", Some("😭")),
            ("</3", Some("💔")),
            ("¯\\_(ツ)_/¯", Some("🤷")),
            (":", None),
            ("XDR", None),
            (":)a", None),
            ("", None),
        ] {
            assert_eq!(emoji(face), expected, "{face}");
        }
        assert!(FACES.iter().all(|face| emoji(face).is_some()));
    }

    #[test]
    fn neighbours_decide() {
        for (chunk, expected) in [
            ("thanks:)", vec![":)"]),
            ("thanks:))!", vec![":))"]),
            ("10/10:)", vec![":)"]),
            (":)thanks", vec![":)"]),
            ("sad:(", vec![":("]),
            ("love<3", vec!["<3"]),
            ("<3.", vec!["<3"]),
            ("好:D好", vec![":D"]),
            ("(:)", vec!["(:"]),
            (":D:D:(", vec![":D", ":D", ":("]),
            (":/:/:/", vec![":/", ":/", ":/"]),
            ("http://example.com:/", vec![]),
            ("://", vec![]),
            ("C:\\temp", vec![]),
            (":\\\\", vec![]),
            ("list:(a)", vec![]),
            (":(a)", vec![]),
            ("a:)b", vec![]),
            ("Grade:D", vec![]),
            (":Down", vec![]),
            ("16:3", vec![]),
            ("items:3", vec![]),
            ("1<3", vec![]),
            ("<30", vec![]),
            ("<3.5", vec![]),
            ("<3%", vec![]),
            ("x=(y)", vec![]),
            ("=>", vec![]),
            ("EXD", vec![]),
            ("XDR", vec![]),
            ("x^^2", vec![]),
            ("snake_o_o", vec![]),
            ("and/or", vec![]),
            ("(B-)", vec![]),
            ("B-)", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(all(chunk), expected, "{chunk}");
        }
    }
}
