use proptest::prelude::*;

use super::*;
use crate::labelling::{Allocation, PlanConfig, SamplePlan};

const TEXTS: [(&str, &str, &str); 6] = [
    ("a1", "Library", "=good; +1\nstaff"),
    ("a2", "Library", "图书馆, \"很好\""),
    ("a3", "Library", "it's fine"),
    ("a4", "Library", "never again"),
    ("b1", "@Finance", "slow"),
    ("b2", "@Finance", "rude"),
];

fn population() -> Population<'static> {
    Population::new(TEXTS).unwrap()
}

fn read(sheet: &str) -> Result<FilledSheet> {
    FilledSheet::read(sheet.as_bytes(), "sheet.csv", &population(), &Labels::polarity())
}

fn written(budget: u64, allocation: Allocation) -> String {
    let config = PlanConfig { budget, allocation, seed: 0 };
    let mut out = Vec::new();
    let plan = SamplePlan::draw(&population(), &config).unwrap();
    plan.write_csv(&population(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Fills the empty labels, through a reader and a writer of CSV, as a spreadsheet would.
fn fill(sheet: &str, delimiter: u8, label: impl Fn(&str) -> &'static str) -> String {
    let mut reader = csv::Reader::from_reader(sheet.trim_start_matches(BYTE_ORDER_MARK).as_bytes());
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(reader.headers().unwrap()).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let cells = record.iter().enumerate().map(|(place, cell)| if place == 3 { label(&record[0]) } else { cell });
        writer.write_record(cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn written_filled_and_read_back() {
    let sheet = written(6, Allocation::Proportional);
    assert!(sheet.starts_with("\u{feff}id,division,text,label,inclusion,of,plan\r\n"), "{sheet}");
    assert!(sheet.contains("a3,Library,it's fine,,1,4,proportional budget 6 seed 0\r\n"), "{sheet}");
    assert!(sheet.contains("'=good;' +1") && sheet.contains("b1,'@Finance,slow,,1,2,"), "{sheet}");
    for delimiter in [b',', b';', b'\t'] {
        let filled = fill(&sheet, delimiter, |id| if id.starts_with('a') { " positive " } else { "negative" });
        let filled = read(&filled).unwrap();
        assert_eq!((filled.labelled.len(), filled.blank, &filled.rejected[..]), (6, 0, &[][..]));
        assert!(filled.labelled.iter().all(|row| row.weight == 1.0 && row.label == if row.place < 4 { 0 } else { 2 }));
    }
    let blank = read(&sheet).unwrap();
    assert_eq!((blank.labelled.len(), blank.blank, blank.unlabelled.len()), (0, 6, 2));
    let error = blank.error_matrix(Labels::polarity(), Origin::Compared, &[0; 6]).unwrap_err().to_string();
    assert!(error.contains("there are none"), "{error}");
}

/// Two of four library texts and both of finance: a library text stands for two.
#[test]
fn labels_stand_for_their_divisions() {
    let sheet = written(6, Allocation::Equal);
    let filled = read(&fill(&sheet, b',', |id| if matches!(id, "a3" | "a4") { "" } else { "positive" })).unwrap();
    assert_eq!((filled.labelled.len(), filled.blank), (4, 2));
    assert!(filled.labelled.iter().all(|row| row.weight == if row.place < 4 { 2.0 } else { 1.0 }));
    // 6^2 / (4 + 4 + 1 + 1) = 3.6 rows; predicted right in the library only: two thirds of the weight
    let matrix = filled.error_matrix(Labels::polarity(), Origin::Compared, &[0, 0, 0, 0, 2, 2]).unwrap();
    assert_eq!(matrix.rows().next(), Some(&[2, 0, 1][..]));
    let error = filled.error_matrix(Labels::polarity(), Origin::Compared, &[0; 4]).unwrap_err().to_string();
    assert!(error.contains("4 labels; text") && error.contains("expected one a text"), "{error}");
    // Only one division has labels.
    let part = read(&fill(&sheet, b',', |id| if id.starts_with('b') { "neutral" } else { "" })).unwrap();
    assert_eq!(part.unlabelled, ["Library"]);
}

#[test]
fn every_fault_has_its_line_and_column() {
    let sheet = "id,text,label,of\n\
                 a9,x,positive,4\n\
                 a3,it is fine,positive,4\n\
                 b1,slow,negativ,2\n\
                 b2,rude,negative,2\n\
                 b2,rude,positive,2\n\
                 a4,never again,neutral,5\n\
                 ,,,\n\
                 a2,\"图书馆， very long\n\",,4\n\
                 a1\n";
    let filled = read(sheet).unwrap();
    let faults: Vec<String> = filled.rejected.iter().map(ToString::to_string).collect();
    let expected = [
        (2, "id", "no text of the feedback has this id"),
        (3, "text", "the text is not that of the feedback"),
        (4, "label", "none of positive, neutral, negative; nearest: `negative`"),
        (6, "id", "the id stands already in line 5"),
        (7, "of", "expected 4, its division's texts, or 6, all texts"),
        (9, "text", "not that of the feedback"),
        (11, "text", "not that of the feedback"),
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, (line, column, reason)) in faults.iter().zip(expected) {
        let place = format!("line {line}, column `{column}`: ");
        assert!(fault.starts_with(&place) && fault.contains(reason), "{fault}");
    }
    assert_eq!((filled.labelled.len(), filled.labelled[0].place, filled.labelled[0].label), (1, 5, 2));
}

#[test]
fn what_is_no_sheet_is_an_error() {
    for (sheet, expected) in [
        ("", "column `id`: there is no such column"),
        ("id,text,of\n", "line 1, column `label`: there is no such column"),
        ("id,text,label,of,Label\n", "the column stands twice"),
        (
            "id,text,label,of\na3,it's fine,positive,4\nb1,slow,positive,6\n",
            "some rows were drawn from their divisions, others from all texts",
        ),
    ] {
        let error = read(sheet).unwrap_err().to_string();
        assert!(error.starts_with("sheet.csv: ") && error.contains(expected), "{error}");
    }
    let latin = b"id,text,label,of\na3,it\x92s fine,positive,4\n";
    let error = FilledSheet::read(&latin[..], "sheet.csv", &population(), &Labels::polarity()).unwrap_err();
    assert!(error.to_string().contains("line 2: the row is not UTF-8"), "{error}");
}

/// However long a text is, its cell holds it, and it is known again.
#[test]
fn long_texts_are_cut() {
    let long = "\u{202e}好".repeat(20_000);
    let population = Population::new([("a", "d", long.as_str())]).unwrap();
    let plan = SamplePlan::draw(&population, &PlanConfig::default()).unwrap();
    let mut out = Vec::new();
    plan.write_csv(&population, &mut out).unwrap();
    let sheet = String::from_utf8(out).unwrap();
    assert!(sheet.encode_utf16().count() < 32_767);
    let filled = fill(&sheet, b',', |_| "neutral");
    let filled = FilledSheet::read(filled.as_bytes(), "s", &population, &Labels::polarity()).unwrap();
    assert_eq!((filled.labelled.len(), filled.rejected.len()), (1, 0));
}

/// 800 texts of a division where the classifier is right about 0.9, 200 of one where it is about 0.3: 0.78 of all. Half the
/// labels are from either, so that unweighted counts say 0.6. 300 samples of 60: the standard error is about .003.
#[test]
fn errors_are_those_of_the_whole_population() {
    let texts: Vec<(String, &str)> =
        (0..1_000).map(|k| (format!("t{k}"), if k < 800 { "large" } else { "small" })).collect();
    let population = Population::new(texts.iter().map(|(id, division)| (id.as_str(), *division, "said"))).unwrap();
    let predicted: Vec<usize> = (0..1_000).map(|k| usize::from(k % 10 >= if k < 800 { 9 } else { 3 })).collect();
    let mean = |allocation: Allocation| {
        let shares = (0..300).map(|seed| {
            let config = PlanConfig { budget: 60, seed, allocation: allocation.clone() };
            let mut sheet = Vec::new();
            SamplePlan::draw(&population, &config).unwrap().write_csv(&population, &mut sheet).unwrap();
            let sheet = fill(&String::from_utf8(sheet).unwrap(), b',', |_| "positive");
            let filled = FilledSheet::read(sheet.as_bytes(), "s", &population, &Labels::polarity()).unwrap();
            let matrix = filled.error_matrix(Labels::polarity(), Origin::Compared, &predicted).unwrap();
            let row = matrix.rows().next().unwrap().to_vec();
            row[0] as f64 / row.iter().sum::<u64>() as f64
        });
        shares.sum::<f64>() / 300.0
    };
    for allocation in [Allocation::Proportional, Allocation::Equal] {
        let found = mean(allocation.clone());
        assert!((found - 0.78).abs() < 0.012, "{allocation:?}: {found}");
    }
}

proptest! {
    /// Whatever texts and ids hold, a sheet comes back whole, and its weights add up to the population.
    #[test]
    fn any_text_survives(
        texts in prop::collection::vec(("[ -~\\t好\\PC]{0,8}", "[=@;\\t好a-c]{0,2}", "[ -~\\r\\n\\t'\";,=好]{0,20}"), 1..20),
        budget in 1u64..30,
        equal: bool,
        delimiter in prop::sample::select(vec![b',', b';', b'\t']),
    ) {
        let texts: Vec<(String, String, String)> = texts.into_iter().enumerate()
            .map(|(k, (id, division, text))| (format!("{id}{k}x"), division, text)).collect();
        let population = Population::new(texts.iter().map(|(id, division, text)| (id.as_str(), division.as_str(), text.as_str())));
        prop_assume!(population.is_ok());
        let population = population.unwrap();
        let allocation = if equal { Allocation::Equal } else { Allocation::Proportional };
        let config = PlanConfig { budget, allocation, seed: 0 };
        let plan = SamplePlan::draw(&population, &config).unwrap();
        let mut out = Vec::new();
        plan.write_csv(&population, &mut out).unwrap();
        let filled = fill(&String::from_utf8(out).unwrap(), delimiter, |_| "neutral");
        let filled = FilledSheet::read(filled.as_bytes(), "s", &population, &Labels::polarity()).unwrap();
        prop_assert_eq!(&filled.rejected, &[]);
        prop_assert_eq!(filled.labelled.len(), plan.rows.len());
        let sum: f64 = filled.labelled.iter().map(|row| row.weight).sum();
        prop_assert!((sum - population.len() as f64).abs() < 1e-9);
        for (row, planned) in filled.labelled.iter().zip(&plan.rows) {
            prop_assert_eq!(row.place, planned.place);
            prop_assert!((row.weight * planned.inclusion - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn no_sheet_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..200), rest in "[ab1-4,;\"\n=a-z]{0,200}") {
        let all = [b"id,text,label,of\n", &bytes[..], rest.as_bytes()].concat();
        for sheet in [&bytes[..], &all] {
            let _ = FilledSheet::read(sheet, "s", &population(), &Labels::polarity());
        }
    }
}

/// Old spreadsheets end lines by a carriage return alone, with line feeds inside cells.
#[test]
fn bare_carriage_returns_end_lines() {
    let sheet = "id;text;label;of\ra3;it's fine, really;positive;4\ra4;\"never\nagain\";neutral;4\rb2;rude;negativ;2\r";
    let filled = read(sheet).unwrap();
    assert_eq!((filled.labelled.len(), filled.labelled[0].place), (1, 3));
    let lines: Vec<(u64, &str)> = filled.rejected.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
    assert_eq!(lines, [(2, "text"), (5, "label")]);
    let windows = read(&sheet.replace('\r', "\r\n").replace("very\n", "very\r\n")).unwrap();
    assert_eq!((windows.labelled, windows.rejected.len()), (filled.labelled, 2));
    let wide: Vec<u8> = "\u{feff}id".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error =
        FilledSheet::read(wide.as_slice(), "s.csv", &population(), &Labels::polarity()).unwrap_err().to_string();
    assert!(error.contains("UTF-16"), "{error}");
}

#[test]
fn ids_of_digits_come_back_as_they_were() {
    let ids = ["007", "7", "1e5", "2024-01-02", "TRUE", "00700"];
    let population = Population::new(ids.map(|id| (id, "d", "fine"))).unwrap();
    let config = PlanConfig { budget: 6, allocation: Allocation::Proportional, seed: 0 };
    let mut out = Vec::new();
    SamplePlan::draw(&population, &config).unwrap().write_csv(&population, &mut out).unwrap();
    let sheet = String::from_utf8(out).unwrap();
    for sheet in [sheet.clone(), sheet.replace("\r\n'", "\r\n")] {
        let filled = sheet.replace("fine,,", "fine,positive,");
        let filled = FilledSheet::read(filled.as_bytes(), "s.csv", &population, &Labels::polarity()).unwrap();
        assert_eq!((filled.labelled.len(), filled.rejected.len()), (6, 0), "{sheet}");
        let mut places: Vec<usize> = filled.labelled.iter().map(|row| row.place).collect();
        places.sort();
        assert_eq!(places, [0, 1, 2, 3, 4, 5]);
    }
}

/// 150 of 300 texts are labelled: of the division with 100 or more, a sample for PPI++.
#[test]
fn a_division_with_many_labels_speaks_for_itself() {
    let texts: Vec<(String, &str)> = (0..300).map(|k| (format!("t{k}"), if k < 240 { "a" } else { "b" })).collect();
    let population = Population::new(texts.iter().map(|(id, division)| (id.as_str(), *division, "fine"))).unwrap();
    let labelled = (0..150).map(|k| LabelledRow { place: 2 * k, label: k % 3, weight: 2.0 });
    let sheet = FilledSheet { labelled: labelled.collect(), blank: 0, rejected: Vec::new(), unlabelled: Vec::new() };
    let predicted = Probabilities::certain(Labels::polarity(), (0..300).map(|k| k / 2 % 3)).unwrap();
    let samples = sheet.samples(&population, Origin::Compared, &predicted).unwrap();
    let [of] = samples.as_slice() else { panic!("{samples:?}") };
    assert_eq!((of.division.as_str(), of.others.len()), ("a", 120));
    let mut bootstrap = plaudit_stats::Bootstrap::default();
    bootstrap.level = 0.9;
    let found = crate::prevalence::ppi(&of.sample, &of.others, &bootstrap).unwrap();
    // Every prediction is right, and each label has a third.
    assert!(found.shares.iter().all(|share| (share - 1.0 / 3.0).abs() < 1e-9), "{found:?}");
    let short = Probabilities::certain(Labels::polarity(), [0; 299]).unwrap();
    assert!(sheet.samples(&population, Origin::Compared, &short).unwrap_err().to_string().contains("299 texts"));
    let own = sheet.own_shares(&population, Origin::Compared, &predicted).unwrap();
    assert_eq!(own.keys().collect::<Vec<_>>(), ["a"], "the other division has too few labels, and not all");
    assert_eq!(own["a"].others(), 120);
}

/// Two of three texts have a label, and all of the other division's: the one is too small a part, the other is known.
#[test]
fn a_division_with_all_labels_is_known() {
    let texts: Vec<(String, &str)> = (0..6).map(|k| (format!("t{k}"), if k < 3 { "part" } else { "whole" })).collect();
    let population = Population::new(texts.iter().map(|(id, division)| (id.as_str(), *division, "said"))).unwrap();
    let labelled = [0, 1, 3, 4, 5].map(|place| LabelledRow { place, label: 0, weight: 1.0 }).to_vec();
    let sheet = FilledSheet { labelled, blank: 0, rejected: Vec::new(), unlabelled: Vec::new() };
    let predicted = Probabilities::certain(Labels::polarity(), [2; 6]).unwrap();
    let own = sheet.own_shares(&population, Origin::Compared, &predicted).unwrap();
    assert_eq!(own.keys().collect::<Vec<_>>(), ["whole"]);
    // By hand: Dirichlet(3.5, 0.5, 0.5), whatever was predicted.
    let draws = own["whole"].draws(20_000, 0.5, 0);
    assert!((draws.means()[0] - 3.5 / 4.5).abs() < 0.005, "{:?}", draws.means());
}
