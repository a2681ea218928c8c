"""Writes union.json: what scikit-learn's FeatureUnion makes of words and two kinds of n-grams of characters.

Run: python make_union.py (scikit-learn 1.9.1; a second).
"""
import json
import pathlib

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

TEXTS = [
    "The library is open late and the staff are kind",
    "Not bad at all: the new reading room is quiet, the chairs are not",
    "",
    "图书馆很安静 staff很友好",
    "wifi 👍👍 in the dorm, but not in the lab 😡",
    "good good good food, poor  poor seats",
]
UNSEEN = ["the library staff said 不好吃 👍", "zzz", "Good GOOD good registrar\tlate"]
# No `max_features`: its order hangs on the processor.
union = FeatureUnion([
    ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, lowercase=False)),
    ("char_wb", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), lowercase=True, min_df=2)),
    ("char", TfidfVectorizer(analyzer="char", ngram_range=(1, 2), lowercase=False)),
])


def rows(x):
    x = x.tocsr()
    x.sort_indices()
    return [[[int(c), float(v)] for c, v in zip(row.indices, row.data)] for row in x]


fitted = union.fit_transform(TEXTS)
out = {"scikit-learn": sklearn.__version__, "texts": TEXTS, "unseen_texts": UNSEEN, "width": fitted.shape[1],
       "rows": rows(fitted), "unseen": rows(union.transform(UNSEEN))}
path = pathlib.Path(__file__).with_name("union.json")
path.write_text(json.dumps(out, ensure_ascii=False) + "\n")
print(path.stat().st_size, "bytes")
