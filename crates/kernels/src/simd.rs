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
        Self(Kind::Portable)
    }

    /// Returns all that this processor has, the narrowest first.
    pub fn available() -> Vec<Self> {
        ["portable", "avx2", "avx512"].into_iter().filter_map(Self::named).collect()
    }

    /// Returns the instruction set of this name (`portable`, `avx2`, `avx512`), where the processor has it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "portable" => Some(Self(Kind::Portable)),
            #[cfg(target_arch = "x86_64")]
            "avx2" => Avx2::detect().map(|_| Self(Kind::Avx2)),
            #[cfg(target_arch = "x86_64")]
            "avx512" => Avx512::detect().map(|_| Self(Kind::Avx512)),
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
    const ROWS: usize = if cfg!(target_arch = "aarch64") { 6 } else { 3 };

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
mod x86 {
    use std::arch::x86_64::*;

    use super::{Kernel, Simd};

    /// Proof that the processor has AVX2 and FMA.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Avx2(());

    /// Proof that the processor has AVX-512F (and AVX2 and FMA).
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Avx512(());

    impl Avx2 {
        pub(crate) fn detect() -> Option<Self> {
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
        }
    }

    impl Avx512 {
        pub(crate) fn detect() -> Option<Self> {
            (is_x86_feature_detected!("avx512f") && Avx2::detect().is_some()).then_some(Self(()))
        }
    }

