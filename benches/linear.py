"""Times scikit-learn's LogisticRegression on what `linear.rs` fits: TF-IDF of words and pairs of words in single precision. Prints CPU-seconds
of one thread, the median of the runs.

Run: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benches/linear.py FOLDER [RUNS] (scikit-learn 1.9.1)
FOLDER has train.tsv with the columns text and label.
"""
import csv
import pathlib
import sys
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

with open(pathlib.Path(sys.argv[1]) / "train.tsv", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
texts, labels = [row["text"] for row in rows], [row["label"] for row in rows]
single = TfidfVectorizer(ngram_range=(1, 2), lowercase=False).fit_transform(texts).astype(np.float32)
for c in (1.0, 10.0):
    for name, x in (("single", single), ("double", single.astype(np.float64))):
        seconds = []
        for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
            start = time.process_time()
            model = LogisticRegression(C=c, tol=1e-4, max_iter=1000).fit(x, labels)
            seconds.append(time.process_time() - start)
        print(f"C {c}, {name}: {x.shape}, {x.nnz} values, {model.n_iter_} steps, {sorted(seconds)[len(seconds) // 2]:.3f} s", flush=True)
