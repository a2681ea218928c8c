"""Writes linear.jsonl: what scikit-learn's LogisticRegression makes of generated rows, one case a line after a line with versions.

Run: python make_linear.py (scikit-learn 1.9.1, NumPy 2.4.6; a few seconds).

Rows are written as `column:value` with blanks between, values in single precision.
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(3)


def rows(count, width, share, scale=1.0):
    """Rows of which this share of the values is not zero."""
    dense = rng.normal(size=(count, width)) * scale * (rng.random((count, width)) < share)
    return np.round(dense, 3).astype(np.float32)


def labels(x, count, noise):
    """Labels by a linear rule, with noise."""
    return (x @ rng.normal(size=(x.shape[1], count)) + noise * rng.gumbel(size=(len(x), count))).argmax(axis=1)


def case(name, x, y, c=1.0, weights=None):
    x = x.astype(np.float32)
    model = LogisticRegression(C=c, class_weight=weights, tol=1e-10, max_iter=100_000).fit(x.astype(np.float64), y)
    test = np.vstack([x[:5], rows(10, x.shape[1], min(0.5, 8 / x.shape[1]))])
    return {
        "name": name, "c": c, "width": x.shape[1],
        "class_weights": "equal" if weights is None else weights if weights == "balanced" else {"each": list(weights.values())},
        "rows": [text(row) for row in x], "labels": [str(label) for label in y],
        "coefficients": rounded(model.coef_), "intercepts": rounded(model.intercept_),
        "test": [text(row) for row in test], "probabilities": rounded(model.predict_proba(test.astype(np.float64))),
    }


def rounded(values):
    return np.round(values, 8).tolist()


def text(row):
    return " ".join(f"{column}:{value}" for column, value in enumerate(row) if value != 0)


def cases():
    for count, noise in [(2, 0.5), (3, 0.5), (5, 2.0)]:
        x = rows(60, 8, 0.4)
        y = labels(x, count, noise)
        yield case(f"{count} labels", x, y)
        yield case(f"{count} labels, c 0.01", x, y, 0.01)
        yield case(f"{count} labels, c 100", x, y, 100.0)
        yield case(f"{count} labels, balanced", x, np.where(rng.random(60) < 0.6, 0, y), weights="balanced")
        yield case(f"{count} labels, weights", x, y, weights={k: 0.5 + k for k in range(count)})
    x = rows(60, 30, 0.1)
    yield case("more columns than needed, sparse, empty rows", x, labels(x, 3, 0.1), 10.0)
    x = rows(80, 4, 1.0)
    yield case("dense", x, labels(x, 3, 1.0))
    x[:, 1], x[:, 2] = 1.0, 0.0
    yield case("columns that are constant", x, labels(x, 3, 1.0))
    x = np.array([[1.0, 0.0]] * 5 + [[0.0, 1.0]] * 5)
    yield case("separable", x, np.repeat([0, 1], 5), 100.0)
    x = rows(60, 3, 1.0, np.array([100.0, 1.0, 0.01]))
    yield case("columns of unlike scale", x, labels(x / [100.0, 1.0, 0.01], 3, 1.0))
    x = rows(30, 90, 0.1)
    yield case("many more columns than rows", x, labels(x, 3, 0.1), 10.0)
    yield case("many more columns than rows, 2 labels", x, labels(x, 2, 0.1))


lines = [{"scikit-learn": sklearn.__version__, "numpy": np.__version__}, *cases()]
path = pathlib.Path(__file__).with_name("linear.jsonl")
path.write_text("".join(json.dumps(line) + "\n" for line in lines))
print(path.stat().st_size, "bytes")
