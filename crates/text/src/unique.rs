//! Unique tokens (DPMS, Eq. 4).

use plaudit_core::Token;

use crate::step::{Rest, State};

pub(crate) fn apply(token: Token<'_>, state: &mut State, rest: &mut Rest<'_>) {
    if !state.seen.contains(token.text) {
        state.seen.insert(token.text.to_owned());
        rest.pass(token);
    }
}

#[cfg(test)]
mod tests {
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, TextStep};

    #[test]
    fn the_first_of_each_stays() {
        let steps = [TextStep::Casefold, TextStep::Unique];
        let tokens = tokens_of(&steps, Language::Und, "Very, very good, good");
        assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), ["very", ",", "good"]);
        assert_eq!(tokens_of(&steps, Language::Und, "good").len(), 1, "nothing is kept from text to text");
    }
}
