//! Reports of verdicts whose names are hostile.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_promotion::export::{Evidence, Quote, Report, Stance, Term};
use plaudit_promotion::{DivisionCounts, PaperRule, Policy, Survey, Verdicts};

const HOSTILE: &str = "=cmd|'/c calc'!A1,\"x\"\n<img src=x>\u{202e}`";

fn verdicts() -> Verdicts {
    let labels = Labels::new(["+Good", "Poor|<b>"]).unwrap();
    let mut policy = Policy::default();
    policy.utilities = [("+Good".to_owned(), 1.0), ("Poor|<b>".to_owned(), -1.0)].into();
    policy.limits = [("Poor|<b>".to_owned(), 0.25)].into();
    policy.max_more = 0;
    let divisions = vec![
        DivisionCounts::new(HOSTILE, [2, 40]),
        DivisionCounts::new("", [0, 0]),
        DivisionCounts::new("Library", [90, 3]),
    ];
    policy.decide(&Survey::new(labels, divisions).unwrap()).unwrap()
}

fn report(verdicts: &Verdicts) -> Report<'_> {
    let mut report = Report::new(verdicts);
    let mut hostile = Evidence::default();
    (hostile.division, hostile.label) = (HOSTILE.to_owned(), Some("Poor|<b>".to_owned()));
    let quote = |text, stance| Quote::new(text, "Poor|<b>", 0.75, stance);
    hostile.comments = vec![
        quote("=HYPERLINK(\"http://a.b\")", Stance::For),
        quote("second\nline", Stance::For),
        quote("@fine", Stance::Against),
    ];
    hostile.terms =
        vec![Term::new("=wait|ing", (3, 4), (0, 9), (5.0, 1.6)), Term::new("rude", (2, 4), (0, 9), (4.1, 1.3))];
    let mut lost = Evidence::default();
    (lost.division, lost.comments) = ("nowhere".to_owned(), vec![quote("lost", Stance::For)]);
    report.evidence = vec![hostile, lost];
    report
}

#[test]
fn csv_reads_back_and_has_no_formulas() {
    let verdicts = verdicts();
    let mut bytes = Vec::new();
    report(&verdicts).write_csv(&mut bytes).unwrap();
    assert!(bytes.ends_with(b"\r\n"));
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let heading = reader.headers().unwrap().clone();
    assert_eq!(heading.get(11), Some("'+Good: count"));
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    for row in &rows {
        assert_eq!(row.len(), heading.len());
        for cell in row {
            assert!(cell.parse::<f64>().is_ok() || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
    let of = |row: usize, column: &str| rows[row].get(heading.iter().position(|c| c == column).unwrap()).unwrap();
    let hostile = rows.iter().position(|row| row.get(0).unwrap().starts_with("'=cmd")).unwrap();
    let decided = verdicts.of(HOSTILE).unwrap();
    assert!(of(hostile, "score").starts_with('-'));
    assert_eq!(of(hostile, "score").parse::<f64>().unwrap().to_bits(), decided.score.unwrap().to_bits());
    assert_eq!(of(hostile, "terms"), "'=wait|ing (3 of 4, else 0 of 9) | rude (2 of 4, else 0 of 9)");
    assert!(of(hostile, "comments for it").starts_with("'=HYPERLINK"));
    assert!(of(hostile, "comments for it").ends_with(r"second\nline"));
    assert_eq!((of(hostile, "comments against it"), of(hostile, "terms of")), ("'@fine", "Poor|<b>"));
    let column = |name: &str| of(hostile, name).parse::<f64>().unwrap();
    assert_eq!((column("'+Good: naive share"), column("'+Good: count")), (2.0 / 42.0, 2.0));
    assert_eq!(column("probability best"), decided.probability_best.unwrap());
    let (empty, advice) = (rows.iter().position(|row| row.get(0) == Some("")).unwrap(), "collect");
    assert_eq!((of(empty, "advice"), of(empty, "'+Good: naive share"), of(hostile, "advice")), (advice, "", ""));
    assert_eq!(of(0, "division"), "");
}

#[test]
fn markdown_keeps_its_table() {
    let verdicts = verdicts();
    let text = report(&verdicts).to_markdown();
    let lines: Vec<&str> = text.lines().collect();
    let bare = |line: &str| line.replace(r"\|", "").matches('|').count();
    for line in &lines[..5] {
        assert_eq!(bare(line), 7, "{line}");
    }
    assert!(!text.contains(['<', '\u{202e}']) && !text.contains("<img") && text.contains("(no division)"), "{text}");
    assert!(text.contains("\nTerms of Poor\\|&lt;b&gt;: \\=wait\\|ing (3 of 4, else 0 of 9); rude (2 of 4,"), "{text}");
    assert!(text.contains("\nComments for it:\n\n> \"=HYPERLINK"), "{text}");
    assert!(text.contains("(Poor\\|&lt;b&gt; 0.75)\n>\n> \"second\\\\nline\""), "{text}");
    assert!(text.contains("\nComments against it:\n\n> \"@fine\""), "{text}");
    assert!(!text.contains("lost"));
}

#[test]
fn json_keeps_names_and_all_evidence() {
    let verdicts = verdicts();
    let json: serde_json::Value = serde_json::from_str(&report(&verdicts).to_json().unwrap()).unwrap();
    assert_eq!(json["evidence"][0]["division"], HOSTILE);
    assert_eq!(json["evidence"].as_array().unwrap().len(), 2);
    assert_eq!(json["verdicts"].as_array().unwrap().len(), 3);
    let one: Evidence = serde_json::from_value(json["evidence"][0].clone()).unwrap();
    assert_eq!(one, report(&verdicts).evidence[0]);
    assert_eq!((one.terms[0].text.as_str(), one.comments[1].text.as_str()), ("=wait|ing", "second\nline"));
}

#[test]
fn a_rule_without_figures_leaves_cells_empty() {
    let labels = Labels::dpms();
    let survey = Survey::new(labels, vec![DivisionCounts::new("a", [0, 0, 0, 0])]).unwrap();
    let verdicts = PaperRule::default().decide(&survey).unwrap();
    let mut bytes = Vec::new();
    Report::new(&verdicts).write_csv(&mut bytes).unwrap();
    let row = String::from_utf8(bytes).unwrap().lines().nth(1).unwrap().to_owned();
    assert!(row.starts_with("a,0,Needs more data,,,,,,,,,"), "{row}");
    assert!(Report::new(&verdicts).to_markdown().contains("| a | 0 | - | - | - | - | - | Needs more data |"));
    let none = Verdicts::new(Labels::dpms(), Vec::new());
    assert_eq!(Report::new(&none).to_markdown().lines().count(), 2);
}
