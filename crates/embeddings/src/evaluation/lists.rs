//! Lists of word pairs and of analogies, read from text.

use std::io::BufRead;

use plaudit_core::{Error, Result};

/// Two words and how similar people find them.
#[derive(Debug, Clone, PartialEq)]
pub struct WordPair {
    /// The first word.
    pub first: String,
    /// The second word.
    pub second: String,
    /// The score, on a scale of the list's own; more is more similar.
    pub score: f64,
}

/// Analogies of one kind: the first word is to the second as the third is to the fourth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnalogySection {
    /// The kind.
    pub name: String,
    /// The analogies.
    pub questions: Vec<[String; 4]>,
}

/// Returns the word pairs of a list such as WordSim-353 or SimLex-999: a line has two words and a score between tabs, or between
/// blanks where it has no tab. Blanks around a word are no part of it, as they are in gensim. Empty lines and lines that begin
/// with `#` are passed over. `source_name` stands in errors.
///
/// ```
/// let text = "# word 1, word 2, mean\ntiger\tcat\t7.35\ntiger\ttiger\t10.00\n";
/// let pairs = plaudit_embeddings::evaluation::read_word_pairs(text.as_bytes(), "pairs.tsv")?;
/// assert_eq!((pairs.len(), pairs[0].second.as_str(), pairs[0].score), (2, "cat", 7.35));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When it cannot be read, or a line is not UTF-8, has not three columns, an empty word, or a score that is no finite number.
pub fn read_word_pairs(reader: impl BufRead, source_name: &str) -> Result<Vec<WordPair>> {
    let mut pairs = Vec::new();
    each_line(reader, source_name, |number, line| {
        if line.starts_with('#') {
            return Ok(());
        }
        let columns: Vec<&str> = if line.contains('\t') {
            line.split('\t').map(str::trim).collect()
        } else {
            line.split_whitespace().collect()
        };
        let [first, second, score] = columns[..] else {
            let reason = format!("found {} columns, expected two words and a score", columns.len());
            return Err(Error::data(source_name, number, "", reason));
        };
        for (word, column) in [(first, "first word"), (second, "second word")] {
            if word.is_empty() {
                return Err(Error::data(source_name, number, column, "found nothing, expected a word"));
            }
        }
        let score = score.parse::<f64>().ok().filter(|score| score.is_finite());
        let score = score.ok_or_else(|| Error::data(source_name, number, "score", "expected a finite number"))?;
        pairs.push(WordPair { first: first.to_owned(), second: second.to_owned(), score });
        Ok(())
    })?;
    Ok(pairs)
}

/// Returns the analogies of a list such as `questions-words.txt` of word2vec: a line with a colon and a name begins a section, any
/// other has four words between blanks. Empty lines are passed over. `source_name` stands in errors.
///
/// ```
/// let text = ": capitals\nAthens Greece Oslo Norway\nAthens Greece Paris France\n: plural\ncat cats dog dogs\n";
/// let sections = plaudit_embeddings::evaluation::read_analogies(text.as_bytes(), "questions.txt")?;
/// assert_eq!((sections[0].name.as_str(), sections[0].questions.len()), ("capitals", 2));
/// assert_eq!(sections[1].questions[0], ["cat", "cats", "dog", "dogs"]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When it cannot be read, or a line is not UTF-8, has not four words, or comes before the first section.
pub fn read_analogies(reader: impl BufRead, source_name: &str) -> Result<Vec<AnalogySection>> {
    let mut sections: Vec<AnalogySection> = Vec::new();
    each_line(reader, source_name, |number, line| {
        if let Some(name) = line.strip_prefix(':') {
            sections.push(AnalogySection { name: name.trim().to_owned(), questions: Vec::new() });
            return Ok(());
        }
        let Some(section) = sections.last_mut() else {
            let reason = "found words before the first section, expected a line such as \": capitals\"";
            return Err(Error::data(source_name, number, "", reason));
        };
        let words: Vec<&str> = line.split_whitespace().collect();
        let Ok(words) = <[&str; 4]>::try_from(words.as_slice()) else {
            return Err(Error::data(source_name, number, "", format!("found {} words, expected four", words.len())));
        };
        section.questions.push(words.map(str::to_owned));
        Ok(())
    })?;
    Ok(sections)
}

