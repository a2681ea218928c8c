//! UTF-16 to UTF-8 as it is read.

use std::io::{self, Read};

/// Bytes read at a time from a UTF-16 file.
const CHUNK: usize = 1 << 14;

/// Stands for half a surrogate pair: a byte that no UTF-8 holds, so that its row, and only that, is rejected.
const INVALID: u8 = 0xff;

/// Reads a file as UTF-8. One that begins with the byte-order mark of UTF-16 is converted; any other passes unchanged.
pub(crate) struct Utf8<R> {
    input: R,
    encoding: Option<Encoding>,
    /// Bytes to hand out before the input's.
    ready: Vec<u8>,
    handed_out: usize,
    /// UTF-16 bytes that are not converted yet: half a unit, or the first half of a pair.
    raw: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Encoding {
    Unchanged,
    Utf16(fn([u8; 2]) -> u16),
}

impl<R: Read> Utf8<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, encoding: None, ready: Vec::new(), handed_out: 0, raw: Vec::new() }
    }

    /// Looks at the first two bytes, or at one that begins no mark. They then stand in `ready` or, as the mark of UTF-16, in
    /// `raw`.
    fn detect(&mut self) -> io::Result<Encoding> {
        let mut byte = [0];
        while self.ready.is_empty() || matches!(self.ready.as_slice(), [0xfe | 0xff]) {
            if read_some(&mut self.input, &mut byte)? == 0 {
                break;
            }
            self.ready.extend(byte);
        }
        let utf16 = match self.ready.as_slice() {
            [0xff, 0xfe] => u16::from_le_bytes,
            [0xfe, 0xff] => u16::from_be_bytes,
            _ => return Ok(Encoding::Unchanged),
        };
        self.raw = std::mem::take(&mut self.ready);
        Ok(Encoding::Utf16(utf16))
    }

    /// Fills `ready` with converted text; leaves it empty at the end of the file.
    fn convert(&mut self, unit: fn([u8; 2]) -> u16) -> io::Result<()> {
        self.ready.clear();
        self.handed_out = 0;
        let mut ended = false;
        while self.ready.is_empty() && !ended {
            let kept = self.raw.len();
            self.raw.resize(kept + CHUNK, 0);
            let read = read_some(&mut self.input, self.raw.get_mut(kept..).unwrap_or_default());
            self.raw.truncate(kept + read.as_ref().copied().unwrap_or(0));
            ended = read? == 0;

            let (units, half) = self.raw.as_chunks::<2>();
            let units = units.iter().map(|&bytes| unit(bytes));
            let waits = !ended && units.clone().next_back().is_some_and(|last| (0xd800..0xdc00).contains(&last));
            let whole = units.len() - usize::from(waits);
            for character in char::decode_utf16(units.take(whole)) {
                match character {
                    Ok(character) => {
                        self.ready.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    Err(_) => self.ready.push(INVALID),
                }
            }
            if ended && !half.is_empty() {
                self.ready.push(INVALID);
            }
            self.raw.drain(..if ended { self.raw.len() } else { 2 * whole });
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => {
                let detected = self.detect()?;
                *self.encoding.insert(detected)
            }
        };
        if self.handed_out == self.ready.len() {
            match encoding {
                Encoding::Unchanged => return self.input.read(out),
                Encoding::Utf16(unit) => self.convert(unit)?,
            }
        }
        let mut rest = self.ready.get(self.handed_out..).unwrap_or_default();
        let read = rest.read(out)?;
        self.handed_out += read;
        Ok(read)
    }
}

/// Returns whether nothing of a text can be seen: blanks, controls, and characters without a shape, such as the
/// zero-width space, marks of direction and a byte-order mark inside.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_shapeless(c))
}

/// Returns whether a character is one of Unicode's `Default_Ignorable_Code_Point`.
fn is_shapeless(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Reads once, and again where a signal interrupted it.
pub(crate) fn read_some(input: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(out) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hands out one byte a call.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let len = out.len().min(1);
            self.0.read(&mut out[..len])
        }
    }

    fn all(bytes: &[u8]) -> Vec<u8> {
        let mut at_once = Vec::new();
        Utf8::new(bytes).read_to_end(&mut at_once).unwrap();
        let mut bit_by_bit = Vec::new();
        Utf8::new(Trickle(bytes)).read_to_end(&mut bit_by_bit).unwrap();
        assert_eq!(at_once, bit_by_bit);
        at_once
    }

    #[test]
    fn what_cannot_be_seen_is_blank() {
        for text in [
            "",
            " \t\r\n",
            "\u{a0}\u{3000}",
            "\u{feff}",
            "\u{200b}\u{200d} \u{202e}\u{2066}",
            "\u{1}\u{7f}",
            "\u{fe0f}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in [".", "\u{200b}a", "\u{301}", "👍", "好", "\u{fffd}", "\u{2028}x"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn halves_become_an_invalid_byte() {
        // a, half a pair, b
        assert_eq!(all(&[0xff, 0xfe, b'a', 0, 0x00, 0xd8, b'b', 0]), b"\xef\xbb\xbfa\xffb");
        assert_eq!(all(&[0xfe, 0xff, 0, b'a', 0xd8, 0x00]), b"\xef\xbb\xbfa\xff");
        assert_eq!(all(&[0xfe, 0xff, 0]), b"\xef\xbb\xbf\xff");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn utf_16_becomes_utf_8(text in "\\PC{0,40}", zeros in 0usize..3 * CHUNK) {
            let text = format!("\u{feff}{}{text}", "0".repeat(zeros));
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(all(&little), text.as_bytes());
            prop_assert_eq!(all(&big), text.as_bytes());
        }

        #[test]
        fn other_bytes_pass_unchanged(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            prop_assume!(!bytes.starts_with(&[0xff, 0xfe]) && !bytes.starts_with(&[0xfe, 0xff]));
            prop_assert_eq!(all(&bytes), bytes);
        }
    }
}
