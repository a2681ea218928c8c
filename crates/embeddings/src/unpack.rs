//! Files as their bytes, decompressed where they are gzip.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use plaudit_core::{Error, Result};

/// The bytes that are looked at to tell a format.
const START: u64 = 4096;
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Bytes that are read at once.
pub(crate) const BUFFER: usize = 1 << 16;

/// A stream of bytes, decompressed. It is best read through a buffer.
pub(crate) struct Unpacked<'a> {
    pub(crate) gzip: bool,
    /// The first bytes, which come again.
    pub(crate) start: Vec<u8>,
    pub(crate) input: Box<dyn Read + 'a>,
}

/// Returns a file, and its length where that is known.
pub(crate) fn open(path: &Path) -> Result<(File, Option<u64>)> {
    let io = |error| Error::io(path.display(), error);
    let file = File::open(path).map_err(io)?;
    let about = file.metadata().map_err(io)?;
    Ok((file, about.is_file().then_some(about.len())))
}

/// Returns what comes from `input`, which is decompressed where its first bytes are those of gzip. `name` stands for it in errors.
pub(crate) fn unpack<'a>(input: Box<dyn Read + 'a>, name: &str) -> Result<Unpacked<'a>> {
    let (start, input) = look(input).map_err(|error| Error::io(name, error))?;
    if !start.starts_with(&GZIP) {
        return Ok(Unpacked { gzip: false, start, input });
    }
    let input = Decoder(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, input)));
    let (start, input) = look(Box::new(input)).map_err(|error| fault(name, error))?;
    Ok(Unpacked { gzip: true, start, input })
}

/// An error of the system, or what a decoder said about the file.
pub(crate) fn fault(name: &str, error: io::Error) -> Error {
    if error.kind() == ErrorKind::InvalidData { Error::malformed(name, error) } else { Error::io(name, error) }
}

/// Decompressed bytes, with errors that say what is wrong with the file.
struct Decoder<R>(MultiGzDecoder<R>);

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out).map_err(|error| {
            let what = match error.kind() {
                ErrorKind::UnexpectedEof => "is cut off",
                ErrorKind::InvalidInput | ErrorKind::InvalidData => "is damaged",
                _ => return error,
            };
            io::Error::new(ErrorKind::InvalidData, format!("the gzip data {what} ({error})"))
        })
    }
}

/// Returns the first bytes, and all of them again.
fn look<'a>(mut input: Box<dyn Read + 'a>) -> io::Result<(Vec<u8>, Box<dyn Read + 'a>)> {
    let mut start = Vec::new();
    (&mut input).take(START).read_to_end(&mut start)?;
    Ok((start.clone(), Box::new(Cursor::new(start).chain(input))))
}
