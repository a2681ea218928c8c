//! Memory that is used again: pages that are fresh from the system have to be cleared first.

use std::collections::VecDeque;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

/// Numbers whose memory goes back to a pool of the process when they are dropped. The first one stands at the start of a
/// cache line.
#[derive(Default)]
pub struct Buffer {
    lines: Vec<Line>,
    len: usize,
}

/// A cache line of numbers: what the memory is made of, so that no vector of a row of whole lines lies across two.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

/// Numbers in a line.
const LINE: usize = 16;

/// What waits to be used again, and its lines in all.
static POOL: Mutex<(VecDeque<Vec<Line>>, usize)> = Mutex::new((VecDeque::new(), 0));
/// No more lines than this wait, 256 MiB, and no more pieces. What has waited longest is given up first.
const MOST: usize = 1 << 22;
const PIECES: usize = 256;
/// Memory below this many lines is the allocator's business.
const SMALL: usize = 1 << 6;

impl Buffer {
    /// Returns a buffer of this many numbers, of any value: for those who write before they read.
    pub fn dirty(len: usize) -> Self {
        let count = len.div_ceil(LINE);
        let mut lines = take(count);
        if lines.len() < count {
            lines.resize(count, Line([0.0; LINE])); // what was longer stays so, or it would be cleared again
        }
        Self { lines, len }
    }

    /// Returns a buffer of this many zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::dirty(len);
        buffer.fill(0.0);
        buffer
    }
}

/// Takes the smallest memory that is large enough and not wastefully so.
fn take(count: usize) -> Vec<Line> {
    if count >= SMALL
        && let Ok(mut pool) = POOL.lock()
    {
        let (waiting, lines) = &mut *pool;
        let fits = |&(_, capacity): &(usize, usize)| (count..=count.saturating_mul(2)).contains(&capacity);
        let sizes = waiting.iter().map(Vec::capacity).enumerate();
        if let Some((place, capacity)) = sizes.filter(fits).min_by_key(|&(_, capacity)| capacity) {
            *lines -= capacity;
            return waiting.remove(place).unwrap_or_default();
        }
    }
    // A quarter more than was asked for: the next batch is a little longer.
    Vec::with_capacity(if count >= SMALL { count + count / 4 } else { count })
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let capacity = lines.capacity();
        if (SMALL..=MOST).contains(&capacity)
            && let Ok(mut pool) = POOL.lock()
        {
            let (waiting, all) = &mut *pool;
            waiting.push_back(lines);
            *all += capacity;
            while *all > MOST || waiting.len() > PIECES {
                *all -= waiting.pop_front().map_or(0, |lines| lines.capacity());
            }
        }
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a line is sixteen numbers and nothing else (`repr(C)`), and there are enough lines for `len` numbers.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as for `deref`; and `self` is borrowed for writing.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for Buffer {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl From<&[f32]> for Buffer {
    fn from(values: &[f32]) -> Self {
        let mut copy = Self::dirty(values.len());
        copy.copy_from_slice(values);
        copy
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        Self::from(&self[..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_with_the_length_asked_for() {
        for len in [0, 1, 17, 1024, 3000, 2048, 5000] {
            let mut buffer = Buffer::dirty(len);
            assert_eq!((buffer.len(), buffer.as_ptr() as usize % 64), (len, 0));
            buffer.fill(7.0);
            drop(buffer);
            assert!(Buffer::zeros(len).iter().all(|&x| x == 0.0));
            assert_eq!(Buffer::zeros(len).clone().len(), len);
        }
    }
}
