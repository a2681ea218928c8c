//! Memory that is used again: fresh pages from the system cost more than the arithmetic on them.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

/// Numbers whose memory goes back to a pool of the process when they are dropped.
#[derive(Debug, Default, PartialEq)]
pub struct Buffer(Vec<f32>);

/// What waits to be used again, and its numbers in all.
static POOL: Mutex<(Vec<Vec<f32>>, usize)> = Mutex::new((Vec::new(), 0));
/// No more numbers than this wait: 256 MiB.
const MOST: usize = 1 << 26;
/// Memory below this many numbers is the allocator's business.
const SMALL: usize = 1 << 10;

impl Buffer {
    /// Returns a buffer of this many numbers, of any value: for those who write before they read.
    pub fn dirty(len: usize) -> Self {
        let mut vec = take(len);
        if vec.len() < len {
            vec.resize(len, 0.0);
        } else {
            vec.truncate(len);
        }
        Self(vec)
    }

    /// Returns a buffer of this many zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::dirty(len);
        buffer.fill(0.0);
        buffer
    }
}

/// Takes the smallest vector that is large enough and not wastefully so.
fn take(len: usize) -> Vec<f32> {
    if len >= SMALL
        && let Ok(mut pool) = POOL.lock()
    {
        let (waiting, numbers) = &mut *pool;
        let fits = |vec: &&(usize, usize)| (len..=len.saturating_mul(2)).contains(&vec.1);
        let sizes: Vec<(usize, usize)> = waiting.iter().map(Vec::capacity).enumerate().collect();
        if let Some(&(place, capacity)) = sizes.iter().filter(fits).min_by_key(|vec| vec.1) {
            *numbers -= capacity;
            return waiting.swap_remove(place);
        }
    }
    // A quarter more than was asked for: the next batch is a little longer.
    Vec::with_capacity(if len >= SMALL { len + len / 4 } else { len })
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let vec = std::mem::take(&mut self.0);
        let capacity = vec.capacity();
        if capacity >= SMALL
            && let Ok(mut pool) = POOL.lock()
            && pool.1 + capacity <= MOST
        {
            pool.0.push(vec);
            pool.1 += capacity;
        }
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
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
        for len in [0, 1, SMALL, 3 * SMALL, 2 * SMALL, 5 * SMALL] {
            let mut buffer = Buffer::dirty(len);
            assert_eq!(buffer.len(), len);
            buffer.fill(7.0);
            drop(buffer);
            assert!(Buffer::zeros(len).iter().all(|&x| x == 0.0));
            assert_eq!(Buffer::zeros(len).clone().len(), len);
        }
    }
}
