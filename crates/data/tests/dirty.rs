//! Files as people have them: what is used, what is rejected, and why.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)] // tests may stop at the first surprise, and say what they skip

use plaudit_core::{Error, Labels};
use plaudit_data::{Dataset, FeedbackReader, Format, OnDirty, ReadConfig, Row, read_from};
use proptest::prelude::*;

use Format::{Csv, Jsonl, Tsv};

fn config(change: impl FnOnce(&mut ReadConfig)) -> ReadConfig {
    let mut config = ReadConfig::default();
    change(&mut config);
    config
}

fn read(format: Format, bytes: &[u8], config: &ReadConfig) -> Dataset {
    read_from(bytes, "f", format, config).unwrap()
}

/// Returns `line:column:reason` of every rejection.
fn rejections(data: &Dataset) -> Vec<String> {
    assert_eq!(data.report.rows, data.report.used + data.report.rejected);
    assert_eq!(data.report.used, data.len() as u64);
    data.report.rejections.iter().map(|r| format!("{}:{}:{}", r.line, r.column, r.reason.name())).collect()
}

fn texts(data: &Dataset) -> Vec<&str> {
    data.iter().map(|row| row.text.as_str()).collect()
}

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
fn a_carriage_return_in_a_line_is_text() {
    let read_first = |format, bytes: &[u8]| read(format, bytes, &ReadConfig::default()).rows[0].text.clone();
    assert_eq!(read_first(Format::Lines, b"not\rbad"), "not\rbad");
    assert_eq!(read_first(Format::Lines, b"not\rbad\r\n"), "not\rbad");
    assert_eq!(read_first(Csv, b"text\nnot\rbad"), "not\rbad");
    assert_eq!(read_first(Tsv, b"text\r\nnot\rbad"), "not\rbad");
    assert_eq!(read_first(Jsonl, b"{\"text\":\r\"a\"}\r"), "a");

    let long = "x\r".repeat(50_000) + "\nb\n"; // more than is read at a time
    let small = config(|c| c.max_record_bytes = 10);
    let data = read(Format::Lines, long.as_bytes(), &small);
    assert_eq!((texts(&data), rejections(&data)), (vec!["b"], vec!["1::record_too_long".to_owned()]));
    let data = read(Jsonl, b"{\"text\":\r\"a long answer\"}", &small);
    assert_eq!(rejections(&data), ["1::record_too_long"]);
}

