"""fastText beside the baselines and networks of `benchmark`: every setting of a grid is trained, the one that is best on validation rows is
scored once on test rows, with three seeds. Ten threads: fastText 0.9.2 fills a tenth of its vectors in each, and takes the rest as memory was left.
So no run is quite like another. Words are runs of letters and digits, and every other character that is no blank is a word; Chinese words are
jieba's. Training rows whose letters and digits stand in the validation part are left out.

Run: python benches/averaged_ngrams.py FOLDER METRIC [--label COLUMN] [--labels a,b,c] [--chinese] [--long]
(fasttext-numpy2-wheel 0.9.2, scikit-learn 1.9.1, jieba 0.42.1); METRIC is accuracy, macro_f1, macro_recall or weighted_f1.
FOLDER has train.tsv, valid.tsv and test.tsv, perhaps as .xz; --long leaves out 25 epochs and n-grams of characters, for long texts.
"""
import argparse
import csv
import itertools
import lzma
import pathlib
import re
import statistics
import sys
import tempfile
import time

import fasttext
from sklearn.metrics import accuracy_score, f1_score, recall_score

csv.field_size_limit(sys.maxsize)
METRICS = {
    "accuracy": accuracy_score,
    "macro_f1": lambda t, p: f1_score(t, p, average="macro"),
    "macro_recall": lambda t, p: recall_score(t, p, average="macro"),
    "weighted_f1": lambda t, p: f1_score(t, p, average="weighted"),
}
parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("metric", choices=METRICS)
parser.add_argument("--label", default="label")
parser.add_argument("--labels", type=lambda names: set(names.split(",")))
parser.add_argument("--chinese", action="store_true")
parser.add_argument("--long", action="store_true")
args = parser.parse_args()
metric = METRICS[args.metric]

if args.chinese:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    cut = lambda text: [word for word in jieba.cut(text.casefold()) if word.strip()]
else:
    cut = lambda text: re.findall(r"\w+|[^\w\s]", text.casefold())


def read(part):
    path = args.folder / f"{part}.tsv"
    opened = open(path, encoding="utf-8", newline="") if path.exists() else lzma.open(f"{path}.xz", "rt", encoding="utf-8", newline="")
    with opened as file:
        rows = [(row["text"], row[args.label]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return [(text, label) for text, label in rows if args.labels is None or label in args.labels]


def bare(text):
    return re.sub(r"[\W_]", "", text.casefold())


train, valid, test = (read(part) for part in ("train", "valid", "test"))
known = {bare(text) for text, _ in valid}
train = [row for row in train if bare(row[0]) not in known]
truth = {"valid": [label for _, label in valid], "test": [label for _, label in test]}
words = {"valid": [" ".join(cut(text)) for text, _ in valid], "test": [" ".join(cut(text)) for text, _ in test]}
names = sorted({label for _, label in train})
number = {label: n for n, label in enumerate(names)}  # a label may have blanks

with tempfile.TemporaryDirectory() as folder:
    path = f"{folder}/train.txt"
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"__label__{number[label]} {' '.join(cut(text))}\n" for text, label in train)

    def fit(setting, seed):
        ngrams, epochs, rate, characters = setting
        low, high = characters
        return fasttext.train_supervised(path, dim=50, wordNgrams=ngrams, epoch=epochs, lr=rate, minn=low, maxn=high, bucket=500_000,
                                         thread=10, seed=seed, verbose=0)

    def score(model, part):
        given = [names[int(labels[0].removeprefix("__label__"))] if labels else names[0] for labels in model.predict(words[part])[0]]
        return metric(truth[part], given)

    start = time.process_time()
    spans = [(0, 0)] if args.long else [(0, 0), (1, 3) if args.chinese else (2, 5)]
    grid = list(itertools.product((1, 2, 3), (5,) if args.long else (5, 25), (0.1, 0.5), spans))
    best = max(grid, key=lambda setting: score(fit(setting, 1), "valid"))
    models = [fit(best, seed) for seed in (1, 2, 3)]
    on_valid, on_test = ([100 * score(model, part) for model in models] for part in ("valid", "test"))
    print(f"{args.folder.name}: words, epochs, rate, characters {best}; valid {statistics.mean(on_valid):.2f}, test {statistics.mean(on_test):.2f} "
          f"({statistics.stdev(on_test) / 3 ** 0.5:.2f}) {args.metric}; {time.process_time() - start:.0f} CPU-seconds", flush=True)
