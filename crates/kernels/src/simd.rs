//! Vectors of single-precision numbers: one trait, one type an instruction set.
//!
//! Every operation is exact in IEEE 754's sense (correctly rounded, or on bits), and all code above this module adds in an
//! order that does not depend on [`Simd::LANES`]. So every instruction set whose [`Simd::mul_add`] rounds once gives the
//! same bytes: AVX2 with FMA, AVX-512, and 64-bit ARM.

/// Vectors of one instruction set. A value of an implementing type is proof that the processor has it.
pub(crate) trait Simd: Copy + Send + Sync + 'static {
    /// A vector of [`LANES`](Self::LANES) numbers.
    type V: Copy;
    /// Numbers in a vector.
    const LANES: usize;
    /// Rows of the largest tile of four vectors that the registers hold, at most 6.
    const ROWS: usize;

    /// Runs `kernel`, compiled for this instruction set.
    fn enter<K: Kernel>(self, kernel: K) -> K::Out;

    /// Returns a vector of equal numbers.
    fn splat(self, value: f32) -> Self::V;
    /// Returns the first numbers of a slice that holds at least a vector of them.
    fn load(self, from: &[f32]) -> Self::V;
    /// Writes to the start of a slice that has room for a vector.
    fn store(self, value: Self::V, to: &mut [f32]);
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    fn sqrt(self, a: Self::V) -> Self::V;
    /// `a b + c`, rounded once where the instruction set can.
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `c - a b`, rounded once where the instruction set can.
    fn neg_mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The smaller number of each lane; `b` where one is not a number.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// The larger number of each lane; `b` where one is not a number.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// `no` in the lanes where `a <= b`, `yes` in the others, also where one is not a number.
    fn pick_unless_le(self, a: Self::V, b: Self::V, yes: Self::V, no: Self::V) -> Self::V;
    /// `yes` in the lanes where `a == b`, 0 in the others.
    fn keep_where_eq(self, a: Self::V, b: Self::V, yes: Self::V) -> Self::V;
    /// The number whose exponent has the bits that are lowest in `shifted`: bits `shifted << 23`.
    fn power_of_two(self, shifted: Self::V) -> Self::V;
    /// The number whose upper half are the lower 16 bits of `a`, and whose lower half is 0.
    fn lower_half(self, a: Self::V) -> Self::V;
    /// The number with the bits `magic - bits(a)`.
    fn magic_minus(self, magic: u32, a: Self::V) -> Self::V;

    /// Asks for the cache line of the slice's first number, which will be read later.
    #[inline(always)]
    fn prefetch(self, from: &[f32]) {
        let _ = from;
    }

    /// [`store_some`](Self::store_some), past the caches where the instruction set can: for what is more than they hold.
    ///
    /// # Safety
    /// A [`Fence`] is dropped before anybody reads or writes the place again.
    #[inline(always)]
    unsafe fn store_far(self, value: Self::V, to: &mut [f32]) {
        self.store_some(value, to);
    }

    /// Waits until all memory has what this thread stored past the caches.
    #[inline(always)]
    fn fence(self) {}

    /// Returns the numbers of a slice with fewer than a vector of them, then zeros.
    #[inline(always)]
    fn load_part(self, from: &[f32]) -> Self::V {
        let mut whole = [0.0; MOST_LANES];
        whole[..from.len()].copy_from_slice(from);
        self.load(&whole)
    }

    /// Writes as many numbers as the slice has room for, fewer than a vector.
    #[inline(always)]
    fn store_part(self, value: Self::V, to: &mut [f32]) {
        let mut whole = [0.0; MOST_LANES];
        self.store(value, &mut whole);
        to.copy_from_slice(&whole[..to.len()]);
    }

    /// [`load`](Self::load) or [`load_part`](Self::load_part), by the slice's length.
    #[inline(always)]
    fn load_some(self, from: &[f32]) -> Self::V {
        if from.len() >= Self::LANES { self.load(from) } else { self.load_part(from) }
    }

    /// [`store`](Self::store) or [`store_part`](Self::store_part), by the slice's length.
    #[inline(always)]
    fn store_some(self, value: Self::V, to: &mut [f32]) {
        if to.len() >= Self::LANES { self.store(value, to) } else { self.store_part(value, to) }
    }
}

/// The largest [`Simd::LANES`].
pub(crate) const MOST_LANES: usize = 16;

