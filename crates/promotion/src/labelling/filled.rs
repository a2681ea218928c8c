//! The sheet that people have filled.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};
use plaudit_core::{Error, Labels, Origin, Result, visible};
use serde::{Deserialize, Serialize};

use super::Population;
use super::population::{shown, shown_text};
use super::sheet::BYTE_ORDER_MARK;
use crate::prevalence::{ErrorMatrix, GoldSample, OwnShares, Probabilities};

/// The labels that came back, and what is wrong with the sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FilledSheet {
    /// The rows with a label, in the sheet's order, each text once.
    pub labelled: Vec<LabelledRow>,
    /// How many rows have no label yet.
    pub blank: u64,
    /// What cannot be used, and why; nothing of it is in `labelled`.
    pub rejected: Vec<SheetFault>,
    /// The divisions that have texts and no labelled row, in lexicographic order. Of these the labels say nothing.
    pub unlabelled: Vec<String>,
}

/// One text with its label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LabelledRow {
    /// Its place in the population, counted from 0.
    pub place: usize,
    /// The index of its label.
    pub label: usize,
    /// How many texts of the population it stands for: those of its stratum over the labelled ones.
    pub weight: f64,
}

/// Why a row of a sheet cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SheetFault {
    /// The line, counted from 1, where the row begins.
    pub line: u64,
    /// The column; empty where the whole row is meant.
    pub column: String,
    /// What was found, and what was expected.
    pub reason: String,
}

impl fmt::Display for SheetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, reason } = self;
        match column.as_str() {
            "" => write!(f, "line {line}: {}", visible(reason)),
            _ => write!(f, "line {line}, column `{}`: {}", visible(column), visible(reason)),
        }
    }
}

/// Where the columns are that are read.
struct Columns {
    id: usize,
    text: usize,
    label: usize,
    of: usize,
}

impl FilledSheet {
    /// Returns what stands in a filled sheet, whose rows are of this population, with labels of these names.
    ///
    /// Rows are found by their ids, so they may come in any order, and some may be missing. Columns are found by their
    /// names; commas, semicolons or tabs stand between them. Lines end in LF, CR LF or CR. A blank label is one that is still to come. Rejected are ids
    /// that the population has not or that stood before, labels that are none (the nearest is named), texts that are not
    /// those of the population (blanks and apostrophes aside), and strata of another size than they have in it.
    ///
    /// Labels are taken to come from a random part of each stratum's rows of the sheet: where they do not (the easy ones
    /// first), label the rest.
    ///
    /// # Errors
    /// When it cannot be read, is not UTF-8 (or UTF-16, which the message says), a column is missing or stands twice (the message has the line), or rows of
    /// divisions stand beside rows that were drawn from all texts.
    pub fn read(mut sheet: impl Read, source_name: &str, population: &Population<'_>, labels: &Labels) -> Result<Self> {
        let mut bytes = Vec::new();
        sheet.read_to_end(&mut bytes).map_err(|error| Error::io(source_name, error))?;
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(Error::format(source_name, "is UTF-16; save the sheet as CSV in UTF-8"));
        }
        let bytes = ended_by_newlines(bytes);
        let bytes = without_mark(&bytes);
        let mut reader = ReaderBuilder::new().delimiter(delimiter(bytes)).flexible(true).from_reader(bytes);
        let failed = |error: csv::Error| Error::malformed(source_name, error);
        let columns = Columns::find(reader.byte_headers().map_err(failed)?, source_name)?;
        let mut filled = Self { labelled: Vec::new(), blank: 0, rejected: Vec::new(), unlabelled: Vec::new() };
        let mut lines: HashMap<usize, u64> = HashMap::new();
        let divisions = population.divisions();
        let mut strata = Vec::new(); // of each labelled row; none where all texts are one
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(failed)? {
            let line = record.position().map_or(0, csv::Position::line);
            if record.iter().all(<[u8]>::is_empty) {
                continue; // spreadsheets leave such lines behind
            }
            match columns.row(&record, population, labels, &divisions, line, &mut lines) {
                Err(RowError::NotUtf8) => {
                    let reason = "the row is not UTF-8; save the sheet as CSV in UTF-8";
                    return Err(Error::data(source_name, line, "", reason));
                }
                Err(RowError::Rejected(column, reason)) => {
                    filled.rejected.push(SheetFault { line, column: column.to_owned(), reason });
                }
                Ok(None) => filled.blank += 1,
                Ok(Some((place, label, stratum))) => {
                    filled.labelled.push(LabelledRow { place, label, weight: 0.0 });
                    strata.push(stratum);
                }
            }
        }
        if strata.contains(&None) && strata.iter().any(Option::is_some) {
            let reason =
                "some rows were drawn from their divisions, others from all texts; expected the rows of one plan";
            return Err(Error::data(source_name, 0, "of", reason));
        }
        filled.weigh(&strata, population, &divisions);
        Ok(filled)
    }

    /// Fills in the weights, and which divisions have no label.
    fn weigh(&mut self, strata: &[Option<&str>], population: &Population<'_>, divisions: &BTreeMap<&str, u64>) {
        let mut labelled: BTreeMap<Option<&str>, u64> = BTreeMap::new();
        strata.iter().for_each(|&stratum| *labelled.entry(stratum).or_insert(0) += 1);
        for (row, stratum) in self.labelled.iter_mut().zip(strata) {
            let size = stratum.map_or(population.len() as u64, |name| divisions.get(name).copied().unwrap_or(0));
            row.weight = size as f64 / labelled.get(stratum).copied().unwrap_or(1) as f64;
        }
        let known: BTreeSet<&str> =
            self.labelled.iter().filter_map(|row| Some(population.row(row.place)?.division)).collect();
        self.unlabelled =
            divisions.keys().filter(|name| !known.contains(*name)).map(|name| (*name).to_owned()).collect();
    }

    /// Returns how often the classifier is wrong about each label in the whole population, as
    /// [`ErrorMatrix::weighted`] counts it; `predicted` has the index of each text's predicted label, `[texts]`, and
    /// `origin` says how it came that the classifier did not know the labels.
    ///
    /// # Errors
    /// When no row has a label, there is not one prediction a text (a place of a labelled row is beyond them), an index is
    /// not that of a label, or as [`ErrorMatrix::new`].
    pub fn error_matrix(&self, labels: Labels, origin: Origin, predicted: &[usize]) -> Result<ErrorMatrix> {
        let rows = self.labelled.iter().map(|row| {
            let found = predicted.get(row.place).copied().ok_or_else(|| {
                let found = format!("predicted: {} labels; text {} is beyond them", predicted.len(), row.place);
                Error::config(format!("{found}; expected one a text"))
            })?;
            Ok((row.label, found, row.weight))
        });
        ErrorMatrix::weighted(labels, origin, rows.collect::<Result<Vec<_>>>()?)
    }
}

