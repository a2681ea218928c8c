//! What labels buy: sheets of texts whose labels are known are drawn, filled and read again. The set is read from the folder
//! `PLAUDIT_DATA`; its test part is left alone. `docs/labelling.md` has the table that this prints.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit::core::Origin;
use plaudit::embeddings::{TfIdfConfig, fit_tfidf};
use plaudit::models::{LinearConfig, train_baseline};
use plaudit::promotion::labelling::{FilledSheet, PlanConfig, Population, SamplePlan};
use plaudit::promotion::prevalence::{CutConfig, CutPosterior};
use plaudit::promotion::{Corrected, DivisionVerdict};
use plaudit::text::{LexiconClassifier, LexiconConfig, Pipeline, PipelineConfig};
use plaudit::{Classifier, Example, Feedback, Labels, Policy, ReadConfig, Survey};

const FOLDS: usize = 5;

/// The labels by a list of words, which knows none.
fn by_words(rows: &[Feedback]) -> Vec<usize> {
    let lexicon = LexiconClassifier::new(LexiconConfig::polarity()).unwrap();
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    lexicon.classify(&texts).unwrap().iter().map(|row| row.index()).collect()
}

/// The labels by logistic regression on TF-IDF that learned from three other fifths, its C chosen on the fourth.
fn by_training(rows: &[Feedback]) -> Vec<usize> {
    let mut predicted = vec![0; rows.len()];
    for fold in 0..FOLDS {
        let part = |of: &dyn Fn(usize) -> bool| -> Vec<(usize, Example<'_>)> {
            let places = (0..rows.len()).filter(|place| of(place % FOLDS));
            places.map(|place| (place, rows[place].example().unwrap())).collect()
        };
        let next = (fold + 1) % FOLDS;
        let examples =
            |part: Vec<(usize, _)>| part.into_iter().map(|(_, example)| example).collect::<Vec<Example<'_>>>();
        let (train, valid) = (examples(part(&|of| of != fold && of != next)), examples(part(&|of| of == next)));
        let texts: Vec<&str> = train.iter().map(|example| example.text).collect();
        let pipeline = Pipeline::new(PipelineConfig::english()).unwrap();
        let mut config = LinearConfig::default();
        config.labels = Some(Labels::polarity());
        let features = fit_tfidf(&texts, pipeline, &TfIdfConfig::default()).unwrap();
        let classifier = train_baseline(features, &train, &valid, &config.into()).unwrap();
        for (place, example) in part(&|of| of == fold) {
            predicted[place] = classifier.predict(example.text).unwrap().index();
        }
    }
    predicted
}

#[test]
fn what_labels_buy() {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    let samples: u64 = std::env::var("PLAUDIT_SAMPLES").map_or(2, |text| text.parse().unwrap());
    let mut read = ReadConfig::default();
    read.division = Some("division".to_owned());
    let part = |name| plaudit::data::read(format!("{data}/rmp_5c_colleges/{name}.tsv"), &read).unwrap().rows;
    let rows: Vec<Feedback> = ["train", "valid"].into_iter().flat_map(part).collect();
    let labels = Labels::polarity();
    let gold: Vec<usize> = rows.iter().map(|row| labels.index_of(row.label.as_ref().unwrap()).unwrap()).collect();
    let of = |row: &Feedback| (row.uid.clone(), row.division.clone());
    let ids: Vec<(String, String)> = rows.iter().map(of).collect();
    let population =
        Population::new(ids.iter().map(|(id, division)| (id.as_str(), division.as_str(), "said"))).unwrap();
    let survey = |found: &[usize]| {
        let texts = ids.iter().zip(found).map(|((_, division), &label)| (division.as_str(), label));
        Survey::tally(labels.clone(), texts).unwrap()
    };
    let mut policy = Policy::default();
    policy.max_more = 0;
    let stars = policy.decide(&survey(&gold)).unwrap();
    let enough = |verdict: &&DivisionVerdict| verdict.n >= policy.min_rows;
    // The score of a division by its stars, which labels of all of its texts would give.
    let truth = |name: &str| {
        let shares = stars.of(name).unwrap().naive_shares().unwrap();
        shares[0] - shares[2]
    };
    println!("{} texts; by the stars, decided:", rows.len());
    let decided = |verdict: &DivisionVerdict| f64::from(u8::from(verdict.verdict.is_decisive()));
    println!("  {} of {}", stars.iter().filter(enough).map(decided).sum::<f64>(), stars.iter().filter(enough).count());
    for (name, predicted) in [("words", by_words(&rows)), ("training", by_training(&rows))] {
        let right = gold.iter().zip(&predicted).filter(|(gold, found)| gold == found).count();
        println!(
            "{name}: {right} of {} right; labels, width, holds the stars' score, decided, against the stars",
            rows.len()
        );
        for budget in [50, 100, 200, 400, 800] {
            let (mut width, mut holds, mut told, mut against, mut count) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for seed in 0..samples {
                let mut config = PlanConfig::default();
                (config.budget, config.seed) = (budget, seed);
                let plan = SamplePlan::draw(&population, &config).unwrap();
                let mut sheet = String::from("id,text,label,of\n");
                for row in &plan.rows {
                    let label = labels.name(gold[row.place]).unwrap();
                    sheet.push_str(&format!("{},said,{label},{}\n", ids[row.place].0, row.of));
                }
                let filled = FilledSheet::read(sheet.as_bytes(), "sheet", &population, &labels).unwrap();
                assert_eq!((filled.labelled.len() as u64, filled.rejected.len()), (budget, 0));
                let matrix = filled.error_matrix(labels.clone(), Origin::Compared, &predicted).unwrap();
                let posterior = CutPosterior::new(&matrix, &CutConfig::default()).unwrap();
                let verdicts = Corrected::new(policy.clone(), posterior).decide(&survey(&predicted)).unwrap();
                for verdict in verdicts.iter().filter(enough) {
                    let ends = verdict.score_interval.unwrap();
                    let score = truth(&verdict.division);
                    let by_stars = stars.of(&verdict.division).unwrap().verdict;
                    width += ends.high - ends.low;
                    holds += f64::from(u8::from((ends.low..=ends.high).contains(&score)));
                    told += decided(verdict);
                    let other = verdict.verdict.is_decisive() && by_stars.is_decisive() && verdict.verdict != by_stars;
                    against += f64::from(u8::from(other));
                    count += 1.0;
                }
            }
            let mean = |sum: f64| sum / count;
            println!("  {budget}: {:.2}, {:.2}, {:.2}, {:.3}", mean(width), mean(holds), mean(told), mean(against));
            assert!(mean(width) < 2.0);
        }
    }
}
