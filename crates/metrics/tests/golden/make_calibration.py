"""Writes calibration.json: calibrations and label sets of scikit-learn 1.9.1, SciPy 1.17.1 and MAPIE 1.6.0.

Run: python make_calibration.py. Logits are whole numbers of tenths, row after row; both sides take their softmax.
"""
import json
import pathlib

import mapie
import numpy as np
import scipy
import sklearn
from mapie.classification import SplitConformalClassifier
from scipy.optimize import minimize, root
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import _TemperatureScaling

rng = np.random.default_rng(20200713)


def draw(n, k, bias=0.0):
    """Logits of n texts, and labels drawn from a softmax of another temperature, until no label is missing."""
    while True:
        scale = np.exp(rng.uniform(-0.5, 1.2))
        tenths = np.rint(10 * scale * rng.normal(size=(n, k))).astype(int)
        beta = np.exp(rng.uniform(-1.5, 1.0))
        p = softmax(beta * tenths / 10 + bias * rng.normal(size=k), axis=1)
        truth = (p.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
        if len(set(truth)) == k and (tenths.max(axis=1) > tenths[range(n), truth]).any():
            return tenths, truth


def row(k, tenths, truth, weights, **expected):
    case = {"labels": k, "truth": truth.tolist(), "tenths": tenths.ravel().tolist()}
    if weights is not None:
        case["weights"] = weights.tolist()
    return case | expected


def temperature(number):
    k, n = int(rng.integers(2, 6)), int(rng.integers(15, 40))
    tenths, truth = draw(n, k)
    weights = rng.integers(0, 4, size=n).astype(float) if number % 3 == 2 else None
    if weights is not None and not weights[tenths.max(axis=1) > tenths[range(n), truth]].any():
        return temperature(number)  # no finite optimum
    fitted = _TemperatureScaling().fit(tenths / 10, truth, sample_weight=weights)
    return row(k, tenths, truth, weights, beta=float(fitted.beta_))


def bcts(number):
    k = int(rng.integers(2, 5))
    n = 10 * k + int(rng.integers(0, 20))
    tenths, truth = draw(n, k, 1.0)
    weights = rng.integers(1, 4, size=n).astype(float) if number % 3 == 2 else None
    w = np.ones(n) if weights is None else weights
    w = w / w.sum()
    logits, onehot = tenths / 10, np.eye(k)[truth]

    # The parameters are beta and the biases but for the last, which is 0.
    features = np.concatenate([logits[:, :, None], np.broadcast_to(np.eye(k)[:, :-1], (n, k, k - 1))], axis=2)

    def loss(x):
        logs = log_softmax(features @ x, axis=1)
        return -(w * (onehot * logs).sum(axis=1)).sum()

    def slope(x):
        q = softmax(features @ x, axis=1)
        return np.einsum("i,ik,ikf->f", w, q - onehot, features)

    def curvature(x):
        q = softmax(features @ x, axis=1)
        mean = np.einsum("ik,ikf->if", q, features)
        return np.einsum("i,ik,ikf,ikg->fg", w, q, features, features) - np.einsum("i,if,ig->fg", w, mean, mean)

    start = np.array([1.0] + [0.0] * (k - 1))
    near = minimize(loss, start, jac=slope, hess=curvature, method="trust-exact", options={"gtol": 1e-9})
    # Where the loss is flat to rounding, its slope still has a root.
    found = root(slope, near.x, jac=curvature, tol=1e-14).x
    assert np.abs(slope(found)).max() < 1e-11
    if found[0] < 0.01:
        return bcts(number)  # nearer to 0 than our bound is
    bias = np.append(found[1:], 0.0)
    return row(k, tenths, truth, weights, beta=float(found[0]), bias=(bias - bias.mean()).tolist())


class Given(ClassifierMixin, BaseEstimator):
    """A classifier whose input is the probabilities."""

    def __init__(self, k):
        self.k = k
        self.classes_ = np.arange(k)

    def fit(self, x, y):
        return self

    def predict_proba(self, x):
        return x

    def predict(self, x):
        return x.argmax(axis=1)

    def __sklearn_is_fitted__(self):
        return True


def lac(number):
    k, n = int(rng.integers(2, 6)), int(rng.integers(25, 60))
    alpha = [0.05, 0.1, 0.2, 0.29, 0.5][number % 5]
    tenths, truth = draw(n + 10, k)
    p = softmax(tenths / 10, axis=1)
    classifier = SplitConformalClassifier(Given(k), confidence_level=1 - alpha, conformity_score="lac", prefit=True)
    classifier.conformalize(p[:n], truth[:n])
    _, sets = classifier.predict_set(p[n:])
    sets = [np.flatnonzero(one).tolist() for one in sets[:, :, 0]]
    return row(k, tenths[:n], truth[:n], None, alpha=alpha, others=tenths[n:].ravel().tolist(), sets=sets)


parts = {
    "temperature": [temperature(number) for number in range(200)],
    "bcts": [bcts(number) for number in range(100)],
    "lac": [lac(number) for number in range(60)],
}
versions = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "mapie": mapie.__version__}
lines = []
for name, cases in parts.items():
    lines.append(f'"{name}": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]")
path = pathlib.Path(__file__).with_name("calibration.json")
path.write_text(json.dumps(versions)[:-1] + ",\n" + ",\n".join(lines) + "}\n")
print({name: len(cases) for name, cases in parts.items()}, path.stat().st_size)
