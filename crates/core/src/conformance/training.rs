//! The contract of a way to train classifiers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::classifier::sound;
use super::{HOSTILE, Violations, check_classifier, collected, expect, failed};
use crate::{Classifier, Error, Example, Labels};

/// What a training is given by the checks.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct TrainingRows<'a> {
    /// Rows that weights are fitted to.
    pub train: &'a [Example<'a>],
    /// Rows that the best of what was fitted is chosen by.
    pub valid: &'a [Example<'a>],
    /// The labels and their order; none leaves them to the training.
    pub labels: Option<&'a Labels>,
    /// What an error on each training row costs; none where nobody said.
    pub weights: Option<&'a [f32]>,
    /// Threads to train with; none leaves them to the training.
    pub threads: Option<usize>,
}

/// A way to train, as [`check_training`] calls it. Rows are texts of blank-separated words; a few dozen rows of three labels with words of
/// their own should be learned.
pub trait Training {
    /// Returns a classifier fitted to these rows, and writes it as the directory `folder` where one is given. The directory is not there.
    ///
    /// # Errors
    /// When the rows cannot be learned from, or the directory cannot be written.
    fn train(&self, rows: &TrainingRows<'_>, folder: Option<&Path>) -> crate::Result<Box<dyn Classifier>>;

    /// Returns the classifier in the directory `folder`, and writes it again as the directory `copy` where one is given.
    ///
    /// # Errors
    /// When the directory cannot be read or written.
    fn load(&self, folder: &Path, copy: Option<&Path>) -> crate::Result<Box<dyn Classifier>>;

    /// Returns whether [`TrainingRows::weights`] are read. Default yes; where not, nothing of weights is checked.
    fn weighs_rows(&self) -> bool {
        true
    }
}

struct Case<'a> {
    training: &'a dyn Training,
    scratch: &'a Path,
}

/// A word that stands in every text, and may stand in no message.
const WRITTEN: &str = "bystander";
/// Words that tell the labels apart, with letters of their own.
const WORDS: [(&str, [&str; 4]); 3] = [
    ("Good", ["good", "moon", "wood", "noon"]),
    ("Average", ["fair", "flaw", "rail", "liar"]),
    ("Poor", ["vex", "hex", "eek", "hemp"]),
];

/// Labelled texts of these labels.
fn rows(labels: &[&str], times: usize) -> Vec<(String, String)> {
    let of_labels = WORDS.iter().filter(|(label, _)| labels.contains(label));
    let of_label = |&(label, words): &(&str, [&str; 4])| {
        words.map(|word| (format!("{WRITTEN} {word} {word} {word}"), label.to_owned()))
    };
    let once: Vec<(String, String)> = of_labels.flat_map(of_label).collect();
    once.iter().cycle().take(once.len() * times).cloned().collect()
}

fn examples(rows: &[(String, String)]) -> Vec<Example<'_>> {
    rows.iter().map(|(text, label)| Example { text, label }).collect()
}

const ALL: [&str; 3] = ["Good", "Average", "Poor"];

type Rows = [(String, String)];
type Trained = crate::Result<Box<dyn Classifier>>;

/// Nothing but rows is given.
const ROWS: TrainingRows<'static> = TrainingRows { train: &[], valid: &[], labels: None, weights: None, threads: None };

impl Case<'_> {
    /// Trains on these rows of both parts, beside what else is given.
    fn train(&self, train: &Rows, valid: &Rows, given: TrainingRows<'_>) -> Trained {
        self.train_into(train, valid, given, None)
    }

    fn train_into(&self, train: &Rows, valid: &Rows, given: TrainingRows<'_>, folder: Option<&Path>) -> Trained {
        let (train, valid) = (examples(train), examples(valid));
        self.training.train(&TrainingRows { train: &train, valid: &valid, ..given }, folder)
    }

    /// The files of a classifier of all rows, beside what else is given.
    fn saved(&self, name: &str, given: TrainingRows<'_>) -> Result<Files, String> {
        let folder = self.folder(name)?;
        self.train_into(&rows(&ALL, 4), &rows(&ALL, 1), given, Some(&folder)).map_err(failed)?;
        files(&folder).map_err(|error| format!("the directory cannot be read: {error}"))
    }

    /// A place in the scratch folder where nothing is.
    fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.scratch.join(name);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!("the scratch folder: {error}")),
            _ => Ok(folder),
        }
    }

    /// A saved classifier, and the files of its directory.
    fn model(&self) -> Result<(PathBuf, Files), String> {
        let files = self.saved("model", ROWS)?;
        Ok((self.scratch.join("model"), files))
    }
}

