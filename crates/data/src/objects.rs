//! Rows that are JSON objects.

use plaudit_core::Feedback;

use crate::columns::{Columns, Role};
use crate::json::{Object, Value, value};
use crate::names::missing;
use crate::row::{Fault, Rows};
use crate::{ReadConfig, Reason};

/// What is known of the columns of a JSONL file.
#[derive(Default)]
pub(crate) struct Objects {
    first: Option<First>,
}

/// What the first object told: which column is the uid, and what columns there are.
struct First {
    columns: Columns,
    keys: Vec<String>,
    /// The required columns that no object had yet.
    unseen: Vec<String>,
}

impl Objects {
    /// Returns the feedback that a line holds. A missing key and `null` are an empty value.
    pub(crate) fn feedback(
        &mut self,
        text: &str,
        config: &ReadConfig,
        rows: &mut Rows,
        number: u64,
    ) -> Result<Feedback, Fault> {
        let object = Object::parse(text).map_err(|reason| (String::new(), reason))?;
        let First { columns, unseen, .. } = self.first.get_or_insert_with(|| {
            let columns = Columns::new(config, |name| object.values.contains_key(name));
            let unseen = columns.required().map(String::from).collect();
            First { columns, keys: object.values.keys().cloned().collect(), unseen }
        });
        unseen.retain(|name| !object.values.contains_key(name));
        if let Some(key) = object.duplicates.into_iter().find(|key| rows.reads(columns.role(key))) {
            return Err((key, Reason::DuplicateKey));
        }

        let mut feedback = Feedback::default();
        for (key, raw) in &object.values {
            let role = columns.role(key);
            if columns.is_late_uid(key, |name| object.values.contains_key(name)) && raw.get() != "null" {
                return Err((key.clone(), Reason::LateUid));
            }
            if !rows.reads(role) {
                continue;
            }
            match value(raw, text).map_err(|reason| (key.clone(), reason))? {
                Value::Nothing => {}
                Value::Text(value) => rows.put(&mut feedback, role, key, &value)?,
                Value::Nested(json) if role == Role::Extra => rows.put(&mut feedback, role, key, &json)?,
                Value::Nested(_) => return Err((key.clone(), Reason::NestedValue)),
            }
        }
        rows.check(&mut feedback, columns, number)?;
        Ok(feedback)
    }

    /// Returns the sentence for required columns that no object had, where there are such.
    pub(crate) fn missing(&self) -> Option<String> {
        let first = self.first.as_ref()?;
        (!first.unseen.is_empty()).then(|| missing(&first.unseen, &first.keys, true) + " (of the first object)")
    }
}
