"""Trains gensim's word vectors with the parameters of the recipe `word2vec`, and compares vectors of both on lists of word pairs and
analogies. Files are word2vec's binary ones; `word2vec --corpus FILE --out OUT.bin --dim N --epochs N --seed S --threads 1 --json` writes ours.

Run: python benches/word2vec.py train CORPUS OUT.bin DIM EPOCHS SEED
     python benches/word2vec.py compare ANALOGIES LIST[,LIST..] OURS.bin[,..] GENSIM.bin[,..]   (a file a seed, both sides in one order)
(gensim 4.4.0, NumPy, SciPy). A list has two words and a number a line. `compare` prints Spearman's rho of the cosines times 100, and the
percentage of analogies that are answered rightly among the first 30,000 words of our first file; then the difference of the means over
seeds, and the 5th and 95th percentile of it over 1,000 bootstraps of the items.
"""
import sys
import time

import numpy as np
from gensim.models import KeyedVectors, Word2Vec
from scipy.stats import rankdata


def train(corpus, out, dim, epochs, seed):
    start = time.process_time()
    model = Word2Vec(vector_size=int(dim), window=5, negative=5, min_count=5, sample=1e-3, sg=1, hs=0, workers=1,
                     epochs=int(epochs), alpha=0.025, min_alpha=0.025e-4, seed=int(seed))
    model.build_vocab(corpus_file=corpus)
    model.train(corpus_file=corpus, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=int(epochs))
    model.wv.save_word2vec_format(out, binary=True)
    print(f"{time.process_time() - start:.1f} CPU-seconds, {len(model.wv)} words")


def pairs(path):
    rows = [line.lower().split() for line in open(path, encoding="utf-8")]
    return [(row[0], row[1], float(row[2])) for row in rows if len(row) >= 3]


def cosines(vectors, items):
    known = vectors.key_to_index
    return np.array([vectors.similarity(a, b) if a in known and b in known else np.nan for a, b, _ in items])


def answers(vectors, questions, words):
    place = {word: number for number, word in enumerate(words)}
    matrix = np.stack([vectors.get_vector(word, norm=True) for word in words])
    found = np.full(len(questions), np.nan)
    asked = [(n, [place[word] for word in question]) for n, question in enumerate(questions) if all(word in place for word in question)]
    for start in range(0, len(asked), 512):
        part = asked[start:start + 512]
        a, b, c, d = np.array([places for _, places in part]).T
        near = (matrix[b] - matrix[a] + matrix[c]) @ matrix.T
        for given in (a, b, c):
            near[np.arange(len(part)), given] = -np.inf
        found[[n for n, _ in part]] = near.argmax(axis=1) == d
    return found


def compare(analogies, lists, *sides):
    sides = [[KeyedVectors.load_word2vec_format(path, binary=True) for path in side.split(",")] for side in sides]
    words = sides[0][0].index_to_key[:30_000]
    questions = [line.lower().split() for line in open(analogies, encoding="utf-8") if not line.startswith(":")]
    random, differences = np.random.default_rng(0), []
    for path in [*lists.split(","), None]:
        items = questions if path is None else pairs(path)
        if path is None:
            values = [[answers(vectors, items, words) for vectors in side] for side in sides]
            score = lambda values, chosen: 100 * values[chosen].mean()
        else:
            gold = np.array([number for _, _, number in items])
            values = [[cosines(vectors, items) for vectors in side] for side in sides]
            score = lambda values, chosen: 100 * np.corrcoef(rankdata(values[chosen]), rankdata(gold[chosen]))[0, 1]
        known = np.flatnonzero(~np.isnan(values[0][0]))
        means = lambda chosen: [np.mean([score(seed, chosen) for seed in side]) for side in values]
        ours, theirs = means(known)
        draws = np.array([np.subtract(*means(random.choice(known, len(known)))) for _ in range(1000)])
        differences.append((ours - theirs, draws))
        low, high = np.quantile(draws, [0.05, 0.95])
        print(f"{path or 'analogies'}: {len(known)} of {len(items)}; {ours:.2f}, {theirs:.2f}: {ours - theirs:+.2f} ({low:+.2f} to {high:+.2f})")
    draws = np.mean([draws for _, draws in differences], axis=0)
    low, high = np.quantile(draws, [0.05, 0.95])
    print(f"mean of all: {np.mean([mean for mean, _ in differences]):+.2f} ({low:+.2f} to {high:+.2f})")


{"train": train, "compare": compare}[sys.argv[1]](*sys.argv[2:])
