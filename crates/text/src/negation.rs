//! The scope of negations.

use std::collections::HashSet;

use plaudit_core::{Token, TokenKind};

use crate::casefold::fold;
use crate::step::{Rest, State};
use crate::{Language, word_list};

/// Signs that end a clause.
const ENDS: [char; 17] = ['.', ',', ';', ':', '!', '?', '…', '(', ')', '。', '，', '；', '：', '！', '？', '（', '）'];

/// Words that begin a clause of another mood.
const CONTRASTS: [&str; 8] = ["but", "however", "although", "though", "yet", "except", "whereas", "while"];

/// The same in Chinese.
const CHINESE_CONTRASTS: [&str; 8] = ["但", "但是", "不过", "可是", "然而", "却", "虽然", "而"];

/// What marks a word that a negation reaches.
const MARK: &str = "not_";

/// Returns whether these signs end a clause.
pub(crate) fn ends_clause(signs: &str) -> bool {
    signs.chars().all(|c| ENDS.contains(&c))
}

/// The words that begin and end a scope.
pub(crate) struct Negation {
    negators: HashSet<&'static str>,
    contrasts: &'static [&'static str],
}

impl Negation {
    pub(crate) fn new(language: Language) -> Self {
        let (negators, contrasts): (_, &[_]) = match language {
            Language::Zh => (word_list::CHINESE_NEGATORS, &CHINESE_CONTRASTS),
            _ => (word_list::NEGATORS, &CONTRASTS),
        };
        Self { negators: word_list::words(negators).collect(), contrasts }
    }

    pub(crate) fn apply(&self, token: Token<'_>, state: &mut State, rest: &mut Rest<'_>) {
        if token.kind == TokenKind::Symbol && ends_clause(token.text) {
            state.negated = false;
        }
        if token.kind != TokenKind::Word {
            return rest.pass(token);
        }
        let folded = fold(token.text, &mut state.buffer);
        if self.negators.contains(folded) {
            // A second negation in the clause begins a new scope: in `not only never late` all is still turned.
            state.negated = true;
            rest.pass(token);
        } else if self.contrasts.contains(&folded) {
            state.negated = false;
            rest.pass(token);
        } else if state.negated {
            state.buffer.clear();
            state.buffer.push_str(MARK);
            state.buffer.push_str(token.text);
            rest.pass(Token { text: &state.buffer, ..token });
        } else {
            rest.pass(token);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, StemConfig, TextStep};

    #[test]
    fn scopes_by_hand() {
        for (text, expected) in [
            ("not good at all. great", "not not_good not_at not_all . great"),
            ("I DON’T think so, but fine", "I DON'T not_think not_so , but fine"),
            ("never late but rude", "never not_late but rude"),
            ("no 3 :) help", "no 3 :) not_help"),
            ("nothing", "nothing"),
            ("hardly any", "hardly not_any"),
            ("good. not", "good . not"),
            ("not good： great", "not not_good ： great"),
            ("不好", "不 好"),
        ] {
            let tokens = tokens_of(&[TextStep::NegationScope], Language::En, text);
            assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>().join(" "), expected, "{text}");
        }
        let steps =
            [TextStep::Casefold, TextStep::NegationScope, TextStep::Punctuation, TextStep::Stem(StemConfig::default())];
        let tokens = tokens_of(&steps, Language::En, "Not helpful!");
        assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), ["not", "not_helpful"]);
        assert_eq!(tokens.get(1).unwrap().source, 4..11);
    }

    #[test]
    fn nothing_reaches_into_the_next_text() {
        use crate::{Pipeline, PipelineConfig};
        use plaudit_core::Analyzer;
        let config = PipelineConfig { steps: vec![TextStep::NegationScope], ..PipelineConfig::default() };
        let pipeline = Pipeline::new(config).unwrap();
        assert_eq!(pipeline.analyze("not").get(0).unwrap().text, "not");
        assert_eq!(pipeline.analyze("good").get(0).unwrap().text, "good");
    }
}
