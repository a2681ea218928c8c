"""Correctors of Python on the pairs of the recipe `spell`. Run: python benches/spelling.py PAIRS.tsv.. (symspellpy
6.10.1, pyspellchecker 0.9.1), one thread. With --text TEXTS --write-text FILE: writes pairs of a text with wrong words,
and ends."""
import argparse
import os
import random
import time

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TABLE = os.path.join(os.path.dirname(__file__), "..", "crates", "text", "data", "english_counts.tsv")
SLOW = 400  # pairs that the slow ones are given, spread over the file

parser = argparse.ArgumentParser()
parser.add_argument("pairs", nargs="*")
parser.add_argument("--write-text", metavar="FILE")
parser.add_argument("--text", help="a file of texts whose words are taken, one text a line")
arguments = parser.parse_args()
counts = {word: int(count) for word, count in (line.split("\t") for line in open(TABLE, encoding="utf-8"))}


def typo(word, edits, rng):
    for _ in range(edits):
        place, kind = rng.randrange(len(word)), rng.randrange(4)
        if kind == 0 and len(word) > 3:
            word = word[:place] + word[place + 1 :]
        elif kind == 1:
            word = word[:place] + rng.choice(LETTERS) + word[place:]
        elif kind == 2:
            word = word[:place] + rng.choice(LETTERS) + word[place + 1 :]
        elif place + 1 < len(word):
            word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word


def write_text(path):
    """The first 100,000 words; one in ten is wrong: 18 in 100 of those of four letters or more, 3 in 10 twice."""
    import re

    rng = random.Random(7)
    words = re.findall(r"[a-z]+", open(arguments.text, encoding="utf-8").read().lower())[:100_000]
    with open(path, "w", encoding="utf-8") as out:
        out.write("wrong\tright\n")
        for word in words:
            wrong = len(word) > 3 and rng.random() < 0.18
            out.write(f"{typo(word, 1 if rng.random() < 0.7 else 2, rng) if wrong else word}\t{word}\n")


def symspell(dictionary, separator):
    from symspellpy import SymSpell, Verbosity

    index = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    index.load_dictionary(dictionary, 0, 1, separator=separator)

    def correct(word):
        found = index.lookup(word, Verbosity.TOP, max_edit_distance=2)
        return found[0].term if found else word

    return correct


def symspell_own():
    import symspellpy

    return symspell(os.path.join(os.path.dirname(symspellpy.__file__), "frequency_dictionary_en_82_765.txt"), " ")


def pyspellchecker():
    from spellchecker import SpellChecker

    checker = SpellChecker()
    return lambda word: checker.correction(word) or word


def norvig():
    """https://norvig.com/spell-correct.html, with the table of this project."""

    def edits(word):
        splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
        return set(
            [a + b[1:] for a, b in splits if b]
            + [a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1]
            + [a + letter + b[1:] for a, b in splits if b for letter in LETTERS]
            + [a + letter + b for a, b in splits for letter in LETTERS]
        )

    def correct(word):
        if word in counts:
            return word
        near = edits(word)
        found = {e for e in near if e in counts} or {e for n in near for e in edits(n) if e in counts}
        return max(sorted(found), key=counts.get) if found else word

    return correct


def read(path):
    rows = [line.rstrip("\n").lower().split("\t") for line in open(path, encoding="utf-8")]
    if rows[0] == ["right", "wrong"]:
        return [(wrong, right) for right, wrong in rows[1:]]
    return [tuple(row) for row in rows if row != ["wrong", "right"]]


if arguments.write_text:
    write_text(arguments.write_text)
    raise SystemExit
tools = {
    "symspellpy, its list": (symspell_own, False),
    "symspellpy, our list": (lambda: symspell(TABLE, "\t"), False),
    "Norvig, our list": (norvig, True),
    "pyspellchecker, its list": (pyspellchecker, True),
}
for name, (make, slow) in tools.items():
    correct = make()
    for path in arguments.pairs:
        pairs = read(path)
        if slow:
            pairs = pairs[:: max(1, len(pairs) // SLOW)][:SLOW]
        correct(pairs[0][0])
        start = time.process_time()
        found = [correct(wrong) for wrong, _ in pairs]
        seconds = time.process_time() - start
        misspelled = [(f, right) for f, (wrong, right) in zip(found, pairs) if wrong != right]
        top1 = sum(f == right for f, (_, right) in zip(found, pairs)) / len(pairs)
        wrong_top1 = sum(f == right for f, right in misspelled) / max(1, len(misspelled))
        rate = len(pairs) / max(seconds, 1e-9)
        figures = f"top1 {top1:.4f}, misspelled_top1 {wrong_top1:.4f}, lookups_per_cpu_second {rate:.0f}"
        print(f"{name}: {os.path.basename(path)}: {len(pairs)} pairs, {figures}", flush=True)
