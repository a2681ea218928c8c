//! Analogies: is the fourth word found from three?

use plaudit_core::Result;
use serde::{Deserialize, Serialize};

use super::{AnalogySection, EvaluationConfig, Known, UnknownItems};
use crate::{Neighbours, WordVectors};

/// How many analogies are answered rightly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AnalogyReport {
    /// The share of right answers in all that were asked, 0 to 1; none where none was.
    pub accuracy: Option<f64>,
    /// The sections, in the order of the list.
    pub sections: Vec<SectionReport>,
}

/// How many analogies of one kind are answered rightly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SectionReport {
    /// The kind.
    pub name: String,
    /// The share of right answers, 0 to 1; none where nothing was asked.
    pub accuracy: Option<f64>,
    /// The number of analogies with an unknown word.
    pub unknown: usize,
    /// Whether each analogy was answered rightly; none where it was left out.
    pub answers: Vec<Option<bool>>,
}

impl AnalogyReport {
    /// Returns the number of analogies in the list.
    pub fn questions(&self) -> usize {
        self.sections.iter().map(|section| section.answers.len()).sum()
    }

    /// Returns the number of analogies with an unknown word.
    pub fn unknown(&self) -> usize {
        self.sections.iter().map(|section| section.unknown).sum()
    }

    /// Returns the share of the analogies whose words are known, 0 to 1; none where there are none.
    pub fn coverage(&self) -> Option<f64> {
        let questions = self.questions();
        (questions > 0).then(|| (questions - self.unknown()) as f64 / questions as f64)
    }
}

/// Neighbours among which the answer is looked for, as many as gensim asks for: the nearest may be another spelling of a word
/// of the question.
const CANDIDATES: usize = 5;

/// Returns how many analogies are answered rightly: the figures of gensim's `evaluate_word_analogies`.
///
/// The answer is the best word by the configuration's rule, as [`Neighbours::analogy_by`] has it, among the words that are known; of
/// one that is a word of the question in another case, the next is taken. T. Mikolov, K. Chen, G. Corrado and J. Dean, *Efficient
/// estimation of word representations in vector space* (2013), section 4.1.
///
/// ```
/// use plaudit_embeddings::WordVectors;
/// use plaudit_embeddings::evaluation::{EvaluationConfig, analogies, read_analogies};
///
/// let words = ["king", "queen", "man", "woman", "tea"].map(str::to_owned).to_vec();
/// let vectors = WordVectors::new(words, 2, vec![3.0, 1.0, 3.0, 3.0, 1.0, -1.0, 1.0, 1.0, -1.0, 0.5])?;
/// let list = read_analogies(&b": family\nMan King woman queen\nman king boy prince\n"[..], "questions.txt")?;
/// let report = analogies(&vectors, &list, &EvaluationConfig::default())?;
/// assert_eq!((report.accuracy, report.coverage()), (Some(1.0), Some(0.5)));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When the configuration is not valid.
pub fn analogies(vectors: &WordVectors, list: &[AnalogySection], config: &EvaluationConfig) -> Result<AnalogyReport> {
    let known = Known::new(vectors, config)?;
    let places = |[a, b, c, d]: &[String; 4]| {
        known.place(d)?;
        Some([known.place(a)?, known.place(b)?, known.place(c)?])
    };
    let asked: Vec<Option<[usize; 3]>> = list.iter().flat_map(|section| &section.questions).map(places).collect();
    let neighbours = Neighbours::of_first(vectors, known.restrict);
    let found = neighbours.analogies(config.rule, &asked.iter().flatten().copied().collect::<Vec<_>>(), CANDIDATES);

    let (mut asked, mut found) = (asked.into_iter(), found.into_iter());
    let mut sections = Vec::with_capacity(list.len());
    for section in list {
        let mut unknown = 0;
        let mut answers = Vec::with_capacity(section.questions.len());
        for [a, b, c, expected] in &section.questions {
            if asked.next().flatten().is_none() {
                unknown += 1;
                answers.push((config.unknown == UnknownItems::Zero).then_some(false));
                continue;
            }
            let candidates = found.next().unwrap_or_default();
            let fresh =
                candidates.iter().find(|word| ![a, b, c].iter().any(|known_word| known.equal(word.word, known_word)));
            // As in gensim: the last one, where all are words of the question.
            let answer = fresh.or(candidates.last());
            answers.push(Some(answer.is_some_and(|answer| known.equal(answer.word, expected))));
        }
        sections.push(SectionReport { name: section.name.clone(), accuracy: share(&answers), unknown, answers });
    }
    let all: Vec<Option<bool>> = sections.iter().flat_map(|section| &section.answers).copied().collect();
    Ok(AnalogyReport { accuracy: share(&all), sections })
}

/// The share of right answers.
fn share(answers: &[Option<bool>]) -> Option<f64> {
    let given = answers.iter().flatten().count();
    let right = answers.iter().flatten().filter(|&&right| right).count();
    (given > 0).then(|| right as f64 / given as f64)
}
