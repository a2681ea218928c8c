//! The rows of a benchmark: which train, which choose, which test.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use plaudit::data::Dataset;
use plaudit::{Feedback, Labels};

use super::common::{self, Options, Result, warn};

/// Seed of folds, and of validation rows that are taken from training rows: the same for every model.
const SEED: u64 = 0;
/// Of fewer rows than these a value of `--by` is no test part: what it says is chance.
const LEAST: usize = 15;

/// One run: rows to train on, to choose by, and to test on.
pub(crate) struct Parts {
    pub(crate) train: Dataset,
    pub(crate) valid: Dataset,
    pub(crate) test: Dataset,
    pub(crate) labels: Labels,
    /// Which test texts stand in `train`, too.
    pub(crate) known: Vec<bool>,
    /// What is tested: the value of `--by`.
    pub(crate) group: Option<String>,
}

/// The file of this part of a folder.
fn file(folder: &Path, name: &str) -> Option<PathBuf> {
    let path = ["", ".xz", ".zst", ".gz"].map(|end| folder.join(format!("{name}.tsv{end}")));
    path.into_iter().find(|path| path.exists())
}

/// Whether the folder has what no run goes without.
pub(crate) fn check(folder: &Path) -> Result<()> {
    match ["train", "test"].into_iter().find(|name| file(folder, name).is_none()) {
        _ if folder.as_os_str().is_empty() => {
            Err(common::usage("--data: expected names of folders, found an empty one"))
        }
        Some(name) => Err(format!("{}: there is no {name}.tsv", common::shown(folder)).into()),
        None => Ok(()),
    }
}

/// The runs on a folder: one, one a fold, or one a value of the column `--by`.
pub(crate) fn read(folder: &Path, options: &Options) -> Result<Vec<Parts>> {
    let labels = options.listed("labels").map(Labels::new).transpose().map_err(common::usage_faults)?;
    let part = |name: &str| -> Result<Option<Dataset>> {
        let Some(path) = file(folder, name) else { return Ok(None) };
        let mut data = common::labelled(&path, options)?;
        if let Some(labels) = &labels {
            data.rows.retain(|row| row.label.as_ref().is_some_and(|label| labels.index_of(label).is_some()));
            if data.is_empty() {
                let names: Vec<&str> = labels.iter().collect();
                return Err(format!("{}: no row has a label of {}", common::shown(&path), names.join(", ")).into());
            }
        }
        Ok(Some(data))
    };
    check(folder)?;
    let (Some(train), valid, Some(test)) = (part("train")?, part("valid")?, part("test")?) else {
        return Err(format!("{}: a file was removed meanwhile", common::shown(folder)).into());
    };
    let mut all = train.rows.clone();
    all.extend(valid.iter().flat_map(|valid| valid.rows.iter().cloned()).chain(test.rows.iter().cloned()));
    let all = Dataset::from_rows(all);
    let labels = match labels {
        Some(labels) => labels,
        None => all.labels()?,
    };
    let runs = match (options.positive("folds")?, options.value("by")) {
        (Some(_), Some(_)) => return Err(common::usage("--folds and --by: expected one of them")),
        (None, None) => {
            let [train, valid] = match valid {
                Some(valid) => [train, valid],
                None => train.hold_out(0.1, SEED)?,
            };
            vec![(None, train, valid, test)]
        }
        (Some(folds), None) => {
            let fold = |fold| -> Result<_> {
                let [rest, test] = all.fold(folds, fold, SEED)?;
                let [train, valid] = rest.hold_out(0.1, SEED)?;
                Ok((None, train, valid, test))
            };
            (0..folds).map(fold).collect::<Result<_>>()?
        }
        (None, Some(column)) => {
            let value = |row: &Feedback| match column {
                "division" => row.division.clone(),
                "source" => row.source.clone().unwrap_or_default(),
                column => row.extra.get(column).cloned().unwrap_or_default(),
            };
            let columns: BTreeSet<&str> = all.iter().flat_map(|row| row.extra.keys()).map(String::as_str).collect();
            if !["division", "source"].contains(&column) && !columns.contains(column) {
                let columns: Vec<&str> = ["division", "source"].into_iter().chain(columns).collect();
                return Err(common::usage(format!("--by: there is no column {column}; found {}", columns.join(", "))));
            }
            let mut sizes = std::collections::BTreeMap::<String, usize>::new();
            all.iter().for_each(|row| *sizes.entry(value(row)).or_default() += 1);
            let mut runs = Vec::new();
            for (group, _) in sizes.into_iter().filter(|(group, rows)| *rows >= LEAST && !group.is_empty()) {
                let [rest, test] = all.set_apart(|row| value(row) == group)?;
                let [train, valid] = rest.hold_out(0.1, SEED)?;
                runs.push((Some(group), train, valid, test));
            }
            if runs.is_empty() {
                return Err(format!("--by {column}: no value of this column has {LEAST} rows").into());
            }
            runs
        }
    };
    let at_most = options.positive("rows")?;
    let mut parts = Vec::new();
    for (group, mut train, valid, test) in runs {
        let texts: HashSet<String> = valid.iter().map(|row| key(&row.text)).collect();
        let before = train.len();
        train.rows.retain(|row| !texts.contains(&key(&row.text)));
        if train.len() < before {
            warn(&format!("{} training rows have a text of a validation row; they are left out", before - train.len()));
        }
        let train = common::at_most(train, at_most)?;
        let texts: HashSet<String> = train.iter().map(|row| key(&row.text)).collect();
        let labelled = test.iter().filter(|row| row.label.is_some());
        let known = labelled.map(|row| texts.contains(&key(&row.text))).collect();
        parts.push(Parts { train, valid, test, labels: labels.clone(), known, group });
    }
    Ok(parts)
}

/// Texts with the same letters and digits are the same.
fn key(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