    /// A method of the trait whose body is one intrinsic, or several on registers alone.
    macro_rules! on_registers {
        ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $kind:ty),*) -> $out:ty { $body:expr })*) => {
            $(
                #[inline(always)]
                #[allow(clippy::multiple_unsafe_ops_per_block)] // all for the one reason below
                fn $name(self, $($argument: $kind),*) -> $out {
                    // SAFETY: the intrinsics need a processor with the instruction set, of which `self` is the proof.
                    unsafe { $body }
                }
            )*
        };
    }

    impl Simd for Avx2 {
        type V = __m256;
        const LANES: usize = 8;
        const ROWS: usize = 3;

        #[inline(always)]
        fn enter<K: Kernel>(self, kernel: K) -> K::Out {
            #[target_feature(enable = "avx2,fma")]
            fn compiled<K: Kernel>(simd: Avx2, kernel: K) -> K::Out {
                kernel.run(simd)
            }
            // SAFETY: `self` is the proof that the processor has what `compiled` is compiled for.
            unsafe { compiled(self, kernel) }
        }
        #[inline(always)]
        fn load(self, from: &[f32]) -> __m256 {
            assert!(from.len() >= 8);
            // SAFETY: eight numbers are there, alignment is not asked for, and `self` is the proof of AVX.
            unsafe { _mm256_loadu_ps(from.as_ptr()) }
        }
        #[inline(always)]
        fn store(self, value: __m256, to: &mut [f32]) {
            assert!(to.len() >= 8);
            // SAFETY: there is room for eight numbers, alignment is not asked for, and `self` is the proof of AVX.
            unsafe { _mm256_storeu_ps(to.as_mut_ptr(), value) }
        }
        #[inline(always)]
        fn prefetch(self, from: &[f32]) {
            prefetch(from);
        }
        on_registers! {
            fn splat(value: f32) -> __m256 { _mm256_set1_ps(value) }
            fn add(a: __m256, b: __m256) -> __m256 { _mm256_add_ps(a, b) }
            fn sub(a: __m256, b: __m256) -> __m256 { _mm256_sub_ps(a, b) }
            fn mul(a: __m256, b: __m256) -> __m256 { _mm256_mul_ps(a, b) }
            fn div(a: __m256, b: __m256) -> __m256 { _mm256_div_ps(a, b) }
            fn sqrt(a: __m256) -> __m256 { _mm256_sqrt_ps(a) }
            fn mul_add(a: __m256, b: __m256, c: __m256) -> __m256 { _mm256_fmadd_ps(a, b, c) }
            fn neg_mul_add(a: __m256, b: __m256, c: __m256) -> __m256 { _mm256_fnmadd_ps(a, b, c) }
            fn min(a: __m256, b: __m256) -> __m256 { _mm256_min_ps(a, b) }
            fn max(a: __m256, b: __m256) -> __m256 { _mm256_max_ps(a, b) }
            fn pick_unless_le(a: __m256, b: __m256, yes: __m256, no: __m256) -> __m256 {
                _mm256_blendv_ps(yes, no, _mm256_cmp_ps::<_CMP_LE_OQ>(a, b))
            }
            fn keep_where_eq(a: __m256, b: __m256, yes: __m256) -> __m256 {
                _mm256_and_ps(yes, _mm256_cmp_ps::<_CMP_EQ_OQ>(a, b))
            }
            fn power_of_two(shifted: __m256) -> __m256 {
                _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(shifted)))
            }
            fn lower_half(a: __m256) -> __m256 {
                _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_castps_si256(a)))
            }
            fn magic_minus(magic: u32, a: __m256) -> __m256 {
                _mm256_castsi256_ps(_mm256_sub_epi32(_mm256_set1_epi32(magic as i32), _mm256_castps_si256(a)))
            }
        }
    }

    impl Simd for Avx512 {
        type V = __m512;
        const LANES: usize = 16;
        const ROWS: usize = 6;

        #[inline(always)]
        fn enter<K: Kernel>(self, kernel: K) -> K::Out {
            #[target_feature(enable = "avx512f,avx2,fma")]
            fn compiled<K: Kernel>(simd: Avx512, kernel: K) -> K::Out {
                kernel.run(simd)
            }
            // SAFETY: `self` is the proof that the processor has what `compiled` is compiled for.
            unsafe { compiled(self, kernel) }
        }
        #[inline(always)]
        fn load(self, from: &[f32]) -> __m512 {
            assert!(from.len() >= 16);
            // SAFETY: sixteen numbers are there, alignment is not asked for, and `self` is the proof of AVX-512.
            unsafe { _mm512_loadu_ps(from.as_ptr()) }
        }
        #[inline(always)]
        fn store(self, value: __m512, to: &mut [f32]) {
            assert!(to.len() >= 16);
            // SAFETY: there is room for sixteen numbers, alignment is not asked for, and `self` is the proof of AVX-512.
            unsafe { _mm512_storeu_ps(to.as_mut_ptr(), value) }
        }
        #[inline(always)]
        fn prefetch(self, from: &[f32]) {
            prefetch(from);
        }
        on_registers! {
            fn splat(value: f32) -> __m512 { _mm512_set1_ps(value) }
            fn add(a: __m512, b: __m512) -> __m512 { _mm512_add_ps(a, b) }
            fn sub(a: __m512, b: __m512) -> __m512 { _mm512_sub_ps(a, b) }
            fn mul(a: __m512, b: __m512) -> __m512 { _mm512_mul_ps(a, b) }
            fn div(a: __m512, b: __m512) -> __m512 { _mm512_div_ps(a, b) }
            fn sqrt(a: __m512) -> __m512 { _mm512_sqrt_ps(a) }
            fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 { _mm512_fmadd_ps(a, b, c) }
            fn neg_mul_add(a: __m512, b: __m512, c: __m512) -> __m512 { _mm512_fnmadd_ps(a, b, c) }
            fn min(a: __m512, b: __m512) -> __m512 { _mm512_min_ps(a, b) }
            fn max(a: __m512, b: __m512) -> __m512 { _mm512_max_ps(a, b) }
            fn pick_unless_le(a: __m512, b: __m512, yes: __m512, no: __m512) -> __m512 {
                _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, b), yes, no)
            }
            fn keep_where_eq(a: __m512, b: __m512, yes: __m512) -> __m512 {
                _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, b), yes)
            }
            fn power_of_two(shifted: __m512) -> __m512 {
                _mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_castps_si512(shifted)))
            }
            fn lower_half(a: __m512) -> __m512 {
                _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_castps_si512(a)))
            }
            fn magic_minus(magic: u32, a: __m512) -> __m512 {
                _mm512_castsi512_ps(_mm512_sub_epi32(_mm512_set1_epi32(magic as i32), _mm512_castps_si512(a)))
            }
        }
        #[inline(always)]
        fn load_part(self, from: &[f32]) -> __m512 {
            let mask = mask(from.len());
            // SAFETY: only the lanes of the mask are read, no more than the slice holds; `self` is the proof of AVX-512.
            unsafe { _mm512_maskz_loadu_ps(mask, from.as_ptr()) }
        }
        #[inline(always)]
        fn store_part(self, value: __m512, to: &mut [f32]) {
            let mask = mask(to.len());
            // SAFETY: only the lanes of the mask are written, no more than the slice holds; `self` is the proof of AVX-512.
            unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), mask, value) }
        }
    }

    #[inline(always)]
    fn prefetch(from: &[f32]) {
        // SAFETY: a prefetch reads nothing that a program can see and faults nowhere; SSE is part of x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(from.as_ptr().cast()) }
    }

    /// The mask of the first lanes, as many as a slice of fewer than 16 numbers has.
    #[inline(always)]
    fn mask(len: usize) -> u16 {
        ((1u32 << len.min(16)) - 1) as u16
    }
}
