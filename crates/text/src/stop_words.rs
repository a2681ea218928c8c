//! Stop words (DPMS, Eq. 7 and 8).

use std::collections::HashSet;

use plaudit_core::Token;
use serde::{Deserialize, Serialize};

use crate::casefold::fold;
use crate::step::Rest;
use crate::tokenize::Splitter;
use crate::words::Words;
use crate::{Language, word_list};

/// Which words count as stop words.
///
/// The built-in lists are English and Chinese; `und` has none. [`Own`](Self::Own) is for every language.
///
/// # Example: what the default keeps
/// ```
/// use plaudit_text::{Language, StopList};
///
/// let sentiment = StopList::Sentiment.words(Language::En);
/// assert!(sentiment.contains(&"the") && !sentiment.contains(&"not") && !sentiment.contains(&"very"));
/// assert!(StopList::Literal.words(Language::En).contains(&"not"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum StopList {
    /// Function words without attitude: no negation (`not`, `don't`, `hardly`), no intensifier or downtoner (`very`,
    /// `only`), no contrast (`but`, `although`), no wish or duty (`should`), no particle that turns a verb (`let down`),
    /// no word that is sentiment itself. The default.
    #[default]
    Sentiment,
    /// All of [`Sentiment`](Self::Sentiment), and the negations, intensifiers, contrasts, modals and particles that
    /// classic lists hold: the literal reading of DPMS. `not good` becomes `good`.
    Literal,
    /// A list of one's own, in any case. Each entry must be one token: `don't` is, `co-op` and `of course` are not.
    Own(Vec<String>),
}

impl StopList {
    /// Returns the words of the list; of the built-in ones those of a language, which are none for [`Und`](Language::Und).
    pub fn words(&self, language: Language) -> Vec<&str> {
        let [function, negators, stance] = match language {
            Language::En => [word_list::FUNCTION_WORDS, word_list::NEGATORS, word_list::STANCE_WORDS],
            Language::Zh => {
                [word_list::CHINESE_FUNCTION_WORDS, word_list::CHINESE_NEGATORS, word_list::CHINESE_STANCE_WORDS]
            }
            Language::Und => [""; 3],
        };
        match self {
            Self::Sentiment => word_list::words(function).collect(),
            Self::Literal => [function, negators, stance].into_iter().flat_map(word_list::words).collect(),
            Self::Own(words) => words.iter().map(String::as_str).collect(),
        }
    }
}

/// A stop list ready to run: the words, folded.
pub(crate) struct StopSet(HashSet<String>);

impl StopSet {
    pub(crate) fn new(list: &StopList, own: &Words) -> Result<Self, Vec<String>> {
        const MOST_FAULTS: usize = 10;
        // Each word goes the way of the text, so that it matches what it looks like: `It’s` and `it's` are one.
        let mut words = HashSet::new();
        let mut faults = Vec::new(); // the first ones
        let mut buffer = String::new();
        let mut splitter = Splitter::default();
        for (index, word) in list.words(own.language()).into_iter().enumerate() {
            let mut count = 0;
            splitter.split(word, own, |token| {
                count += 1;
                words.insert(fold(token.text, &mut buffer).to_owned());
            });
            // A negation that is glued in our list (不是) is cut in texts, and its parts stand in the list.
            if matches!(list, StopList::Own(_)) && count != 1 && faults.len() < MOST_FAULTS {
                faults.push(format!(
                    "word {index} of the stop list, counted from 0, is {count} tokens and never matches"
                ));
            }
        }
        if faults.is_empty() { Ok(Self(words)) } else { Err(faults) }
    }

    pub(crate) fn apply(&self, token: Token<'_>, buffer: &mut String, rest: &mut Rest<'_>) {
        if !self.0.contains(fold(token.text, buffer)) {
            rest.pass(token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, TextStep};

    fn left(list: StopList, language: Language, text: &str) -> Vec<String> {
        let tokens = tokens_of(&[TextStep::StopWords { list }], language, text);
        tokens.iter().map(|token| token.text.to_owned()).collect()
    }

    #[test]
    fn each_list_on_the_same_text() {
        let text = "The staff were NOT very helpful but I wouldn't complain";
        assert_eq!(
            left(StopList::Sentiment, Language::En, text),
            ["staff", "NOT", "very", "helpful", "but", "wouldn't", "complain"]
        );
        assert_eq!(left(StopList::Literal, Language::En, text), ["staff", "helpful", "complain"]);
        let own = StopList::Own(vec!["STAFF".into(), "i’m".into(), ":)".into()]);
        assert_eq!(left(own, Language::En, "Staff and I'm :)"), ["and"]);
        assert_eq!(left(StopList::Own(vec!["Straße".into(), "的".into()]), Language::Und, "STRASSE 好 的"), ["好"]);
        assert_eq!(left(StopList::Own(vec![]), Language::Und, "the"), ["the"]);
    }

    #[test]
    fn sentiment_lets_through_what_turns_or_weighs_a_text() {
        // Written out here and not read from the lists, so that a word moved between them is noticed.
        let kept = "no not nor never none nothing nobody nowhere neither cannot without hardly barely scarcely rarely \
            seldom n't ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mightn't mustn't \
            needn't shan't shouldn't wasn't weren't won't wouldn't dont cant wont didnt isnt \
            very too so really most more just only much such quite rather how all any ever enough less least few some \
            almost even \
            but however although though yet still while whereas except despite unless if \
            should would could may might must ought \
            up down off out over under above below against";
        let sentiment: HashSet<&str> = StopList::Sentiment.words(Language::En).into_iter().collect();
        let literal: HashSet<&str> = StopList::Literal.words(Language::En).into_iter().collect();
        for word in kept.split_whitespace() {
            assert!(!sentiment.contains(word), "{word}");
            assert!(literal.contains(word), "{word}");
        }
        let bearing = "good bad well like best better worst great poor nice fine thanks thank love hate problem \
            welcome please sorry want need help useful appreciate wrong right lack";
        for word in bearing.split_whitespace() {
            assert!(!literal.contains(word) && !sentiment.contains(word), "{word}");
        }
        assert!(sentiment.is_subset(&literal));
    }

    #[test]
    fn lists_are_clean_and_of_the_expected_size() {
        for (list, sizes) in [(StopList::Sentiment, 150..200), (StopList::Literal, 260..320)] {
            let words = list.words(Language::En);
            assert!(sizes.contains(&words.len()), "{}", words.len());
            assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len(), "a word stands twice");
            for word in &words {
                assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b == b'\''), "{word}");
                let tokens = tokens_of(&[], Language::En, word);
                assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), [*word], "not one token");
            }
        }
    }

    #[test]
    fn the_typographic_apostrophe_makes_no_difference() {
        assert_eq!(left(StopList::Sentiment, Language::En, "It’s I’ve don’t"), ["don't"]);
        assert!(left(StopList::Literal, Language::En, "don’t won’t isn’t").is_empty());
    }
}
