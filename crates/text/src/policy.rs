//! What becomes of tokens that are no words: links, mentions and numbers.

use plaudit_core::{Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::step::Rest;

/// What becomes of a token that is no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum TokenPolicy {
    /// It goes.
    Drop,
    /// It stays as written.
    Keep,
    /// It becomes one word that says what stood there, such as `<num>`: that there was one is known, and which is not. The
    /// default.
    #[default]
    Tag,
}

impl TokenPolicy {
    /// Does to `token` what the policy says.
    pub(crate) fn apply(self, token: Token<'_>, tag: &str, rest: &mut Rest<'_>) {
        match self {
            Self::Drop => {}
            Self::Keep => rest.pass(token),
            Self::Tag => rest.pass(Token { text: tag, ..token }),
        }
    }
}

pub(crate) fn links(policy: TokenPolicy, token: Token<'_>, rest: &mut Rest<'_>) {
    match token.kind {
        TokenKind::Link => {
            // An address with a scheme may hold an `@` in its path.
            let mail = token.text.contains('@') && !token.text.contains("://") && !token.text.contains('/');
            policy.apply(token, if mail { "<email>" } else { "<url>" }, rest);
        }
        _ => rest.pass(token),
    }
}

pub(crate) fn mentions(policy: TokenPolicy, token: Token<'_>, rest: &mut Rest<'_>) {
    match token.kind {
        TokenKind::Mention => policy.apply(token, "<user>", rest),
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
        let text = "@dean see https://a.b/@x, or mail dean@uni.edu!";
        for (policy, expected) in [
            (TokenPolicy::Drop, "see , or mail !"),
            (TokenPolicy::Keep, "@dean see https://a.b/@x , or mail dean@uni.edu !"),
            (TokenPolicy::Tag, "<user> see <url> , or mail <email> !"),
        ] {
            let tokens = tokens_of(&[TextStep::Links { policy }, TextStep::Mentions { policy }], Language::Und, text);
            assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>().join(" "), expected, "{policy:?}");
            assert!(tokens.iter().all(|t| policy == TokenPolicy::Tag || text.get(t.source) == Some(t.text)));
        }
    }

    #[test]
    fn a_tag_keeps_kind_and_place_and_passes_later_steps() {
        let steps = [
            TextStep::Mentions { policy: TokenPolicy::Tag },
            TextStep::Punctuation,
            TextStep::Stem(StemConfig::default()),
        ];
        let tokens = tokens_of(&steps, Language::En, "ask @dean!");
        let tag = tokens.get(1).unwrap();
        assert_eq!((tag.text, tag.source, tag.kind), ("<user>", 4..9, TokenKind::Mention));
    }
}
