"""Writes evaluation.json: generated vectors with gensim's neighbours, analogies and evaluations of them.

Run: python make_evaluation.py (gensim 4.4.0, SciPy 1.17.1, NumPy 2.4.6). Numbers of vectors are whole hundredths, so that both sides read
the same ones. `python make_evaluation.py LISTS FOLDER` evaluates vectors for the words of the public lists in the folder LISTS, writes
them to FOLDER, and prints the figures.
"""
import json
import pathlib
import sys
import tempfile
import warnings

import numpy as np
from gensim.models import KeyedVectors

warnings.simplefilter("ignore")
GRID = [(restrict, fold, dummy) for restrict in (None, 40) for fold in (True, False) for dummy in (True, False)]


class Multiplied(KeyedVectors):
    """`evaluate_word_analogies` has a `similarity_function`, and asks `most_similar` whatever it is."""

    def most_similar(self, positive, negative, topn, restrict_vocab):
        scores = self.most_similar_cosmul(positive, negative, topn=None)[:restrict_vocab]
        asked = {self.get_index(word) for word in positive + negative}
        best = [place for place in np.argsort(-scores, kind="stable") if place not in asked]
        return [(self.index_to_key[place], scores[place]) for place in best[:topn]]


def keyed(words, hundredths, kind=KeyedVectors):
    vectors = kind(hundredths.shape[1])
    vectors.add_vectors(words, (hundredths / 100).astype(np.float32))
    return vectors


def number(value):
    return None if np.isnan(value) else float(value)


def pairs_figures(vectors, path, restrict, fold, dummy, delimiter="\t"):
    pearson, spearman, unknown = vectors.evaluate_word_pairs(
        path, delimiter=delimiter, restrict_vocab=restrict, case_insensitive=fold, dummy4unknown=dummy)
    return {"pearson": number(pearson[0]), "spearman": number(spearman[0]), "unknown": float(unknown)}


def analogy_figures(vectors, path, restrict, fold, dummy):
    score, sections = vectors.evaluate_word_analogies(
        path, restrict_vocab=restrict, case_insensitive=fold, dummy4unknown=dummy)
    return {"accuracy": score, "sections": [[s["section"], len(s["correct"]), len(s["incorrect"])] for s in sections[:-1]]}


def evaluated(figures, vectors, text):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf8") as file:
        file.write(text)
        file.flush()
        return [{"restrict": r, "ignore_case": f, "zero": d} | figures(vectors, file.name, r, f, d) for r, f, d in GRID]


def case(rng, dim, noise):
    """Word i and its partner differ by the same vector; some words come in two cases."""
    bases = rng.normal(size=(24, dim))
    offset = 1.5 * rng.normal(size=dim)
    words, rows = [], []
    for i in rng.permutation(24):
        for name, row in ((f"w{i}", bases[i]), (f"ÿß{i}", bases[i] + offset)):
            words.append(name.upper() if rng.random() < 0.2 else name)
            rows.append(row + noise * rng.normal(size=dim))
            if rng.random() < 0.15 and words[-1] != name.capitalize():
                words.append(name.capitalize())
                rows.append(rows[-1] + 0.3 * rng.normal(size=dim))
    hundredths = np.rint(100 * np.array(rows)).astype(int)
    vectors = keyed(words, hundredths)
    word = lambda: rng.choice(words) if rng.random() < 0.93 else rng.choice(["absent", "W3", "w30"])
    pairs = "# word, word, score\n"
    for _ in range(70):
        pairs += f"{word()}\t{word()}\t{rng.integers(0, 20) / 2}\n"
    questions = ""
    for section in range(3):
        questions += f": section {section}\n"
        for i, j in rng.integers(0, 26, (25, 2)):
            quad = [f"w{i}", f"ÿß{i}", f"w{j}", f"ÿß{j}"]
            if rng.random() < 0.3:
                quad = [q.upper() if rng.random() < 0.5 else q for q in quad]
            questions += " ".join(quad) + "\n"
    words_asked = [str(w) for w in rng.choice(words, 8, replace=False)]
    triples = [[str(w) for w in rng.choice(words, 3)] for _ in range(8)]
    return {
        "dim": dim,
        "words": words,
        "hundredths": hundredths.ravel().tolist(),
        "neighbours": [[w, vectors.most_similar(w, topn=7)] for w in words_asked],
        "restricted": [[w, vectors.most_similar(w, topn=7, restrict_vocab=20)] for w in words_asked],
        "analogies": [[*t, vectors.most_similar(positive=[t[1], t[2]], negative=[t[0]], topn=6)] for t in triples],
        "multiplied": [[*t, vectors.most_similar_cosmul(positive=[t[1], t[2]], negative=[t[0]], topn=6)] for t in triples],
        "similarities": [[t[0], t[1], float(vectors.similarity(t[0], t[1]))] for t in triples],
        "means": [[t, vectors.get_mean_vector(t, pre_normalize=False).tolist()] for t in triples],
        "pairs": pairs,
        "pair_figures": evaluated(pairs_figures, vectors, pairs),
        "questions": questions,
        "question_figures": evaluated(analogy_figures, vectors, questions) + [
            f | {"multiply": True} for f in evaluated(analogy_figures, keyed(words, hundredths, Multiplied), questions)],
    }


