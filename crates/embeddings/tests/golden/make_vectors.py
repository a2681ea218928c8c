"""Writes the files of word vectors in `vectors/`, by the programs whose formats they are, and what these programs read from them.

python3 -m venv v && v/bin/pip install gensim==4.4.0 fasttext-wheel==0.9.2 && v/bin/python make_vectors.py

fastText draws from several threads: the `fasttext*` files are others after each run, and `fasttext.json` with them.
"""
import gzip
import json
import os
import struct
import tempfile

import fasttext
import numpy as np
from gensim.models import KeyedVectors

out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors")


def bits(vector):
    """The bits of each f32, so that nothing is lost on the way."""
    return [int(bits) for bits in np.asarray(vector, dtype="<f4").view("<u4")]


def save(name, words):
    with open(f"{out}/{name}", "w") as file:
        json.dump(words, file, ensure_ascii=False, indent=0, sort_keys=True)
        file.write("\n")


# The least and the greatest number, one that is nothing in binary, a negative zero, a third.
values = [[0.1, -0.0, 1e-45], [3.4028235e38, -1 / 3, 1.1754942e-38], [1, 2, 3], [1e-7, 16777216, -123456.79], [5e-324, 0.5, 1e10]]
vectors = KeyedVectors(3)
vectors.add_vectors(["good", "图书馆", "naïve", "tab\there", "42"], np.array(values, dtype=np.float32))
save("gensim.json", {word: bits(vectors[word]) for word in vectors.index_to_key})
vectors.save_word2vec_format(f"{out}/gensim.txt")
vectors.save_word2vec_format(f"{out}/gensim.bin", binary=True)
vectors.save_word2vec_format(f"{out}/gensim_glove.txt", write_header=False)
with open(f"{out}/gensim.bin", "rb") as plain, open(f"{out}/gensim.bin.gz", "wb") as file:
    file.write(gzip.compress(plain.read(), mtime=0))

corpus = ["the library is good and the hall is poor", "好 图书馆 很 好 the library", "café naïve the good food is not good"]
with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
    file.write("\n".join(corpus * 6) + "\n")
    file.flush()
    model = fasttext.train_unsupervised(file.name, dim=4, minn=2, maxn=4, bucket=50, minCount=3, epoch=2, thread=10)
model.save_model(f"{out}/fasttext.bin")
unknown = ["libary", "caf", "x", "图书", "zz zz", "", "<", "a\0b", "</S>", "👩‍👧", "good" * 9]
save("fasttext.json", {word: bits(model.get_word_vector(word)) for word in model.words + unknown})
# `fasttext print-word-vectors` and the .vec of the command line: five digits, and a blank at the end of each line.
with open(f"{out}/fasttext.vec", "w") as file:
    file.write(f"{len(model.words)} 4\n")
    for word in model.words:
        file.write(word + " " + "".join(f"{value:.5g} " for value in model.get_word_vector(word)) + "\n")

labelled = ["__label__good the library is good", "__label__poor the hall is poor"]
with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
    file.write("\n".join(labelled * 10) + "\n")
    file.flush()
    arguments = dict(input=file.name, dim=2, minn=2, maxn=3, epoch=3, thread=1)
    model = fasttext.train_supervised(bucket=20, **arguments)
    model.save_model(f"{out}/fasttext_supervised.bin")
    save("fasttext_supervised.json", {word: bits(model.get_word_vector(word)) for word in model.words + ["libary", "the"]})
    model = fasttext.train_supervised(bucket=300, **arguments)
    model.quantize(input=file.name, dsub=2, retrain=False)
    model.save_model(f"{out}/fasttext_quantised.ftz")
    model = fasttext.train_supervised(minn=0, maxn=0, **{k: v for k, v in arguments.items() if k not in ("minn", "maxn")})
    model.save_model(f"{out}/fasttext_words.bin")
    save("fasttext_words.json", {word: bits(model.get_word_vector(word)) for word in model.words})
