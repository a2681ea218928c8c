//! Memory stays flat, however many posts are read. Alone in its process: the peak is the process's own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use std::io::Read;

use plaudit_data::{Format, PostConfig, PostReader, Row};

/// Returns the most memory in KiB that this process ever had.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

/// 500,000 rows, made as they are read.
struct Made {
    rows: u64,
    unread: Vec<u8>,
}

impl Read for Made {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.unread.is_empty() && self.rows < 500_000 {
            self.rows += 1;
            let rows = self.rows;
            self.unread = format!("A post of some length, number {rows}.\t{rows}\t{}\n", rows % 977).into_bytes();
        }
        let count = out.len().min(self.unread.len());
        out.iter_mut().zip(self.unread.drain(..count)).for_each(|(slot, byte)| *slot = byte);
        Ok(count)
    }
}

#[test]
fn half_a_million_posts_are_streamed() {
    let made = Made { rows: 0, unread: b"text\tlikes\tshares\n".to_vec() };
    let mut reader = PostReader::new(made, "made", Format::Tsv, &PostConfig::default()).unwrap();
    let (mut before, mut likes) = (0, 0);
    for row in &mut reader {
        let Row::Used(post) = row.unwrap() else { panic!("rejected") };
        likes += post.engagement.likes.unwrap();
        if likes == 1 {
            before = peak();
        }
    }
    assert_eq!((likes, reader.report().used), (500_000 * 500_001 / 2, 500_000));
    let grown = peak() - before;
    println!("grew by {grown} KiB");
    assert!(grown < 2 * 1024, "{grown} KiB");
}
