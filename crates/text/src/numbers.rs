//! Numbers (DPMS, Eq. 9).

use plaudit_core::{Token, TokenKind};

use crate::TokenPolicy;
use crate::step::Rest;

pub(crate) fn apply(policy: TokenPolicy, token: Token<'_>, rest: &mut Rest<'_>) {
    match token.kind {
        TokenKind::Number => policy.apply(token, "<num>", rest),
        _ => rest.pass(token),
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
            (TokenPolicy::Drop, vec!["in", "cs101", "2nd", "of", "or"]),
            (TokenPolicy::Keep, vec!["10", "10", "in", "cs101", "2nd", "of", "1,000.5", "or", "½", "٣"]),
            (TokenPolicy::Tag, vec!["<num>", "<num>", "in", "cs101", "2nd", "of", "<num>", "or", "<num>", "<num>"]),
        ] {
            let steps = [TextStep::Punctuation, TextStep::Numbers { policy }];
            let tokens = tokens_of(&steps, Language::Und, text);
            assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), expected, "{policy:?}");
        }
    }

    #[test]
    fn a_tag_points_at_its_number_and_passes_later_steps() {
        let steps = [
            TextStep::Numbers { policy: TokenPolicy::Tag },
            TextStep::Punctuation,
            TextStep::Stem(StemConfig::default()),
        ];
        let tokens = tokens_of(&steps, Language::En, "got 12.5!");
        let tag = tokens.get(1).unwrap();
        assert_eq!((tag.text, tag.source, tag.kind), ("<num>", 4..8, TokenKind::Number));
    }
}
