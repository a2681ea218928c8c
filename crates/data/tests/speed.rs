//! x
#![allow(clippy::unwrap_used, clippy::print_stdout)]
use plaudit_data::*;
#[test]
fn speed() {
    let text = "The library was quiet, and the staff helped me to find what I had looked for since the morning.";
    for (name, f, row, head) in [
        ("tsv", Format::Tsv, format!("Good\t{text}\tCS 101\n"), "label\ttext\tcourse\n"),
        ("csv plain", Format::Csv, format!("Good,{},CS 101\n", text.replace(',', "")), "label,text,course\n"),
        ("csv quoted", Format::Csv, format!("Good,\"{text}\",CS 101\n"), "label,text,course\n"),
        ("jsonl", Format::Jsonl, format!("{{\"label\":\"Good\",\"text\":\"{text}\",\"course\":\"CS 101\"}}\n"), ""),
    ] {
        let file = format!("{head}{}", row.repeat(100_000_000 / row.len()));
        let t = std::time::Instant::now();
        let mut r = FeedbackReader::new(file.as_bytes(), "f", f, &ReadConfig::default()).unwrap();
        let n = (&mut r).filter(|r| matches!(r, Ok(Row::Used(_)))).count();
        let s = t.elapsed().as_secs_f64();
        println!("{name}: {n} rows, stream {:.0} MB/s", file.len() as f64 / 1e6 / s);
        let t = std::time::Instant::now();
        let d = read_from(file.as_bytes(), "f", f, &ReadConfig::default()).unwrap();
        let s = t.elapsed().as_secs_f64();
        println!("{name}: {} rows, read {:.0} MB/s", d.len(), file.len() as f64 / 1e6 / s);
    }
}