/// The files of a directory by their names.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn files(folder: &Path) -> std::io::Result<Files> {
    let mut found = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_owned();
                found.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

fn refused(trained: Trained, what: &str) -> Result<(), String> {
    match trained {
        Ok(_) => Err(format!("{what} gave a classifier, expected an error")),
        Err(error) => quiet(&error),
    }
}

/// Whether a message has no person's text.
fn quiet(error: &Error) -> Result<(), String> {
    expect(!error.to_string().contains(WRITTEN), || "a text stands in the message of an error".into())
}

/// Whether the error is one of data that names this row, counted from 0.
fn names_row(trained: Trained, row: usize) -> Result<(), String> {
    match trained {
        Ok(_) => Err("it gave a classifier, expected an error".into()),
        Err(error @ Error::Data { .. }) => {
            quiet(&error)?;
            let message = error.to_string();
            expect(message.contains(&row.to_string()), || format!("the row, {row}, is not named: {message}"))
        }
        Err(error) => Err(format!("expected an error of data, found {error}")),
    }
}

/// Whether it scores these texts as the rules say.
fn scores(classifier: &dyn Classifier, texts: &[&str]) -> Result<(), String> {
    let scores = classifier.classify(texts).map_err(failed)?;
    expect(scores.len() == texts.len(), || "not one row a text".into())?;
    scores.iter().try_for_each(|row| sound(row.scores()))
}

/// What trains must score; what is refused must say why quietly.
fn refused_or_sound(trained: Trained) -> Result<(), String> {
    match trained {
        Ok(classifier) => scores(classifier.as_ref(), &["good", "", "vex"]),
        Err(error) => quiet(&error),
    }
}

fn labels(names: &[&str]) -> Result<Labels, String> {
    Labels::new(names.iter().copied()).map_err(failed)
}

fn relabelled(mut rows: Vec<(String, String)>, row: usize, label: &str) -> Vec<(String, String)> {
    if let Some((_, to)) = rows.get_mut(row) {
        label.clone_into(to);
    }
    rows
}

/// A check with its name. What it says is why the rule did not hold.
type Check = (&'static str, fn(&Case<'_>) -> Result<(), String>);