/// Work that is compiled once for each instruction set. `run` is `#[inline(always)]`, and so is what it calls in its loops:
/// only code that ends up inside [`Simd::enter`] may use the instruction set.
pub(crate) trait Kernel {
    /// What it returns.
    type Out;
    /// Does the work.
    fn run<S: Simd>(self, simd: S) -> Self::Out;
}

/// Waits, when it is dropped, until all memory has what [`Simd::store_far`] stored on this thread.
pub(crate) struct Fence<S: Simd>(pub(crate) S);

impl<S: Simd> Drop for Fence<S> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.fence();
    }
}

/// Adds values to sums.
#[inline(always)]
pub(crate) fn add<S: Simd>(s: S, values: &[f32], sums: &mut [f32]) {
    for (value, sum) in values.chunks(S::LANES).zip(sums.chunks_mut(S::LANES)) {
        s.store_some(s.add(s.load_some(value), s.load_some(sum)), sum);
    }
}

/// The instruction set that kernels run on.
///
/// ```
/// use plaudit_kernels::InstructionSet;
///
/// let best = InstructionSet::best();
/// assert_eq!(InstructionSet::named(best.name()), Some(best));
/// assert!(InstructionSet::named("portable").is_some() && InstructionSet::named("mmx").is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionSet(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// What 64-bit ARM computes, in software: too slow for anything but comparing.
    #[cfg(test)]
    FusedInSoftware,
}

impl InstructionSet {
    /// Returns the widest instruction set that this processor has.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if Avx512::detect().is_some() {
                return Self(Kind::Avx512);
            }
            if Avx2::detect().is_some() {
                return Self(Kind::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        return Self(Kind::Neon);
        #[cfg(not(target_arch = "aarch64"))]
        Self(Kind::Portable)
    }

    /// Returns all that this processor has, the narrowest first.
    pub fn available() -> Vec<Self> {
        ["portable", "neon", "avx2", "avx512"].into_iter().filter_map(Self::named).collect()
    }

    /// Returns the instruction set of this name (`portable`, `neon`, `avx2`, `avx512`), where the processor has it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "portable" => Some(Self(Kind::Portable)),
            #[cfg(target_arch = "x86_64")]
            "avx2" => Avx2::detect().map(|_| Self(Kind::Avx2)),
            #[cfg(target_arch = "x86_64")]
            "avx512" => Avx512::detect().map(|_| Self(Kind::Avx512)),
            #[cfg(target_arch = "aarch64")]
            "neon" => Some(Self(Kind::Neon)),
            _ => None,
        }
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "neon",
            #[cfg(test)]
            Kind::FusedInSoftware => "fused in software",
        }
    }

    /// Returns whether `a b + c` is rounded once. All instruction sets that do so give the same bytes.
    pub fn is_fused(self) -> bool {
        match self.0 {
            Kind::Portable => FUSED,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 | Kind::Avx512 => true,
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => true,
            #[cfg(test)]
            Kind::FusedInSoftware => true,
        }
    }

    /// Measures how many additions and multiplications one core does in a second at most, on numbers that never leave its
    /// registers: what measured speeds are held against. Takes a few milliseconds.
    pub fn measure_peak(self) -> f64 {
        /// `0` rounds of `a b + c` on as many numbers as keep the multipliers busy.
        struct Busy(usize);

        impl Kernel for Busy {
            type Out = usize;

            #[inline(always)]
            fn run<S: Simd>(self, s: S) -> usize {
                const CHAINS: usize = 12;
                let mut sums: [S::V; CHAINS] = std::array::from_fn(|k| s.splat(k as f32));
                let (a, b) = (s.splat(std::hint::black_box(0.5)), s.splat(std::hint::black_box(1.0)));
                for _ in 0..self.0 {
                    for sum in &mut sums {
                        *sum = s.mul_add(*sum, a, b);
                    }
                }
                let mut out = [0.0; MOST_LANES];
                s.store(sums.into_iter().fold(s.splat(0.0), |all, sum| s.add(all, sum)), &mut out);
                std::hint::black_box(out);
                2 * CHAINS * S::LANES
            }
        }

        const ROUNDS: usize = 200_000;
        let rate = || {
            let start = std::time::Instant::now();
            let operations = self.run(Busy(ROUNDS)) * ROUNDS;
            operations as f64 / start.elapsed().as_secs_f64()
        };
        (0..10).map(|_| rate()).fold(0.0, f64::max)
    }

    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Out {
        match self.0 {
            Kind::Portable => Portable::<FUSED>.enter(kernel),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => match Avx2::detect() {
                Some(simd) => simd.enter(kernel),
                None => Portable::<FUSED>.enter(kernel),
            },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => match Avx512::detect() {
                Some(simd) => simd.enter(kernel),
                None => Portable::<FUSED>.enter(kernel),
            },
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => Neon.enter(kernel),
            #[cfg(test)]
            Kind::FusedInSoftware => Portable::<true>.enter(kernel),
        }
    }

    /// The arithmetic of 64-bit ARM, on any machine.
    #[cfg(test)]
    pub(crate) fn fused_in_software() -> Self {
        Self(Kind::FusedInSoftware)
    }
}

