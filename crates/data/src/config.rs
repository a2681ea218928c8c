//! How a file of feedback is read.

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

use crate::names::printable;

/// What happens when a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OnDirty {
    /// The first such row is an [`Error::Data`].
    Stop,
    /// Such rows are left out and stand in the report. The default.
    #[default]
    Skip,
    /// As `Skip` for at most this many rows; the next one is an [`Error::Data`].
    SkipUpTo(u64),
}

/// How a file of feedback is read: which column is what, and what happens to rows that cannot be used.
///
/// A column that is named here must be in the file. One that is not named is looked for under its own name (`text`,
/// `label`, ...) and may be missing, except `text`. An empty name means that there is no such column, so that one of the
/// default name is like any other. Plain lines have no columns but the text, so that none may be named. All other
/// columns end in [`Feedback::extra`](plaudit_core::Feedback::extra).
///
/// # Example: a form with other column names
/// ```
/// use plaudit_core::Labels;
/// use plaudit_data::{Format, ReadConfig, read_from};
///
/// let mut config = ReadConfig::default();
/// config.text = Some("Your opinion".into());
/// config.time = Some("Timestamp".into());
/// let csv = "Timestamp,Your opinion\n2023/10/18 9:53:25 PM GMT+6,Not bad.\n";
/// let data = read_from(csv.as_bytes(), "form.csv", Format::Csv, &config)?;
/// assert_eq!(data.rows[0].time.unwrap().to_string(), "2023-10-18T21:53:25+06:00");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Example: a column that is called `time` and holds none
/// ```
/// use plaudit_data::{Format, ReadConfig, read_from};
///
/// let mut config = ReadConfig::default();
/// config.time = Some(String::new());
/// let data = read_from(&b"text,time\nNot bad.,morning\n"[..], "form.csv", Format::Csv, &config)?;
/// assert_eq!((data.rows[0].time, data.rows[0].extra["time"].as_str()), (None, "morning"));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ReadConfig {
    /// The column of the unique id. Default: `uid`, or else `id`; where there is neither and where this is empty, rows are
    /// numbered from 1, rejected ones too. In JSONL the first object decides, and a later one with a uid of another name is
    /// rejected.
    pub uid: Option<String>,
    /// The column of what the person wrote. Default: `text`. Where it is empty, rows need no text, and theirs is empty.
    pub text: Option<String>,
    /// The column of the label that a person gave. Default: `label`, where there is one.
    pub label: Option<String>,
    /// The column of the division, product or department. Default: `division`, where there is one.
    pub division: Option<String>,
    /// The column of the time. Default: `time`, where there is one.
    pub time: Option<String>,
    /// The column of the place where it was collected. Default: `source`, where there is one.
    pub source: Option<String>,
    /// Columns that must be in the file, besides those above. They are extra columns like the others. Default: none.
    pub required: Vec<String>,
    /// The labels that may occur; a row with another one is rejected. Default: any.
    pub labels: Option<Labels>,
    /// Whether a row with an empty label is rejected. Default: no, it is a row without a label.
    pub labels_required: bool,
    /// Whether columns that are nothing else are kept in [`Feedback::extra`](plaudit_core::Feedback::extra), where they have
    /// a value; a row that has more than 1,000 such is rejected. Default: yes. Without it, nothing in them is looked at.
    pub keep_extra: bool,
    /// Whether a row is rejected whose uid an earlier used row has. Default: yes. The uids that were read are kept in
    /// memory for it; without it, memory does not grow with the file.
    pub unique_uids: bool,
    /// What happens when a row cannot be used. Default: it is skipped and reported.
    pub on_dirty: OnDirty,
    /// The most bytes of one row (as UTF-8). Default 1 MiB: a thousand times a long answer, and little memory.
    pub max_record_bytes: usize,
    /// The most lines of one CSV row. Default 1,000. A quote that is still open after them is taken for a stray one.
    pub max_record_lines: u64,
}

impl Default for ReadConfig {
    fn default() -> Self {
        Self {
            uid: None,
            text: None,
            label: None,
            division: None,
            time: None,
            source: None,
            required: Vec::new(),
            labels: None,
            labels_required: false,
            keep_extra: true,
            unique_uids: true,
            on_dirty: OnDirty::Skip,
            max_record_bytes: 1 << 20,
            max_record_lines: 1_000,
        }
    }
}

