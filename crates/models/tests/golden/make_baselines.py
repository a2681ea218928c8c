"""Writes baselines.jsonl: NB-SVM and linear support vector machines of generated rows, one case a line after a line with versions.

Run: python make_baselines.py (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1; a few seconds).

NB-SVM is written from Wang and Manning's equations. What is minimised is the sum of the rows' losses times C plus half the squared weights; the
intercept is free of the penalty: with the log-loss scikit-learn's LogisticRegression, with the squared hinge loss SciPy's BFGS.
Rows are written as `column:value` with blanks between, values in single precision.
"""
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(11)


def fitted(x, sign, c, loss, weights):
    """Weights and intercept of one label (sign 1) against all others (-1)."""
    if loss == "logistic":
        model = LogisticRegression(C=c, tol=1e-11, max_iter=100_000).fit(x, sign, sample_weight=weights)
        return model.coef_[0], model.intercept_[0]

    def value(at):
        short = np.maximum(0, 1 - sign * (x @ at[:-1] + at[-1]))
        slope = -2 * c * weights * sign * short
        return c * (weights * short**2).sum() + at[:-1] @ at[:-1] / 2, np.append(x.T @ slope + at[:-1], slope.sum())

    found = minimize(value, np.zeros(x.shape[1] + 1), jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 100_000})
    return found.x[:-1], found.x[-1]


def nb_svm(x, y, c, loss, alpha, beta, weights):
    f = (x != 0).astype(float)
    all_weights, all_intercepts = [], []
    labels = np.unique(y)
    for label in labels if len(labels) > 2 else labels[1:]:
        p = alpha + (weights * (y == label)) @ f
        q = alpha + (weights * (y != label)) @ f
        r = np.log((p / p.sum()) / (q / q.sum()))
        w, b = fitted(f * r, np.where(y == label, 1.0, -1.0), c, loss, weights)
        w = (1 - beta) * np.abs(w).mean() + beta * w
        all_weights.append(r * w)
        all_intercepts.append(b)
    return np.array(all_weights), np.array(all_intercepts)


def svm(x, y, c, weights):
    labels = np.unique(y)
    found = [fitted(x, np.where(y == label, 1.0, -1.0), c, "squared_hinge", weights)
             for label in (labels if len(labels) > 2 else labels[1:])]
    return np.array([w for w, _ in found]), np.array([b for _, b in found])


def text(row):
    return " ".join(f"{column}:{value}" for column, value in enumerate(row) if value != 0)


def cases():
    for width, count in [(7, 2), (7, 4), (150, 2), (150, 3)]:
        x = (rng.poisson(0.5 if width == 7 else 0.05, size=(50, width)) * rng.choice([1.0, 0.5], size=(50, 1))).astype(np.float32)
        y = (x @ rng.normal(size=(width, count)) + 0.5 * rng.gumbel(size=(50, count))).argmax(axis=1)
        assert len(np.unique(y)) == count
        for weights in [None, np.round(rng.uniform(0.5, 2.0, size=50), 2)]:
            s = np.ones(50) if weights is None else weights
            given = {"rows": [text(row) for row in x], "labels": [str(label) for label in y], "width": width,
                     "weights": None if weights is None else weights.tolist()}
            for loss in ["logistic", "squared_hinge"]:
                for alpha, beta in [(1.0, 1.0), (0.5, 0.25)]:
                    w, b = nb_svm(x, y, 0.7, loss, alpha, beta, s)
                    yield given | expected({"kind": "nb_svm", "alpha": alpha, "beta": beta, "linear": linear(loss)}, w, b)
            w, b = svm(x.astype(float), y, 0.7, s)
            yield given | expected({"kind": "linear"} | linear("squared_hinge"), w, b)


def linear(loss):
    return {"loss": loss, "c": [0.7], "tolerance": 1e-10, "iterations": 100_000}


def expected(baseline, w, b):
    return {"baseline": baseline, "coefficients": np.round(w, 7).tolist(), "intercepts": np.round(b, 7).tolist()}


lines = [{"scikit-learn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__}, *cases()]
path = pathlib.Path(__file__).with_name("baselines.jsonl")
path.write_text("".join(json.dumps(line) + "\n" for line in lines))
print(len(lines) - 1, "cases,", path.stat().st_size, "bytes")
