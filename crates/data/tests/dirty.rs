//! Rows and files that cannot be used: what is rejected, and why.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)] // tests may stop at the first surprise, and say what they skip

mod common;

use common::{config, read, rejections, texts};
use plaudit_core::{Error, Labels};
use plaudit_data::{FeedbackReader, Format, OnDirty, ReadConfig, Row, read_from};
use proptest::prelude::*;

use Format::{Csv, Jsonl, Tsv};

#[test]
fn each_fault_rejects_its_row_alone() {
    let cases: &[(&str, Format, &[u8], &[&str])] = &[
        ("duplicate uid", Csv, b"uid,text\n1,a\n2,b\n 1 ,c\n3,d\n", &["4:uid:duplicate_uid"]),
        ("duplicate id", Tsv, b"id\ttext\n1\ta\n1\tb\n1\tc\n2\td\n", &["3:id:duplicate_uid", "4:id:duplicate_uid"]),
        (
            "empty text",
            Csv,
            b"text,x\na,1\n,2\n\"\",3\n \t ,4\nb,5\n",
            &["3:text:empty_text", "4:text:empty_text", "5:text:empty_text"],
        ),
        ("empty uid", Csv, b"uid,text\n,a\n\" \",b\n1,c\n", &["2:uid:empty_uid", "3:uid:empty_uid"]),
        ("ragged", Csv, b"uid,text\n1,a\n2\n3,b,c\n4,\"d,e\"\n", &["3::ragged_row", "4::ragged_row"]),
        ("ragged tsv", Tsv, b"uid\ttext\n1\ta\n2\n3\tb\tc\n4\td\n", &["3::ragged_row", "4::ragged_row"]),
        ("invalid UTF-8", Csv, b"text\na\n\xe9t\xe9\nb\n", &["3::invalid_utf8"]),
        ("invalid UTF-8", Tsv, b"text\na\ncaf\xc3\nb\n", &["3::invalid_utf8"]),
        ("invalid UTF-8", Jsonl, b"{\"text\":\"a\"}\n{\"text\":\"\xff\"}\n{\"text\":\"b\"}\n", &["2::invalid_utf8"]),
        ("NUL", Csv, b"text,x\na\0b,1\nc,d\0\ne,2\n", &["2:text:nul", "3:x:nul"]),
        ("NUL", Jsonl, b"{\"text\":\"a\\u0000\"}\n{\"text\":\"b\"}\n", &["1:text:nul"]),
        (
            "bad time",
            Tsv,
            b"text\ttime\na\tsoon\nb\t\nc\t2024-02-30\nd\t2024-02-29\n",
            &["2:time:bad_time", "4:time:bad_time"],
        ),
        ("stray quote", Csv, b"text,x\n\"a\" b,1\n\"c\"\"d\",2\n", &["2::stray_quote"]),
        ("stray quotes", Csv, b"text,x\n\"he said \"no\" to me\",1\nb,2\n", &["2::stray_quote"]),
        ("open quote", Csv, b"text,x\n\"a,1\nb,2\nc,3\n", &["2::unclosed_quote"]),
        ("open quote at the end", Csv, b"text,x\na,1\nb,2\n\"c,3\n", &["4::unclosed_quote"]),
        ("open quote at the end, no line end", Csv, b"text,x\na,1\nb,\"", &["3::unclosed_quote"]),
        ("quotes that hold lines together", Csv, b"x,text\n1,\"a\n2,b\n3,c\"\n4,d\n", &[]),
        (
            "not JSON",
            Jsonl,
            b"{\"text\":\"a\"}\n{\"text\":\n}\n[]\n{\"text\":\"b\"} x\n{\"text\":\"c\"}\n",
            &["2::invalid_json", "3::invalid_json", "4::invalid_json", "5::invalid_json"],
        ),
        ("JSON key twice", Jsonl, b"{\"text\":\"a\",\"x\":1,\"x\":2}\n{\"text\":\"b\"}\n", &["1:x:duplicate_key"]),
        ("JSON half pair", Jsonl, b"{\"text\":\"\\ud800\"}\n{\"text\":\"b\"}\n", &["1:text:invalid_json"]),
        ("JSON nested text", Jsonl, b"{\"text\":[\"a\"]}\n{\"text\":\"b\"}\n", &["1:text:nested_value"]),
        (
            "JSON without text",
            Jsonl,
            b"{\"x\":1}\n{\"text\":null}\n{\"text\":\"b\"}\n",
            &["1:text:empty_text", "2:text:empty_text"],
        ),
        ("JSON without uid", Jsonl, b"{\"id\":1,\"text\":\"a\"}\n{\"text\":\"b\"}\n", &["2:id:empty_uid"]),
    ];
    for (name, format, bytes, expected) in cases {
        let data = read(*format, bytes, &ReadConfig::default());
        assert_eq!(rejections(&data), *expected, "{name} ({format:?})");
    }
}

