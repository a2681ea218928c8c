//! Training from a file that is read row by row.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use std::fs;
use std::path::Path;

use plaudit::models::{Architecture, BiLstmConfig, Extras};
use plaudit::{ReadConfig, TextClassifier, TrainConfig};

fn config() -> TrainConfig {
    let mut network = BiLstmConfig::default();
    (network.embedding, network.hidden, network.dense) = (8, 8, 8);
    let mut config = TrainConfig::default();
    config.model.architecture = Architecture::BiLstm(network);
    config.model.epochs = 2;
    config
}

#[test]
fn a_file_gives_what_its_rows_in_memory_give() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("rows.tsv");
    let mut text: Vec<String> = fs::read_to_string(corpus).unwrap().lines().take(300).map(str::to_owned).collect();
    text.insert(7, "\u{0}broken".to_owned()); // is rejected
    fs::write(&file, text.join("\n")).unwrap();
    let mut read = ReadConfig::default();
    read.label = Some("label".to_owned());
    let rows = plaudit::data::read(&file, &read).unwrap();
    assert_eq!(rows.report.rejected, 1);
    let mut config = config();
    for steps in ["english", "with spelling"] {
        if steps == "with spelling" {
            config.text.steps = vec![plaudit::text::TextStep::Spelling(Default::default())];
        }
        let memory = plaudit::train(&rows, &rows, &config, &mut ()).unwrap();
        let (streamed, report) =
            plaudit::train_file(&file, &read, &rows, scratch.path(), &Extras::default(), &config, &mut ()).unwrap();
        let values = |classifier: &TextClassifier| classifier.network().parameters().values().unwrap();
        assert_eq!(values(&streamed), values(&memory), "{steps}");
        assert_eq!(report, rows.report);
    }
    config.model.architecture = Architecture::from_name("wide_and_deep").unwrap();
    let error = plaudit::train_file(&file, &read, &rows, scratch.path(), &Extras::default(), &config, &mut ());
    assert!(error.unwrap_err().to_string().contains("wide_and_deep"));
    let error =
        plaudit::train_file("no/such.tsv", &read, &rows, scratch.path(), &Extras::default(), &self::config(), &mut ());
    assert!(error.unwrap_err().to_string().contains("no/such.tsv"));
}
