//! Punctuation and signs (DPMS, Eq. 6).

use plaudit_core::{Token, TokenKind};

use crate::step::Rest;

pub(crate) fn apply(token: Token<'_>, rest: &mut Rest<'_>) {
    if token.kind != TokenKind::Symbol {
        rest.pass(token);
    }
}

#[cfg(test)]
mod tests {
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, TextStep};

    #[test]
    fn signs_go_and_faces_stay() {
        for (text, expected) in [
            ("Good, not \"great\"!?", vec!["Good", "not", "great"]),
            ("(fine) ... :-) 👍🏽 <3", vec!["fine", ":-)", "👍🏽", "<3"]),
            ("#fail @dean 5% a+b", vec!["#fail", "@dean", "5", "a", "b"]),
            ("¿Qué? 「好」。", vec!["Qué", "好"]),
            ("★★★☆ ❤", vec!["★", "★", "★", "☆", "❤"]),
            ("\u{200b}\u{feff}… —", vec![]),
            ("don't 3.5 co_op", vec!["don't", "3.5", "co_op"]),
        ] {
            let tokens = tokens_of(&[TextStep::Punctuation], Language::Und, text);
            assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
