//! Several kinds of n-grams side by side: words and characters, as scikit-learn's `FeatureUnion` joins them.

use plaudit_core::{Analyzer, Error, Features, Files, Result, SparseRow, Stored};
use serde::{Deserialize, Serialize};

use crate::analyzer_files;
use crate::hashed::{HashedNgrams, HashedNgramsConfig, fit_hashed_ngrams};
use crate::tfidf::{TfIdf, TfIdfConfig, fit_tfidf};

/// One kind of n-grams.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NgramsConfig {
    /// Weighed n-grams of words or of characters, each with a column of its own.
    TfIdf(TfIdfConfig),
    /// Counts of words and hashed n-grams.
    Hashed(HashedNgramsConfig),
}

impl NgramsConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::TfIdf(config) => config.validate(),
            Self::Hashed(config) => config.validate(),
        }
    }
}

/// The columns of several kinds of n-grams, one kind after the other; [`fit_text_features`] makes it.
#[derive(Debug, Clone)]
pub struct TextFeatures<A> {
    parts: Vec<Part<A>>,
}

#[derive(Debug, Clone)]
enum Part<A> {
    TfIdf(TfIdf<A>),
    Hashed(HashedNgrams<A>),
}

/// Returns features of every kind in `configs`, each fitted to `texts`; of none, features without a column. The analyzer splits texts into words;
/// n-grams of characters are those of the text as it is.
///
/// # Errors
/// As [`fit_tfidf`] and [`fit_hashed_ngrams`], and when there are more than `u32::MAX` columns in all.
///
/// # Example: words and characters
/// ```
/// use plaudit_core::{Analyzer, Features, TokenKind, Tokens};
/// use plaudit_embeddings::{NgramUnit, NgramsConfig, TfIdfConfig, fit_text_features};
///
/// #[derive(Clone)]
/// struct Blanks;
/// impl Analyzer for Blanks {
///     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
///         tokens.clear();
///         text.split_ascii_whitespace().for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
///     }
/// }
///
/// let (words, mut characters) = (TfIdfConfig::default(), TfIdfConfig::default());
/// (characters.unit, characters.min_n, characters.max_n) = (NgramUnit::CharactersInWords, 3, 3);
/// let kinds = [NgramsConfig::TfIdf(words), NgramsConfig::TfIdf(characters)];
/// let features = fit_text_features(&["good food", "goods"], Blanks, &kinds)?;
/// assert_eq!(features.width(), 3 + 8); // `food`, `good`, `goods`; ` fo`, ` go`, `od `, ...
/// assert_eq!(features.features("oddgood").len(), 3); // no word, but `goo`, `ood` and `od `
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn fit_text_features<T: AsRef<str>, A: Analyzer + Clone>(
    texts: &[T],
    analyzer: A,
    configs: &[NgramsConfig],
) -> Result<TextFeatures<A>> {
    let fit = |config: &NgramsConfig| match config {
        NgramsConfig::TfIdf(config) => fit_tfidf(texts, analyzer.clone(), config).map(Part::TfIdf),
        NgramsConfig::Hashed(config) => fit_hashed_ngrams(texts, analyzer.clone(), config).map(Part::Hashed),
    };
    TextFeatures::new(configs.iter().map(fit).collect::<Result<_>>()?)
}

impl<A> TextFeatures<A> {
    fn new(parts: Vec<Part<A>>) -> Result<Self>
    where
        A: Analyzer,
    {
        let features = Self { parts };
        match u32::try_from(features.width()) {
            Ok(_) => Ok(features),
            Err(_) => Err(Error::config(format!(
                "features: found {} columns, expected at most {}",
                features.width(),
                u32::MAX
            ))),
        }
    }

    /// Returns the configurations of its kinds, in the order of their columns.
    pub fn configs(&self) -> Vec<NgramsConfig> {
        let config = |part: &Part<A>| match part {
            Part::TfIdf(part) => NgramsConfig::TfIdf(part.config().clone()),
            Part::Hashed(part) => NgramsConfig::Hashed(part.config().clone()),
        };
        self.parts.iter().map(config).collect()
    }
}

impl<A: Analyzer> Part<A> {
    fn features(&self) -> &dyn Features {
        match self {
            Self::TfIdf(part) => part,
            Self::Hashed(part) => part,
        }
    }
}

impl<A: Analyzer> Features for TextFeatures<A> {
    fn width(&self) -> usize {
        self.parts.iter().map(|part| part.features().width()).sum()
    }

    fn features_into(&self, text: &str, row: &mut SparseRow) {
        let (mut first, mut entries, mut own) = (0, Vec::new(), SparseRow::new());
        for part in &self.parts {
            part.features().features_into(text, &mut own);
            entries.extend(own.iter().map(|(column, value)| (first + column, value)));
            first += part.features().width() as u32; // at most `u32::MAX` in all
        }
        row.assign(entries);
    }
}

const HEADER: &str = "features.json";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    kinds: Vec<Kind>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    TfIdf,
    Hashed,
}

/// `features.json` (the kinds, in order), the files of each, its place from 0 and `-` before their names, and once those of the analyzer,
/// each with `analyzer-` before its name. Without a kind there is no analyzer.
impl<A: Analyzer + Stored> Stored for TextFeatures<A> {
    fn to_files(&self) -> Result<Files> {
        let (mut files, mut kinds) = (Files::new(), Vec::new());
        for (place, part) in self.parts.iter().enumerate() {
            let (kind, own) = match part {
                Part::TfIdf(part) => (Kind::TfIdf, part.to_files()?),
                Part::Hashed(part) => (Kind::Hashed, part.to_files()?),
            };
            kinds.push(kind);
            let name = |name: String| if analyzer_files::is_one(&name) { name } else { format!("{place}-{name}") };
            files.extend(own.into_iter().map(|(file, bytes)| (name(file), bytes)));
        }
        let header = Header { version: VERSION, kinds };
        let mut json = serde_json::to_vec_pretty(&header).map_err(|error| Error::malformed(HEADER, error))?;
        json.push(b'\n');
        files.insert(HEADER.to_owned(), json);
        Ok(files)
    }

    fn from_files(files: &Files) -> Result<Self> {
        let header = files.get(HEADER).ok_or_else(|| Error::format(HEADER, "is missing"))?;
        let header: Header = serde_json::from_slice(header).map_err(|error| Error::malformed(HEADER, error))?;
        if header.version != VERSION {
            return Err(Error::format(HEADER, format!("found version {}, expected {VERSION}", header.version)));
        }
        let read = |(place, kind): (usize, &Kind)| {
            let prefix = format!("{place}-");
            let own = |(name, bytes): (&String, &Vec<u8>)| {
                let name = if analyzer_files::is_one(name) { name } else { name.strip_prefix(&prefix)? };
                Some((name.to_owned(), bytes.clone()))
            };
            let own: Files = files.iter().filter_map(own).collect();
            // Files of this part are named as they are there.
            let named = |error| match error {
                Error::Format { source_name, reason, source } if own.contains_key(&source_name) => {
                    Error::Format { source_name: format!("{prefix}{source_name}"), reason, source }
                }
                error => error,
            };
            match kind {
                Kind::TfIdf => TfIdf::from_files(&own).map(Part::TfIdf),
                Kind::Hashed => HashedNgrams::from_files(&own).map(Part::Hashed),
            }
            .map_err(named)
        };
        Self::new(header.kinds.iter().enumerate().map(read).collect::<Result<_>>()?)
    }
}
