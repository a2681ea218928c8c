//! Saved and loaded.

use plaudit_core::{Error, Files, Result, Stored};
use serde::{Deserialize, Serialize};

use super::table::NgramTable;
use super::{TfIdf, TfIdfConfig};
use crate::analyzer_files;

const HEADER: &str = "tfidf.json";
/// One n-gram a line, `["not bad",12]`: JSON, since n-grams of characters may hold line breaks.
const NGRAMS: &str = "ngrams.jsonl";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    /// Texts it was fitted to.
    documents: u32,
    /// Lines of `NGRAMS`.
    columns: usize,
    config: TfIdfConfig,
}

/// `tfidf.json` (configuration, numbers of texts and columns), `ngrams.jsonl` (a line a column, in order: the n-gram and the
/// number of texts that hold it) and the files of the analyzer, each with `analyzer-` before its name. Weights are computed anew.
impl<A: Stored> Stored for TfIdf<A> {
    fn to_files(&self) -> Result<Files> {
        let columns = self.frequencies.len();
        let header = Header { version: VERSION, documents: self.documents, columns, config: self.config.clone() };
        let mut json = serde_json::to_vec_pretty(&header).map_err(|error| Error::malformed(HEADER, error))?;
        json.push(b'\n');
        let mut lines = Vec::new();
        for entry in self.ngrams().zip(&self.frequencies) {
            serde_json::to_writer(&mut lines, &entry).map_err(|error| Error::malformed(NGRAMS, error))?;
            lines.push(b'\n');
        }
        let mut files = Files::from([(HEADER.to_owned(), json), (NGRAMS.to_owned(), lines)]);
        analyzer_files::add(&mut files, &self.analyzer)?;
        Ok(files)
    }

    fn from_files(files: &Files) -> Result<Self> {
        let header: Header =
            serde_json::from_str(text(files, HEADER)?).map_err(|error| Error::malformed(HEADER, error))?;
        if header.version != VERSION {
            return Err(Error::format(HEADER, format!("found version {}, expected {VERSION}", header.version)));
        }
        header.config.validate().map_err(|error| Error::malformed(HEADER, error))?;
        let (vocabulary, frequencies) = ngrams(text(files, NGRAMS)?, header.documents)?;
        if vocabulary.len() != header.columns || vocabulary.len() == 0 {
            let reason = format!(
                "found {} n-grams, expected the {} that {HEADER} names, and at least one",
                vocabulary.len(),
                header.columns
            );
            return Err(Error::format(NGRAMS, reason));
        }
        let analyzer = analyzer_files::read(files)?;
        Self::new(analyzer, header.config, vocabulary, frequencies, header.documents)
            .map_err(|error| Error::malformed(NGRAMS, error))
    }
}

fn text<'a>(files: &'a Files, name: &str) -> Result<&'a str> {
    let bytes = files.get(name).ok_or_else(|| Error::format(name, "is missing"))?;
    std::str::from_utf8(bytes).map_err(|_| Error::format(name, "is not UTF-8"))
}

fn ngrams(lines: &str, documents: u32) -> Result<(NgramTable, Vec<u32>)> {
    let (mut table, mut frequencies) = (NgramTable::new(), Vec::new());
    for (line, number) in lines.split_terminator('\n').zip(1_usize..) {
        let fault = |reason: String| Error::format(NGRAMS, format!("line {number} {reason}"));
        let (ngram, df): (String, u32) = serde_json::from_str(line)
            .map_err(|_| fault("is not an n-gram and a whole number: [\"good\",12]".to_owned()))?;
        if df > documents {
            return Err(fault(format!("has {df} texts, expected at most the {documents} of {HEADER}")));
        }
        let place = table.insert(&ngram);
        if let Some(place) = place.filter(|_| table.len() < number) {
            return Err(fault(format!("has the n-gram of line {} again", place + 1)));
        }
        frequencies.push(df);
    }
    table.check()?;
    Ok((table, frequencies))
}