/// A division of which enough rows have labels to say its shares from these and its predictions alone.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DivisionSample {
    /// The division.
    pub division: String,
    /// Its labelled rows: a random sample of it.
    pub sample: GoldSample,
    /// The predictions for its other texts.
    pub others: Probabilities,
}

/// The fewest labelled rows of a [`DivisionSample`]; those that [`GoldSample`] asks for.
const FEWEST: usize = 100;

impl FilledSheet {
    /// Returns what [`ppi`](crate::prevalence::ppi) takes, of each division with at least 100 labelled rows and a text without
    /// a label, in lexicographic order; `predicted` has the predictions for all texts of the population, in its order, and
    /// `origin` says how it came that the classifier did not know the labels.
    ///
    /// Within a division every row was as likely to be drawn as every other, so that none has more weight. Such shares hang on no
    /// error rates of other divisions.
    ///
    /// # Errors
    /// When there is not one prediction a text, an index is not that of a label, or as [`GoldSample::new`].
    pub fn samples(
        &self,
        population: &Population<'_>,
        origin: Origin,
        predicted: &Probabilities,
    ) -> Result<Vec<DivisionSample>> {
        if predicted.len() != population.len() {
            let found = format!("predicted: {} texts of a population of {}", predicted.len(), population.len());
            return Err(Error::config(format!("{found}; expected one a text")));
        }
        let labels: HashMap<usize, usize> = self.labelled.iter().map(|row| (row.place, row.label)).collect();
        let mut samples = Vec::new();
        for division in population.divisions().into_keys() {
            let (mut gold, mut of_sample, mut others) = (Vec::new(), Vec::new(), Vec::new());
            let rows = population.rows().iter().zip(predicted.rows()).enumerate();
            for (place, (_, row)) in rows.filter(|(_, (row, _))| row.division == division) {
                match labels.get(&place) {
                    Some(&label) => {
                        gold.push(label);
                        of_sample.extend_from_slice(row);
                    }
                    None => others.extend_from_slice(row),
                }
            }
            if gold.len() < FEWEST || others.is_empty() {
                continue;
            }
            let of = |values| Probabilities::new(predicted.labels().clone(), values);
            let sample = GoldSample::new(origin, gold, of(of_sample)?, None)?;
            samples.push(DivisionSample { division: division.to_owned(), sample, others: of(others)? });
        }
        Ok(samples)
    }

