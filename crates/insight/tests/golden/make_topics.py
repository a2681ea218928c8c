"""Makes topics.json: what gensim, scikit-learn, scipy and networkx say of generated texts, graphs and partitions.

Run: python crates/insight/tests/golden/make_topics.py (gensim 4.4.0, scikit-learn 1.9.1, scipy 1.17.1, networkx 3.6.1)
"""
import collections
import json
import os
import random
from itertools import combinations

import gensim
import networkx
import numpy
import scipy
import sklearn
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel
from gensim.models.phrases import Phrases
from scipy.stats import chi2_contingency
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import adjusted_rand_score

random.seed(7)
fixed = ["high performance low price", "after sales service", "battery life", "screen", "low battery", "high price", "service"]
words = "good bad price performance screen battery life sales high low after noise new old slow fast".split()


def text():
    parts = [random.choice(fixed) if random.random() < 0.4 else random.choice(words) for _ in range(random.randint(0, 12))]
    return " ".join(parts).split()


texts = [text() for _ in range(160)]


def g2(both, first, second, n):
    table = [[both, first - both], [second - both, n - first - second + both]]
    return chi2_contingency(table, correction=False, lambda_="log-likelihood")[0]


MIN_COUNT, MIN_NPMI, PASSES = 4, 0.05, 3
passes, joined = [], texts
for _ in range(PASSES):
    model = Phrases(joined, min_count=MIN_COUNT, threshold=MIN_NPMI, scoring="npmi", delimiter=" ")
    both = collections.Counter(pair for text in joined for pair in zip(text, text[1:]))
    first = collections.Counter(word for text in joined for word in text[:-1])
    second = collections.Counter(word for text in joined for word in text[1:])
    found = []
    for (a, b), count in both.items():
        phrase, score = model.score_candidate(a, b, [])
        if phrase is not None:
            assert model.vocab[phrase] == count
            found.append({"text": phrase, "count": count, "npmi": score, "g2": g2(count, first[a], second[b], sum(both.values()))})
    passes.append(sorted(found, key=lambda phrase: phrase["text"]))
    joined = [model[text] for text in joined]

matrix = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit([" ".join(text) for text in texts])
there = (matrix.transform([" ".join(text) for text in texts]).toarray() > 0).astype(int)
names, both, n = matrix.get_feature_names_out(), there.T @ there, len(texts)
pairs = []
for i, j in combinations(range(len(names)), 2):
    together, a, b = int(both[i, j]), int(both[i, i]), int(both[j, j])
    if together >= 3:
        npmi = float(numpy.log(together * n / (a * b)) / -numpy.log(together / n))
        if npmi > 0.02:
            pairs.append({"first": names[i], "second": names[j], "documents": together, "npmi": npmi, "g2": g2(together, a, b, n)})

lists = [["high", "performance", "low", "price"], ["after", "sales", "service", "battery", "life", "screen"], ["good", "bad", "new"]]
# Each word once a text: gensim takes a word for gone when the first of two slides out of a window.
once = [list(dict.fromkeys(text)) for text in texts]
coherence = {}
for window in (3, 10):
    model = CoherenceModel(topics=lists, texts=once, dictionary=Dictionary(once), coherence="c_npmi", window_size=window, processes=1)
    coherence[window] = [float(value) for value in model.get_coherence_per_topic()]

graph = networkx.karate_club_graph()
edges = [[a, b, weight] for a, b, weight in graph.edges(data="weight")]
looped = graph.copy()
looped.add_edge(3, 3, weight=2.5)
partitions = []
for which, of, resolution in [(graph, 3, 1.0), (graph, 34, 1.0), (graph, 5, 0.7), (looped, 4, 1.3)]:
    parts = [random.randrange(of) for _ in range(34)]
    groups = [[node for node in range(34) if parts[node] == part] for part in set(parts)]
    partitions.append({
        "loop": which is looped, "of": parts, "resolution": resolution,
        "weighted": networkx.community.modularity(which, groups, resolution=resolution),
        "unweighted": None if which is looped else networkx.community.modularity(which, groups, weight=None, resolution=resolution),
    })
louvain = {
    "weighted": max(networkx.community.modularity(graph, networkx.community.louvain_communities(graph, seed=seed)) for seed in range(10)),
    "unweighted": max(
        networkx.community.modularity(graph, networkx.community.louvain_communities(graph, weight=None, seed=seed), weight=None) for seed in range(10)
    ),
}

rand = []
for a, b, n in [(2, 2, 12), (3, 5, 40), (1, 4, 9), (40, 40, 40), (4, 4, 400), (1, 1, 5), (1, 1, 0), (1, 1, 1)]:
    first, second = [random.randrange(a) for _ in range(n)], [random.randrange(b) for _ in range(n)]
    second = [x if random.random() < 0.5 else y for x, y in zip(first, second)]
    rand.append({"first": first, "second": second, "index": float(adjusted_rand_score(first, second))})

out = {
    "versions": {"gensim": gensim.__version__, "sklearn": sklearn.__version__, "scipy": scipy.__version__, "networkx": networkx.__version__},
    "texts": [" ".join(text) for text in texts], "min_count": MIN_COUNT, "min_npmi": MIN_NPMI, "passes": passes,
    "joined": joined, "pairs": pairs, "lists": lists, "coherence": coherence,
    "karate": edges, "partitions": partitions, "louvain": louvain, "rand": rand,
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "topics.json"), "w") as file:
    json.dump(out, file, ensure_ascii=False)
    file.write("\n")