#[test]
fn the_rows_of_a_ragged_quote_are_read() {
    let data = read(Csv, b"x,text,y\n1,\"a,0\n2,b,0\n3,c\",0,0\n4,d,0\n", &ReadConfig::default());
    assert_eq!(texts(&data), ["b", "d"]);
    assert_eq!(rejections(&data), ["2::ragged_row", "4::ragged_row"]);
}

/// A byte that is not UTF-8 hides nothing: the lines that a stray quote holds together are read all the same.
#[test]
fn the_rows_around_invalid_utf_8_in_a_ragged_quote_are_read() {
    let data = read(Csv, b"x,text,y\n1,\"a,0\n2,b,0\n3,\xe9,0\n4,d\",0,0\n5,e,0\n", &ReadConfig::default());
    assert_eq!(texts(&data), ["b", "e"]);
    assert_eq!(rejections(&data), ["2::ragged_row", "4::invalid_utf8", "5::ragged_row"]);
    // quotes around several lines that make one row: it is one
    let data = read(Csv, b"x,text\n1,\"a\n\xe9\n\"\n2,b\n", &ReadConfig::default());
    assert_eq!((texts(&data), rejections(&data)), (vec!["b"], vec!["2::invalid_utf8".to_owned()]));
}

#[test]
fn labels_are_checked_and_the_nearest_is_named() {
    let csv = b"label,text\n Good ,a\ngod,b\nexcellent,c\n,d\nPoor,e\n";
    let strict = config(|c| c.labels = Some(Labels::dpms()));
    let data = read(Csv, csv, &strict);
    assert_eq!(rejections(&data), ["3:label:unknown_label", "4:label:unknown_label"]);
    assert_eq!(
        data.report.rejections[0].to_string(),
        "line 3, column `label`: the label is none of Good, Average, Neutral, Poor; the nearest is `Good`"
    );
    assert_eq!(data.rows[0].label.as_deref(), Some("Good"));
    assert_eq!(data.rows[1].label, None);
    assert_eq!(data.examples().len(), 2);

    let data = read(Csv, csv, &config(|c| c.labels_required = true));
    assert_eq!(rejections(&data), ["5:label:empty_label"]);
    assert_eq!(read(Csv, b"text\na\n", &config(|c| c.labels_required = true)).report.by_reason["empty_label"], 1);
}

#[test]
fn a_name_that_no_label_can_have_rejects_its_row() {
    let long = "secret ".repeat(15); // 104 characters without the blank at its end
    let csv = format!("text,label\na,Good\nb,\"Go\x1bod\"\nc,{long}\nd, \ne,Poor\n");
    let data = read(Csv, csv.as_bytes(), &ReadConfig::default());
    assert_eq!(rejections(&data), ["3:label:bad_label", "4:label:bad_label"]);
    let messages: Vec<String> = data.report.rejections.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            r"line 3, column `label`: the label contains the control character `\u{1b}`; expected none",
            "line 4, column `label`: the label has 104 characters; expected at most 100",
        ]
    );
    assert_eq!(data.labels().unwrap().iter().collect::<Vec<_>>(), ["Good", "Poor"]);
    let stop = config(|c| c.on_dirty = OnDirty::Stop);
    let error = read_from(csv.as_bytes(), "f.csv", Csv, &stop).unwrap_err().to_string();
    assert_eq!(error, format!("f.csv: {}", messages[0]));
    // Where the column is not read, nothing in it is a fault; and of declared labels, none is like it.
    let off = config(|c| (c.label, c.keep_extra) = (Some(String::new()), false));
    assert_eq!(read(Csv, csv.as_bytes(), &off).len(), 5);
    let strict = config(|c| c.labels = Some(Labels::dpms()));
    assert_eq!(rejections(&read(Csv, csv.as_bytes(), &strict)), ["3:label:unknown_label", "4:label:unknown_label"]);
}