    /// Returns what [`Corrected::own`](crate::Corrected::own) takes: the shares of each division that has at least 100 labelled
    /// rows, or a label for every text. Arguments as for [`samples`](Self::samples).
    ///
    /// # Errors
    /// As [`samples`](Self::samples).
    pub fn own_shares(
        &self,
        population: &Population<'_>,
        origin: Origin,
        predicted: &Probabilities,
    ) -> Result<BTreeMap<String, OwnShares>> {
        let mut own = BTreeMap::new();
        for DivisionSample { division, sample, others } in self.samples(population, origin, predicted)? {
            own.insert(division, OwnShares::new(&sample, &others)?);
        }
        let mut labels: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for row in &self.labelled {
            if let Some(text) = population.row(row.place) {
                labels.entry(text.division).or_default().push(row.label);
            }
        }
        for (division, texts) in population.divisions() {
            if let Some(gold) = labels.get(division)
                && gold.len() as u64 == texts
            {
                own.insert(division.to_owned(), OwnShares::whole(predicted.labels().len(), gold)?);
            }
        }
        Ok(own)
    }
}

/// The bytes of a table without the mark that a spreadsheet may put before them.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(bytes)
}

/// What stands between the columns of a table: the most frequent of comma, semicolon and tab in its first line.
pub(crate) fn delimiter(bytes: &[u8]) -> u8 {
    let heading = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |delimiter| heading.iter().filter(|&&byte| byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

/// The same bytes with a newline for each carriage return that has none: old spreadsheets end lines so, and then lines could
/// not be counted. Within a text it is white space, which is not compared.
fn ended_by_newlines(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut next_is_newline = false;
    for byte in bytes.iter_mut().rev() {
        let newline = *byte == b'\n';
        if *byte == b'\r' && !next_is_newline {
            *byte = b'\n';
        }
        next_is_newline = newline;
    }
    bytes
}

/// The place of a row, the index of its label, and its division; none where all texts are one stratum.
type Found<'a> = (usize, usize, Option<&'a str>);

enum RowError {
    NotUtf8,
    Rejected(&'static str, String),
}

impl Columns {
    fn find(heading: &ByteRecord, source_name: &str) -> Result<Self> {
        let place = |name: &str| {
            let is = |cell: &[u8]| std::str::from_utf8(cell).is_ok_and(|cell| cell.trim().eq_ignore_ascii_case(name));
            let mut places = heading.iter().enumerate().filter(|(_, cell)| is(cell)).map(|(place, _)| place);
            match (places.next(), places.next()) {
                (Some(place), None) => Ok(place),
                (None, _) => {
                    // The first line may be somebody's text.
                    let found = heading.len();
                    let reason = format!(
                        "there is no such column among {found}; expected the sheet that was drawn, its first line too"
                    );
                    Err(Error::data(source_name, 1, name, reason))
                }
                _ => Err(Error::data(source_name, 1, name, "the column stands twice; expected one")),
            }
        };
        Ok(Self { id: place("id")?, text: place("text")?, label: place("label")?, of: place("of")? })
    }

    /// Returns the place, the label and the stratum of a row; none where the label is still to come.
    fn row<'a>(
        &self,
        record: &ByteRecord,
        population: &Population<'a>,
        labels: &Labels,
        divisions: &BTreeMap<&'a str, u64>,
        line: u64,
        lines: &mut HashMap<usize, u64>,
    ) -> std::result::Result<Option<Found<'a>>, RowError> {
        let cell = |place: usize| {
            std::str::from_utf8(record.get(place).unwrap_or_default()).map(str::trim).map_err(|_| RowError::NotUtf8)
        };
        let rejected = |column, reason: String| Err(RowError::Rejected(column, reason));
        let (id, text, label, of) = (cell(self.id)?, cell(self.text)?, cell(self.label)?, cell(self.of)?);
        let found = population.place(id).or_else(|| population.place(&shown(id)));
        let Some((place, row)) = found.and_then(|place| Some((place, population.row(place)?))) else {
            return rejected("id", "no text of the feedback has this id; expected one that has".to_owned());
        };
        if let Some(earlier) = lines.insert(place, line) {
            return rejected("id", format!("the id stands already in line {earlier}; each text is counted once"));
        }
        if letters(text) != letters(&shown_text(row.text)) {
            return rejected("text", "the text is not that of the feedback; expected it unchanged".to_owned());
        }
        let size = divisions.get(row.division).copied().unwrap_or(0);
        let stratum = match of.parse::<u64>() {
            Ok(of) if of == size => Some(row.division),
            Ok(of) if of == population.len() as u64 => None,
            _ => {
                let expected = format!("expected {size}, its division's texts, or {}, all texts", population.len());
                return rejected("of", format!("the row was drawn from another number of texts; {expected}"));
            }
        };
        if label.is_empty() {
            return Ok(None);
        }
        match labels.index_of(label) {
            Some(index) => Ok(Some((place, index, stratum))),
            None => rejected("label", format!("none of {}", labels.known_and_nearest(label))),
        }
    }
}

/// What of a text a spreadsheet does not change: line ends, blanks at the ends and apostrophes in front it may.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect()
}

#[cfg(test)]
mod tests;
