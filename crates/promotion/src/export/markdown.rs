//! A report as Markdown.

use std::fmt::Write;

use plaudit_core::visible;

use super::evidence::Speaks;
use super::{Report, Stance};
use crate::DivisionVerdict;
use crate::table::shift_p;

impl Report<'_> {
    /// Returns the report as Markdown (GitHub's, for its tables): a table of all divisions, then each with its reasons
    /// and its evidence.
    ///
    /// What came from people's files is one line of plain text wherever it stands: signs of Markdown and HTML are
    /// escaped, control characters and those that turn the direction of writing are written as Rust escapes them
    /// ([`visible`]), and web addresses are no links.
    pub fn to_markdown(&self) -> String {
        let mut heading = vec!["division".to_owned(), "answers".to_owned()];
        heading.extend(self.verdicts.labels().iter().map(inline));
        heading.push("score".to_owned());
        let checked = self.verdicts.iter().any(|decided| decided.shift.is_some());
        heading.extend(checked.then(|| "shift p".to_owned()));
        heading.push("verdict".to_owned());
        let rule: Vec<&str> = (0..heading.len()).map(|column| if column == 0 { "---" } else { "---:" }).collect();
        let mut text = format!("| {} |\n| {} |\n", heading.join(" | "), rule.join(" | "));
        for decided in self.verdicts {
            let shares = self.verdicts.labels().iter().enumerate().map(|(place, _)| decided.shares.get(place));
            let shares =
                shares.map(|share| share.map_or_else(|| "-".to_owned(), |share| format!("{:.2}", share.value)));
            let mut row = vec![name(decided), decided.n.to_string()];
            row.extend(shares);
            row.push(score(decided));
            row.extend(checked.then(|| shift_p(decided)));
            row.push(inline(&decided.verdict.to_string()));
            text.push_str(&format!("| {} |\n", row.join(" | ")));
        }
        for decided in self.verdicts {
            let mut add = |line: &str| text.push_str(line);
            add(&format!("\n## {}: {}\n\n", name(decided), inline(&decided.verdict.to_string())));
            decided.reasons.iter().for_each(|reason| add(&format!("- {}\n", inline(&reason.to_string()))));
            if let Some(response) = &decided.response {
                add(&format!("- {}\n", inline(&response.to_string())));
            }
            let Some(evidence) = self.of(&decided.division) else { continue };
            if let (Some(label), false) = (&evidence.label, evidence.terms.is_empty()) {
                let terms: Vec<String> = evidence.terms.iter().map(|term| inline(&term.to_string())).collect();
                add(&format!("\nTerms of {}: {}\n", inline(label), terms.join("; ")));
            }
            for stance in [Stance::For, Stance::Against] {
                let quotes = evidence.comments.iter().filter(|quote| quote.stance == stance);
                for (place, quote) in quotes.enumerate() {
                    add(&if place == 0 { format!("\nComments {}:\n\n", Speaks(stance)) } else { ">\n".to_owned() });
                    add(&format!("> {}\n", inline(&quote.to_string())));
                }
            }
        }
        text
    }
}

/// The division's name, which may be empty.
fn name(decided: &DivisionVerdict) -> String {
    if decided.division.is_empty() { "(no division)".to_owned() } else { inline(&decided.division) }
}

fn score(decided: &DivisionVerdict) -> String {
    match (decided.score, decided.score_interval) {
        (Some(score), Some(ends)) => format!("{score:.2} ({:.2} to {:.2})", ends.low, ends.high),
        (Some(score), None) => format!("{score:.2}"),
        _ => "-".to_owned(),
    }
}

/// Text as Markdown that shows it and nothing else.
fn inline(text: &str) -> String {
    let shown = visible(text.trim());
    let mut escaped = String::with_capacity(shown.len() + 8);
    // A number and a full stop or bracket begin a list, some signs a heading or a line.
    let begins_list = shown.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (place, character) in shown.char_indices() {
        let rest = shown.get(place..).unwrap_or_default();
        let numbered = shown.len() - begins_list == place && place > 0 && matches!(character, '.' | ')');
        let begins = place == 0 && matches!(character, '#' | '+' | '-' | '=');
        let address = rest.starts_with("://") || (character == '.' && escaped.to_ascii_lowercase().ends_with("www"));
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => _ = write!(escaped, "\\{character}"),
            _ if numbered || begins || address => _ = write!(escaped, "\\{character}"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn signs_are_escaped() {
        for (text, expected) in [
            ("a|b`c`*d*_e_", r"a\|b\`c\`\*d\*\_e\_"),
            ("<b onclick=x>&amp;", "&lt;b onclick=x&gt;&amp;amp;"),
            ("[a](http://b.c) ![i](x)", r"\[a\](http\://b.c) \!\[i\](x)"),
            ("see WWW.a.b", r"see WWW\.a.b"),
            ("a\r\n# b\n\u{202e}c", r"a\\r\\n# b\\n\\u{202e}c"),
            ("# a", r"\# a"),
            ("- a", r"\- a"),
            ("12. a", r"12\. a"),
            ("3) a", r"3\) a"),
            ("score 0.5", "score 0.5"),
            (".5", ".5"),
            (r"\|", r"\\\|"),
            ("图书馆 👩‍👧", "图书馆 👩‍👧"),
            ("", ""),
        ] {
            assert_eq!(inline(text), expected);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_one_cell(text in "[\\PC\\n|`<>\\\\&]*") {
            let escaped = inline(&text);
            prop_assert!(!escaped.contains(['<', '>', '\n', '\r']));
            // every pipe and backtick stands after an odd number of backslashes
            let mut slashes = 0;
            for character in escaped.chars() {
                prop_assert!(!matches!(character, '|' | '`') || slashes % 2 == 1, "{escaped}");
                slashes = if character == '\\' { slashes + 1 } else { 0 };
            }
            prop_assert_eq!(slashes % 2, 0);
        }
    }
}