#[test]
fn labels_of_any_direction_are_shown_harmlessly() {
    let labels = Labels::new(["\u{202e}dooG", "Poor"]).unwrap();
    let data = read(Csv, "label,text\n\u{202e}dooH,a\n".as_bytes(), &config(|c| c.labels = Some(labels.clone())));
    let shown = data.report.rejections[0].to_string();
    assert!(shown.ends_with(r"none of \u{202e}dooG, Poor; the nearest is `\u{202e}dooG`"), "{shown}");
    let data = read_from(&b"text\n\n"[..], "a\u{1b}[2J.csv", Csv, &ReadConfig::default()).unwrap();
    assert_eq!(data.report.to_string(), r"a\u{1b}[2J.csv: 0 rows, 0 used, 0 rejected");
}

#[test]
fn the_line_of_a_row_is_known() {
    let csv = b"text\n\na\n\"b\nb\"\n \nc\n";
    let mut reader = FeedbackReader::new(&csv[..], "f", Csv, &ReadConfig::default()).unwrap();
    let mut lines = vec![reader.line()];
    while reader.next().is_some() {
        lines.push(reader.line());
    }
    assert_eq!(lines, [0, 3, 4, 6, 7]);
}

#[test]
fn a_message_never_holds_the_text() {
    let csv = b"label,text,time\nsecret,secret,secret\nGood,\"secret\"secret,\nGood,secret\n";
    let data = read(Csv, csv, &config(|c| c.labels = Some(Labels::dpms())));
    assert_eq!(data.report.rejected, 3);
    let messages: String = data.report.rejections.iter().map(ToString::to_string).collect();
    assert!(!messages.contains("secret"), "{messages}");
}

#[test]
fn a_row_that_is_no_header_is_not_quoted() {
    for (format, bytes) in [
        (Csv, &b"Good,\"Secret, really\"\nPoor,b\n"[..]),
        (Csv, b"17,Secret\n18,b\n"),
        (Csv, b"Secret,Secret\n"),
        (Csv, b"Good,Secret stuff\nPoor,slow\n"),
        (Tsv, b"Secret\n"),
        (Tsv, b"Good\tthe Secret of Secrets\n"),
        (Tsv, b"Good\tSecret\x1b[31m\n"),
        (Jsonl, b"{\"Secret\\n\": 1, \"id\": 2}\n"),
    ] {
        let error = read_from(bytes, "f", format, &ReadConfig::default()).unwrap_err().to_string();
        assert!(error.contains(" column") && !error.contains("Secret"), "{error}");
    }
}

#[test]
fn a_dirty_row_stops_where_it_is_told_to() {
    let csv = b"uid,text\n1,a\n2,\n3,\n4,\n5,b\n";
    for (on_dirty, line) in [(OnDirty::Stop, 3), (OnDirty::SkipUpTo(0), 3), (OnDirty::SkipUpTo(2), 5)] {
        let error = read_from(&csv[..], "f.csv", Csv, &config(|c| c.on_dirty = on_dirty)).unwrap_err();
        assert!(matches!(&error, Error::Data { line: l, column, .. } if *l == line && column == "text"), "{error}");
        assert_eq!(error.to_string(), format!("f.csv: line {line}, column `text`: the text is empty"));
    }
    assert_eq!(read(Csv, csv, &config(|c| c.on_dirty = OnDirty::SkipUpTo(3))).len(), 2);
}

