//! x
use plaudit_kernels::*;
use std::time::Instant;
fn best<R>(n: usize, mut f: impl FnMut() -> R) -> f64 {
    let mut b = f64::MAX;
    for _ in 0..n {
        let s = Instant::now();
        std::hint::black_box(f());
        b = b.min(s.elapsed().as_secs_f64());
    }
    b
}
fn main() {
    let sets: Vec<_> = match std::env::args().nth(1) {
        Some(name) => vec![InstructionSet::named(&name).unwrap()],
        None => InstructionSet::available().into_iter().skip(1).collect(),
    };
    let only = std::env::args().nth(2).is_some();
    for set in sets {
        let peak = set.measure_peak();
        println!("{} peak {:.1}", set.name(), peak / 1e9);
        for (m, k, n, t) in
            [(700, 100, 256, 0), (700, 256, 100, 0), (256, 1331, 64, 1), (256, 700, 100, 1), (512, 512, 512, 0)]
        {
            let a = vec![0.5f32; m * k];
            let b = vec![0.25f32; k * n];
            let mut out = vec![0f32; m * n];
            let av = if t == 1 { Matrix::new(&a, k, m).t() } else { Matrix::new(&a, m, k) };
            let panels = Panels::new(set, Matrix::new(&b, k, n));
            let t1 = best(60, || product_with(av, &panels, Start::Zero, &mut out));
            let t2 = best(60, || product(set, av, Matrix::new(&b, k, n), Start::Zero, &mut out));
            let f = 2.0 * (m * k * n) as f64 / 1e9;
            println!("  {m}x{k}x{n} t{t}: {:.1} GF/s with panels, {:.1} packing", f / t1, f / t2);
        }
        for (hidden, len) in if std::env::var("LEN").is_ok() {
            vec![(64usize, 200usize)]
        } else {
            vec![(64usize, 21usize), (64, 200), (128, 21), (128, 200)]
        } {
            let texts = 64;
            let packed = Packed::new(&vec![len; texts]);
            let tokens = packed.tokens();
            let rows = tokens / 2;
            let index: Vec<u32> = (0..tokens).map(|k| (k * 7919 % rows) as u32).collect();
            let (input, directions) = (100, 2);
            let l = Lstm { set, packed: &packed, index: &index, input, hidden, directions, output: Output::Max };
            let weights: Vec<f32> = (0..l.weights()).map(|k| ((k * 7919 % 1000) as f32 / 1000.0 - 0.5) * 0.2).collect();
            let inputs: Vec<f32> = (0..rows * input).map(|k| ((k * 7907 % 1000) as f32 / 1000.0 - 0.5) * 2.0).collect();
            let panels = l.panels(&weights);
            let n = 40000 / tokens + 5;
            let tp = best(n, || l.panels(&weights));
            let tj = best(n, || l.project(&inputs, &panels));
            let projected = l.project(&inputs, &panels);
            if only && std::env::args().nth(2).unwrap_or_default() == "back" {
                let d = vec![0.1f32; l.outputs()];
                for _ in 0..n * 3 {
                    if let Some(trace) = l.recur(&projected, &panels, &mut LstmState::zeros(2, texts, hidden), true).1 {
                        l.backward(&inputs, &weights, trace, &d, None);
                    }
                }
                continue;
            }
            if only {
                best(n * 5, || l.recur(&projected, &panels, &mut LstmState::zeros(2, texts, hidden), false));
                continue;
            }
            let tr = best(n, || l.recur(&projected, &panels, &mut LstmState::zeros(2, texts, hidden), false));
            let tt = best(n, || l.recur(&projected, &panels, &mut LstmState::zeros(2, texts, hidden), true));
            let d = vec![0.1f32; l.outputs()];
            let mut tb = f64::MAX;
            for _ in 0..n {
                let trace = l.recur(&projected, &panels, &mut LstmState::zeros(2, texts, hidden), true).1.unwrap();
                let s = Instant::now();
                l.backward(&inputs, &weights, trace, &d, None);
                tb = tb.min(s.elapsed().as_secs_f64());
            }
            let rec = 2.0 * (tokens * 2 * 4 * hidden * hidden) as f64;
            let proj = 2.0 * (rows * 2 * 4 * hidden * input) as f64;
            println!(
                "  H{hidden} T{len}: panels {:.0} us, project {:.0} us {:.1} GF, recur {:.0} us {:.1} GF, traced {:.0} us {:.1} GF, backward {:.0} us {:.1} GF; samples/s {:.0} infer",
                tp * 1e6,
                tj * 1e6,
                proj / tj / 1e9,
                tr * 1e6,
                rec / tr / 1e9,
                tt * 1e6,
                rec / tt / 1e9,
                tb * 1e6,
                2.0 * (rec + proj) / tb / 1e9,
                texts as f64 / tr
            );
        }
    }
}
