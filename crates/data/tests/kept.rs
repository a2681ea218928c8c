//! Rows as people have them: which texts, columns and uids are read, and what of them is kept.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise, and say what they skip

mod common;

use common::{config, read, rejections, texts};
use plaudit_core::{Error, Labels};
use plaudit_data::{Format, ReadConfig, read_from};

use Format::{Csv, Jsonl, Tsv};

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
    let no_text = read(Csv, b"id,label\n1,Good\n2,\n", &config(|c| c.text = Some(String::new())));
    assert!(no_text.len() == 2 && no_text.rows.iter().all(|row| row.text.is_empty()));
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
