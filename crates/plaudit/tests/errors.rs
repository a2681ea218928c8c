//! What the facade's errors name.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit::{Classifier, Dataset, Feedback, Labels, Result, Scores, TrainConfig};

/// Scores that are not a number for the text `bad`.
struct Broken(Labels);

impl Classifier for Broken {
    fn labels(&self) -> &Labels {
        &self.0
    }

    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        out.reset(&self.0);
        texts.iter().try_for_each(|text| out.push(&[if *text == "bad" { f32::NAN } else { 0.5 }, 0.5]))
    }
}

fn row(uid: &str, text: &str, label: &str) -> Feedback {
    let mut row = Feedback::new(uid, text);
    row.label = Some(label.to_owned());
    row
}

#[test]
fn the_row_that_fails_is_named_by_its_uid() {
    let classifier = Broken(Labels::new(["Good", "Poor"]).unwrap());
    let rows = (0..5000).map(|uid| row(&format!("u{uid}"), if uid == 4321 { "bad" } else { "fine" }, "Good"));
    let data = Dataset::from_rows(rows.collect());
    for message in [
        plaudit::evaluate(&classifier, &data).unwrap_err().to_string(),
        plaudit::survey(&classifier, &data).unwrap_err().to_string(),
    ] {
        assert!(message.contains("uid `u4321` cannot be classified") && message.contains("not finite"), "{message}");
    }

    let good = Dataset::from_rows(vec![row("a", "fine", "Good"), row("b", "slow", "Poor")]);
    let other = Dataset::from_rows(vec![row("c", "fine", "Godo")]);
    let message = plaudit::train(&good, &other, &TrainConfig::default(), &mut ()).unwrap_err().to_string();
    assert!(message.contains("uid `c`") && message.contains("Good"), "{message}");
    let message = plaudit::evaluate(&classifier, &other).unwrap_err().to_string();
    assert!(message.contains("uid `c`") && message.contains("Good"), "{message}");
}
