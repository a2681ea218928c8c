//! Memory stays bounded, whatever a file unpacks to. Alone in its process: the peak is the process's own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise, and say what they skip

use plaudit_data::{FeedbackReader, ReadConfig};

/// Returns the most memory in KiB that this process ever had.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A .zst file of `blocks` times 128 KiB of this byte, after a header line: 4 bytes a block (RFC 8878, 3.1.1).
fn bomb(header: &[u8], byte: u8, blocks: usize) -> Vec<u8> {
    let block = |last: u32, kind: u32, size: u32| (last | kind << 1 | size << 3).to_le_bytes();
    let mut file = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]; // magic number, no flags, a window of 128 KiB
    file.extend(&block(0, 0, header.len() as u32)[..3]);
    file.extend(header);
    for number in 1..=blocks {
        file.extend(&block(u32::from(number == blocks), 1, 1 << 17)[..3]);
        file.push(byte);
    }
    file
}

#[test]
fn a_bomb_needs_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let before = peak();
    // 105 MB each, from 3 KB
    for (name, header, byte, rows) in [
        ("line.tsv.zst", &b"text\n"[..], b'x', 1),
        ("line.csv.zst", b"text\n", b'x', 1),
        ("quotes.csv.zst", b"text\n", b'"', 1),
        ("blank.jsonl.zst", b"{\"text\":\"a\"}\n", b'\n', 1),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bomb(header, byte, 800)).unwrap();
        let mut reader = FeedbackReader::open(&path, &ReadConfig::default()).unwrap();
        assert!(reader.all(|row| row.is_ok()), "{name}");
        assert_eq!(reader.report().rows, rows, "{name}");
    }
    let grown = peak() - before;
    assert!(grown < 24 * 1024, "{grown} KiB");
}