#[test]
fn faults_of_the_file_are_errors() {
    let named = config(|c| c.label = Some("sentiment".into()));
    let any = ReadConfig::default();
    let cases: &[(&str, Format, &[u8], &ReadConfig, &str)] = &[
        ("empty", Csv, b"", &any, "f: the file is empty"),
        ("empty", Tsv, b"\xef\xbb\xbf", &any, "f: the file is empty"),
        ("blank", Jsonl, b"\n\r\n", &any, "f: the file is empty"),
        ("header twice", Csv, b"text,a, a\n", &any, "f: line 1, the header: columns 2 and 3 have the same name"),
        (
            "no text",
            Csv,
            b"txt,id\nx,1\n",
            &any,
            "f: line 1, the header: there is no column `text`; found 2 columns: `txt`, `id`",
        ),
        (
            "no text",
            Jsonl,
            b"{\"txt\":1}\n{}\n",
            &any,
            "f: there is no column `text`; found 1 column: `txt` (of the first object)",
        ),
        (
            "named",
            Tsv,
            b"text\tlabel\n",
            &named,
            "f: line 1, the header: there is no column `sentiment`; found 2 columns: `text`, `label`",
        ),
        (
            "named",
            Jsonl,
            b"{\"text\":\"a\"}",
            &named,
            "f: there is no column `sentiment`; found 1 column: `text` (of the first object)",
        ),
        ("old Mac", Csv, b"text,x\ra,1\rb,2\r", &any, "f: lines end in \\r alone"),
        ("old Mac", Tsv, b"text\ra\rb", &any, "f: lines end in \\r alone"),
        ("old Mac", Csv, b"\n\"text\",\"x\"\r\"a\",\"1\"\r", &any, "f: lines end in \\r alone"),
        (
            "UTF-16 without a mark",
            Csv,
            b"t\0e\0x\0t\0\n\0",
            &any,
            "f: line 1, the header: a NUL character; a file in UTF-16 needs its byte-order mark",
        ),
        ("UTF-16 without a mark", Jsonl, b"{\0\"\0t\0\n\0", &any, "f: a NUL character; a file in UTF-16 needs its"),
        ("UTF-16 without a mark", Jsonl, b"\0{\0\"\0t\0\n", &any, "f: a NUL character; a file in UTF-16 needs its"),
        ("Latin-1 header", Csv, b"text,caf\xe9\n", &any, "f: line 1, the header: byte 8 of the row is not valid UTF-8"),
        ("stray quote", Csv, b"\n\"text\"x\n", &any, "f: line 2, the header: text after a closing quote"),
        ("open quote", Csv, b"\"text\nx\n", &any, "f: line 1, the header: a quote opens a field and is not closed"),
    ];
    for (name, format, bytes, config, expected) in cases {
        let error = read_from(*bytes, "f", *format, config).unwrap_err();
        assert!(matches!(error, Error::Format { .. }), "{name}: {error:?}");
        assert!(error.to_string().starts_with(expected), "{name} ({format:?}): {error}");
    }
    let wide: Vec<String> = (0..1_000_000).map(|n| format!("c{n}")).collect();
    let error = read_from(wide.join(",").as_bytes(), "f", Csv, &any).unwrap_err();
    assert_eq!(error.to_string(), "f: line 1, the header: longer than 1048576 bytes (`max_record_bytes`)");
    let long = "text\r".repeat(1_000_000);
    let error = read_from(long.as_bytes(), "f", Csv, &any).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "f: line 1, the header: longer than 1048576 bytes (`max_record_bytes`); it holds a \\r: if lines end"
        ),
        "{error}"
    );
    let data = read(Format::Lines, long.as_bytes(), &any);
    assert!(data.report.rejections[0].to_string().contains("as on a Mac of old"));
    for (format, header, hint) in [
        (Csv, "id;text;label\n", "between semicolons, but those of this format stand between commas"),
        (Csv, "id\ttext\n", "between tabs, but"),
        (Tsv, "id,text\n", "between commas, but those of this format stand between tabs"),
    ] {
        let error = read_from(header.as_bytes(), "f", format, &any).unwrap_err().to_string();
        assert!(error.contains(hint) && !error.contains("look like a header"), "{error}");
    }
    assert!(!read_from(&b"id,q;a\n"[..], "f", Csv, &any).unwrap_err().to_string().contains("semicolons"));
    assert!(read_from(&b"text\n"[..], "f", Csv, &config(|c| c.max_record_lines = 0)).is_err());
}

