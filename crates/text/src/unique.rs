//! Unique tokens (DPMS, Eq. 4).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;
use std::ops::Range;

use plaudit_core::Token;

use crate::step::{Rest, State};

pub(crate) fn apply(token: Token<'_>, state: &mut State, rest: &mut Rest<'_>) {
    if state.seen.insert(token.text) {
        rest.pass(token);
    }
}

/// A set of texts, in buffers that are used again.
#[derive(Default)]
pub(crate) struct Seen {
    text: String,
    /// Where each stands in `text`, by its hash; by the next number where another has that.
    places: HashMap<u64, Range<usize>>,
}

impl Seen {
    /// Adds `text`, and returns whether it is new.
    fn insert(&mut self, text: &str) -> bool {
        let mut key = self.places.hasher().hash_one(text);
        loop {
            match self.places.entry(key) {
                Entry::Vacant(free) => {
                    let start = self.text.len();
                    self.text.push_str(text);
                    free.insert(start..self.text.len());
                    return true;
                }
                Entry::Occupied(place) if self.text.get(place.get().clone()) == Some(text) => return false,
                Entry::Occupied(_) => key = key.wrapping_add(1),
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        /// More distinct tokens than a text of usual length has.
        const MOST: usize = 1 << 14;
        self.text.clear();
        // To clear a map takes time as its room, which one huge text would leave to all that come after.
        if self.places.capacity() > MOST {
            self.places = HashMap::new();
        }
        self.places.clear();
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
