"""Writes tfidf.jsonl: what scikit-learn makes of invented texts, one combination of options a line after a line with versions.

Run: python make_tfidf.py (scikit-learn 1.9.1, NumPy 2.4.6; a few seconds).

NumPy sorts by the vector instructions that it finds, and with them breaks ties in an order of their own. They are switched off, and
among at most 16 candidates (asserted) NumPy's sort is stable: that is the order that `max_features` is held to. With more candidates,
there is no tie at the limit (asserted).
"""
import json
import os
import pathlib
import sys

WIDE = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
if os.environ.get("NPY_DISABLE_CPU_FEATURES") != WIDE and os.uname().machine == "x86_64":
    os.environ["NPY_DISABLE_CPU_FEATURES"] = WIDE
    os.execv(sys.executable, [sys.executable, *sys.argv])

import numpy as np
import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

TEXTS = {
    "english": [
        "The library is open late and the staff are kind",
        "Not bad at all: the new reading room is quiet, the chairs are not",
        "The registrar lost my form. The registrar lost it again!",
        "Queues, queues, queues at the admission office",
        "",
        "Fees went up and nobody said why",
        "The library is open late",
        "I waited 45 minutes_in_line for a stamp",
        "good good good food, poor poor seats",
    ],
    "mixed": [
        "图书馆很安静 staff很友好",
        "食堂的饭菜不好吃,排队 太久 太久",
        "wifi 👍👍 in the dorm 👩‍👩‍👧 but not in the lab 😡",
        "Café façade, naïve coöperation; e\u0301 decomposed",
        "İstanbul STRASSE ΟΔΟΣ ΟΔΟΣ straße",
        "tabs\tand\u00a0\u2003wide   blanks\r\n\r\nand \x1c separators\n",
        "   ",
        "x",
        "图书馆很安静 staff很友好 图书馆",
        "snake_case_1 and 3½ ² ok",
    ],
    "one": ["one text alone, one text"],
    "short": ["aa bb cc", "aa bb dd", "ee ff aa", "bb gg hh hh"],
}
UNSEEN = ["the library staff said 不好吃 👍", "zzz qqq", "", "Good GOOD good registrar registrar\tlate"]
UNITS = {"word": "words", "char": "characters", "char_wb": "characters_in_words"}


def bound(value):
    return {"count": value} if isinstance(value, int) else {"share": value}


def matrix(x):
    x.sort_indices()
    short = [int(v) if v == int(v) else float(v) for v in x.data]
    return [[[int(c), v] for c, v in zip(x.indices[a:b], short[a:b])] for a, b in zip(x.indptr, x.indptr[1:])]


def case(texts, analyzer="word", n=(1, 1), counts=False, vocabulary=None, lowercase=False, **options):
    kind = CountVectorizer if counts else TfidfVectorizer
    config = {"unit": UNITS[analyzer], "min_n": n[0], "max_n": n[1], "lowercase": lowercase}
    if counts:
        config |= {"use_idf": False, "norm": "none"}
    for name, value in options.items():
        config[name] = bound(value) if name.endswith("_df") else "none" if name == "norm" and value is None else value
    given = {"analyzer": analyzer, "ngram_range": n, "vocabulary": vocabulary, "lowercase": lowercase, **options}
    line = {"texts": texts, "config": config, "vocabulary": vocabulary}
    vectorizer = kind(**given)
    try:
        x = vectorizer.fit_transform(TEXTS[texts])
    except ValueError as error:
        return line | {"error": str(error)}
    if "max_features" in options:
        check_ties(TEXTS[texts], kind, given)
    line |= {"ngrams": vectorizer.get_feature_names_out().tolist(), "rows": matrix(x), "unseen": matrix(vectorizer.transform(UNSEEN))}
    if not counts and options.get("use_idf", True):
        line["idf"] = vectorizer.idf_.tolist()
    return line


def check_ties(texts, kind, given):
    limit = given["max_features"]
    options = {name: value for name, value in given.items() if name not in ("max_features", "use_idf", "smooth_idf", "sublinear_tf", "norm")}
    totals = np.sort(CountVectorizer(**options).fit_transform(texts).toarray().sum(axis=0))[::-1]
    assert len(totals) <= 16 or limit >= len(totals) or totals[limit - 1] > totals[limit], (given, totals)


def cases():
    for texts in ("english", "mixed"):
        for n in ((1, 1), (1, 2), (2, 3), (1, 4)):
            yield case(texts, n=n)
            yield case(texts, n=n, counts=True)
        for smooth in (True, False):
            for norm in ("l1", "l2", None):
                for sublinear in (True, False):
                    yield case(texts, smooth_idf=smooth, norm=norm, sublinear_tf=sublinear)
        for norm in ("l1", "l2", None):
            yield case(texts, use_idf=False, norm=norm, n=(1, 2))
            yield case(texts, use_idf=False, norm=norm, sublinear_tf=True)
        yield case(texts, binary=True, n=(1, 2))
        yield case(texts, binary=True, counts=True)
        for low, high in ((2, 1.0), (2, 3), (1, 1), (0.2, 0.5), (0.0, 0.25), (1, 0.3)):
            yield case(texts, min_df=low, max_df=high, n=(1, 2))
            yield case(texts, min_df=low, max_df=high, counts=True)
        for analyzer in ("char", "char_wb"):
            yield case(texts, analyzer=analyzer, n=(1, 1), counts=True)
            yield case(texts, analyzer=analyzer, n=(2, 3))
            yield case(texts, analyzer=analyzer, n=(5, 9), min_df=2)
            yield case(texts, analyzer=analyzer, n=(1, 3), lowercase=True, min_df=2, max_df=0.9, sublinear_tf=True)
            yield case(texts, analyzer=analyzer, n=(3, 3), binary=True, counts=True, min_df=2)
    yield case("english", max_features=2, counts=True)
    yield case("english", max_features=4)
    yield case("english", max_features=21, n=(1, 2))
    yield case("english", analyzer="char", max_features=9, n=(1, 2))
    yield case("mixed", analyzer="char_wb", max_features=1, n=(1, 3), norm="l1")
    for limit in range(1, 10):
        yield case("short", max_features=limit)
        yield case("short", max_features=limit, binary=True, counts=True)
        yield case("short", analyzer="char", max_features=limit, counts=True)
    yield case("short", max_features=3, min_df=1, max_df=2)
    yield case("one")
    yield case("one", n=(1, 3), smooth_idf=False)
    yield case("one", analyzer="char_wb", n=(2, 5), norm="l1")
    vocabulary = ["staff", "library", "not in", "the", "图书馆很安静", "never there"]
    yield case("english", vocabulary=vocabulary, n=(1, 2))
    yield case("mixed", vocabulary=vocabulary, n=(1, 2), sublinear_tf=True)
    yield case("mixed", vocabulary=vocabulary, counts=True)
    yield case("english", analyzer="char", vocabulary=["th", "!", "y ", "好"], n=(1, 2), counts=True)
    # what it refuses
    yield case("one", n=(9, 9))
    yield case("english", min_df=9)
    yield case("english", min_df=5, max_df=2)
    yield case("english", vocabulary=["a", "a"])
    yield case("english", n=(2, 1))


lines = list(cases())
head = {"scikit_learn": sklearn.__version__, "numpy": np.__version__, "texts": TEXTS, "unseen": UNSEEN}
out = pathlib.Path(__file__).with_name("tfidf.jsonl")
out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [head, *lines]), encoding="utf-8")
print(len(lines), "combinations,", out.stat().st_size, "bytes")
