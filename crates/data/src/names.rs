//! Column names in messages: what a file without a header has in their place is a person's text.

use plaudit_core::visible;

/// Returns a name for a message or report: its first 100 characters, made visible.
pub(crate) fn printable(name: &str) -> String {
    const LONGEST: usize = 100; // a key of a hostile file may be as long as a row
    let end = name.char_indices().nth(LONGEST).map_or(name.len(), |(end, _)| end);
    visible(name.get(..end).unwrap_or(name)).into_owned()
}

/// Returns a count with its noun: `1 row`, `2 rows`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The names that columns have by themselves.
const KNOWN: [&str; 7] = ["uid", "id", "text", "label", "division", "time", "source"];

/// Returns the sentence for columns that are missing. What was found stands there where it is surely names: all of them
/// plain, and one of them known or like a missing one, unless `named` says that no text can stand in their place. Otherwise
/// the row may be no header, and only those stand there that are like a missing one.
pub(crate) fn missing(missing: &[String], found: &[String], named: bool) -> String {
    const MOST_NAMES: usize = 30;
    let quoted = |name: &String| format!("`{}`", printable(name));
    let like = |name: &String| missing.iter().any(|wanted| is_like(name, wanted));
    let known = |name: &String| KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)) || like(name);
    let header = found.iter().all(|name| is_plain(name)) && (named || found.iter().any(known));
    let shown: Vec<String> = found.iter().filter(|name| header || like(name)).take(MOST_NAMES).map(quoted).collect();
    let absent: Vec<String> = missing.iter().map(quoted).collect();
    let mut sentence =
        format!("there is no column {}; found {}", absent.join(" or "), counted(found.len() as u64, "column"));
    sentence.push_str(match shown.len() {
        0 if named => ", none of a similar name (the configuration can say which it is)",
        0 => ", none of a similar name (the configuration can say which it is): the first row does not look like a header",
        some if some < found.len() => ", among them ",
        _ => ": ",
    });
    sentence + &shown.join(", ")
}

/// Returns whether a name looks like one: at most 30 ASCII letters, digits, `_`, `-` and blanks, in at most three words,
/// a letter first. Other scripts are left out because some write whole sentences without a blank.
fn is_plain(name: &str) -> bool {
    name.len() <= 30
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || "_- ".contains(character))
        && name.split(' ').count() <= 3
}

/// Returns whether two names are the same but for their case and one or two neighbouring characters, not all of them.
fn is_like(name: &str, wanted: &str) -> bool {
    let [mut a, mut b] = [name, wanted].map(|name| name.chars().flat_map(char::to_lowercase).collect::<Vec<_>>());
    let all = b.len();
    let prefix = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    a.drain(..prefix);
    b.drain(..prefix);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let edits = a.len().max(b.len()) - suffix;
    edits <= 2 && edits < all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(found: &[&str]) -> String {
        missing(&["text".into()], &found.iter().map(ToString::to_string).collect::<Vec<_>>(), false)
    }

    #[test]
    fn plain_names_are_listed() {
        assert_eq!(
            sentence(&["uid", "Your opinion", "q-1_b"]),
            "there is no column `text`; found 3 columns: `uid`, `Your opinion`, `q-1_b`"
        );
        let many = sentence(&[&["id"][..], &["x"; 30]].concat());
        assert!(
            many.contains("found 31 columns, among them `id`, `x`, ") && many.matches("`x`").count() == 29,
            "{many}"
        );
    }

    #[test]
    fn what_may_be_a_text_is_not_listed() {
        for text in [
            "Bad, really.",
            "the food was cold",
            "12 hours",
            "2024-05-01",
            "老师很好",
            "x\u{1b}[31m",
            "a\nb",
            "",
            &"x".repeat(31),
        ] {
            let expected = "there is no column `text`; found 2 columns, none of a similar name (the configuration can say \
                            which it is): the first row does not look like a header";
            assert_eq!(sentence(&["Good", text]), expected);
            let expected = "there is no column `text`; found 3 columns, among them `txt`";
            assert_eq!(sentence(&["txt", "Good", text]), expected);
        }
        // short answers look like names, so one of the names must be known
        assert!(sentence(&["Good", "Great stuff"]).ends_with("the first row does not look like a header"));
        assert!(sentence(&["Division", "Great stuff"]).ends_with(": `Division`, `Great stuff`"));
    }

    #[test]
    fn names_are_like_within_two_neighbours() {
        for (name, wanted) in
            [("TEXT", "text"), ("txt", "text"), ("tetx", "text"), ("Text 2", "text"), ("lable", "label")]
        {
            assert!(is_like(name, wanted), "{name}");
        }
        for (name, wanted) in [("best", "text"), ("great", "text"), ("", "text"), ("ab", "q1"), ("", "")] {
            assert!(!is_like(name, wanted), "{name}");
        }
        assert_eq!(
            missing(&["a\nb".into()], &[], true),
            r"there is no column `a\nb`; found 0 columns, none of a similar name (the configuration can say which it is)"
        );
    }
}
