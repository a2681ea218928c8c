"""Times QuaPy's Bayesian quantifier (BayesianCC: NUTS over error rates and shares together, the defaults of 500 steps of warm-up
and 1,000 draws) on the gold rows and the divisions of `prevalence.rs`, and prints its 90 % intervals and effective draws.

Run: python benches/prevalence.py [RUNS] (quapy[bayes] 0.2.3, numpyro 0.22.0, jax 0.10.2)
"""
import sys
import time

import jax.numpy as jnp
import numpy as np
from numpyro.diagnostics import effective_sample_size
from quapy.method._bayesian import sample_posterior_bayesianCC

# As jax arrays: with those of numpy, as the class itself passes them, numpyro 0.22 does not run.
GOLD = jnp.array([[140, 30, 20, 10], [30, 120, 30, 20], [20, 30, 130, 20], [5, 15, 30, 150]], dtype=float)

for texts in (1_000, 1_000_000):
    counts = jnp.array([texts // 10 * 4, texts // 10 * 3, texts // 10 * 2, texts // 10], dtype=float)
    times = []
    for run in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        start, cpu = time.perf_counter(), time.process_time()
        shares = np.asarray(sample_posterior_bayesianCC(counts, GOLD, 500, 1_000, np.ones(4), seed=run)["P_test(Y)"])
        times.append((time.process_time() - cpu, time.perf_counter() - start))
    cpu, wall = sorted(times)[len(times) // 2]
    ends = np.quantile(shares, [0.05, 0.95], axis=0).T
    effective = min(effective_sample_size(shares[None, :, k]) for k in range(4))
    print(f"{texts} texts: {cpu:.2f} s of CPU time, {wall:.2f} s; fewest effective draws {effective:.0f} of 1000")
    print("  90 % intervals:", ", ".join(f"{low:.3f} to {high:.3f}" for low, high in ends), flush=True)