def public(lists, out):
    """Random vectors for most words of the lists, where words of a line lie near each other and analogies hold by half."""
    rng = np.random.default_rng(20130116)
    pairs = sorted((lists / "eval_word_similarity").glob("EN-*.txt"))
    pairs += sorted((lists / "eval_word_similarity").glob("gensim_*")) + [lists / "eval_analogy" / f"zh_CWE_{n}.txt" for n in (240, 297)]
    questions = [lists / "eval_analogy" / name for name in ("questions-words.txt", "zh_CWE_analogy.txt", "zh_CA8_semantic.txt")]
    dim, vectors = 50, {}
    near = lambda row, noise: row + noise * rng.normal(size=dim)
    new = lambda: rng.normal(size=dim)
    for path in questions:
        offset = new()
        for line in path.read_text("utf8").splitlines():
            if line.startswith(":"):
                offset = 1.5 * new()
                continue
            for a, b in (line.split()[:2], line.split()[2:]):
                row = vectors.setdefault(a, new())
                vectors.setdefault(b, near(row + offset, 0.7))
    for path in pairs:
        for line in path.read_text("utf8").splitlines():
            if line.startswith("#"):
                continue
            a, b, _ = line.split("\t")
            row = vectors.setdefault(a, new())
            vectors.setdefault(b, near(row, 2 * rng.random()))
    words = [w for w in vectors if rng.random() < 0.97]
    words = [words[i] for i in rng.permutation(len(words))]
    words = list(dict.fromkeys(w.upper() if rng.random() < 0.1 else w for w in words))
    hundredths = np.rint(100 * np.array([vectors.get(w, new()) for w in words])).astype(np.int32)
    hundredths.astype("<i4").tofile(out / "hundredths.bin")
    (out / "words.txt").write_text("".join(w + "\n" for w in words), "utf8")
    of = keyed(words, hundredths)
    grid = [(300000, True, False), (5000, True, True), (None, False, False)]
    figures = {"dim": dim, "pairs": [], "questions": []}
    for kind, paths, call in (("pairs", pairs, pairs_figures), ("questions", questions, analogy_figures)):
        for path in paths:
            read = path
            if kind == "pairs":  # without the blanks around words of zh_CWE_297.txt, which gensim takes for a part of them
                read = out / "pairs.txt"
                lines = path.read_text("utf8").splitlines()
                read.write_text("".join("\t".join(cell.strip() for cell in l.split("\t")) + "\n" for l in lines), "utf8")
            for r, f, d in grid if kind == "pairs" or path.stem != "zh_CA8_semantic" else grid[1:2]:
                found = {"restrict": r, "ignore_case": f, "zero": d} | call(of, str(read), r, f, d)
                figures[kind].append({"path": str(path)} | found)
    print(json.dumps(figures))


if len(sys.argv) > 1:
    public(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
else:
    rng = np.random.default_rng(20240229)
    cases = [case(rng, dim, noise) for dim, noise in ((5, 0.1), (20, 0.8), (33, 0.5))]
    path = pathlib.Path(__file__).with_name("evaluation.json")
    path.write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")) + "\n", "utf8")
