//! Reading .gz, .xz and .zst as they are decompressed, never all at once.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::format::Compression;
use crate::unicode::read_some;

/// The most memory in KiB that the dictionary of an .xz file may ask for: twice that of `xz -9`. ruzstd's own limit for
/// a window is the same 128 MiB.
const XZ_MEMORY: u32 = 128 * 1024;

/// Returns a reader of the decompressed bytes.
pub(crate) fn decompress<R: Read + Send + 'static>(input: R, compression: Compression) -> Box<dyn Read + Send> {
    if compression == Compression::None {
        return Box::new(input);
    }
    let state = Arc::new(State::default());
    let packed = BufReader::with_capacity(1 << 16, Packed { input, state: Arc::clone(&state) });
    match compression {
        Compression::None | Compression::Gzip => {
            Box::new(Explained { input: MultiGzDecoder::new(packed), what: "gzip", state })
        }
        Compression::Xz => {
            Box::new(Explained { input: XzReader::new_mem_limit(packed, true, XZ_MEMORY), what: "xz", state })
        }
        Compression::Zstd => {
            let input = Zstd { input: packed, frame: FrameDecoder::new(), inside: false };
            Box::new(Explained { input, what: "zstd", state })
        }
    }
}

/// What became of the packed bytes. A decoder's error does not tell: it may wrap an error of the system, and it speaks of a
/// file that ends too soon as of any other fault.
#[derive(Default)]
struct State {
    /// The decoder asked for bytes after the last one.
    ended: AtomicBool,
    /// The error of the system that the decoder was given.
    failed: Mutex<Option<io::Error>>,
}

/// The packed bytes.
struct Packed<R> {
    input: R,
    state: Arc<State>,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match read_some(&mut self.input, out) {
            Ok(read) => {
                self.state.ended.store(read == 0 && !out.is_empty(), Ordering::Relaxed);
                Ok(read)
            }
            Err(error) => {
                let kind = error.kind();
                *self.state.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(kind.into())
            }
        }
    }
}

/// Says in its errors what is wrong with the file. An error of the system passes as it is.
struct Explained<R> {
    input: R,
    what: &'static str,
    state: Arc<State>,
}

impl<R: Read> Read for Explained<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.input.read(out).map_err(|error| {
            let what = self.what;
            if let Some(error) = self.state.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
                error
            } else if self.state.ended.load(Ordering::Relaxed) {
                io::Error::new(io::ErrorKind::UnexpectedEof, format!("the {what} data is cut off"))
            } else {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("the {what} data is damaged, or is no {what}: {error}"),
                )
            }
        })
    }
}

/// Frame after frame of a .zst file: ruzstd's own reader ends after the first one and compares no checksum.
struct Zstd<R> {
    input: R,
    frame: FrameDecoder,
    inside: bool,
}

impl<R: BufRead> Zstd<R> {
    /// Moves to the next frame with content; false at the end of the file.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.input.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.frame.reset(&mut self.input) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let skipped = io::copy(&mut (&mut self.input).take(length.into()), &mut io::sink())?;
                    if skipped < length.into() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            }
        }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.inside = true;
            }
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                self.frame
                    .decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            }
            if self.frame.can_collect() > 0 {
                return self.frame.read(out);
            }
            let expected = self.frame.get_checksum_from_data();
            if expected.is_some() && expected != self.frame.get_calculated_checksum() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum is not that of the content"));
            }
            self.inside = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// `printf 'text\nfine\nfine\nfine\nfine\nfine\n' | zstd -19 | xxd -i`, zstd 1.5.4
    const ZST: [u8; 28] = [
        0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x68, 0x7d, 0x00, 0x00, 0x48, 0x74, 0x65, 0x78, 0x74, 0x0a, 0x66, 0x69, 0x6e,
        0x65, 0x01, 0x00, 0xf8, 0xca, 0x11, 0xa8, 0xc3, 0xec, 0x05,
    ];
    const PLAIN: &[u8] = b"text\nfine\nfine\nfine\nfine\nfine\n";

    fn unpack(packed: &[u8], compression: Compression) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        decompress(io::Cursor::new(packed.to_vec()), compression).read_to_end(&mut out)?;
        Ok(out)
    }

    fn packed() -> [(Vec<u8>, Compression); 3] {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(PLAIN).unwrap();
        let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::default()).unwrap();
        xz.write_all(PLAIN).unwrap();
        [
            (gzip.finish().unwrap(), Compression::Gzip),
            (xz.finish().unwrap(), Compression::Xz),
            (ZST.to_vec(), Compression::Zstd),
        ]
    }

    #[test]
    fn one_part_or_several() {
        for (bytes, compression) in packed() {
            assert_eq!(unpack(&bytes, compression).unwrap(), PLAIN);
            let twice = [bytes.clone(), bytes].concat();
            assert_eq!(unpack(&twice, compression).unwrap(), [PLAIN, PLAIN].concat(), "{compression:?}");
        }
        // A frame to be skipped: magic number, length, content (RFC 8878, 3.1.2).
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9][..], &ZST].concat();
        assert_eq!(unpack(&skipped, Compression::Zstd).unwrap(), PLAIN);
        assert!(unpack(&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9], Compression::Zstd).is_err());
    }

    #[test]
    fn no_prefix_is_taken_for_the_whole() {
        for (bytes, compression) in packed() {
            for end in 1..bytes.len() {
                let error = unpack(&bytes[..end], compression).unwrap_err().to_string();
                assert!(error.ends_with("data is cut off"), "{compression:?} {end}: {error}");
            }
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        for (_, compression) in packed() {
            let error = unpack(&[b'x'; 100_000], compression).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            assert!(error.to_string().contains(" data is damaged, or is no "), "{error}");
        }
    }

    /// Gives half of a file, and then an error of the system.
    #[test]
    fn errors_of_the_system_pass_as_they_are() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::new(io::ErrorKind::TimedOut, "disk gone"))
            }
        }
        for (bytes, compression) in packed() {
            for end in [0, bytes.len() / 2] {
                let input = io::Cursor::new(bytes[..end].to_vec()).chain(Failing);
                let error = decompress(input, compression).read_to_end(&mut Vec::new()).unwrap_err();
                let found = (error.kind(), error.to_string());
                assert_eq!(found, (io::ErrorKind::TimedOut, "disk gone".to_owned()), "{compression:?} {end}");
            }
        }
    }

    #[test]
    fn a_flipped_byte_never_panics_and_never_changes_the_text() {
        for (bytes, compression) in packed() {
            for place in 0..bytes.len() {
                let mut flipped = bytes.clone();
                flipped[place] ^= 0x55;
                if let Ok(out) = unpack(&flipped, compression) {
                    assert_eq!(out, PLAIN, "{compression:?}: byte {place}");
                }
            }
        }
    }
}
