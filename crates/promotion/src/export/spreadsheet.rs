//! A report as CSV that a spreadsheet can open without harm.

use std::borrow::Cow;
use std::io::Write;

use csv::{Terminator, WriterBuilder};
use plaudit_core::{Error, Result, visible};

use super::{Report, Stance};
use crate::{Advice, DivisionVerdict};

impl Report<'_> {
    /// Writes the report as CSV (RFC 4180, UTF-8): a heading and one row a division, with counts, shares and intervals
    /// a label.
    ///
    /// A spreadsheet takes a cell for a formula that begins with `=`, `+`, `-`, `@`, also full-width, a tab or a
    /// carriage return, and a formula can send data away (OWASP, *CSV Injection*). Text that begins so, perhaps after
    /// spaces and characters that nobody sees, gets an apostrophe in front; so does what follows a semicolon, because
    /// some spreadsheets split there. Numbers of ours stay numbers, negative ones too. Control characters and those
    /// that turn the direction of writing are written as Rust escapes them ([`visible`]); the JSON has all names as
    /// they are.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_csv(&self, out: impl Write) -> Result<()> {
        let failed = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => Error::io("CSV", error),
            kind => Error::format("CSV", format!("{kind:?}")),
        };
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        let labels = self.verdicts.labels();
        let mut heading: Vec<String> =
            ["division", "answers", "verdict", "score", "score low", "score high", "level", "risk", "probability best"]
                .map(String::from)
                .to_vec();
        heading.extend(["advice", "more"].map(String::from));
        for label in labels.iter() {
            heading
                .extend(["count", "naive share", "share", "low", "high"].map(|what| cell(&format!("{label}: {what}"))));
        }
        heading.extend(
            ["shift p", "shift p among all", "shift deviance", "shift degrees", "shift fails"].map(String::from),
        );
        heading.extend(["asked", "response rate", "lowest score", "highest score", "tipping point"].map(String::from));
        heading.extend(["reasons", "terms of", "terms", "comments for it", "comments against it"].map(String::from));
        writer.write_record(&heading).map_err(failed)?;
        for decided in self.verdicts {
            writer.write_record(self.row(decided)).map_err(failed)?;
        }
        writer.flush().map_err(|error| Error::io("CSV", error))
    }

    fn row(&self, decided: &DivisionVerdict) -> Vec<String> {
        let level = decided.score_interval.or_else(|| decided.shares.iter().find_map(|share| share.interval));
        let mut row = vec![cell(&decided.division), decided.n.to_string(), cell(&decided.verdict.to_string())];
        row.extend([
            number(decided.score),
            number(decided.score_interval.map(|ends| ends.low)),
            number(decided.score_interval.map(|ends| ends.high)),
            number(level.map(|ends| ends.level)),
            number(decided.risk),
            number(decided.probability_best),
            decided.advice.map(advice).unwrap_or_default(),
            decided.more.map(|more| more.to_string()).unwrap_or_default(),
        ]);
        let naive = decided.naive_shares().unwrap_or_default();
        for (place, _) in self.verdicts.labels().iter().enumerate() {
            let share = decided.shares.get(place);
            let interval = share.and_then(|share| share.interval);
            row.push(share.map(|share| share.count.to_string()).unwrap_or_default());
            row.push(number(naive.get(place).copied()));
            row.push(number(share.map(|share| share.value)));
            row.push(number(interval.map(|ends| ends.low)));
            row.push(number(interval.map(|ends| ends.high)));
        }
        let (shift, response) = (decided.shift, decided.response.as_ref());
        row.extend([
            number(shift.map(|shift| shift.p_value)),
            number(shift.map(|shift| shift.adjusted)),
            number(shift.map(|shift| shift.deviance)),
            shift.map(|shift| shift.degrees.to_string()).unwrap_or_default(),
            shift.map(|shift| if shift.fails { "yes" } else { "no" }.to_owned()).unwrap_or_default(),
            response.map(|response| response.asked.to_string()).unwrap_or_default(),
            number(response.map(|response| response.rate)),
            number(response.map(|response| response.bounds[0])),
            number(response.map(|response| response.bounds[1])),
            number(response.and_then(|response| response.tipping_point)),
        ]);
        let reasons: Vec<String> = decided.reasons.iter().map(ToString::to_string).collect();
        let evidence = self.of(&decided.division);
        let label = evidence.and_then(|evidence| evidence.label.as_deref()).unwrap_or_default();
        let terms = evidence.map(|evidence| evidence.terms.iter().map(ToString::to_string).collect::<Vec<_>>());
        let comments = |stance: Stance| {
            let quotes = evidence.into_iter().flat_map(|evidence| &evidence.comments);
            let of_stance = quotes.filter(|quote| quote.stance == stance).map(|quote| quote.text.as_str());
            cell(&of_stance.collect::<Vec<_>>().join(" | "))
        };
        row.extend([cell(&reasons.join(" | ")), cell(label), cell(&terms.unwrap_or_default().join(" | "))]);
        row.extend([comments(Stance::For), comments(Stance::Against)]);
        row
    }
}

/// What to ask for, in words.
fn advice(advice: Advice) -> String {
    let about = |what: &str, number: Option<u64>| match number {
        Some(number) => format!("{what} about {number}"),
        None => what.to_owned(),
    };
    match advice {
        Advice::Collect { about: number } => about("collect", number),
        Advice::Label { about: number } => about("label", number),
    }
}

/// A number in its shortest form that reads back to the same bits; nothing where there is none.
fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
}

/// Text that no spreadsheet takes for a formula.
pub(crate) fn cell(text: &str) -> String {
    let shown = match text.starts_with(['\t', '\r', '\n']) {
        true => Cow::Owned(format!("'{}", visible(text))),
        false => visible(text),
    };
    let parts: Vec<String> = shown.split(';').map(neutral).collect();
    parts.join(";")
}

fn neutral(part: &str) -> String {
    let hidden = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '"')
    };
    let begins = part.trim_start_matches(hidden);
    if begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        format!("'{part}")
    } else {
        part.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_text() {
        for (from, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\\t=1"),
            ("\r=1", "'\\r=1"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠a", "'＠a"),
            (" \u{feff}=1", "' \u{feff}=1"),
            ("\"=1", "'\"=1"),
            ("a;=1; -2;b", "a;'=1;' -2;b"),
            ("a=1", "a=1"),
            ("", ""),
            ("图书馆", "图书馆"),
        ] {
            assert_eq!(cell(from), expected, "{from:?}");
        }
        assert_eq!(
            (number(Some(-0.25)), number(None), number(Some(f64::NAN))),
            ("-0.25".into(), String::new(), String::new())
        );
    }

    proptest! {
        #[test]
        fn no_text_begins_like_a_formula(from in "[ \\t;=+@＝－a\\-\\PC]*") {
            let cell = super::cell(&from);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']), "{cell}");
            for part in cell.split(';') {
                prop_assert!(!part.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
            }
        }
    }
}
