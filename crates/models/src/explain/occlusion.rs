//! What a classifier says of a text without one of its words.

use plaudit_core::{Analyzer, Classifier, Result};

use super::{Attribution, ExplainMethod, ExplainedOutput, Explanation, place, places, stands_in};

/// The most words of a text that are left out in turn.
const MOST_WORDS: usize = 2000;
/// About the most bytes of texts that are scored together: of a long text, each word asks for a copy.
const MOST_BYTES: usize = 16 << 20;

/// Returns what the probability of `label` (by default the predicted one) loses for each of the first 2,000 words of `text` that is left
/// out: for any classifier. `analyzer` says what a word is; a blank takes its place, so that its neighbours do not grow together. Words that
/// share bytes of the text are left out together. Tokens without a place in the text cannot be left out, and have no share.
///
/// ```
/// # use plaudit_core::{Analyzer, Classifier, Labels, Result, Scores, TokenKind, Tokens};
/// use plaudit_models::explain_by_occlusion;
///
/// # struct Blanks;
/// # impl Analyzer for Blanks {
/// #     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
/// #         tokens.clear();
/// #         for word in text.split_ascii_whitespace() {
/// #             let start = word.as_ptr() as usize - text.as_ptr() as usize;
/// #             tokens.push(word, start..start + word.len(), TokenKind::Word);
/// #         }
/// #     }
/// # }
/// # struct Exclamation(Labels);
/// # impl Classifier for Exclamation {
/// #     fn labels(&self) -> &Labels {
/// #         &self.0
/// #     }
/// #     fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
/// #         out.reset(&self.0);
/// #         texts.iter().try_for_each(|text| out.push(if text.contains('!') { &[0.9, 0.1] } else { &[0.3, 0.7] }))
/// #     }
/// # }
/// // A rule that gives `loud` 0.9 where there is an exclamation mark, and else 0.3.
/// let rule = Exclamation(Labels::new(["loud", "calm"])?);
/// let explanation = explain_by_occlusion(&rule, &Blanks, "Please stop!", None)?;
/// let shares: Vec<f64> = explanation.tokens.iter().map(|token| token.value).collect();
/// assert!(shares[0] == 0.0 && (shares[1] - 0.6).abs() < 1e-6);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When the label is none of the classifier's, or the classifier fails.
pub fn explain_by_occlusion<C: Classifier + ?Sized, A: Analyzer + ?Sized>(
    classifier: &C,
    analyzer: &A,
    text: &str,
    label: Option<&str>,
) -> Result<Explanation> {
    explain(classifier, analyzer, text, label, MOST_WORDS)
}

pub(super) fn explain<C: Classifier + ?Sized, A: Analyzer + ?Sized>(
    classifier: &C,
    analyzer: &A,
    text: &str,
    label: Option<&str>,
    most: usize,
) -> Result<Explanation> {
    let prediction = classifier.predict(text)?;
    let label = place(classifier.labels(), label, &prediction)?;
    let tokens = analyzer.analyze(text);
    let read = || tokens.iter().take(most);
    let places = places(text, read().map(|token| token.source));

    let mut probabilities = Vec::with_capacity(places.len());
    for places in places.chunks((MOST_BYTES / text.len().max(1)).max(1)) {
        let without: Vec<String> = places.iter().map(|place| blanked(text, std::slice::from_ref(place))).collect();
        let scores = classifier.classify(&without.iter().map(String::as_str).collect::<Vec<_>>())?;
        probabilities.extend(scores.iter().map(|row| f64::from(row.scores().get(label).copied().unwrap_or_default())));
    }
    let of = |scores: &[f32]| f64::from(scores.get(label).copied().unwrap_or_default());
    let (score, baseline) = (of(prediction.scores()), of(classifier.predict(&blanked(text, &places))?.scores()));
    let attribution = |(place, &without): (&std::ops::Range<usize>, &f64)| {
        let inside = read().filter(|token| place.contains(&token.source.start) && stands_in(text, &token.source));
        let token = inside.map(|token| token.text).collect::<Vec<_>>().join(" ");
        Attribution { source: place.clone(), token, value: score - without }
    };
    let attributions: Vec<Attribution> = places.iter().zip(&probabilities).map(attribution).collect();
    let sum: f64 = attributions.iter().map(|attribution| attribution.value).sum();
    Ok(Explanation {
        text: text.to_owned(),
        label: classifier.labels().name(label).unwrap_or_default().to_owned(),
        predicted: prediction.label().to_owned(),
        probability: score,
        method: ExplainMethod::Occlusion,
        output: ExplainedOutput::Probability,
        score,
        baseline,
        tokens: attributions,
        linear: None,
        gap: (sum - (score - baseline)).abs(),
        unread: tokens.len().saturating_sub(most),
    })
}

/// The text with a blank in each of these places.
fn blanked(text: &str, places: &[std::ops::Range<usize>]) -> String {
    let mut without = String::with_capacity(text.len());
    let mut end = 0;
    for place in places {
        without.push_str(text.get(end..place.start).unwrap_or_default());
        without.push(' ');
        end = place.end;
    }
    without.push_str(text.get(end..).unwrap_or_default());
    without
}
