"""Writes classification.json: confusion cases with scikit-learn's scores. Run: python make.py (scikit-learn 1.9.1)."""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240229)


def case(kind, k, truth, predicted):
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    labels = list(range(k))
    kwargs = dict(labels=labels, zero_division=0)

    def prf(average):
        return [float(x) for x in metrics.precision_recall_fscore_support(truth, predicted, average=average, **kwargs)[:3]]

    p, r, f, support = metrics.precision_recall_fscore_support(truth, predicted, average=None, **kwargs)
    # Specificity is the recall of "any other label".
    specificity = [
        float(metrics.recall_score(truth != c, predicted != c, pos_label=True, zero_division=0)) for c in labels
    ]
    return {
        "kind": kind,
        "labels": [f"label {c}" for c in labels],
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "matrix": metrics.confusion_matrix(truth, predicted, labels=labels).tolist(),
        "accuracy": float(metrics.accuracy_score(truth, predicted)),
        "balanced_accuracy": float(metrics.balanced_accuracy_score(truth, predicted)),
        "precision": p.tolist(),
        "recall": r.tolist(),
        "f1": f.tolist(),
        "specificity": specificity,
        "support": [int(n) for n in support],
        "macro": prf("macro"),
        "weighted": prf("weighted"),
        "micro": prf("micro"),
    }


def noisy(k, n, right, shares=None, columns=None):
    """n texts, a share `right` predicted right, the others at random among `columns`."""
    truth = rng.choice(k, size=n, p=shares)
    guess = rng.choice(columns if columns is not None else k, size=n)
    return truth, np.where(rng.random(n) < right, truth, guess)


cases = []
for k in range(2, 7):
    for right in (0.0, 0.4, 0.8, 0.95):
        cases.append(case("noisy", k, *noisy(k, int(rng.integers(20, 60)), right)))
    skewed = rng.dirichlet(np.full(k, 0.4))
    cases.append(case("skewed", k, *noisy(k, 50, 0.7, skewed)))
    cases.append(case("perfect", k, *noisy(k, 25, 1.0)))
    truth = rng.choice(k, size=25)
    cases.append(case("all wrong", k, truth, (truth + 1) % k))
    one = int(rng.integers(k))
    cases.append(case("one class only", k, [one] * 7, [one] * 7))
    cases.append(case("one class, one column, both other", k, [one] * 7, [(one + 1) % k] * 7))
    cases.append(case("one column", k, rng.choice(k, size=30), [one] * 30))
    without = [c for c in range(k) if c != one]
    truth = rng.choice(without, size=30)
    cases.append(case("class without support", k, truth, np.where(rng.random(30) < 0.6, truth, rng.choice(k, size=30))))
    truth, predicted = noisy(k, 30, 0.0, None, without)
    cases.append(case("empty column", k, truth, predicted))
    cases.append(case("one text", k, [one], [int(rng.integers(k))]))

path = pathlib.Path(__file__).with_name("classification.json")
lines = ",\n".join(json.dumps(c) for c in cases)
path.write_text(f'{{"scikit-learn": "{sklearn.__version__}", "cases": [\n{lines}\n]}}\n')
print(len(cases), "cases")