#[test]
fn an_unreadable_stream_is_an_io_error_and_the_end() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("disk gone"))
        }
    }
    let input = std::io::Read::chain(&b"text\na\nb"[..], Failing);
    let mut reader = FeedbackReader::new(input, "f.csv", Csv, &ReadConfig::default()).unwrap();
    assert!(matches!(reader.next(), Some(Ok(Row::Used(_)))));
    assert_eq!(reader.next().unwrap().unwrap_err().to_string(), "f.csv: disk gone");
    assert!(reader.next().is_none());
    assert_eq!(reader.into_report().rows, 1);
}

#[test]
fn a_long_line_costs_itself() {
    let line = "x".repeat(10_000_000);
    for (format, text) in [
        (Csv, format!("text\na\n{line}\nb\n\"{line}\"\nc\n")),
        (Tsv, format!("text\na\n{line}\nb\n{line}\nc")),
        (
            Jsonl,
            format!("{{\"text\":\"a\"}}\n{{\"text\":\"{line}\"}}\n{{\"text\":\"b\"}}\n\"{line}\n{{\"text\":\"c\"}}\n"),
        ),
    ] {
        let data = read(format, text.as_bytes(), &ReadConfig::default());
        assert_eq!(texts(&data), ["a", "b", "c"]);
        assert_eq!(data.report.by_reason["record_too_long"], 2);
        let rejection = &data.report.rejections[0];
        let at = rejection.offset as usize;
        assert_eq!(text[at..].lines().next(), text.lines().nth(rejection.line as usize - 1));
    }
    let one_less = config(|c| c.max_record_bytes = 4);
    assert_eq!(texts(&read(Tsv, b"text\nabcd\r\nabcde\n", &one_less)), ["abcd"]);
}

#[test]
fn lines_are_counted_through_rows_of_several_lines() {
    let csv = "\"te\nxt\",text\n1,\"a\nb\n\nc\"\n\n2,\n3,\"d\"\n4,\n";
    let data = read(Csv, csv.as_bytes(), &ReadConfig::default());
    assert_eq!(rejections(&data), ["8:text:empty_text", "10:text:empty_text"]);
    assert_eq!(data.rows[0].extra["te\nxt"], "1");
    for rejection in &data.report.rejections {
        let line = csv.split('\n').nth(rejection.line as usize - 1).unwrap();
        assert!(csv[rejection.offset as usize..].starts_with(line));
    }
}

#[test]
fn uids_of_rejected_rows_are_free() {
    let csv = b"uid,text\n1,\n1,a\n1,b\n";
    let data = read(Csv, csv, &ReadConfig::default());
    assert_eq!(data.report.rejections[1].to_string(), "line 4, column `uid`: the row of line 3 has the same uid");
    assert_eq!(read(Csv, csv, &config(|c| c.unique_uids = false)).len(), 2);
}