/// The checks in their order.
const CHECKS: &[Check] = &[
    ("it learns", |case| {
        let (train, valid) = (rows(&ALL, 8), rows(&ALL, 1));
        let classifier = case.train(&train, &valid, ROWS).map_err(failed)?;
        let mut right = 0;
        for (text, label) in &valid {
            right += usize::from(classifier.predict(text).map_err(failed)?.label() == label);
        }
        expect(right * 10 >= valid.len() * 9, || format!("{right} of {} rows are right", valid.len()))
    }),
    ("what it trains keeps the contract of classifiers", |case| {
        let classifier = case.train(&rows(&ALL, 4), &rows(&ALL, 1), ROWS).map_err(failed)?;
        check_classifier(classifier.as_ref(), &["good moon", "vex fair", "unheard"]).map_err(|found| found.to_string())
    }),
    ("an empty training part", |case| refused(case.train(&[], &rows(&ALL, 1), ROWS), "no row")),
    ("no row at all", |case| refused(case.train(&[], &[], ROWS), "no row")),
    ("an empty validation part", |case| refused_or_sound(case.train(&rows(&ALL, 4), &[], ROWS))),
    ("one row", |case| {
        let one = rows(&["Good"], 1);
        refused(case.train(one.get(..1).unwrap_or_default(), &one, ROWS), "one row")
    }),
    ("one class", |case| refused(case.train(&rows(&["Good"], 5), &rows(&["Good"], 1), ROWS), "one class")),
    ("one class of labels that are given", |case| {
        let given = labels(&ALL)?;
        let (train, valid) = (rows(&["Good"], 5), rows(&["Good"], 1));
        refused_or_sound(case.train(&train, &valid, TrainingRows { labels: Some(&given), ..ROWS }))
    }),
    ("two rows of two classes", |case| {
        let two =
            [rows(&["Good"], 1), rows(&["Poor"], 1)].map(|rows| rows.into_iter().take(1).collect::<Vec<_>>()).concat();
        refused_or_sound(case.train(&two, &two, ROWS))
    }),
    ("a class that validation does not have", |case| {
        let classifier = case.train(&rows(&ALL, 4), &rows(&["Good", "Poor"], 1), ROWS).map_err(failed)?;
        expect(classifier.labels().index_of("Average").is_some(), || "the label is missing".into())?;
        scores(classifier.as_ref(), &["fair", "good", ""])
    }),
    ("a class that training does not have", |case| {
        let given = labels(&ALL)?;
        let (train, valid) = (rows(&["Good", "Poor"], 4), rows(&["Good", "Poor"], 1));
        let classifier = case.train(&train, &valid, TrainingRows { labels: Some(&given), ..ROWS }).map_err(failed)?;
        expect(*classifier.labels() == given, || "other labels than were given".into())?;
        scores(classifier.as_ref(), &["good", "vex", ""])
    }),
    ("an unknown label in training", |case| {
        let given = labels(&ALL)?;
        let (train, valid) = (relabelled(rows(&ALL, 4), 7, "Splendid"), rows(&ALL, 1));
        names_row(case.train(&train, &valid, TrainingRows { labels: Some(&given), ..ROWS }), 7)
    }),
    ("an unknown label in validation", |case| {
        names_row(case.train(&rows(&ALL, 4), &relabelled(rows(&ALL, 1), 5, "Splendid"), ROWS), 5)
    }),
    ("labels in the order that is given", |case| {
        for order in [["Poor", "Good", "Average"], ["Average", "Poor", "Good"]] {
            let given = labels(&order)?;
            let (train, valid) = (rows(&ALL, 8), rows(&ALL, 1));
            let classifier =
                case.train(&train, &valid, TrainingRows { labels: Some(&given), ..ROWS }).map_err(failed)?;
            let prediction = classifier.predict("vex vex vex").map_err(failed)?;
            let own = classifier.labels().iter().eq(order);
            expect(own && prediction.label() == "Poor", || format!("{order:?}: other labels, or they changed places"))?;
        }
        Ok(())
    }),
    ("labels do not depend on the order of the rows", |case| {
        let (forwards, valid) = (rows(&ALL, 4), rows(&ALL, 1));
        let backwards: Vec<_> = forwards.iter().rev().cloned().collect();
        let [a, b] = [case.train(&forwards, &valid, ROWS), case.train(&backwards, &valid, ROWS)];
        let (a, b) = (a.map_err(failed)?, b.map_err(failed)?);
        expect(a.labels() == b.labels(), || "another order of rows gave another order of labels".into())
    }),
    ("labels of any writing", |case| {
        let names = ["很 好", "a \"b\" <c>", "مكتبة"];
        let named = |rows: Vec<(String, String)>| -> Vec<(String, String)> {
            let name = |label: String| names.iter().zip(ALL).find(|(_, known)| *known == label).map(|(name, _)| *name);
            rows.into_iter().map(|(text, label)| (text, name(label).unwrap_or_default().to_owned())).collect()
        };
        let (train, valid) = (named(rows(&ALL, 4)), named(rows(&ALL, 1)));
        let folder = case.folder("labels")?;
        let classifier = case.train_into(&train, &valid, ROWS, Some(&folder)).map_err(failed)?;
        let loaded = case.training.load(&folder, None).map_err(failed)?;
        let all = names.iter().all(|name| loaded.labels().index_of(name).is_some());
        expect(all && loaded.labels() == classifier.labels(), || "labels were lost".into())
    }),
    ("empty texts among the rows", |case| {
        let mut train = rows(&ALL, 4);
        train.extend(["", " ", "\n"].map(|text| (text.to_owned(), "Good".to_owned())));
        let classifier = case.train(&train, &train, ROWS).map_err(failed)?;
        scores(classifier.as_ref(), &["", "good"])
    }),
    ("odd Unicode among the rows", |case| {
        let mut train = rows(&ALL, 4);
        train.extend(HOSTILE.map(|text| (text.to_owned(), "Poor".to_owned())));
        let classifier = case.train(&train, &train, ROWS).map_err(failed)?;
        scores(classifier.as_ref(), &HOSTILE)
    }),
    ("one text with different labels", |case| {
        let train: Vec<_> =
            ALL.iter().cycle().take(30).map(|label| ("the same".to_owned(), (*label).to_owned())).collect();
        refused_or_sound(case.train(&train, &train, ROWS))
    }),
    ("a validation part of unknown words", |case| {
        let valid = ALL.map(|label| ("unheard of".to_owned(), label.to_owned()));
        let classifier = case.train(&rows(&ALL, 4), &valid, ROWS).map_err(failed)?;
        scores(classifier.as_ref(), &["unheard of", "good"])
    }),
    ("the same rows twice", |case| {
        expect(case.saved("once", ROWS)? == case.saved("twice", ROWS)?, || "other bytes the second time".into())
    }),
    ("one thread and three", |case| {
        let [one, three] = [Some(1), Some(3)].map(|threads| case.saved("threads", TrainingRows { threads, ..ROWS }));
        expect(one? == three?, || "other bytes with more threads".into())
    }),
    ("weights of 1", |case| {
        if !case.training.weighs_rows() {
            return Ok(());
        }
        let ones = case.saved("ones", TrainingRows { weights: Some(&[1.0; 48]), ..ROWS })?;
        expect(ones == case.saved("none", ROWS)?, || "other bytes than without weights".into())
    }),
    ("weights that matter", |case| {
        if !case.training.weighs_rows() {
            return Ok(());
        }
        let more = [[9.0; 24], [1.0; 24]].concat();
        let more = case.saved("more", TrainingRows { weights: Some(&more), ..ROWS })?;
        expect(more != case.saved("none", ROWS)?, || "the same bytes as without weights".into())
    }),
    ("a weight too few", |case| {
        let weighs = case.training.weighs_rows();
        let trained = || case.train(&rows(&ALL, 4), &rows(&ALL, 1), TrainingRows { weights: Some(&[1.0; 47]), ..ROWS });
        if weighs { refused(trained(), "47 weights for 48 rows") } else { Ok(()) }
    }),
    ("a weight that is no number", |case| {
        let weighs = case.training.weighs_rows();
        let trained =
            || case.train(&rows(&ALL, 4), &rows(&ALL, 1), TrainingRows { weights: Some(&[f32::NAN; 48]), ..ROWS });
        if weighs { refused(trained(), "weights that are no numbers") } else { Ok(()) }
    }),
    ("saved and loaded", |case| {
        let (train, valid) = (rows(&ALL, 4), rows(&ALL, 1));
        let folder = case.folder("loaded")?;
        let classifier = case.train_into(&train, &valid, ROWS, Some(&folder)).map_err(failed)?;
        let loaded = case.training.load(&folder, None).map_err(failed)?;
        let texts: Vec<&str> = HOSTILE.into_iter().chain(train.iter().map(|(text, _)| text.as_str())).collect();
        let (before, after) = (classifier.classify(&texts).map_err(failed)?, loaded.classify(&texts).map_err(failed)?);
        expect(before == after, || "other scores after loading".into())
    }),
    ("loaded and saved again", |case| {
        let (folder, before) = case.model()?;
        let copy = case.folder("copy")?;
        case.training.load(&folder, Some(&copy)).map_err(failed)?;
        let after = files(&copy).map_err(|error| error.to_string())?;
        expect(before == after && !before.is_empty(), || "other bytes, or none".into())
    }),
    ("nothing to load", |case| {
        let folder = case.folder("nowhere")?;
        expect(case.training.load(&folder, None).is_err(), || "a classifier came from nowhere".into())
    }),
    ("a changed file", |case| {
        let (folder, files) = case.model()?;
        for (name, bytes) in &files {
            let mut changed = bytes.clone();
            let middle = changed.len() / 2;
            let Some(byte) = changed.get_mut(middle) else { continue };
            *byte ^= 4;
            fs::write(folder.join(name), &changed).map_err(|error| error.to_string())?;
            let loaded = case.training.load(&folder, None);
            fs::write(folder.join(name), bytes).map_err(|error| error.to_string())?;
            expect(loaded.is_err(), || format!("{}: a changed byte is not noticed", name.display()))?;
        }
        case.training.load(&folder, None).map(|_| ()).map_err(failed)
    }),
    ("a missing file", |case| {
        let (folder, files) = case.model()?;
        for (name, bytes) in &files {
            fs::remove_file(folder.join(name)).map_err(|error| error.to_string())?;
            let loaded = case.training.load(&folder, None);
            fs::write(folder.join(name), bytes).map_err(|error| error.to_string())?;
            expect(loaded.is_err(), || format!("{}: nobody misses it", name.display()))?;
        }
        Ok(())
    }),
];

