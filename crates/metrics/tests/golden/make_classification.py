"""Writes classification.jsonl: 1,000 small cases with scikit-learn's figures, one a line after a line with the version.

Run: python make_classification.py (scikit-learn 1.9.1, NumPy 2.4.6; about a minute).

Probabilities are whole thousandths, so that both sides read the same numbers, and ties are frequent. A figure that
scikit-learn leaves undefined (an error, NaN, or a 0 in its place) is null; one that it does not have is left out.
What scikit-learn does not have and is here all the same is computed by NumPy from its definition: the averages of
specificity, the area under the risk-coverage curve, and the calibration error.
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240229)
KINDS = ["plain", "weights", "ties", "missing labels", "one truth", "one prediction", "perfect", "useless", "few rows", "no weight"]


def short(value):
    """Twelve digits, which is what the comparison needs; None for what is not a number."""
    if value is None or not np.isfinite(value):
        return None
    return float(f"{value:.12g}")


def rows_of(k, n, truth, sharp, step):
    """Probabilities in steps of thousandths that lean to the truth."""
    logits = rng.normal(size=(n, k)) + sharp * np.eye(k)[truth]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    p = np.floor(p * 1000 / step).astype(int) * step
    p[np.arange(n), rng.integers(0, k, n)] += 1000 - p.sum(axis=1)
    return p


def draw(kind):
    k = int(rng.integers(1 if kind == "few rows" else 2, 7))
    n = int(rng.integers(1, 6)) if kind == "few rows" else int(rng.integers(8, 28))
    truth = rng.integers(0, k, n)
    if kind == "missing labels":
        truth = rng.choice(rng.permutation(k)[: max(1, k - 1)], n)
    if kind == "one truth":
        truth = np.full(n, rng.integers(0, k))
    sharp = {"perfect": 50.0, "useless": 0.0}.get(kind, float(rng.uniform(0.2, 2.5)))
    p = rows_of(k, n, truth, sharp, 250 if kind == "ties" else 1)
    if kind == "one prediction":
        p[:, 1:], p[:, 0] = p[:, 1:] // 4, 0
        p[:, 0] = 1000 - p.sum(axis=1)
    weights = None
    if kind == "weights":
        weights = rng.integers(1, 12, n) / 4
    if kind == "no weight":
        weights = rng.integers(0, 3, n) / 2
        weights[0] = 1.0
    return k, truth, p, weights


def aurc(right, top, w):
    """The mean over the texts of the risk among all texts that are at least as sure."""
    risks = [np.sum(w[top >= t] * ~right[top >= t]) / np.sum(w[top >= t]) for t in top]
    return np.average(risks, weights=w)


def calibration_error(right, top, w, texts):
    """The root of the bins' mean squared gap, less the variance of the share right in each, by n - 1 for n texts.

    A bin is a stretch of the weight, by falling probability; texts of one probability go where their middle lies. `texts`
    counts also what weighs nothing.
    """
    bins = min(15, max(texts // 5, 1))
    middle = np.array([np.sum(w[top > t]) + np.sum(w[top == t]) / 2 for t in top])
    place = np.minimum((middle / np.sum(w) * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        own = place == b
        if own.any():
            weight = w[own].sum()
            share, promised = np.average(right[own], weights=w[own]), np.average(top[own] / 1000, weights=w[own])
            n = weight**2 / np.sum(w[own] ** 2)
            total += weight * ((share - promised) ** 2 - (share * (1 - share) / (n - 1) if n > 1 else 0.0))
    return np.sqrt(max(total / np.sum(w), 0.0))


def expected(k, truth, p, weights, curves):
    labels, texts = list(range(k)), len(truth)
    predicted = p.argmax(axis=1)  # of equal ones, the first
    if weights is not None:  # what weighs nothing is not there
        truth, predicted, p, weights = (x[weights > 0] for x in (truth, predicted, p, weights))
    q = p / 1000
    w = dict(sample_weight=weights)
    prf = dict(labels=labels, zero_division=0, **w)
    out = {"matrix": metrics.confusion_matrix(truth, predicted, labels=labels, **w).tolist()}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(truth, predicted, average=None, **prf)
    occurs, guessed = np.isin(labels, truth), np.isin(labels, predicted)
    out["precision"] = [short(x) if ok else None for x, ok in zip(precision, guessed)]
    out["recall"] = [short(x) if ok else None for x, ok in zip(recall, occurs)]
    out["f1"] = [short(x) if ok else None for x, ok in zip(f1, occurs | guessed)]
    # Specificity is the recall of "any other label".
    out["specificity"] = [
        short(metrics.recall_score(truth != c, predicted != c, pos_label=True, zero_division=np.nan, **w)) for c in labels
    ]
    out["binary_accuracy"] = short(np.mean([metrics.accuracy_score(truth == c, predicted == c, **w) for c in labels]))
    counted = np.ones(len(truth)) if weights is None else weights
    negatives = np.array([counted[truth != c].sum() for c in labels])
    true_negatives = np.array([counted[(truth != c) & (predicted != c)].sum() for c in labels])
    support = np.array([counted[truth == c].sum() for c in labels])
    specificity = np.divide(true_negatives, negatives, out=np.zeros(k), where=negatives > 0)  # undefined counts as 0
    averaged = {
        "macro": specificity.mean(),
        "weighted": np.average(specificity, weights=support),
        "micro": true_negatives.sum() / negatives.sum() if k > 1 else None,
    }
    for average in ["macro", "weighted", "micro"]:
        scores = metrics.precision_recall_fscore_support(truth, predicted, average=average, **prf)[:3]
        out[average] = [short(x) for x in (*scores, averaged[average])]
    right, top = truth == predicted, p.max(axis=1)
    out["aurc"] = short(aurc(right, top, counted))
    out["calibration_error"] = short(calibration_error(right, top, counted, texts))
    out["accuracy"] = short(metrics.accuracy_score(truth, predicted, **w))
    out["balanced_accuracy"] = short(metrics.balanced_accuracy_score(truth, predicted, **w))
    both = len(set(truth)) > 1 and len(set(predicted)) > 1
    out["mcc"] = short(metrics.matthews_corrcoef(truth, predicted, **w)) if both else None
    kappa = lambda how: short(metrics.cohen_kappa_score(truth, predicted, labels=labels, weights=how, **w))
    one = len(set(truth) | set(predicted)) == 1
    out["kappa"] = [None if one else kappa(how) for how in [None, "linear", "quadratic"]]
    # Of equal probabilities scikit-learn takes the last label, so both run backwards. It has this for three labels or more.
    if k > 2:
        out["top_two"] = short(metrics.top_k_accuracy_score(k - 1 - truth, q[:, ::-1], k=2, labels=labels, **w))
    if k > 1:
        out["log_loss"] = short(metrics.log_loss(truth, q, labels=labels, **w))
        out["brier"] = short(metrics.brier_score_loss(truth, q, labels=labels, scale_by_half=False, **w))
    area = lambda f, c, ok: short(f((truth == c).astype(int), q[:, c], **w)) if ok else None
    out["roc"] = [area(metrics.roc_auc_score, c, ok and not (truth == c).all()) for c, ok in zip(labels, occurs)]
    out["average_precision"] = [area(metrics.average_precision_score, c, ok) for c, ok in zip(labels, occurs)]
    if k > 2 and weights is None:  # not with weights in scikit-learn
        how = dict(multi_class="ovo", average="macro", labels=labels)
        out["hand_till"] = short(metrics.roc_auc_score(truth, q, **how)) if occurs.all() else None
    if curves and occurs[0] and not (truth == 0).all():
        fpr, tpr, _ = metrics.roc_curve(truth == 0, q[:, 0], drop_intermediate=False, **w)
        out["roc_curve"] = [[short(a), short(b)] for a, b in zip(fpr, tpr)]
        precision, recall, thresholds = metrics.precision_recall_curve(truth == 0, q[:, 0], **w)
        out["pr_curve"] = [[short(a), short(b), short(c)] for a, b, c in zip(thresholds, precision, recall)]
    return out


def case(number):
    kind = KINDS[number % len(KINDS)]
    k, truth, p, weights = draw(kind)
    return {
        "kind": kind,
        "labels": k,
        "truth": truth.tolist(),
        "thousandths": p.tolist(),
        "weights": None if weights is None else weights.tolist(),
        "expected": expected(k, truth, p, weights, curves=number // len(KINDS) % 4 == 0),
    }


lines = [{"scikit-learn": sklearn.__version__, "numpy": np.__version__}] + [case(i) for i in range(1000)]
text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
(pathlib.Path(__file__).parent / "classification.jsonl").write_text(text)
