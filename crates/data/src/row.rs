//! From the values of a row to feedback, and every check on them.

use std::collections::HashMap;

use plaudit_core::{Feedback, Labels};

use crate::columns::{Columns, Role};
use crate::time::parse_time;
use crate::unicode::is_blank;
use crate::{ReadConfig, Reason};

/// A column's name and what is wrong there. No name: the whole row.
pub(crate) type Fault = (String, Reason);

/// Checks rows, with the memory that this takes.
#[derive(Debug)]
pub(crate) struct Rows {
    labels: Option<Labels>,
    labels_required: bool,
    keep_extra: bool,
    unique_uids: bool,
    /// The line of each used uid.
    seen: HashMap<Box<str>, u64>,
    /// The uid of the row that was checked last, where uids are kept.
    checked: Option<Box<str>>,
}

impl Rows {
    pub(crate) fn new(config: &ReadConfig) -> Self {
        Self {
            labels: config.labels.clone(),
            labels_required: config.labels_required,
            keep_extra: config.keep_extra,
            unique_uids: config.unique_uids,
            seen: HashMap::new(),
            checked: None,
        }
    }

    /// The most extra columns that one row keeps: each costs memory in every row.
    const MOST_EXTRA: usize = 1_000;

    /// Returns whether anything becomes of such a column. Where nothing does, nothing in it is a fault.
    pub(crate) fn reads(&self, role: Role) -> bool {
        role != Role::Extra || self.keep_extra
    }

    /// Puts one value of a row into `feedback`. Blanks around it are removed, except around texts and extra columns; an
    /// extra column without a value is left out.
    pub(crate) fn put(&self, feedback: &mut Feedback, role: Role, name: &str, value: &str) -> Result<(), Fault> {
        let fault = |reason| (name.to_owned(), reason);
        if !self.reads(role) {
            return Ok(());
        }
        if value.contains('\0') {
            return Err(fault(Reason::Nul));
        }
        let trimmed = value.trim();
        match role {
            Role::Text => feedback.text = value.to_owned(),
            Role::Extra if value.is_empty() => {}
            Role::Extra if feedback.extra.len() == Self::MOST_EXTRA => {
                return Err((String::new(), Reason::TooManyColumns { most: Self::MOST_EXTRA as u64 }));
            }
            Role::Extra => {
                feedback.extra.insert(name.to_owned(), value.to_owned());
            }
            _ if trimmed.is_empty() => {}
            Role::Uid => feedback.uid = trimmed.to_owned(),
            Role::Division => feedback.division = trimmed.to_owned(),
            Role::Source => feedback.source = Some(trimmed.to_owned()),
            Role::Time => feedback.time = Some(parse_time(trimmed).ok_or_else(|| fault(Reason::BadTime))?),
            Role::Label => {
                if let Some(labels) = &self.labels
                    && labels.index_of(trimmed).is_none()
                {
                    let nearest = labels.nearest(trimmed).map(String::from);
                    return Err(fault(Reason::UnknownLabel { declared: labels.listed(), nearest }));
                }
                if let Some(wrong) = Labels::name_fault(trimmed) {
                    return Err(fault(Reason::BadLabel { fault: wrong }));
                }
                feedback.label = Some(trimmed.to_owned());
            }
        }
        Ok(())
    }

    /// Keeps the uid of the row that was checked last: it is used, and begins in this line.
    pub(crate) fn use_checked(&mut self, line: u64) {
        if let Some(uid) = self.checked.take() {
            self.seen.insert(uid, line);
        }
    }

    /// Checks a row that has all its values, and numbers it where rows have no uid.
    pub(crate) fn check(&mut self, feedback: &mut Feedback, columns: &Columns, number: u64) -> Result<(), Fault> {
        self.checked = None;
        let fault = |role, reason| (columns.name(role).to_owned(), reason);
        if columns.has_text() && is_blank(&feedback.text) {
            return Err(fault(Role::Text, Reason::EmptyText));
        }
        if self.labels_required && feedback.label.is_none() {
            return Err(fault(Role::Label, Reason::EmptyLabel));
        }
        if !columns.has_uid() {
            feedback.uid = number.to_string();
        } else if feedback.uid.is_empty() {
            return Err(fault(Role::Uid, Reason::EmptyUid));
        } else if self.unique_uids {
            if let Some(&first_line) = self.seen.get(feedback.uid.as_str()) {
                return Err(fault(Role::Uid, Reason::DuplicateUid { first_line }));
            }
            self.checked = Some(feedback.uid.as_str().into());
        }
        Ok(())
    }
}