/// Whether the compiler's own target fuses `a b + c` in one instruction. Elsewhere a library function would do it, slowly.
const FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

/// Four lanes in plain Rust: the instruction set that the compiler's target has anyway (SSE2, or NEON with fused
/// multiplication on 64-bit ARM). `FUSED` tells whether [`mul_add`](Simd::mul_add) rounds once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable<const FUSED: bool>;

impl<const FUSED: bool> Portable<FUSED> {
    #[inline(always)]
    fn fused(a: f32, b: f32, c: f32) -> f32 {
        if FUSED { a.mul_add(b, c) } else { a * b + c }
    }
}

/// The same expression for each of four lanes. Written out: closures are not always part of the loop that calls them.
macro_rules! lanes {
    ($k:ident => $lane:expr) => {{
        let mut out = [0.0; 4];
        for ($k, out) in out.iter_mut().enumerate() {
            *out = $lane;
        }
        out
    }};
}

impl<const FUSED: bool> Simd for Portable<FUSED> {
    type V = [f32; 4];
    const LANES: usize = 4;
    const ROWS: usize = 3;

    #[inline(always)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Out {
        kernel.run(self)
    }
    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        [value; 4]
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> Self::V {
        [from[0], from[1], from[2], from[3]]
    }
    #[inline(always)]
    fn store(self, value: Self::V, to: &mut [f32]) {
        to[..4].copy_from_slice(&value);
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        lanes!(k => a[k] + b[k])
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        lanes!(k => a[k] - b[k])
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        lanes!(k => a[k] * b[k])
    }
    #[inline(always)]
    fn div(self, a: Self::V, b: Self::V) -> Self::V {
        lanes!(k => a[k] / b[k])
    }
    #[inline(always)]
    fn sqrt(self, a: Self::V) -> Self::V {
        lanes!(k => a[k].sqrt())
    }
    #[inline(always)]
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        lanes!(k => Self::fused(a[k], b[k], c[k]))
    }
    #[inline(always)]
    fn neg_mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        lanes!(k => Self::fused(-a[k], b[k], c[k]))
    }
    #[inline(always)]
    fn min(self, a: Self::V, b: Self::V) -> Self::V {
        lanes!(k => if a[k] < b[k] { a[k] } else { b[k] })
    }
    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        lanes!(k => if a[k] > b[k] { a[k] } else { b[k] })
    }
    #[inline(always)]
    fn pick_unless_le(self, a: Self::V, b: Self::V, yes: Self::V, no: Self::V) -> Self::V {
        lanes!(k => if a[k] <= b[k] { no[k] } else { yes[k] })
    }
    #[inline(always)]
    fn keep_where_eq(self, a: Self::V, b: Self::V, yes: Self::V) -> Self::V {
        lanes!(k => if a[k] == b[k] { yes[k] } else { 0.0 })
    }
    #[inline(always)]
    fn power_of_two(self, shifted: Self::V) -> Self::V {
        lanes!(k => f32::from_bits(shifted[k].to_bits() << 23))
    }
    #[inline(always)]
    fn lower_half(self, a: Self::V) -> Self::V {
        lanes!(k => f32::from_bits(a[k].to_bits() << 16))
    }
    #[inline(always)]
    fn magic_minus(self, magic: u32, a: Self::V) -> Self::V {
        lanes!(k => f32::from_bits(magic.wrapping_sub(a[k].to_bits())))
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "aarch64")]
use neon::Neon;

#[cfg(target_arch = "aarch64")]
mod neon;
