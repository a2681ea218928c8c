"""Writes published.json: printed tables with the counts that fit them.

Run: python make_published.py (scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6). All rows are tried one after the other with
fractions, and whether a matrix exists is asked of SciPy's linear programming (sums that are whole have a whole solution).
"""
import itertools
import json
import pathlib
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog
from sklearn.metrics import classification_report, confusion_matrix

COLUMNS = ["precision", "recall", "specificity", "f1", "fpr"]
DPMS = [
    ("Good", "0.9749", "0.9784", "0.9933", "0.9766", "0.0067"),
    ("Average", "0.9886", "0.983", "0.9958", "0.9858", "0.0041"),
    ("Neutral", "0.9779", "0.9779", "0.9943", "0.9779", "0.0057"),
    ("Poor", "0.9833", "0.9904", "0.9922", "0.9868", "0.0078"),
]


def fits(part, whole, text, reading):
    value, decimals = Fraction(text), len(text.partition(".")[2])
    if whole == 0:
        return value == 0
    difference, unit = Fraction(part, whole) - value, Fraction(1, 10**decimals)
    rounded, cut = abs(difference) <= unit / 2, 0 <= difference < unit
    return {"rounded": rounded, "truncated": cut, "either": rounded or cut}[reading]


def ratios(n, s, tp, fp):
    return {
        "precision": (tp, tp + fp),
        "recall": (tp, s),
        "specificity": (n - s - fp, n - s),
        "f1": (2 * tp, s + tp + fp),
        "fpr": (fp, n - s),
    }


def rows(n, printed, support, reading):
    found = []
    for s in range(n + 1) if support is None else [support]:
        for tp in range(s + 1):
            if "recall" in printed and not fits(tp, s, printed["recall"], reading):
                continue
            for fp in range(n - s + 1):
                of = ratios(n, s, tp, fp)
                if all(fits(*of[c], printed[c], reading) for c in printed):
                    found.append((s, tp, fp))
    return found


def exists(missed, wrong):
    k = len(missed)
    if sum(missed) != sum(wrong):
        return False
    equal = [[int(cell // k == r) for cell in range(k * k)] for r in range(k)]
    equal += [[int(cell % k == c) for cell in range(k * k)] for c in range(k)]
    bounds = [(0, 0 if cell // k == cell % k else None) for cell in range(k * k)]
    return linprog(np.zeros(k * k), A_eq=equal, b_eq=missed + wrong, bounds=bounds).status == 0


def solutions(n, classes):
    """The number of choices that have a matrix, and their least and greatest number of right predictions."""
    right, asked = [], {}
    for choice in itertools.product(*classes):
        if sum(s for s, _, _ in choice) != n:
            continue
        key = (tuple(s - tp for s, tp, _ in choice), tuple(fp for _, _, fp in choice))
        if sum(key[0]) == sum(key[1]):
            if key not in asked:
                asked[key] = exists(*key)
            if asked[key]:
                right.append(sum(tp for _, tp, _ in choice))
    return len(right), [min(right), max(right)] if right else None


def show(score, digits, reading):
    cut = f"{score:.12f}"[: digits + 2]
    return cut if reading == "truncated" else f"{score:.{digits}f}"


def small():
    rng, cases = np.random.default_rng(11), []
    for k, n, digits, columns, supports, reading in [
        (2, 30, 2, COLUMNS[:2], True, "rounded"),
        (2, 30, 2, COLUMNS[:1], False, "either"),
        (2, 24, 1, COLUMNS, False, "either"),
        (3, 30, 2, COLUMNS[:4], False, "either"),
        (3, 40, 2, ["recall", "f1"], False, "rounded"),
        (3, 40, 1, ["precision", "recall", "f1"], True, "either"),
        (3, 12, 1, ["precision", "f1"], False, "either"),
        (3, 26, 2, ["precision", "recall", "f1"], False, "rounded"),
        (3, 60, 1, ["recall", "fpr"], True, "truncated"),
        (4, 40, 2, COLUMNS[:4], False, "rounded"),
        (4, 30, 2, ["precision", "recall", "f1"], False, "either"),
    ]:
        truth = rng.integers(0, k, n)
        predicted = np.where(rng.random(n) < 0.7, truth, rng.integers(0, k, n))
        labels = [f"class {c}" for c in range(k)]
        report = classification_report(
            truth, predicted, labels=range(k), target_names=labels, digits=digits, zero_division=0, output_dict=True
        )
        matrix = confusion_matrix(truth, predicted, labels=range(k))
        table, listed = [], []
        for c, label in enumerate(labels):
            scores = {column: report[label].get(column.replace("f1", "f1-score")) for column in columns}
            negatives = n - matrix[c].sum()
            wrong = matrix[:, c].sum() - matrix[c, c]
            scores.update({"specificity": (negatives - wrong) / negatives, "fpr": wrong / negatives})
            printed = {column: show(scores[column], digits, reading) for column in columns}
            support = int(matrix[c].sum()) if supports else None
            listed.append(rows(n, printed, support, reading))
            table.append({"label": label, **printed, "support": support})
        count, right = solutions(n, listed)
        cases.append({
            "table": {"classes": table}, "n": n, "reading": reading, "matrix": matrix.tolist(),
            "rows": [len(found) for found in listed], "solutions": count, "correct": right,
        })
        print(k, n, digits, columns, reading, [len(found) for found in listed], count, right)
    return cases


def dpms():
    """Rows of all classes whose supports add up to n, for n of 200 to 2000: [n, FP - FN, right], one entry a choice."""
    spread, found, possible = np.arange(-3, 4), [], [0] * len(DPMS)
    for n in range(200, 2001):
        listed = []
        for index, (_, *printed) in enumerate(DPMS):
            s, a, b = np.meshgrid(np.arange(1, n), spread, spread, indexing="ij")
            tp = np.rint(s * float(printed[1])).astype(int) + a
            fp = np.rint((n - s) * float(printed[4])).astype(int) + b
            near = (tp >= 0) & (tp <= s) & (fp >= 0) & (fp <= n - s) & (tp + fp > 0)
            s, tp, fp = s[near], tp[near], fp[near]
            # far wider than any reading; the fractions below are exact
            of = ratios(n, s, tp, fp)
            close = [np.abs(part / np.maximum(whole, 1) - float(text)) < 0.002
                     for (part, whole), text in ((of[c], text) for c, text in zip(COLUMNS, printed))]
            near = np.all(close, axis=0)
            s, tp, fp = s[near], tp[near], fp[near]
            candidates = zip(s.tolist(), tp.tolist(), fp.tolist())
            listed.append([
                row for row in candidates
                if all(fits(*ratios(n, *row)[c], text, "either") for c, text in zip(COLUMNS, printed))
            ])
            possible[index] += bool(listed[-1])
        for choice in itertools.product(*listed):
            if sum(s for s, _, _ in choice) == n:
                missed, wrong = sum(s - tp for s, tp, _ in choice), sum(fp for _, _, fp in choice)
                found.append([n, wrong - missed, sum(tp for _, tp, _ in choice)])
    table = [{"label": label, **dict(zip(COLUMNS, printed))} for label, *printed in DPMS]
    print(possible, found)
    return {"table": {"classes": table}, "possible": possible, "choices": found}


path = pathlib.Path(__file__).with_name("published.json")
path.write_text(json.dumps({"dpms": dpms(), "small": small()}, indent=1) + "\n")
