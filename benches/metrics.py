"""Times scikit-learn on the texts of `metrics.rs`. Run: python benches/metrics.py (scikit-learn 1.9.1), one thread."""
import time

import numpy as np
from sklearn import metrics

TEXTS, LABELS = 100_000, 4


def texts(count):
    state, truth, rows = 1, [], []

    def following():
        nonlocal state
        state = (state * 1_103_515_245 + 12_345) % (1 << 31)
        return state / (1 << 31)

    for _ in range(count):
        label = int(following() * LABELS)
        rows.append([following() + (0.5 if other == label else 0.0) for other in range(LABELS)])
        truth.append(label)
    rows = np.array(rows)
    return np.array(truth), rows / rows.sum(axis=1, keepdims=True)


def median(name, call, runs=15):
    call()
    times = []
    for _ in range(runs):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    print(f"{name}: {1e3 * sorted(times)[runs // 2]:.2f} ms")


truth, rows = texts(TEXTS)
predicted = rows.argmax(axis=1)
labels = range(LABELS)
scores = dict(average=None, zero_division=0)
median(
    "confusion matrix and report",
    lambda: (
        metrics.confusion_matrix(truth, predicted),
        metrics.precision_recall_fscore_support(truth, predicted, **scores),
        metrics.balanced_accuracy_score(truth, predicted),
        metrics.matthews_corrcoef(truth, predicted),
        metrics.cohen_kappa_score(truth, predicted),
    ),
)
median("ROC curves and areas", lambda: [metrics.auc(*metrics.roc_curve(truth == c, rows[:, c])[:2]) for c in labels])
median("average precision", lambda: [metrics.average_precision_score(truth == c, rows[:, c]) for c in labels])
median("log-loss", lambda: metrics.log_loss(truth, rows))
truth, rows = texts(12_000)
predicted = rows.argmax(axis=1)


def figures():
    """The figures that scikit-learn has, of one resample: 2,000 of these make the intervals."""
    metrics.precision_recall_fscore_support(truth, predicted, **scores)
    metrics.balanced_accuracy_score(truth, predicted)
    metrics.matthews_corrcoef(truth, predicted)
    metrics.cohen_kappa_score(truth, predicted)
    metrics.log_loss(truth, rows)
    metrics.brier_score_loss(truth, rows)
    metrics.roc_auc_score(truth, rows, multi_class="ovr")
    metrics.roc_auc_score(truth, rows, multi_class="ovo")
    [metrics.average_precision_score(truth == c, rows[:, c]) for c in labels]


median("the figures of 12,000 texts once", figures)
