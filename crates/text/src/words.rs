//! How a language tells words apart.

use std::ops::Range;

use crate::{Language, SegmenterConfig};

/// How a language tells words apart: Chinese by a dictionary, all others by UAX #29 alone.
#[derive(Clone)]
pub(crate) struct Words {
    language: Language,
    #[cfg(feature = "chinese")]
    segmenter: Option<crate::Segmenter>,
}

impl Words {
    /// Returns the words of UAX #29, for every language.
    pub(crate) fn plain() -> Self {
        Self {
            language: Language::Und,
            #[cfg(feature = "chinese")]
            segmenter: None,
        }
    }

    /// Returns whether this program was built with all that the language needs.
    pub(crate) fn supports(language: Language) -> bool {
        language != Language::Zh || cfg!(feature = "chinese")
    }

    /// Returns the words of a language, or every fault that forbids it.
    pub(crate) fn new(language: Language, config: &SegmenterConfig) -> Result<Self, Vec<String>> {
        if !Self::supports(language) {
            return Err(vec![format!(
                "language: {language} needs the feature `chinese`, which this program was built without; `und` splits Chinese into \
                 characters"
            )]);
        }
        config.validate().map_err(|error| match error {
            plaudit_core::Error::Config { faults } => faults,
            error => vec![error.to_string()],
        })?;
        let mut words = Self::plain();
        words.language = language;
        #[cfg(feature = "chinese")]
        if language == Language::Zh {
            words.segmenter = Some(crate::Segmenter::new(config).map_err(|error| vec![error.to_string()])?);
        }
        Ok(words)
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Returns whether words without blanks between them are told apart by a dictionary.
    pub(crate) fn has_dictionary(&self) -> bool {
        #[cfg(feature = "chinese")]
        return self.segmenter.is_some();
        #[cfg(not(feature = "chinese"))]
        false
    }

    /// Hands on the byte range of each word of a run of Han characters; all of it where there is no dictionary.
    pub(crate) fn segment(&self, run: &str, mut emit: impl FnMut(Range<usize>)) {
        #[cfg(feature = "chinese")]
        if let Some(segmenter) = &self.segmenter {
            return segmenter.segment(run, emit);
        }
        emit(0..run.len());
    }
}