#[test]
fn an_empty_name_switches_a_column_off() {
    let csv = b"uid,text,label,division,time,source\n7,a,,x,18/10/2023,y\n7,b,,x,soon,y\n";
    assert_eq!(read(Csv, csv, &ReadConfig::default()).report.by_reason["bad_time"], 2);
    let off = config(|c| {
        for column in [&mut c.uid, &mut c.label, &mut c.division, &mut c.time, &mut c.source] {
            *column = Some(String::new());
        }
        c.labels = Some(Labels::dpms());
    });
    let json = br#"{"uid":7,"text":"a","label":null,"division":"x","time":"18/10/2023","source":"y","":"z"}"#;
    for (format, bytes, used, extra) in [(Csv, &csv[..], 2, 4), (Jsonl, json, 1, 5)] {
        let data = read(format, bytes, &off);
        assert_eq!((data.len(), data.report.rejected), (used, 0), "{format:?}");
        let row = &data.rows[0];
        assert_eq!((row.uid.as_str(), row.time, row.division.as_str(), &row.source), ("1", None, "", &None));
        assert_eq!((row.extra["uid"].as_str(), row.extra["time"].as_str()), ("7", "18/10/2023"));
        assert_eq!(row.extra.len(), extra, "{format:?}"); // nothing and `null` are left out
    }
    assert!(read_from(&csv[..], "f", Csv, &config(|c| c.text = Some(String::new()))).is_err());
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
fn text_is_kept_as_it_is() {
    let csv = "\u{feff}text,label\r\n\"  a, \"\"b\"\"\r\n\r\nc\n \", Good \r\n5\" screen\rx,\" Poor\"\r\n\r\nd,\n";
    let data = read(Csv, csv.as_bytes(), &ReadConfig::default());
    assert_eq!(texts(&data), ["  a, \"b\"\r\n\r\nc\n ", "5\" screen\rx", "d"]);
    assert_eq!(data.labels().unwrap().iter().collect::<Vec<_>>(), ["Good", "Poor"]);
    assert_eq!(data.report.rejected, 0);

    let tsv = "text\tx\r\n \"a\"\"b\\t \t,\"\r\n\"open\t1\rz\n";
    let data = read(Tsv, tsv.as_bytes(), &ReadConfig::default());
    assert_eq!(texts(&data), [" \"a\"\"b\\t ", "\"open"]);
    assert_eq!((data.rows[0].extra["x"].as_str(), data.rows[1].extra["x"].as_str()), (",\"", "1\rz"));
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
fn utf_16_is_read() {
    let csv = "\u{feff}text,label\r\nnot bad 😀,Good\r\n差,Poor\r\n";
    let little: Vec<u8> = csv.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut big: Vec<u8> = csv.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [&little, &big] {
        let data = read(Csv, bytes, &ReadConfig::default());
        assert_eq!((texts(&data), data.report.rejected), (vec!["not bad 😀", "差"], 0));
    }
    // half a pair in the first row, half a unit at the end
    let half = csv.encode_utf16().position(|unit| unit == 0xd83d).unwrap();
    big[2 * half] = 0;
    big.push(0);
    let data = read(Csv, &big, &ReadConfig::default());
    assert_eq!(rejections(&data), ["2::invalid_utf8", "4::invalid_utf8"]);
}

#[test]
fn columns_are_found_and_the_others_kept() {
    let csv = "id,uid,label,text,division,time,source,course,\n7,u1,Good,a, Library ,2024-05-01,form,CS 1,z\n";
    let row = &read(Csv, csv.as_bytes(), &ReadConfig::default()).rows[0];
    assert_eq!((row.uid.as_str(), row.division.as_str(), row.source.as_deref()), ("u1", "Library", Some("form")));
    assert_eq!(row.time.unwrap().to_string(), "2024-05-01T00:00:00Z");
    let extra: Vec<(&str, &str)> = row.extra.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(extra, [("column 9", "z"), ("course", "CS 1"), ("id", "7")]);

    let by_name = config(|c| {
        c.uid = Some("id".into());
        c.text = Some("course".into());
        c.division = Some("text".into());
    });
    let row = &read(Csv, csv.as_bytes(), &by_name).rows[0];
    assert_eq!((row.uid.as_str(), row.text.as_str(), row.division.as_str()), ("7", "CS 1", "a"));
    assert_eq!(row.extra["division"], " Library ");

    let json = r#"{"uid": 1.0, "text": true, "label": 5, "time": 1700000000, "a": {"b": [1, null]}, "n": null}"#;
    let row = &read(Jsonl, json.as_bytes(), &ReadConfig::default()).rows[0];
    assert_eq!((row.uid.as_str(), row.text.as_str(), row.label.as_deref()), ("1.0", "true", Some("5")));
    assert_eq!(row.time.unwrap().seconds, 1_700_000_000);
    assert_eq!((row.extra["a"].as_str(), row.extra.len()), (r#"{"b":[1,null]}"#, 1));
}

#[test]
fn rows_without_a_uid_are_numbered() {
    let data = read(Tsv, b"text\na\n \nb\n", &ReadConfig::default());
    assert_eq!(data.iter().map(|row| row.uid.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    let data = read(Jsonl, b"{\"text\":\"a\"}\n\n{\"text\":\"b\"}\n", &ReadConfig::default());
    assert_eq!(data.iter().map(|row| row.uid.as_str()).collect::<Vec<_>>(), ["1", "2"]);
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
    assert_eq!(rejections(&read(Jsonl, line, &ReadConfig::default())), ["1:x  [31m:duplicate_key"]);
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
fn plain_lines_are_texts_and_their_numbers_are_uids() {
    let input: &[u8] = b"not bad\r\n\r\na \"quote\", and a\ttab\n \n\xff\nlast";
    let data = read_from(input, "standard input", Format::Lines, &ReadConfig::default()).unwrap();
    let found: Vec<_> = data.rows.iter().map(|row| (row.uid.as_str(), row.text.as_str())).collect();
    assert_eq!(found, [("1", "not bad"), ("3", "a \"quote\", and a\ttab"), ("6", "last")]);
    let rejected: Vec<_> = data.report.rejections.iter().map(|r| (r.line, r.reason.name())).collect();
    assert_eq!(rejected, [(4, "empty_text"), (5, "invalid_utf8")]);
    assert!(read_from(&b""[..], "standard input", Format::Lines, &ReadConfig::default()).unwrap().is_empty());
    let mut config = ReadConfig::default();
    config.labels_required = true;
    let data = read_from(&b"a\n"[..], "standard input", Format::Lines, &config).unwrap();
    (config.label, config.text, config.time) = (Some("mood".into()), Some("said".into()), Some(String::new()));
    let error = read_from(&b"a\n"[..], "a.txt", Format::Lines, &config).unwrap_err();
    assert!(matches!(&error, Error::Config { faults } if faults.len() == 2), "{error}");
    assert!(
        error.to_string().ends_with("read.label: a.txt is read as plain lines, which have no column `mood`"),
        "{error}"
    );
    assert_eq!(data.report.by_reason["empty_label"], 1);
}

#[test]
fn extra_columns_cost_no_more_than_they_hold() {
    let any = ReadConfig::default();
    let data = read(Csv, b"text,a,b\nx,,1\ny,,\n", &any);
    assert_eq!((data.rows[0].extra.len(), data.rows[1].extra.len()), (1, 0));
    let wide = |keys: usize| {
        let keys: String = (0..keys).map(|key| format!(",\"k{key}\":1")).collect();
        format!("{{\"text\":\"a\"{keys}}}\n{{\"text\":\"b\"}}\n")
    };
    assert_eq!(read(Jsonl, wide(1_000).as_bytes(), &any).rows[0].extra.len(), 1_000);
    let data = read(Jsonl, wide(1_001).as_bytes(), &any);
    assert_eq!((texts(&data), rejections(&data)), (vec!["b"], vec!["1::too_many_columns".to_owned()]));
    assert_eq!(read(Jsonl, wide(9_999).as_bytes(), &config(|c| c.keep_extra = false)).len(), 2);
    let columns: String = (0..2_000).map(|number| format!(",c{number}")).collect();
    let csv = format!("text{columns}\na{}\nb{}\n", ",".repeat(2_000), ",1".repeat(2_000));
    let data = read(Csv, csv.as_bytes(), &any);
    assert_eq!((texts(&data), rejections(&data)), (vec!["a"], vec!["3::too_many_columns".to_owned()]));
}

#[test]
fn what_is_not_kept_is_no_fault() {
    let json: &[u8] = b"{\"text\":\"a\",\"x\":\"\\ud800\",\"y\":[1],\"z\":\"\\u0000\",\"x\":2}\n";
    let csv: &[u8] = b"text,x\na,\0\n";
    assert_eq!(rejections(&read(Jsonl, json, &ReadConfig::default())), ["1:x:duplicate_key"]);
    assert_eq!(rejections(&read(Csv, csv, &ReadConfig::default())), ["2:x:nul"]);
    for (format, bytes) in [(Jsonl, json), (Csv, csv)] {
        let data = read(format, bytes, &config(|c| c.keep_extra = false));
        assert_eq!((texts(&data), data.report.rejected), (vec!["a"], 0));
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

#[test]
fn columns_beyond_use_are_refused_or_left_out() {
    let header = (0..20_000).map(|k| format!("c{k}")).collect::<Vec<_>>().join(",");
    let error = read_from(format!("text,{header}\n").as_bytes(), "wide.csv", Format::Csv, &ReadConfig::default());
    assert!(error.unwrap_err().to_string().contains("found 20001 columns"));
    let mut config = ReadConfig::default();
    config.keep_extra = false;
    for (format, input) in
        [(Format::Csv, "text,color\nfine,red\n"), (Format::Jsonl, "{\"text\": \"fine\", \"color\": [\"red\"]}\n")]
    {
        let data = read_from(input.as_bytes(), "f", format, &config).unwrap();
        assert_eq!(data.rows.len(), 1);
        assert!(data.rows[0].extra.is_empty());
    }
}
