"""Writes agreement.json: ratings and tables with the values of other libraries.

Run: python make_agreement.py (krippendorff 0.9.0, statsmodels 0.15.0, scipy 1.17.1, numpy 2.4.6).

Alpha and McNemar's test are the libraries' own throughout. Of square tables in which every pair of labels occurs, so are both
tests, as the assertions below hold. Where statsmodels' degrees of freedom or its inverse do not suit a sparse table, the script has formulas
of its own: Bowker's p-value from statsmodels' statistic with one degree of freedom for each pair of labels that occurs, and
the Stuart-Maxwell statistic with the pseudo-inverse of the covariance and its rank.
"""
import json
import pathlib
import warnings
from importlib.metadata import version

import krippendorff
import numpy as np
from scipy import stats
from statsmodels.stats import contingency_tables as tables

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240229)


def alpha(ratings, k, level):
    """None where the library finds nothing to compare."""
    data = [[np.nan if r is None else r for r in rater] for rater in zip(*ratings)]
    try:
        value = krippendorff.alpha(reliability_data=data, value_domain=list(range(k)), level_of_measurement=level)
    except ValueError:
        return None
    return None if np.isnan(value) else float(value)


def ratings_case():
    k, raters, units = int(rng.integers(2, 6)), int(rng.integers(2, 6)), int(rng.integers(1, 13))
    missing, right = rng.choice([0.0, 0.2, 0.6]), rng.choice([0.0, 0.5, 0.9])
    truth = rng.choice(k, size=units, p=rng.dirichlet(np.full(k, 0.7)))
    rated = np.where(rng.random((units, raters)) < right, truth[:, None], rng.choice(k, size=(units, raters)))
    gone = rng.random((units, raters)) < missing
    ratings = [[None if g else int(r) for r, g in zip(*pair)] for pair in zip(rated, gone)]
    levels = ("nominal", "ordinal", "interval")
    return {"labels": k, "ratings": ratings, **{level: alpha(ratings, k, level) for level in levels}}


def test(statistic, df):
    return {"statistic": float(statistic), "df": int(df), "p": float(stats.chi2.sf(statistic, df))}


def square_case(sparse):
    """A square table; in a sparse one some labels are never taken for each other."""
    k = int(rng.integers(2, 7))
    table = rng.poisson(rng.choice([1.0, 6.0, 40.0]), size=(k, k))
    if sparse:
        table = table * (rng.random((k, k)) < 0.25)
    table = table + np.diag(rng.poisson(20, size=k))
    square = tables.SquareTable(table, shift_zeros=False)
    either = table + table.T
    occurring = int((np.triu(either, 1) > 0).sum())
    symmetry, homogeneity = square.symmetry(), square.homogeneity()
    # A pair of labels that never occurs counts no degree of freedom; statsmodels counts all.
    bowker = test(symmetry.statistic, occurring) if occurring else None
    if occurring == k * (k - 1) // 2:
        assert symmetry.df == occurring and np.isclose(symmetry.pvalue, bowker["p"], atol=1e-14)
    covariance = np.diag(either.sum(1)) - either
    df = int(np.linalg.matrix_rank(covariance))
    if df == k - 1:
        maxwell = test(homogeneity.statistic, df)
        assert homogeneity.df == df and np.isclose(homogeneity.pvalue, maxwell["p"], atol=1e-14)
    else:  # statsmodels: singular
        apart = table.sum(1) - table.sum(0)
        maxwell = test(apart @ np.linalg.pinv(covariance.astype(float), hermitian=True) @ apart, df) if df else None
    return {"table": table.tolist(), "bowker": bowker, "stuart_maxwell": maxwell, "connected": df == k - 1}


def mcnemar_case():
    size = rng.choice([3, 20, 200, 5000])
    first, second = int(rng.integers(0, size)), int(rng.integers(1, size))
    table = [[10, first], [second, 10]]
    exact, corrected = tables.mcnemar(table, exact=True), tables.mcnemar(table, exact=False, correction=True)
    return {
        "first_only": first,
        "second_only": second,
        "p_exact": float(exact.pvalue),
        "statistic": float(corrected.statistic),
        "p": float(corrected.pvalue),
    }


parts = {
    "ratings": [ratings_case() for _ in range(300)],
    "square": [square_case(sparse) for sparse in [False] * 60 + [True] * 60],
    "mcnemar": [mcnemar_case() for _ in range(80)],
}
versions = {name: version(name) for name in ("krippendorff", "statsmodels", "scipy", "numpy")}
body = ",\n".join(f'"{name}": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]" for name, cases in parts.items())
pathlib.Path(__file__).with_name("agreement.json").write_text(f'{{"versions": {json.dumps(versions)},\n{body}\n}}\n')
undefined = sum(case["nominal"] is None for case in parts["ratings"])
print({name: len(cases) for name, cases in parts.items()}, undefined, "without alpha,", sum(not c["connected"] for c in parts["square"]), "not connected")
