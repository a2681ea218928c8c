//! Intel's and AMD's vectors of 256 and of 512 bits.

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
    unsafe fn store_far(self, value: __m256, to: &mut [f32]) {
        if to.len() >= 8 && to.as_ptr().addr().is_multiple_of(32) {
            // SAFETY: there is room for as many numbers, at a multiple of their bytes, the caller sees to the fence, and
            // `self` is the proof of AVX.
            unsafe { _mm256_stream_ps(to.as_mut_ptr(), value) }
        } else {
            self.store_some(value, to);
        }
    }
    #[inline(always)]
    fn fence(self) {
        fence();
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
    unsafe fn store_far(self, value: __m512, to: &mut [f32]) {
        if to.len() >= 16 && to.as_ptr().addr().is_multiple_of(64) {
            // SAFETY: there is room for as many numbers, at a multiple of their bytes, the caller sees to the fence, and
            // `self` is the proof of AVX-512.
            unsafe { _mm512_stream_ps(to.as_mut_ptr(), value) }
        } else {
            self.store_some(value, to);
        }
    }
    #[inline(always)]
    fn fence(self) {
        fence();
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

#[inline(always)]
fn fence() {
    // SAFETY: a fence touches no memory, and SSE is part of x86-64.
    unsafe { _mm_sfence() }
}

/// The mask of the first lanes, as many as a slice of fewer than 16 numbers has.
#[inline(always)]
fn mask(len: usize) -> u16 {
    ((1u32 << len.min(16)) - 1) as u16
}