/// Returns the names of what [`check_training`] checks, in their order.
pub fn training_checks() -> impl ExactSizeIterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

/// Checks a way to train: it learns; parts without rows, one row, one class and unknown labels are errors that name the row and no text;
/// classes that one part does not have, empty and odd texts are none; the same rows give the same bytes, with any number of threads and with
/// weights of 1; labels keep the order that is given; what is saved and loaded scores alike and is saved as the same bytes; a changed or
/// missing file is noticed. [`training_checks`] names every check. `scratch` is an empty folder, which it fills.
///
/// ```no_run
/// # use plaudit_core::conformance::{Training, check_training};
/// # fn check(training: &dyn Training, scratch: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
/// check_training(training, scratch)?; // about forty small trainings
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// With every rule that did not hold, each after the name of its check.
pub fn check_training(training: &dyn Training, scratch: &Path) -> Result<(), Violations> {
    let case = Case { training, scratch };
    collected(CHECKS.iter().map(|(name, check)| (*name, check(&case))))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{Result as CoreResult, Scores};

    /// What a training may do wrong.
    #[derive(Clone, Copy, PartialEq, Debug)]
    enum Fault {
        None,
        LearnsNothing,
        TakesNothing,
        TakesOneClass,
        SkipsUnknown,
        TellsText,
        NamesNoRow,
        SortsLabels,
        LabelsAsTheyCome,
        DropsLabels,
        DropsValid,
        RefusesEmpty,
        RefusesOdd,
        RefusesUnheard,
        Counts,
        ByThreads,
        IgnoresWeights,
        WeighsOnes,
        Rounds,
        LoadsAnything,
        ChecksNothing,
        SpoilsLabels,
        SavesOtherwise,
        ByPlace,
        Unsound,
    }

    /// Counts words by label: enough to be held to the contract.
    struct Counting {
        fault: Fault,
        runs: AtomicUsize,
    }

    struct Counted {
        labels: Labels,
        words: BTreeMap<String, Vec<f32>>,
        fault: Fault,
    }

    impl Classifier for Counted {
        fn labels(&self) -> &Labels {
            &self.labels
        }
        fn classify_into(&self, texts: &[&str], out: &mut Scores) -> CoreResult<()> {
            out.reset(&self.labels);
            for (place, text) in texts.iter().enumerate() {
                let mut row = vec![1.0; self.labels.len()];
                for counts in text.split_whitespace().filter_map(|word| self.words.get(word)) {
                    row.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                }
                if self.fault == Fault::ByPlace {
                    row[0] += place as f32;
                }
                let sum: f32 = if self.fault == Fault::Unsound { 0.5 } else { row.iter().sum() };
                row.iter_mut().for_each(|value| *value /= sum);
                out.push(&row)?;
            }
            Ok(())
        }
    }

    impl Counting {
        fn row(&self, at: usize, text: &str) -> Error {
            let row = if self.fault == Fault::NamesNoRow { String::new() } else { format!("row {at}") };
            let text = if self.fault == Fault::TellsText { text } else { "" };
            Error::data("rows", 0, "label", format!("{row} has an unknown label {text}"))
        }

        fn labels(&self, rows: &TrainingRows<'_>) -> CoreResult<Labels> {
            let mut names: Vec<&str> = Vec::new();
            for row in rows.train {
                if !names.contains(&row.label) {
                    names.push(row.label);
                }
            }
            if names.len() < 2
                && rows.labels.is_none()
                && !matches!(self.fault, Fault::TakesOneClass | Fault::TakesNothing)
            {
                return Err(Error::config("fewer than two labels"));
            }
            let dropped = |label: &&str| match self.fault {
                Fault::DropsLabels => names.contains(label),
                Fault::DropsValid => rows.valid.iter().any(|row| row.label == *label),
                _ => true,
            };
            match rows.labels {
                Some(given) if self.fault == Fault::SortsLabels => {
                    let mut sorted: Vec<&str> = given.iter().collect();
                    sorted.sort_unstable();
                    Labels::new(sorted)
                }
                Some(given) => Labels::new(given.iter().filter(dropped)),
                None if self.fault == Fault::LabelsAsTheyCome => Labels::new(names),
                None if names.is_empty() => Labels::new(["nothing"]),
                None => Labels::from_occurring(names.iter().copied().filter(dropped)),
            }
        }
    }

    impl Training for Counting {
        fn train(&self, rows: &TrainingRows<'_>, folder: Option<&Path>) -> CoreResult<Box<dyn Classifier>> {
            let run = self.runs.fetch_add(1, Ordering::Relaxed);
            if rows.train.is_empty() && self.fault != Fault::TakesNothing {
                return Err(Error::config("no row"));
            }
            let labels = self.labels(rows)?;
            let mut words: BTreeMap<String, Vec<f32>> = BTreeMap::new();
            let weights = rows.weights.filter(|_| self.fault != Fault::IgnoresWeights);
            if weights.is_some_and(|all| all.len() != rows.train.len() || all.iter().any(|weight| weight.is_nan())) {
                return Err(Error::config("weights"));
            }
            for (part, valid) in [(rows.train, false), (rows.valid, true)] {
                for (at, row) in part.iter().enumerate() {
                    let refused = match self.fault {
                        Fault::RefusesEmpty => row.text.is_empty(),
                        Fault::RefusesOdd => row.text.contains('\0'),
                        Fault::RefusesUnheard => valid && row.text.contains("unheard"),
                        _ => false,
                    };
                    if refused {
                        return Err(Error::config("refused"));
                    }
                    let Some(label) = labels.index_of(row.label) else {
                        if matches!(
                            self.fault,
                            Fault::SkipsUnknown | Fault::TakesNothing | Fault::DropsLabels | Fault::DropsValid
                        ) {
                            continue;
                        }
                        return Err(self.row(at, row.text));
                    };
                    for word in row.text.split_whitespace().filter(|_| !valid && self.fault != Fault::LearnsNothing) {
                        let weight = weights.and_then(|weights| weights.get(at)).copied().unwrap_or(1.0);
                        let ones = if self.fault == Fault::WeighsOnes && weights.is_some() { 0.1 } else { 0.0 };
                        words.entry(word.to_owned()).or_insert_with(|| vec![0.0; labels.len()])[label] +=
                            0.3 * weight + ones;
                    }
                }
            }
            let note = match self.fault {
                Fault::Counts => run,
                Fault::ByThreads => rows.threads.unwrap_or(0),
                _ => 0,
            };
            words.insert("\u{1}note".to_owned(), vec![note as f32; labels.len()]);
            let counted = Counted { labels, words, fault: self.fault };
            folder.map(|folder| counted.save(folder)).transpose()?;
            Ok(Box::new(counted))
        }

        fn load(&self, folder: &Path, copy: Option<&Path>) -> CoreResult<Box<dyn Classifier>> {
            if self.fault == Fault::LoadsAnything {
                return self.train(
                    &TrainingRows {
                        train: &[Example { text: "x", label: "a" }, Example { text: "y", label: "b" }],
                        ..ROWS
                    },
                    None,
                );
            }
            let read = |name: &str| fs::read(folder.join(name)).map_err(|error| Error::io(name, error));
            let (model, sum) = (read("model.json")?, read("sum.txt")?);
            if self.fault != Fault::ChecksNothing && sum != check_sum(&model) {
                return Err(Error::format("model.json", "another sum"));
            }
            let malformed = |_| Error::format("model.json", "malformed");
            let (labels, mut words): (Labels, BTreeMap<String, Vec<f32>>) =
                serde_json::from_slice(&model).map_err(malformed)?;
            if self.fault == Fault::Rounds {
                words.values_mut().flatten().for_each(|value| *value = value.round());
            }
            let counted = Counted { labels, words, fault: self.fault };
            if let Some(copy) = copy {
                counted.save(copy)?;
                if self.fault == Fault::SavesOtherwise {
                    fs::write(copy.join("more.txt"), "more").map_err(|error| Error::io("more.txt", error))?;
                }
            }
            Ok(Box::new(counted))
        }
    }

    impl Counted {
        fn save(&self, folder: &Path) -> CoreResult<()> {
            let names = self.labels.iter().map(|name| match self.fault {
                Fault::SpoilsLabels => name.replace(|c: char| !c.is_ascii(), "?"),
                _ => name.to_owned(),
            });
            let model = serde_json::to_vec(&(names.collect::<Vec<_>>(), &self.words)).unwrap();
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join("sum.txt"), check_sum(&model)).unwrap();
            fs::write(folder.join("model.json"), model).map_err(|error| Error::io("model.json", error))
        }
    }

    fn check_sum(bytes: &[u8]) -> Vec<u8> {
        let sum = bytes.iter().fold(7_u64, |sum, &byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        sum.to_string().into_bytes()
    }

    fn found(fault: Fault) -> Vec<String> {
        let scratch = std::env::temp_dir().join(format!("plaudit-training-{fault:?}-{}", std::process::id()));
        fs::create_dir_all(&scratch).unwrap();
        let found = check_training(&Counting { fault, runs: AtomicUsize::new(0) }, &scratch);
        fs::remove_dir_all(&scratch).unwrap();
        found.err().map(|Violations(found)| found).unwrap_or_default()
    }

    #[test]
    fn a_training_without_faults_passes() {
        assert_eq!(found(Fault::None), Vec::<String>::new());
        let mut names: Vec<&str> = training_checks().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_fault_is_found_by_the_check_of_its_name() {
        for (fault, names) in [
            (Fault::LearnsNothing, &["it learns"][..]),
            (Fault::TakesNothing, &["an empty training part", "no row at all"]),
            (Fault::TakesOneClass, &["one class", "one row"]),
            (Fault::SkipsUnknown, &["an unknown label in training", "an unknown label in validation"]),
            (Fault::TellsText, &["an unknown label in training", "an unknown label in validation"]),
            (Fault::NamesNoRow, &["an unknown label in training", "an unknown label in validation"]),
            (Fault::SortsLabels, &["labels in the order that is given"]),
            (Fault::LabelsAsTheyCome, &["labels do not depend on the order of the rows"]),
            (Fault::DropsLabels, &["a class that training does not have"]),
            (Fault::DropsValid, &["a class that validation does not have"]),
            (Fault::RefusesEmpty, &["empty texts among the rows"]),
            (Fault::RefusesOdd, &["odd Unicode among the rows"]),
            (Fault::RefusesUnheard, &["a validation part of unknown words"]),
            (Fault::Counts, &["the same rows twice"]),
            (Fault::ByThreads, &["one thread and three"]),
            (Fault::IgnoresWeights, &["weights that matter", "a weight too few", "a weight that is no number"]),
            (Fault::WeighsOnes, &["weights of 1"]),
            (Fault::Rounds, &["saved and loaded"]),
            (Fault::LoadsAnything, &["nothing to load", "a missing file"]),
            (Fault::ChecksNothing, &["a changed file"]),
            (Fault::SpoilsLabels, &["labels of any writing"]),
            (Fault::SavesOtherwise, &["loaded and saved again"]),
            (Fault::ByPlace, &["what it trains keeps the contract of classifiers"]),
            (
                Fault::Unsound,
                &[
                    "an empty validation part",
                    "one class of labels that are given",
                    "two rows of two classes",
                    "one text with different labels",
                ],
            ),
        ] {
            let found = found(fault);
            for name in names {
                let named = |what: &String| what.starts_with(&format!("{name}: "));
                assert!(found.iter().any(named), "{fault:?} {name}: {found:#?}");
            }
        }
    }
}
