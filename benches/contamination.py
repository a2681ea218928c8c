"""What test rows share with other texts, and what neighbouring rows share with each other. Python alone, no packages; files may be .xz or .zst
(the latter by the program zstd).

python benches/contamination.py shared TEST FILE..    rows of TEST that have eight words in a row of FILE, and that have nothing else
python benches/contamination.py neighbours FILE       pairs of rows of one label that share three rare words: neighbours, and any two

FILE is tab-separated with a column text (neighbours: and id, of the form part_label_number), or .txt with one text a line.
"""
import collections
import io
import lzma
import random
import re
import subprocess
import sys

WORDS = 8
RARE = range(2, 31)  # rows that have a rare word


def rows(path):
    if path.endswith(".zst"):
        file = io.TextIOWrapper(subprocess.Popen(["zstd", "-dc", path], stdout=subprocess.PIPE).stdout, encoding="utf-8")
    else:
        file = lzma.open(path, "rt", encoding="utf-8") if path.endswith(".xz") else open(path, encoding="utf-8")
    with file:
        if ".txt" in path:
            yield from ({"text": line} for line in file)
            return
        names = file.readline().rstrip("\n").split("\t")
        yield from (dict(zip(names, line.rstrip("\n").split("\t"))) for line in file)


def words(text):
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).split()


def runs(text):
    return {tuple(text[i:i + WORDS]) for i in range(len(text) - WORDS + 1)}


def shared(test, *files):
    test = [words(row["text"]) for row in rows(test)]
    wanted = {run for text in test for run in runs(text)}
    for path in files:
        found = set()
        for row in rows(path):
            found |= wanted & runs(words(row["text"]))
        parts = sum(not found.isdisjoint(runs(text)) for text in test)
        whole = sum(len(text) >= WORDS and runs(text) <= found for text in test)
        print(f"{path}: of {len(test)} rows {parts} have {WORDS} words in a row of it, {whole} have nothing else")


def neighbours(path):
    groups = collections.defaultdict(list)
    for row in rows(path):
        label, number = row["id"].split("_")[1:3]
        groups[label].append((int(number), set(row["text"].lower().split())))
    for label, group in groups.items():
        texts = [text for _, text in sorted(group, key=lambda numbered: numbered[0])]
        count = collections.Counter(word for text in texts for word in text)
        rare = [{word for word in text if count[word] in RARE} for text in texts]

        def alike():
            return 100 * sum(len(a & b) >= 3 for a, b in zip(rare, rare[1:])) / (len(rare) - 1)

        near = alike()
        random.Random(1).shuffle(rare)
        print(f"{label}: {near:.1f} % of neighbours share three rare words, {alike():.2f} % of any two")


if sys.argv[1:2] == ["shared"] and len(sys.argv) > 3:
    shared(*sys.argv[2:])
elif sys.argv[1:2] == ["neighbours"] and len(sys.argv) == 3:
    neighbours(sys.argv[2])
else:
    sys.exit(__doc__)