impl ReadConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a column name is blank but not empty or stands twice, a required one is blank, labels are required of no column,
    /// or a limit is 0.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let columns = self.columns();
        for (place, (field, name)) in columns.iter().enumerate() {
            let Some(name) = name else { continue };
            if name.is_empty() {
                continue; // no such column
            }
            if name.trim().is_empty() {
                faults.push(format!("read.{field}: the column's name is blank"));
            } else if let Some((earlier, _)) = columns.iter().take(place).find(|(_, n)| n.as_ref() == Some(name)) {
                let name = printable(name);
                faults.push(format!("read.{field}: column `{name}` is read.{earlier} already"));
            }
        }
        if self.required.iter().any(|name| name.trim().is_empty()) {
            faults.push("read.required: a column's name is blank".to_owned());
        }
        if self.labels_required && self.label.as_deref() == Some("") {
            faults.push("read.labels_required: read.label is empty, so that no row has a label".to_owned());
        }
        if self.max_record_bytes == 0 {
            faults.push("read.max_record_bytes: must be at least 1".to_owned());
        }
        if self.max_record_lines == 0 {
            faults.push("read.max_record_lines: must be at least 1".to_owned());
        }
        Error::from_faults(faults)
    }

    /// Names every column that is asked of plain lines, which have a text and nothing else.
    ///
    /// # Errors
    /// When there is one.
    pub(crate) fn validate_for_lines(&self, source_name: &str) -> Result<()> {
        let columns = self.columns().into_iter().filter_map(|(field, name)| Some((field, name.as_deref()?)));
        let columns = columns.chain(self.required.iter().map(|name| ("required", name.as_str())));
        let faults = columns.filter_map(|(field, name)| match (field, name) {
            ("text", "") => Some(format!("read.text: {source_name} is read as plain lines, which are texts")),
            (_, "") => None,
            _ => {
                let name = printable(name);
                Some(format!("read.{field}: {source_name} is read as plain lines, which have no column `{name}`"))
            }
        });
        Error::from_faults(faults.collect())
    }

    fn columns(&self) -> [(&'static str, &Option<String>); 6] {
        [
            ("uid", &self.uid),
            ("text", &self.text),
            ("label", &self.label),
            ("division", &self.division),
            ("time", &self.time),
            ("source", &self.source),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let config = ReadConfig {
            text: Some("a".into()),
            label: Some("a".into()),
            time: Some(" ".into()),
            max_record_bytes: 0,
            max_record_lines: 0,
            ..ReadConfig::default()
        };
        let error = config.validate().unwrap_err().to_string();
        assert!(error.contains("4 faults") && error.contains("column `a` is read.text already"), "{error}");
        assert!(ReadConfig::default().validate().is_ok());
    }

    #[test]
    fn every_column_can_be_empty() {
        let off = || Some(String::new());
        let mut config = ReadConfig {
            uid: off(),
            text: off(),
            label: off(),
            division: off(),
            time: off(),
            source: off(),
            ..ReadConfig::default()
        };
        config.validate().unwrap();
        config.labels_required = true;
        let error = config.validate().unwrap_err().to_string();
        assert!(error.contains("1 fault: read.labels_required: "), "{error}");
        let error = config.validate_for_lines("f.txt").unwrap_err().to_string();
        assert!(error.contains("1 fault: read.text: f.txt is read as plain lines, which are texts"), "{error}");
    }

    #[test]
    fn json_round_trip() {
        let config: ReadConfig =
            serde_json::from_str(r#"{"labels": ["a", "b"], "on_dirty": {"skip_up_to": 3}, "text": "body"}"#).unwrap();
        assert_eq!(config.on_dirty, OnDirty::SkipUpTo(3));
        let again: ReadConfig = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
        assert_eq!(again, config);
        assert!(serde_json::from_str::<ReadConfig>(r#"{"txt": "body"}"#).is_err());
        assert!(serde_json::from_str::<ReadConfig>(r#"{"labels": []}"#).is_err());
    }
}
