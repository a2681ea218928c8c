//! The pipeline: one pass over the text.

use std::fmt;
use std::sync::Arc;

use plaudit_core::{Analyzer, Error, Files, Result, Stored, Tokens};

use rayon::prelude::*;

use crate::prepared::Prepared;
use crate::spelling::english;
use crate::{Explanation, PipelineConfig, TextStep, WordFrequencies};

/// Turns raw text into clean tokens. Cheap to clone and free to share between threads; the same text always gives the
/// same tokens.
///
/// Each token runs through all steps before the next is split off, in buffers that texts share; only
/// [`Lemmas`](TextStep::Lemmas) wait for the end of the text. Tokens keep the byte range of the text that they came from,
/// whatever became of their letters.
///
/// # Example: from a saved configuration
/// ```
/// use plaudit_core::{Analyzer, Stored};
/// use plaudit_text::{Language, Pipeline, PipelineConfig};
///
/// let pipeline = Pipeline::new(PipelineConfig::for_language(Language::Und))?;
/// let tokens = pipeline.analyze("Straße 12: 好👍!");
/// assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), ["strasse", "<num>", ":", "好", "👍", "!"]);
/// assert_eq!(tokens.get(0).unwrap().source, 0..7);
///
/// let files = pipeline.to_files()?; // one file, pipeline.json
/// assert_eq!(Pipeline::from_files(&files)?, pipeline);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Pipeline(Arc<Prepared>);

impl Pipeline {
    /// The name of the file that holds the configuration.
    const FILE: &str = "pipeline.json";
    /// The name of the file with the words of the user's own texts, where there are any.
    const WORDS: &str = "words.tsv";

    /// Returns the pipeline of this configuration.
    ///
    /// # Errors
    /// When [`PipelineConfig::validate`] finds a fault.
    pub fn new(config: PipelineConfig) -> Result<Self> {
        Ok(Self(Arc::new(Prepared::new(config, WordFrequencies::new())?)))
    }

    /// Returns the pipeline of this configuration, with the words of the user's own texts: [`TextStep::Spelling`] and
    /// [`TextStep::Unknown`] then know them, and prefer them. A word that the English table lacks counts where it occurs five
    /// times or more; fewer may be one misspelling again. Words of more than 256 bytes are left out. Without such a step, no
    /// text is read. The words are saved with the pipeline.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// # Example: the dishes of one canteen
    /// ```
    /// use plaudit_core::Analyzer;
    /// use plaudit_text::{Pipeline, PipelineConfig, SpellingConfig, TextStep};
    ///
    /// let mut config = PipelineConfig::default();
    /// config.steps = vec![TextStep::Spelling(SpellingConfig::default()), TextStep::Casefold];
    /// let pipeline = Pipeline::from_corpus(config, ["the shawarma was cold"; 5])?;
    /// let tokens = pipeline.analyze("Shawrma agian");
    /// assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>(), ["shawarma", "again"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn from_corpus<T: AsRef<str>>(config: PipelineConfig, texts: impl IntoIterator<Item = T>) -> Result<Self> {
        const LEAST: u64 = 5;
        let mut corpus = WordFrequencies::new();
        if config.wants_corpus() {
            config.validate()?;
            let mut plain = config.clone();
            plain.steps.retain(TextStep::is_of_characters);
            let split = Self::new(plain)?;
            let mut tokens = Tokens::new();
            let mut all = WordFrequencies::new();
            for text in texts {
                split.analyze_into(text.as_ref(), &mut tokens);
                all.add_tokens(&tokens);
            }
            for (word, count) in all.sorted() {
                if word.len() <= WordFrequencies::MAX_WORD_BYTES && (count >= LEAST || english().contains(word)) {
                    corpus.add(word, count);
                }
            }
        }
        Ok(Self(Arc::new(Prepared::new(config, corpus)?)))
    }

    /// Returns the configuration that the pipeline was made from.
    pub fn config(&self) -> &PipelineConfig {
        self.0.config()
    }

    /// Returns the tokens of each text, in order. The work is spread over the threads of the caller's rayon pool; the tokens
    /// are the same at any number of them.
    pub fn analyze_batch<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Tokens> {
        // Small enough to balance texts of unlike lengths, large enough that sharing out costs nothing.
        const TEXTS: usize = 64;
        texts
            .par_chunks(TEXTS)
            .flat_map_iter(|chunk| {
                let (mut scratch, mut tokens) = (self.0.scratch(), Tokens::new());
                let analyze = |text: &T| {
                    self.0.analyze(text.as_ref(), &mut scratch, &mut tokens);
                    tokens.clone() // no larger than it must be, and allocated at once
                };
                let batch: Vec<Tokens> = chunk.iter().map(analyze).collect();
                self.0.put_back(scratch);
                batch
            })
            .collect()
    }

    /// Returns what the text becomes, step after step. `Display` prints one line a step.
    ///
    /// # Example: why a word is gone
    /// ```
    /// use plaudit_text::{Pipeline, PipelineConfig};
    ///
    /// let explanation = Pipeline::new(PipelineConfig::counts())?.explain("The staff weren't helpful!");
    /// assert!(explanation.to_string().contains("stop_words"));
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn explain(&self, text: &str) -> Explanation {
        self.0.explain(text)
    }
}

impl Analyzer for Pipeline {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        let mut scratch = self.0.scratch();
        self.0.analyze(text, &mut scratch, tokens);
        self.0.put_back(scratch);
    }
}

impl Stored for Pipeline {
    fn to_files(&self) -> Result<Files> {
        let mut json =
            serde_json::to_string_pretty(self.config()).map_err(|error| Error::malformed(Self::FILE, error))?;
        json.push('\n');
        let mut files = Files::from([(Self::FILE.to_owned(), json.into_bytes())]);
        let corpus = self.0.corpus();
        if !corpus.is_empty() {
            files.insert(Self::WORDS.to_owned(), corpus.to_text().into_bytes());
        }
        Ok(files)
    }

    fn from_files(files: &Files) -> Result<Self> {
        let bytes = files.get(Self::FILE).ok_or_else(|| Error::format(Self::FILE, "is missing"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| Error::format(Self::FILE, "is not UTF-8"))?;
        let config = serde_json::from_str(text).map_err(|error| Error::malformed(Self::FILE, error))?;
        let corpus = match files.get(Self::WORDS) {
            Some(words) => WordFrequencies::read(words.as_slice(), Self::WORDS)?,
            None => WordFrequencies::new(),
        };
        let prepared = Prepared::new(config, corpus).map_err(|error| Error::malformed(Self::FILE, error))?;
        Ok(Self(Arc::new(prepared)))
    }
}

/// Pipelines are equal when their configurations and the words of the user's own texts are.
impl PartialEq for Pipeline {
    fn eq(&self, other: &Self) -> bool {
        self.config() == other.config() && self.0.corpus() == other.0.corpus()
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pipeline").field(self.config()).finish()
    }
}
