//! 64-bit ARM's vectors of 128 bits, which every such processor has.

use std::arch::aarch64::*;

use super::{Kernel, Simd};

/// The vectors that every 64-bit ARM processor has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neon;

/// A method of the trait whose body is one intrinsic, or several on registers alone.
macro_rules! on_registers {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> float32x4_t { $body:expr })*) => {
        $(
            #[inline(always)]
            #[allow(unused_unsafe, clippy::multiple_unsafe_ops_per_block)] // safe since Rust 1.87; one reason for all
            fn $name(self, $($argument: $kind),*) -> float32x4_t {
                // SAFETY: the intrinsics need NEON, which is part of every 64-bit ARM target of Rust's with an operating
                // system.
                unsafe { $body }
            }
        )*
    };
}

impl Simd for Neon {
    type V = float32x4_t;
    const LANES: usize = 4;
    const ROWS: usize = 6;

    #[inline(always)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Out {
        kernel.run(self)
    }
    #[inline(always)]
    fn load(self, from: &[f32]) -> float32x4_t {
        assert!(from.len() >= 4);
        // SAFETY: four numbers are there, and alignment is not asked for.
        unsafe { vld1q_f32(from.as_ptr()) }
    }
    #[inline(always)]
    fn store(self, value: float32x4_t, to: &mut [f32]) {
        assert!(to.len() >= 4);
        // SAFETY: there is room for four numbers, and alignment is not asked for.
        unsafe { vst1q_f32(to.as_mut_ptr(), value) }
    }
    on_registers! {
        fn splat(value: f32) -> float32x4_t { vdupq_n_f32(value) }
        fn add(a: float32x4_t, b: float32x4_t) -> float32x4_t { vaddq_f32(a, b) }
        fn sub(a: float32x4_t, b: float32x4_t) -> float32x4_t { vsubq_f32(a, b) }
        fn mul(a: float32x4_t, b: float32x4_t) -> float32x4_t { vmulq_f32(a, b) }
        fn div(a: float32x4_t, b: float32x4_t) -> float32x4_t { vdivq_f32(a, b) }
        fn sqrt(a: float32x4_t) -> float32x4_t { vsqrtq_f32(a) }
        fn mul_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t { vfmaq_f32(c, a, b) }
        fn neg_mul_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t { vfmsq_f32(c, a, b) }
        // Not `vminq` and `vmaxq`: these give what is not a number, and the trait wants `b`.
        fn min(a: float32x4_t, b: float32x4_t) -> float32x4_t { vbslq_f32(vcltq_f32(a, b), a, b) }
        fn max(a: float32x4_t, b: float32x4_t) -> float32x4_t { vbslq_f32(vcgtq_f32(a, b), a, b) }
        fn pick_unless_le(a: float32x4_t, b: float32x4_t, yes: float32x4_t, no: float32x4_t) -> float32x4_t {
            vbslq_f32(vcleq_f32(a, b), no, yes)
        }
        fn keep_where_eq(a: float32x4_t, b: float32x4_t, yes: float32x4_t) -> float32x4_t {
            vreinterpretq_f32_u32(vandq_u32(vceqq_f32(a, b), vreinterpretq_u32_f32(yes)))
        }
        fn power_of_two(shifted: float32x4_t) -> float32x4_t {
            vreinterpretq_f32_u32(vshlq_n_u32::<23>(vreinterpretq_u32_f32(shifted)))
        }
        fn lower_half(a: float32x4_t) -> float32x4_t {
            vreinterpretq_f32_u32(vshlq_n_u32::<16>(vreinterpretq_u32_f32(a)))
        }
        fn magic_minus(magic: u32, a: float32x4_t) -> float32x4_t {
            vreinterpretq_f32_u32(vsubq_u32(vdupq_n_u32(magic), vreinterpretq_u32_f32(a)))
        }
    }
}
