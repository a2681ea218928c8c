//! The pipeline: one pass over the text.

use std::fmt;
use std::sync::Arc;

use plaudit_core::{Analyzer, Error, Files, Result, Stored, Tokens};

use rayon::prelude::*;

use crate::prepared::Prepared;
use crate::{Explanation, PipelineConfig};

/// Turns raw text into clean tokens. Cheap to clone and free to share between threads; the same text always gives the
/// same tokens.
///
/// Each token runs through all steps before the next is split off, in buffers that one text shares. Tokens keep the byte
/// range of the text that they came from, whatever became of their letters.
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
    /// The name of the one file that holds a pipeline.
    const FILE: &str = "pipeline.json";

    /// Returns the pipeline of this configuration.
    ///
    /// # Errors
    /// When [`PipelineConfig::validate`] finds a fault.
    pub fn new(config: PipelineConfig) -> Result<Self> {
        Ok(Self(Arc::new(Prepared::new(config)?)))
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
                let mut scratch = self.0.scratch();
                let tokens: Vec<Tokens> = chunk
                    .iter()
                    .map(|text| {
                        let mut tokens = Tokens::new();
                        self.0.analyze(text.as_ref(), &mut scratch, &mut tokens);
                        tokens
                    })
                    .collect();
                self.0.put_back(scratch);
                tokens
            })
            .collect()
    }

    /// Returns what the text becomes, step after step. `Display` prints one line a step; it takes time as one analysis a
    /// step.
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
        Ok(Files::from([(Self::FILE.to_owned(), json.into_bytes())]))
    }

    fn from_files(files: &Files) -> Result<Self> {
        let bytes = files.get(Self::FILE).ok_or_else(|| Error::format(Self::FILE, "is missing"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| Error::format(Self::FILE, "is not UTF-8"))?;
        let config = serde_json::from_str(text).map_err(|error| Error::malformed(Self::FILE, error))?;
        Self::new(config).map_err(|error| Error::malformed(Self::FILE, error))
    }
}

/// Pipelines are equal when their configurations are.
impl PartialEq for Pipeline {
    fn eq(&self, other: &Self) -> bool {
        self.config() == other.config()
    }
}

impl Eq for Pipeline {}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pipeline").field(self.config()).finish()
    }
}
