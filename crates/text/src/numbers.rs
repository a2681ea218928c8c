//! Numbers (DPMS, Eq. 9).

use plaudit_core::{Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::step::Rest;

/// What becomes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum NumberPolicy {
    /// It goes, as in DPMS. The default.
    #[default]
    Drop,
    /// It stays as written.
    Keep,
    /// It becomes the one word `<num>`: that there was a number is known, and which is not.
    Tag,
}

pub(crate) fn apply(policy: NumberPolicy, token: Token<'_>, rest: &mut Rest<'_>) {
    match policy {
        _ if token.kind != TokenKind::Number => rest.pass(token),
        NumberPolicy::Drop => {}
        NumberPolicy::Keep => rest.pass(token),
        NumberPolicy::Tag => rest.pass(Token { text: "<num>", ..token }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, StemConfig, TextStep};

    #[test]
    fn each_policy_on_the_same_text() {
        let text = "10/10 in cs101, 2nd of 1,000.5 or ½ ٣";
        for (policy, expected) in [
            (NumberPolicy::Drop, vec!["in", "cs101", "2nd", "of", "or"]),
            (NumberPolicy::Keep, vec!["10", "10", "in", "cs101", "2nd", "of", "1,000.5", "or", "½", "٣"]),
            (NumberPolicy::Tag, vec!["<num>", "<num>", "in", "cs101", "2nd", "of", "<num>", "or", "<num>", "<num>"]),
        ] {
            let steps = [TextStep::Punctuation, TextStep::Numbers { policy }];
            let tokens = tokens_of(&steps, Language::Und, text);
            assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), expected, "{policy:?}");
        }
    }

    #[test]
    fn a_tag_points_at_its_number_and_passes_later_steps() {
        let steps = [
            TextStep::Numbers { policy: NumberPolicy::Tag },
            TextStep::Punctuation,
            TextStep::Stem(StemConfig::default()),
        ];
        let tokens = tokens_of(&steps, Language::En, "got 12.5!");
        let tag = tokens.get(1).unwrap();
        assert_eq!((tag.text, tag.source, tag.kind), ("<num>", 4..8, TokenKind::Number));
    }
}