#[test]
fn hostile_names_do_not_fill_the_report() {
    let key = "k".repeat(100_000);
    let line = format!("{{\"text\":\"a\",\"{key}\":1,\"{key}\":2}}\n");
    let data = read(Jsonl, line.repeat(3).as_bytes(), &ReadConfig::default());
    assert!(data.report.rejections.iter().all(|rejection| rejection.column.len() == 100));

    let line = b"{\"text\":\"a\",\"x\\n\\u001b[31m\":1,\"x\\n\\u001b[31m\":2}";
    assert_eq!(rejections(&read(Jsonl, line, &ReadConfig::default())), [r"1:x\n\u{1b}[31m:duplicate_key"]);
    let error = read_from(&line[..], "f", Jsonl, &config(|c| c.on_dirty = OnDirty::Stop)).unwrap_err().to_string();
    assert!(!error.contains(char::is_control), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Nothing disappears, nothing panics, and the size of the pieces that are read changes nothing.
    #[test]
    fn rows_are_used_or_rejected(
        bytes in proptest::collection::vec(prop_oneof![
            proptest::sample::select(&b"a\"\",,\t\n\n\r\0{}:1"[..]),
            any::<u8>(),
        ], 0..200),
        format in proptest::sample::select(vec![Csv, Tsv, Jsonl]),
        max_record_bytes in 8usize..60,
        max_record_lines in 1u64..5,
    ) {
        let config = config(|c| {
            c.max_record_bytes = max_record_bytes;
            c.max_record_lines = max_record_lines;
        });
        let header: &[u8] = match format { Csv => b"x,text\n", Tsv => b"x\ttext\n", _ => b"{\"text\":\"a\"}\n" };
        let file = [header, &bytes].concat();
        let data = read(format, &file, &config);
        let report = &data.report;
        prop_assert_eq!(report.rows, report.used + report.rejected);
        prop_assert_eq!(report.used, data.len() as u64);
        prop_assert_eq!(report.rejected, report.by_reason.values().sum::<u64>());
        prop_assert_eq!(report.rejected, report.rejections.len() as u64);
        prop_assert!(report.rejections.windows(2).all(|pair| pair[0].line < pair[1].line));
        for rejection in &report.rejections {
            // the offset is where the line begins
            let before = &file[..rejection.offset as usize];
            prop_assert_eq!(before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1, rejection.line);
        }
        // Every line that is not blank is in a row, and no row is counted that has no line of its own.
        let lines = file.split_inclusive(|&byte| byte == b'\n');
        let lines = lines.filter(|line| ![&b"\n"[..], b"\r\n"].contains(line)).count() as u64;
        prop_assert!(report.rows < lines + u64::from(format == Jsonl));
        if format != Csv {
            prop_assert_eq!(report.rows, lines - u64::from(format != Jsonl));
        }

        struct Trickle<'a>(&'a [u8]);
        impl std::io::Read for Trickle<'_> {
            fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
                let len = out.len().min(3);
                self.0.read(&mut out[..len])
            }
        }
        prop_assert_eq!(read_from(Trickle(&file), "f", format, &config).unwrap(), data);
    }
}

#[test]
fn a_uid_that_comes_late_is_not_lost() {
    for (json, expected) in [
        ("{\"text\":\"a\"}\n{\"text\":\"b\",\"id\":1}\n", vec!["2:id:late_uid"]),
        ("{\"text\":\"a\",\"id\":1}\n{\"text\":\"b\",\"uid\":2}\n", vec!["2:uid:late_uid"]),
        ("{\"text\":\"a\",\"uid\":1}\n{\"text\":\"b\",\"id\":2}\n", vec!["2:id:late_uid"]),
        ("{\"text\":\"a\",\"id\":1}\n{\"text\":\"b\",\"id\":2,\"uid\":3}\n", vec!["2:uid:late_uid"]),
        ("{\"text\":\"a\",\"uid\":1}\n{\"text\":\"b\",\"uid\":2,\"id\":3}\n", vec![]),
        ("{\"text\":\"a\"}\n{\"text\":\"b\",\"id\":null}\n", vec![]),
    ] {
        for keep_extra in [true, false] {
            let data = read(Jsonl, json.as_bytes(), &config(|c| c.keep_extra = keep_extra));
            assert_eq!(rejections(&data), expected, "{json}");
        }
        let data = read(Jsonl, json.as_bytes(), &config(|c| c.uid = Some(String::new())));
        assert_eq!(data.len(), 2, "{json}");
    }
}

#[test]
fn a_text_that_cannot_be_seen_is_empty() {
    let data = read(Csv, "text\n\u{200b}\n\u{202e}\u{feff} \n\u{feff}x\n".as_bytes(), &ReadConfig::default());
    assert_eq!(
        (texts(&data), rejections(&data)),
        (vec!["\u{feff}x"], vec!["2:text:empty_text".to_owned(), "3:text:empty_text".to_owned()])
    );
}
