"""Times gensim's `most_similar` on as many vectors as `neighbours.rs` has: python benches/neighbours.py [threads].

Medians of 20 runs, lengths computed before; beside it NumPy's sum of the same matrix.
"""
import os
import sys

threads = sys.argv[1] if len(sys.argv) > 1 else "1"
os.environ["OPENBLAS_NUM_THREADS"] = threads

import statistics
import time

import gensim
import numpy as np
from gensim.models import KeyedVectors

WORDS, DIM = 400_000, 300
vectors = KeyedVectors(DIM)
matrix = np.random.default_rng(1).uniform(-1, 1, (WORDS, DIM)).astype(np.float32)
vectors.add_vectors([str(place) for place in range(WORDS)], matrix)
vectors.fill_norms()
print(f"gensim {gensim.__version__}, NumPy {np.__version__}, {threads} threads")


def median(name, call, runs=20):
    times, cpu = [], []
    for _ in range(runs):
        start, start_cpu = time.perf_counter(), time.process_time()
        call()
        times.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    print(f"{name}: {1e3 * statistics.median(times):.1f} ms, {1e3 * statistics.median(cpu):.1f} ms of CPU")


median("sum", lambda: vectors.vectors.sum())
median("most_similar", lambda: vectors.most_similar("7", topn=10))
queries = vectors.vectors[:256] / vectors.norms[:256, None]
median("256 queries as a matrix product (no selection)", lambda: vectors.vectors @ queries.T, 5)
