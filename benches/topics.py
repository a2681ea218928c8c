"""Times scikit-learn, gensim, scipy and networkx on the posts of `topics.rs`, from posts to communities, and prints the same counts.

Seconds are CPU-seconds of the process, one run. Splitting posts into words for gensim and making names are not counted.

Run: OMP_NUM_THREADS=1 python benches/topics.py [POSTS] (scikit-learn 1.9.1, gensim 4.4.0, scipy 1.17.1, networkx 3.6.1)
"""
import resource
import sys
import time

import networkx
import numpy
import scipy.sparse
from gensim.models.phrases import Phrases
from sklearn.feature_extraction.text import CountVectorizer

MIN_DOCUMENTS, MIN_NPMI, MIN_PHRASE = 20, 0.1, 0.5
count = int(sys.argv[1]) if len(sys.argv) > 1 else 125_000
state = 1


def draw(below):
    global state
    state = (state * 1_103_515_245 + 12_345) % (1 << 31)
    return (state >> 8) % below


def post():
    topic = draw(40)
    words = [f"t{topic}w{draw(50)}" for _ in range(4)]
    phrase = draw(2) == 0
    for _ in range(4 if phrase else 8):
        words.append(f"g{draw(1 + draw(20_000))}")
    if phrase:
        which = draw(3)
        words += [f"p{topic}.{which}{place}" for place in "abcd"]
    return " ".join(words)


posts = [post() for _ in range(count)]
total = 0.0


def timed(what, call):
    global total
    start = time.process_time()
    result = call()
    seconds = time.process_time() - start
    total += seconds
    print(f"{what}: {seconds:.2f} s", flush=True)
    return result


def terms():
    matrix = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit_transform(posts)
    return matrix.sum(0), (matrix > 0).sum(0)


def phrases():
    texts, found = sentences, 0
    for delimiter in "+&":  # of its own each: `freeze` splits names at it
        model = Phrases(texts, min_count=5, threshold=MIN_PHRASE, scoring="npmi", delimiter=delimiter).freeze()
        found += len(model.phrasegrams)
        texts = [model[text] for text in texts]
    return texts, found


def graph():
    counter = CountVectorizer(analyzer=lambda text: text, binary=True, min_df=MIN_DOCUMENTS, dtype=numpy.int64)
    there = counter.fit_transform(joined)
    single = numpy.asarray(there.sum(0)).ravel()
    both = scipy.sparse.triu(there.T @ there, k=1).tocoo()
    kept = both.data >= MIN_DOCUMENTS
    a, b, c = both.row[kept], both.col[kept], both.data[kept]
    npmi = numpy.log(c * count / (single[a] * single[b])) / numpy.log(count / c)
    kept = npmi > MIN_NPMI
    found = networkx.Graph()
    found.add_weighted_edges_from(zip(a[kept].tolist(), b[kept].tolist(), npmi[kept].tolist()))
    return found


counts, _ = timed("terms", terms)
sentences = [text.split(" ") for text in posts]
joined, found = timed("phrases", phrases)
pairs = timed("graph", graph)
parts = timed("communities", lambda: networkx.community.louvain_communities(pairs, seed=0))
print(
    f"{count} posts: {counts.shape[1]} terms, {counts.sum()} tokens, {found} phrases, {sum(map(len, joined))} after joining, "
    f"{pairs.number_of_nodes()} terms in {pairs.number_of_edges()} pairs, modularity {networkx.community.modularity(pairs, parts):.6f}"
)
print(f"from posts to communities: {total:.2f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most")
