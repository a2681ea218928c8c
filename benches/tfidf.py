"""Times scikit-learn's TfidfVectorizer on a file of texts, one a line: fit (which makes the matrix, too) and transform, as `tfidf.rs`
does. Prints megabytes per CPU-second of one thread, the median of the runs.

Run: OMP_NUM_THREADS=1 python benches/tfidf.py FILE [RUNS] (scikit-learn 1.9.1)
"""
import sys
import time

from sklearn.feature_extraction.text import TfidfVectorizer

texts = open(sys.argv[1], encoding="utf-8").read().split("\n")[:-1]
megabytes = sum(len(text.encode()) + 1 for text in texts) / 1e6


def timed(call):
    start = time.process_time()
    result = call()
    return result, time.process_time() - start


for analyzer, n in (("word", (1, 2)), ("char_wb", (2, 5))):
    fits, transforms = [], []
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
        tfidf, seconds = timed(lambda: TfidfVectorizer(analyzer=analyzer, ngram_range=n, lowercase=False).fit(texts))
        fits.append(seconds)
        rows, seconds = timed(lambda: tfidf.transform(texts))
        transforms.append(seconds)
    for what, times in (("fit", fits), ("transform", transforms)):
        seconds = sorted(times)[len(times) // 2]
        print(f"{analyzer}, {what}: {seconds:.3f} s, {megabytes / seconds:.2f} MB per CPU-second")
    print(f"{analyzer}: {rows.shape[0]} texts, {rows.shape[1]} n-grams, {rows.nnz} values, sum {rows.sum():.6f}", flush=True)
