//! What a classifier reads of a text.

use plaudit_core::{Analyzer, Features, Files, Result, Stored, Tokens};
#[cfg(feature = "embeddings")]
use plaudit_embeddings::TextFeatures;
use plaudit_text::{Pipeline, PipelineConfig};

/// What a classifier reads of a text: words, as a pipeline leaves them, and n-grams where the classifier has a linear part for them
/// ([`WideAndDeep`](plaudit_models::Architecture::WideAndDeep)).
#[derive(Debug, Clone)]
pub struct Reader {
    pipeline: Pipeline,
    #[cfg(feature = "embeddings")]
    features: Option<TextFeatures<Pipeline>>,
}

/// How the names of the files of features begin.
#[cfg(feature = "embeddings")]
const FEATURES: &str = "features-";

impl Reader {
    /// Returns a reader of words alone.
    pub fn new(pipeline: Pipeline) -> Self {
        Self {
            pipeline,
            #[cfg(feature = "embeddings")]
            features: None,
        }
    }

    /// Returns a reader of words and n-grams.
    #[cfg(feature = "embeddings")]
    pub fn with_features(pipeline: Pipeline, features: TextFeatures<Pipeline>) -> Self {
        Self { pipeline, features: Some(features) }
    }

    /// Returns the pipeline that makes words of a text.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Returns the configuration of the pipeline.
    pub fn config(&self) -> &PipelineConfig {
        self.pipeline.config()
    }
}

impl From<Pipeline> for Reader {
    fn from(pipeline: Pipeline) -> Self {
        Self::new(pipeline)
    }
}

impl Analyzer for Reader {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        self.pipeline.analyze_into(text, tokens);
    }

    #[cfg(feature = "embeddings")]
    fn features(&self) -> Option<&dyn Features> {
        self.features.as_ref().map(|features| features as &dyn Features)
    }

    #[cfg(not(feature = "embeddings"))]
    fn features(&self) -> Option<&dyn Features> {
        None
    }
}

impl Stored for Reader {
    fn to_files(&self) -> Result<Files> {
        let files = self.pipeline.to_files()?;
        #[cfg(feature = "embeddings")]
        if let Some(features) = &self.features {
            let named = features.to_files()?.into_iter().map(|(name, bytes)| (format!("{FEATURES}{name}"), bytes));
            return Ok(files.into_iter().chain(named).collect());
        }
        Ok(files)
    }

    #[cfg(feature = "embeddings")]
    fn from_files(files: &Files) -> Result<Self> {
        let (mut own, mut of_features) = (Files::new(), Files::new());
        for (name, bytes) in files {
            match name.strip_prefix(FEATURES) {
                Some(name) => of_features.insert(name.to_owned(), bytes.clone()),
                None => own.insert(name.clone(), bytes.clone()),
            };
        }
        let features = if of_features.is_empty() { None } else { Some(TextFeatures::from_files(&of_features)?) };
        Ok(Self { pipeline: Pipeline::from_files(&own)?, features })
    }

    #[cfg(not(feature = "embeddings"))]
    fn from_files(files: &Files) -> Result<Self> {
        Pipeline::from_files(files).map(Self::new)
    }
}