/// Calls `each` with the number, from 1, of every line that is not empty, and the line without blanks around it.
fn each_line(mut reader: impl BufRead, source_name: &str, mut each: impl FnMut(u64, &str) -> Result<()>) -> Result<()> {
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        if reader.read_until(b'\n', &mut bytes).map_err(|error| Error::io(source_name, error))? == 0 {
            break;
        }
        let line = std::str::from_utf8(&bytes).map_err(|_| Error::data(source_name, number, "", "is not UTF-8"))?;
        let line = if number == 1 { line.trim_start_matches('\u{feff}') } else { line };
        // A tab at either end borders an empty column.
        let line = line.trim_matches(|c: char| c.is_whitespace() && c != '\t');
        if !line.trim().is_empty() {
            each(number, line)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(text: &[u8]) -> Result<Vec<WordPair>> {
        read_word_pairs(text, "pairs.tsv")
    }

    #[test]
    fn tabs_blanks_comments_and_line_ends() {
        let read = pairs("\u{feff}a\tb\t1\r\n\n#x\n  c   d 2.5e0\r\n好 \t 坏\t-3".as_bytes()).unwrap();
        let told: Vec<_> = read.iter().map(|pair| (&*pair.first, &*pair.second, pair.score)).collect();
        assert_eq!(told, [("a", "b", 1.0), ("c", "d", 2.5), ("好", "坏", -3.0)]);
        assert!(pairs(b"").unwrap().is_empty() && pairs(b"\n \n\t\n").unwrap().is_empty());
        let sections = read_analogies(&b":A\r\na b c d\r\n\r\n: \n"[..], "q.txt").unwrap();
        assert_eq!((sections.len(), &*sections[0].name, &*sections[1].name), (2, "A", ""));
    }

    #[test]
    fn broken_lines_are_named() {
        for (text, expected) in [
            (&b"a\tb\t1\na b\n"[..], "pairs.tsv: line 2: found 2 columns, expected two words and a score"),
            (b"a\tb\t1\t2", "line 1: found 4 columns"),
            (b"word 1\tword 2\tscore", "line 1, column `score`: expected a finite number"),
            (b"a\tb\tNaN", "column `score`: expected a finite number"),
            (b"a\tb\t1e999", "column `score`: expected a finite number"),
            (b"\tb\t1", "line 1, column `first word`: found nothing"),
            (b"a\t \t1", "line 1, column `second word`: found nothing"),
            (b"a\tb\t", "line 1, column `score`: expected"),
            (b"a\tb\t1\n\xff\tb\t1", "line 2: is not UTF-8"),
        ] {
            let error = pairs(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        for (text, expected) in [
            ("a b c d", "q.txt: line 1: found words before the first section"),
            (": x\na b c", "q.txt: line 2: found 3 words, expected four"),
            (": x\n\na b c d e", "q.txt: line 3: found 5 words, expected four"),
        ] {
            let error = read_analogies(text.as_bytes(), "q.txt").unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[ab\t:#\r\n 1.\u{0}好]{0,60}") {
            for bytes in [&bytes[..], text.as_bytes()] {
                let lines = bytes.split(|&byte| byte == b'\n').count();
                prop_assert!(pairs(bytes).map_or(0, |pairs| pairs.len()) <= lines);
                let sections = read_analogies(bytes, "q.txt").unwrap_or_default();
                prop_assert!(sections.iter().map(|section| section.questions.len()).sum::<usize>() <= lines);
            }
        }
    }
}
