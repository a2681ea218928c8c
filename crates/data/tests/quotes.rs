//! CSV by RFC 4180, and what a quote too many costs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise, and say what they skip

use plaudit_data::{Dataset, Format, ReadConfig, read_from};
use proptest::prelude::*;

fn read(csv: &str) -> Dataset {
    read_from(csv.as_bytes(), "f.csv", Format::Csv, &ReadConfig::default()).unwrap()
}

fn texts(data: &Dataset) -> Vec<&str> {
    data.iter().map(|row| row.text.as_str()).collect()
}

/// csv 1.4 alone reads this file as one row with no error, and with the columns in the other order as none.
#[test]
fn one_stray_quote_costs_one_row() {
    const ROWS: usize = 400_000;
    for header in ["label,text", "text,label"] {
        let mut csv = format!("{header}\n\"good,fine\n");
        csv.push_str(&"good,fine\n".repeat(ROWS));
        let data = read(&csv);
        assert_eq!((data.len(), data.report.rejected), (ROWS, 1), "{header}");
        assert_eq!(data.report.rejections[0].to_string(), "line 2: a quote opens a field and is not closed");
    }
}

#[test]
fn stray_quotes_in_every_line_cost_no_look_ahead() {
    const ROWS: usize = 100_000;
    let long = "x".repeat(200);
    for (row, reason) in [
        ("pos,\"good\n".to_owned(), "unclosed_quote"),
        (format!("\"{long},pos\n"), "unclosed_quote"),
        (format!("pos,\"{long}\" z\n"), "stray_quote"),
        // seen from inside a quote, each of these lines closes it and opens the next
        (format!("{long}\",\"\n"), "unclosed_quote"),
    ] {
        // 1 to 20 MB; a look ahead of 1,000 lines at every line would be 20 GB, and this test would not end
        let data = read(&format!("label,text\n{}", row.repeat(ROWS)));
        assert_eq!((data.report.rows, data.report.used), (ROWS as u64, 0), "{row}");
        assert!(data.report.by_reason[reason] >= ROWS as u64 - 1, "{row}: {}", data.report);
    }
}

#[test]
fn an_answer_may_have_as_many_lines_as_configured_and_no_more() {
    let mut config = ReadConfig::default();
    config.max_record_lines = 4;
    let csv = "text,label\n\"1\n2\n3\n4\",pos\n\"1\n2\n3\n4\n5\",pos\nlast,pos\n";
    let data = read_from(csv.as_bytes(), "f.csv", Format::Csv, &config).unwrap();
    // The lines of the rejected row are tried as rows of their own; the last of them is one, with a quote as text.
    assert_eq!(texts(&data), ["1\n2\n3\n4", "5\"", "last"]);
    let rejections: Vec<String> = data.report.rejections.iter().map(ToString::to_string).collect();
    assert_eq!(rejections.len(), 4);
    assert_eq!(rejections[0], "line 6: a quote opens a field and is not closed");
    assert_eq!(rejections[1], "line 7: 1 column where the header has 2");
    config.max_record_lines = 1;
    let data = read_from(csv.as_bytes(), "f.csv", Format::Csv, &config).unwrap();
    assert_eq!(texts(&data), ["4\"", "5\"", "last"]);
}

#[test]
fn the_bytes_of_a_row_of_several_lines_are_limited() {
    let mut config = ReadConfig::default();
    config.max_record_bytes = 10;
    let csv = "text\n\"12345\n89\"\n\"12345\n890\"\nb\n";
    let data = read_from(csv.as_bytes(), "f.csv", Format::Csv, &config).unwrap();
    assert_eq!(texts(&data), ["12345\n89", "890\"", "b"]);
    assert_eq!(data.report.by_reason["unclosed_quote"], 1);
}

/// A field as a writer of RFC 4180 writes it, and its value.
fn field() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        "[a-z]{1,4}".prop_map(|value| (value.clone(), value)),
        "[a-z ,\"\n]{0,6}".prop_map(|value| (format!("\"{}\"", value.replace('"', "\"\"")), value)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn proper_csv_is_read_whole(
        rows in proptest::collection::vec((field(), field().prop_filter("blank", |(_, text)| !text.trim().is_empty())), 0..12),
        end in proptest::sample::select(vec!["\n", "\r\n"]),
        last in any::<bool>(),
    ) {
        let mut csv = format!("x,text{end}");
        for ((x, _), (text, _)) in &rows {
            csv.push_str(&format!("{x},{text}{end}"));
        }
        if !last && !rows.is_empty() {
            csv.truncate(csv.len() - end.len());
        }
        let data = read(&csv);
        prop_assert_eq!(data.report.rejected, 0, "{:?}", data.report.rejections);
        let found: Vec<(String, String)> = data.iter().map(|row| (row.extra.get("x").cloned().unwrap_or_default(), row.text.clone())).collect();
        let expected: Vec<(String, String)> =
            rows.iter().map(|((_, x), (_, text))| (x.clone(), text.clone())).collect();
        prop_assert_eq!(found, expected);
    }

    /// Where no row is rejected, the csv crate reads the same; where it reads more columns or fewer, a row is rejected.
    #[test]
    fn agrees_with_the_csv_crate(body in "[ab\",\n]{0,24}") {
        let csv = format!("x,text\n{body}");
        let data = read(&csv);
        if data.report.rejected == 0 {
            let mut reader = csv::ReaderBuilder::new().from_reader(csv.as_bytes());
            let expected: Vec<(String, String)> = reader.deserialize().map(Result::unwrap).collect();
            let found: Vec<(String, String)> = data.iter().map(|row| (row.extra.get("x").cloned().unwrap_or_default(), row.text.clone())).collect();
            prop_assert_eq!(found, expected);
        }
    }

    /// One quote too many anywhere costs at most the row that it is in.
    #[test]
    fn the_other_rows_stay(
        rows in proptest::collection::vec((any::<bool>(), any::<bool>()), 2..12),
        at in any::<proptest::sample::Index>(),
        place in any::<proptest::sample::Index>(),
    ) {
        let quoted = |quoted: bool, value: &str| if quoted { format!("\"{value}\"") } else { value.to_owned() };
        let mut lines: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(number, &(a, b))| format!("{},{}", quoted(a, &format!("u{number}")), quoted(b, &format!("text {number}"))))
            .collect();
        let at = at.index(lines.len());
        let place = place.index(lines[at].len() + 1);
        lines[at].insert(place, '"');
        let data = read(&format!("uid,text\n{}\n", lines.join("\n")));
        let uids: Vec<&str> = data.iter().map(|row| row.uid.as_str()).collect();
        for number in (0..rows.len()).filter(|&number| number != at) {
            prop_assert!(uids.contains(&format!("u{number}").as_str()), "{lines:?}: {uids:?}");
            let text = format!("text {number}");
            prop_assert!(texts(&data).contains(&text.as_str()));
        }
        prop_assert_eq!(data.report.rows, rows.len() as u64);
    }
}
