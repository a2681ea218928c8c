//! A value of any type, kept as the JSON that it was written as.

use plaudit_core::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A value as the JSON text that serde wrote: fields in their order, numbers in the shortest form that reads back to
/// the same bits. What is read keeps its bytes, so that it can be compared byte for byte.
///
/// A number that is not finite is written as `null`; serde does so.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// Returns the JSON of this value.
    ///
    /// # Errors
    /// When the value cannot be written as JSON, such as a map whose keys are not text.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Result<Self> {
        serde_json::value::to_raw_value(value).map(Self).map_err(Error::backend)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Returns the value that this text is.
    ///
    /// # Errors
    /// When it is not one of this type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.as_str()).map_err(|error| Error::malformed("audit record", error))
    }
}

impl PartialEq for Json {
    /// The same bytes.
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Json {}
