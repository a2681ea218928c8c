//! Tables about people: how many were asked, and whose names are covered.

use std::fs::File;

use plaudit::promotion::{Asked, DivisionVerdict, Response};
use plaudit::text::MaskConfig;
use plaudit::{Error, Policy, Survey, Verdicts};

use crate::common::{self, Options, Result, say, usage};

/// What is covered in quotes: names and contacts that are found, and the names of `--names`; nothing with `--unmasked`.
pub(crate) fn mask(options: &Options) -> Result<Option<MaskConfig>> {
    let (file, unmasked) = (options.file("names")?, options.value("unmasked").is_some());
    if file.is_some() && unmasked {
        return Err(usage("--names and --unmasked: expected one of them"));
    }
    let mut mask = MaskConfig::default();
    if let Some(file) = file {
        mask.names = names(file, options)?;
        mask.validate().map_err(|error| Error::malformed(file, error))?;
    }
    Ok((!unmasked).then_some(mask))
}

/// The names of a text file, one a line; of other files those in the column `name`.
fn names(file: &str, options: &Options) -> Result<Vec<String>> {
    let mut read = options.read_config()?;
    let none = || Some(String::new());
    let name = std::path::Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_lines = name.split('.').skip(1).any(|part| part.eq_ignore_ascii_case("txt"));
    read.text = (!is_lines).then(|| "name".to_owned());
    (read.uid, read.label) = (none(), none());
    (read.division, read.source) = (none(), none());
    let data = plaudit::data::read(file, &read)?;
    common::print_rejections(&data.report);
    common::check_used(&data.report)?;
    Ok(data.rows.into_iter().map(|row| row.text.trim().to_owned()).collect())
}

/// The verdicts with what those who did not answer could change, where `--asked` says how many were asked.
pub(crate) fn responses(verdicts: &Verdicts, asked: &Asked, policy: &Policy) -> Result<Verdicts> {
    let labels = verdicts.labels();
    let add = |decided: &DivisionVerdict| {
        let mut decided = decided.clone();
        if let Some(asked) = asked.of(&decided.division) {
            decided.response = Response::of(policy, labels, &decided, asked)?;
        }
        Ok(decided)
    };
    Ok(Verdicts::new(labels.clone(), verdicts.iter().map(add).collect::<Result<_>>()?))
}

/// The table of `--asked`.
pub(crate) fn asked(options: &Options, survey: &Survey) -> Result<Option<Asked>> {
    let Some(file) = options.file("asked")? else { return Ok(None) };
    let opened = File::open(file).map_err(|error| Error::io(file, error))?;
    let asked = Asked::read(opened, file, survey)?;
    let missing: Vec<String> = survey
        .divisions()
        .iter()
        .filter(|division| asked.of(&division.division).is_none())
        .map(|division| division.division.clone())
        .collect();
    if !missing.is_empty() {
        say!("How many were asked is not known of {}.", plaudit::core::visible(&common::some(&missing)));
    }
    Ok(Some(asked))
}
