//! The words that are listed, with what each may be.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::{PartOfSpeech, word_list};

/// What a listed word may be, likeliest first, and its lemma as that.
pub(super) type Readings = Vec<(PartOfSpeech, &'static str)>;

static WORDS: LazyLock<HashMap<&'static str, Readings>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, Readings> = HashMap::new();
    for row in word_list::rows(word_list::IRREGULAR_FORMS) {
        let [pos, lemma, forms] = columns(row);
        let Some(pos) = part_of_speech(pos) else { continue };
        for form in forms.split(' ') {
            words.entry(form).or_default().push((pos, if lemma == "=" { form } else { lemma }));
        }
    }
    let mut list = |word: &'static str, pos: PartOfSpeech| {
        let readings = words.entry(word).or_default();
        if readings.iter().all(|&(known, _)| known != pos) {
            readings.push((pos, word));
        }
    };
    for row in word_list::rows(word_list::COMMON_WORDS) {
        let [parts, listed] = columns(row);
        for word in listed.split(' ') {
            parts.split(' ').filter_map(part_of_speech).for_each(|pos| list(word, pos));
        }
    }
    // What has irregular forms is a word, too.
    for row in word_list::rows(word_list::IRREGULAR_FORMS) {
        let [pos, lemma, _] = columns(row);
        if let Some(pos) = part_of_speech(pos).filter(|_| lemma != "=") {
            list(lemma, pos);
        }
    }
    words
});

/// Returns what the folded `word` may be; nothing where it is not listed.
pub(super) fn readings(word: &str) -> &'static [(PartOfSpeech, &'static str)] {
    WORDS.get(word).map(Vec::as_slice).unwrap_or_default()
}

/// Returns the lemma of the listed `word` as that part of speech.
pub(super) fn lemma(word: &str, pos: PartOfSpeech) -> Option<&'static str> {
    readings(word).iter().find(|&&(known, _)| known == pos).map(|&(_, lemma)| lemma)
}

fn columns<const N: usize>(mut row: impl Iterator<Item = &'static str>) -> [&'static str; N] {
    std::array::from_fn(|_| row.next().unwrap_or_default())
}

/// Returns the part of speech that the tables call `name`.
fn part_of_speech(name: &str) -> Option<PartOfSpeech> {
    PartOfSpeech::ALL.iter().copied().find(|pos| pos.tag().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_clean() {
        for (table, columns) in
            [(word_list::IRREGULAR_FORMS, 3), (word_list::COMMON_WORDS, 2), (word_list::DETACHMENT, 3)]
        {
            let mut seen = std::collections::HashSet::new();
            for row in word_list::rows(table) {
                let row: Vec<&str> = row.collect();
                assert_eq!(row.len(), columns, "{row:?}");
                assert!(row[0].split(' ').all(|name| part_of_speech(name).is_some()), "{row:?}");
                if table == word_list::DETACHMENT {
                    assert!(seen.insert((row[0], row[1].to_owned())), "{row:?} stands twice");
                }
                let words = row[columns - 1].split(' ');
                assert!(words.clone().all(|word| !word.is_empty() || table == word_list::DETACHMENT), "{row:?}");
                let mut words: Vec<&str> = words.collect();
                words.sort_unstable();
                let count = words.len();
                words.dedup();
                assert_eq!(words.len(), count, "a word stands twice in {row:?}");
            }
        }
    }

    #[test]
    fn likeliest_first() {
        use PartOfSpeech::{Aux, Noun, Verb};
        assert_eq!(readings("was"), [(Aux, "be"), (Verb, "be")]);
        assert_eq!(readings("leaves"), [(Verb, "leave"), (Noun, "leaf")]);
        assert_eq!(lemma("mice", Noun), Some("mouse"));
        assert_eq!(lemma("mice", Verb), None);
        assert!(readings("").is_empty());
    }
}
