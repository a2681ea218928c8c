//! Models with this crate's own analyzers that earlier versions wrote: they load, and give the probabilities that they gave then.
//!
//! `fixtures/v1` was written by `write_models` below, and is never written anew: a format that cannot read it is another version, and gets a
//! folder of its own. The models know little: they are here for their files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::fs;
use std::path::{Path, PathBuf};

use plaudit::models::{Architecture, Extras};
use plaudit::text::PipelineConfig;
use plaudit::{BaselineClassifier, BaselineConfig, Classifier, Dataset, Feedback, TextClassifier, TrainConfig};
use serde::{Deserialize, Serialize};

const TEXTS: [&str; 6] = [
    "The library isn't quiet!",
    "Soooo helpful, thank you :)",
    "",
    "图书馆很好 👍",
    "worst QUEUE ever, 45 minutes http://example.com #fail",
    "the staff were kind and the desk was slow",
];

/// What a model gave when it was written.
#[derive(Serialize, Deserialize)]
struct Written {
    labels: Vec<String>,
    probabilities: Vec<Vec<f32>>,
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1").join(name)
}

fn load(path: &Path) -> Box<dyn Classifier> {
    if path.ends_with("nb_svm") {
        Box::new(BaselineClassifier::load(path).unwrap())
    } else {
        Box::new(TextClassifier::load(path).unwrap())
    }
}

#[test]
fn models_of_every_version_load_and_score_as_they_did() {
    for name in ["bi_lstm", "cnn_lstm", "wide_and_deep", "nb_svm"] {
        let written: Written = serde_json::from_slice(&fs::read(place(&format!("{name}.json"))).unwrap()).unwrap();
        let classifier = load(&place(name));
        assert_eq!(classifier.labels().iter().collect::<Vec<_>>(), written.labels, "{name}");
        let scores = classifier.classify(&TEXTS).unwrap();
        let then = written.probabilities.concat();
        // Another instruction set rounds otherwise: 1e-6.
        let moved = scores.as_slice().iter().zip(&then).map(|(now, then)| (now - then).abs()).fold(0.0, f32::max);
        assert!(moved <= 1e-6 && then.len() == scores.as_slice().len(), "{name}: {moved}");
        assert!(scores.row(0).unwrap().scores() != scores.row(1).unwrap().scores(), "{name}: texts are alike");
    }
}

/// Writes the models of today into the folder that `PLAUDIT_FIXTURES` names: for a new version of the format.
#[test]
#[ignore = "writes fixtures"]
fn write_models() {
    let Some(folder) = std::env::var_os("PLAUDIT_FIXTURES").map(PathBuf::from) else {
        println!("PLAUDIT_FIXTURES is unset: nothing is written");
        return;
    };
    let rows = (0..40).map(|k| {
        let text = [
            format!("The desk number {k} was great, thanks a lot :)"),
            format!("Not helpful at all!!! I waited {k} minutes and nobody came"),
            format!("老师很好，谢谢 {k}"),
            format!("sooo slow and rude, the worst app @desk{k}"),
        ];
        let mut row = Feedback::new(k.to_string(), text[k % 4].clone());
        row.label = Some(["Good", "Poor"][k % 2].to_owned());
        row
    });
    let [train, valid] = Dataset::from_rows(rows.collect()).hold_out(0.2, 0).unwrap();
    let write = |name: &str, classifier: &dyn Classifier| {
        let scores = classifier.classify(&TEXTS).unwrap();
        let probabilities = scores.iter().map(|row| row.scores().to_vec()).collect();
        let labels = classifier.labels().iter().map(str::to_owned).collect();
        let written = serde_json::to_vec_pretty(&Written { labels, probabilities }).unwrap();
        fs::write(folder.join(format!("{name}.json")), written).unwrap();
    };
    for name in ["bi_lstm", "cnn_lstm", "wide_and_deep"] {
        let sizes = match name {
            "wide_and_deep" => r#"{"deep": {"kind": "bi_lstm", "embedding": 4, "hidden": 3, "dense": 4}}"#,
            "cnn_lstm" => r#"{"embedding": 4, "filters": 2, "hidden": 3, "dense": 4}"#,
            _ => r#"{"embedding": 4, "hidden": 3, "dense": 4}"#,
        };
        let mut architecture: serde_json::Value = serde_json::from_str(sizes).unwrap();
        architecture["kind"] = name.into();
        let mut config = TrainConfig::default();
        config.model.architecture = serde_json::from_value::<Architecture>(architecture).unwrap();
        config.model.epochs = 3;
        let classifier = plaudit::train_with(&train, &valid, &Extras::default(), &config, &mut ()).unwrap();
        classifier.save(folder.join(name)).unwrap();
        write(name, &classifier);
    }
    let grid = BaselineConfig::grid("nb_svm", &PipelineConfig::english()).unwrap();
    let classifier = plaudit::train_baseline(&train, &valid, &grid[0]).unwrap();
    classifier.save(folder.join("nb_svm")).unwrap();
    write("nb_svm", &classifier);
}
