//! What tests of reading share.

use plaudit_data::{Dataset, Format, ReadConfig, read_from};

/// Returns the default configuration with this change.
pub(crate) fn config(change: impl FnOnce(&mut ReadConfig)) -> ReadConfig {
    let mut config = ReadConfig::default();
    change(&mut config);
    config
}

/// Reads a file that has no fault of its own.
pub(crate) fn read(format: Format, bytes: &[u8], config: &ReadConfig) -> Dataset {
    read_from(bytes, "f", format, config).unwrap()
}

/// Returns `line:column:reason` of every rejection.
pub(crate) fn rejections(data: &Dataset) -> Vec<String> {
    assert_eq!(data.report.rows, data.report.used + data.report.rejected);
    assert_eq!(data.report.used, data.len() as u64);
    data.report.rejections.iter().map(|r| format!("{}:{}:{}", r.line, r.column, r.reason.name())).collect()
}

/// Returns the texts of the rows used.
pub(crate) fn texts(data: &Dataset) -> Vec<&str> {
    data.iter().map(|row| row.text.as_str()).collect()
}
