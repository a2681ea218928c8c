"""Writes reproduce.tsv: what the recipe `reproduce` should find in examples/data/dpms.

Run: python make_reproduce.py (Python 3.11, NumPy 2.4.6, statsmodels 0.15.0, SciPy 1.17.1). Printed shares are compared as
fractions. The choices of counts for Tables 2 and 3 are those that crates/metrics/tests/golden/make_published.py finds by
trying all. Reductions are of 2,000,000 draws; the test allows the recipe's 10,000 draws their error.
"""
import csv
import json
import math
import pathlib
from fractions import Fraction

import numpy as np
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

here = pathlib.Path(__file__).parent
root = here.parents[3]
CLASSES = ["Good", "Average", "Neutral", "Poor"]


def table(name):
    with open(root / "examples/data/dpms" / name, newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t")
    return {row[0]: dict(zip(header[1:], row[1:])) for row in rows}


scores, rates, draws, posts, claims = (table(f"{name}.tsv") for name in ["table2", "table3", "table4", "table5", "claims"])
text = {name: row["value"] for name, row in claims.items()}
found = []


def add(id, printed, recomputed, verdict, reading_of="-"):
    found.append([id, printed, recomputed, verdict, reading_of])


def best(verdicts):
    return min(verdicts, key=["matches", "consistent", "undecided", "differs"].index)


def worst(verdicts):
    return max(verdicts, key=["matches", "consistent", "undecided", "differs"].index)


def share(printed):
    """The share and one unit of its last place."""
    number, percent = printed.removesuffix(" %"), printed.endswith(" %")
    decimals = len(number.partition(".")[2])
    scale = 100 if percent else 1
    return Fraction(number) / scale, Fraction(1, 10**decimals * scale)


def span(printed):
    value, unit = share(printed)
    return max(value - unit / 2, 0), min(value + unit, 1)


def meets(one, other):
    return one[0] <= other[1] and other[0] <= one[1]


def prints(value, printed):
    target, unit = share(printed)
    return abs(value - target) <= unit / 2 or 0 <= value - target < unit


def judge(good):
    return "matches" if good else "differs"


def compare(cells, printed, good):
    """How what the cells can be, from the least to the greatest, is to what a printed figure can be: good where the cells as
    they are printed give it."""
    if not meets(cells, printed):
        return "differs"
    widths = [float(high - low) for low, high in (cells, printed)]
    if widths[1] > 0.02 or widths[0] > (10 * widths[1] or 0.02):
        return "undecided"
    return "matches" if good else "consistent"


def against(cells, value, printed):
    return compare(cells, span(printed), prints(value, printed))


def mean(values):
    values = list(values)
    return sum(values) / len(values)


# The averages
for column in ["precision", "recall", "specificity", "f1"]:
    printed = text[f"macro_{column}"]
    spans = [span(scores[c][column]) for c in CLASSES]
    average = (mean(s[0] for s in spans), mean(s[1] for s in spans))
    value = mean(share(scores[c][column])[0] for c in CLASSES)
    add(f"macro_{column}", printed, f"{float(100 * value):.4f} %", against(average, value, printed))
other, accuracy = text["accuracy_beside_others"], text["accuracy"]
add("accuracy_beside_others", other, accuracy, against(span(accuracy), share(accuracy)[0], other))

# Sizes, by the largest remainder; ties to the earlier part
n, ratio = int(text["dataset"]), [int(part) for part in text["ratio"].split(":")]
exact = [Fraction(n * part, sum(ratio)) for part in ratio]
sizes = [math.floor(x) for x in exact]
for index in sorted(range(3), key=lambda i: sizes[i] - exact[i])[: n - sum(sizes)]:
    sizes[index] += 1
parts = [text[name] for name in ["train", "second_part", "third_part"]]
good = all(abs(x - int(part)) < 1 for x, part in zip(exact, parts))
add("split_sizes", ", ".join(parts), ", ".join(map(str, sizes)), judge(good))
add("split_sum", text["dataset"], str(sum(map(int, parts))), judge(sum(map(int, parts)) == n))
each = int(text["per_class"])
add("per_class_sum", f"{parts[1]} or {parts[2]}", str(4 * each), judge(str(4 * each) in parts[1:]))


def counts(printed, whole):
    fit = [part for part in range(whole + 1) if prints(Fraction(part, whole), printed)]
    return ("none", False) if not fit else (f"{fit[0]} to {fit[-1]}" if len(fit) > 1 else str(fit[0]), True)


recalls = [scores[c]["recall"] for c in CLASSES]
fits = [counts(recall, each) for recall in recalls]
verdict = "matches" if all(good for _, good in fits) else "impossible"
add("per_class_recall", ", ".join(recalls), ", ".join(words for words, _ in fits), verdict)
spans = [span(recall) for recall in recalls]
value = mean(share(r)[0] for r in recalls)
verdict = against((mean(s[0] for s in spans), mean(s[1] for s in spans)), value, accuracy)
add("per_class_accuracy", accuracy, f"{float(100 * value):.2f} %", verdict)
fits = [counts(text["accuracy"], whole) for whole in [int(parts[1]), int(parts[2]), 4 * each]]
verdict = "matches" if any(good for _, good in fits) else "impossible"
add("accuracy_fraction", text["accuracy"], ", ".join(words for words, _ in fits), verdict)


# Class by class
def harmonic(p, r):
    return 2 * p * r / (p + r)


def column(name, of=scores):
    return [of[c][name] for c in CLASSES]


f1 = [harmonic(share(p)[0], share(r)[0]) for p, r in zip(column("precision"), recalls)]
ends = [tuple(map(harmonic, span(p), span(r))) for p, r in zip(column("precision"), recalls)]
verdict = worst(map(against, ends, f1, column("f1")))
add("f1", ", ".join(column("f1")), ", ".join(f"{float(x):.4f}" for x in f1), verdict)


def class_share(p, r, s):
    odds = (1 - s) * p / (r * (1 - p))
    return odds / (1 + odds)


shares, verdicts = [], []
for p, r, s in zip(column("precision"), recalls, column("specificity")):
    shares.append(class_share(share(p)[0], share(r)[0], share(s)[0]))
    low, high = class_share(span(p)[0], span(r)[1], span(s)[1]), class_share(span(p)[1], span(r)[0], span(s)[0])
    verdicts.append(compare((low, high), (Fraction(1, 4), Fraction(1, 4)), shares[-1] == Fraction(1, 4)))
words = ", ".join(f"{float(100 * x):.1f} %" for x in shares)
add("class_shares", "25 % each (section 4.2)", words, worst(verdicts))
tpr, fpr = ([rates[metric][c] for c in CLASSES] for metric in ["TPR", "FPR"])
verdict = worst(against(span(r), share(r)[0], t) for r, t in zip(recalls, tpr))
add("tpr", ", ".join(tpr), ", ".join(recalls), verdict)
rest = [tuple(1 - end for end in reversed(span(s))) for s in column("specificity")]
values = [1 - share(s)[0] for s in column("specificity")]
add("fpr", ", ".join(fpr), ", ".join(f"{float(x):.4f}" for x in values), worst(map(against, rest, values, fpr)))
low = mean(span(t)[0] * (1 - span(f)[1]) for t, f in zip(tpr, fpr))
high = mean(1 - span(f)[0] * (1 - span(t)[1]) for t, f in zip(tpr, fpr))
add("auc", "-", f"{math.floor(10**4 * low) / 10**4:.4f} to {math.ceil(10**4 * high) / 10**4:.4f}", "bounded")

# One confusion matrix
choices = json.loads((root / "crates/metrics/tests/golden/published.json").read_text())["dpms"]["choices"]
assert all(imbalance == 2 for _, imbalance, _ in choices)
totals = sorted({n for n, _, _ in choices})
words = f"none; nearest at {len(totals)} totals of {totals[0]} to {totals[-1]}"
add("confusion_matrix", "4 classes of scores", words, "impossible")
verdicts = []
for id, of in [
    ("one_accuracy", lambda n, imbalance, right: Fraction(right, n)),
    ("one_vs_rest_accuracy", lambda n, imbalance, right: 1 - Fraction(2 * (n - right) + imbalance, 4 * n)),
]:
    values = [of(*choice) for choice in choices]
    ends = [f"{float(100 * value):.2f} %" for value in (min(values), max(values))]
    verdicts.append(compare((min(values), max(values)), span(accuracy), all(prints(value, accuracy) for value in values)))
    words = ends[0] if ends[0] == ends[1] else " to ".join(ends)
    add(id, text["accuracy"], words, verdicts[-1], "matrix_accuracy")
assert verdicts == ["differs", "differs"]
add("matrix_accuracy", text["accuracy"], "none of 2 readings", best(verdicts))

# Table 4
cells = {int(attempt): {name: int(count) for name, count in row.items()} for attempt, row in draws.items()}
size = int(text["draw_size"])
sums = [sum(row[f"{who} {c}"] for c in CLASSES) for row in cells.values() for who in ["machine", "human"]]
assert set(sums) == {size}
add("draw_sums", text["draw_size"], f"{size} in each of {len(cells)}", "matches")
apart = {a: [row[f"machine {c}"] - row[f"human {c}"] for c in CLASSES] for a, row in cells.items()}
largest = max(abs(x) for row in apart.values() for x in row[:2])
add("largest_deviation", text["largest_deviation"], str(largest), judge(str(largest) == text["largest_deviation"]))
everything = np.abs(list(apart.values())) / size
words = f"{100 * everything.mean():.2f} points, largest {100 * everything.max():.2f}"
add("mean_deviation", "-", words, "derived")
poor = [str(attempt) for attempt, row in apart.items() if row[3]]
claim = text["singled_out_attempt"]
add("attempts_apart", claim, ", ".join(poor), judge(poor == [claim]))
most = sum(min(row[f"machine {c}"], row[f"human {c}"]) for row in cells.values() for c in CLASSES)
least = sum(max(0, *(row[f"machine {c}"] + row[f"human {c}"] - size for c in CLASSES)) for row in cells.values())
n = size * len(cells)
add("agreement", "-", f"{100 * least / n:.1f} to {100 * most / n:.1f} %", "bounded")

# Table 5
POSITIVE, NEGATIVE = ["Like", "Love", "Care", "Wow"], ["Haha", "Sad", "Angry"]


def tallies(positive, negative):
    return [[sum(int(posts[c][name]) for name in names) for names in (positive, negative)] for c in CLASSES]


def shown(value, low, high, unit=" %"):
    return f"{100 * value:.1f}{unit} ({100 * low:.1f} to {100 * high:.1f})"


declared = tallies(POSITIVE, NEGATIVE)
total = [sum(column) for column in zip(*declared)]
wilson = [proportion_confint(no, yes + no, 0.05, "wilson") for yes, no in [*declared, total]]
for name, (yes, no), ends in zip([*CLASSES, "all"], [*declared, total], wilson):
    add(f"negative_share_{name}", "-", shown(no / (yes + no), *ends), "derived")
add("negative_share_random", "-", f"{100 * mean(no / (yes + no) for yes, no in declared):.1f} %", "derived")


def eq36(id, tally):
    yes, no = (sum(column) for column in zip(*tally))
    pooled = Fraction(yes - no, yes)
    values = [pooled / len(tally), pooled, mean(Fraction(yes - no, yes) for yes, no in tally)]
    good = any(prints(value, text["negative_change"]) for value in values)
    words = ", ".join(f"{float(100 * value):.2f} %" for value in values)
    add(id, text["negative_change"], words, judge(good), "eq36_any")
    return good


variants = [declared, tallies([*POSITIVE, "Haha"], NEGATIVE[1:]), tallies(POSITIVE, NEGATIVE[1:])]
assert not any([eq36(*both) for both in zip(["eq36", "eq36_haha_positive", "eq36_haha_ignored"], variants)])
add("eq36_any", text["negative_change"], "none of 9 readings", "differs")

# Newcombe's hybrid score interval of a random class's share less Good's
p = np.array([no / (yes + no) for yes, no in declared])
factors = np.array([-0.75, 0.25, 0.25, 0.25])
ends = np.sort(factors[:, None] * np.array(wilson[:4]), axis=1)
middle = factors * p
below, above = np.sqrt(((middle - ends[:, 0]) ** 2).sum()), np.sqrt(((ends[:, 1] - middle) ** 2).sum())
add("points_below", "-", shown(middle.sum(), middle.sum() - below, middle.sum() + above, ""), "derived")
rng = np.random.default_rng(1)
drawn = rng.beta(*(np.array(declared).T[::-1] + 0.5), size=(2_000_000, 4))
normal = rng.standard_normal(drawn.shape)
for place, sd in enumerate([0, 1, 2]):
    odds = drawn / (1 - drawn) * np.exp(sd * normal)
    q = odds / (1 + odds)
    ends = np.quantile(1 - q[:, 0] / q.mean(1), [0.025, 0.975])
    add(f"reduction_{place}", "-", shown(1 - p[0] / p.mean(), *ends), "derived")
pooled, cut = total[1] / sum(total), float(share(text["negative_change"])[0])
delta = math.log(pooled / (1 - pooled)) - math.log(pooled * (1 - cut) / (1 - pooled * (1 - cut)))
needed = [math.ceil(2 * sd**2 * (norm.ppf(0.975) + norm.ppf(0.8)) ** 2 / delta**2) for sd in [0.25, 0.5, 1]]
add("posts_per_arm", "-", ", ".join(map(str, needed)), "derived")
add("utilities", "-", ", ".join(f"{(yes - no) / (yes + no):.3f}" for yes, no in declared), "derived")


# Everything that one may naturally compute
def expressions(tally):
    yes, no = (sum(column) for column in zip(*tally))
    terms = [(Fraction(n, y + n), n, y) for y, n in tally] + [(Fraction(no, yes + no), Fraction(no, 4), Fraction(yes, 4))]
    terms.append((mean(share for share, _, _ in terms[:4]), None, None))
    for place, (share, n, y) in enumerate(terms):
        yield from [share, 1 - share, 1 - 2 * share]
        for other, (from_, m, z) in enumerate(terms):
            if other != place:
                yield from [from_ - share, 1 - share / from_, (1 - share) / (1 - from_) - 1]
                if n is not None and m is not None:
                    yield from [1 - Fraction(n) / m, Fraction(y) / z - 1]
    yield from [Fraction(yes - no, yes), Fraction(yes - no, 4 * yes), mean(Fraction(y - n, y) for y, n in tally)]


values = [value for tally in variants for value in expressions(tally)]
for name in ["negative_change", "positive_change", "conversion_change"]:
    fits = sum(prints(value, text[name]) for value in values)
    chance = sum(0 <= value <= 1 for value in values) * 1.5 * float(share(text[name])[1])
    verdict = "not derivable" if not fits else "matches" if chance < 0.1 else "undecided"
    add(name, text[name], f"{fits or 'none'} of {len(values)} expressions", verdict)
assert share(text["negative_change"])[0] + share(text["positive_change"])[0] == 1
add("complements", "-", "100 %", "derived")

lines = ["id\tprinted\trecomputed\tverdict\treading_of", *("\t".join(row) for row in found)]
(here / "reproduce.tsv").write_text("\n".join(lines) + "\n")
