"""Times datasketch on the texts of `quality.rs`, or on a file with one text a line, and counts what it finds.

Run: python benches/near_duplicates.py [FILE]  (datasketch 2.0.0, numpy 2.4.6), one thread. The same shingles, threshold and
bands, and the same rule: a text is compared, exactly, with earlier ones that were kept, and kept if none is similar.
"""
import os
import resource
import sys
import time

from datasketch import MinHash, MinHashLSH

TEXTS, SIMILARITY, WIDTH, BANDS, ROWS = 20_000, 0.8, 5, 16, 5


def texts():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../crates/text/data/letter_words.txt")
    words = [line for line in open(path).read().split("\n") if line and not line.startswith("#")]
    state, made = 1, []

    def draw(below):
        nonlocal state
        state = (state * 1_103_515_245 + 12_345) % (1 << 31)
        return (state >> 8) % below

    for index in range(TEXTS):
        if index % 10 == 9:
            text = list(made[draw(index)])
        else:
            text = [words[draw(len(words))] for _ in range(8 + draw(16))]
        place = draw(len(text))
        text[place] = words[draw(len(words))]
        made.append(text)
    return [" ".join(text) for text in made]


def shingles(text):
    text, pieces = " ".join(text.casefold().split()), set()
    columns = [1 if ord(c) < 0x2E80 else 2 for c in text]
    for start in range(len(text)):
        total, end = 0, start
        while total < WIDTH and end < len(text):
            total += columns[end]
            end += 1
        if total >= WIDTH:
            pieces.add(text[start:end])
    return pieces or {text}


given = open(sys.argv[1], encoding="utf8").read().split("\n") if len(sys.argv) > 1 else texts()
given = [text for text in given if text.strip()]
start = time.process_time()
index, kept, found = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS)), {}, 0
made = 0.0
for number, text in enumerate(given):
    before = time.process_time()
    ours = shingles(text)
    made += time.process_time() - before
    sketch = MinHash(num_perm=BANDS * ROWS)
    sketch.update_batch([piece.encode() for piece in ours])
    candidates = index.query(sketch)
    if any(len(ours & kept[other]) >= SIMILARITY * len(ours | kept[other]) for other in candidates):
        found += 1
    else:
        index.insert(number, sketch)
        kept[number] = ours
seconds = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{len(given)} texts, {found} near duplicates, {seconds:.2f} s of CPU, {made:.2f} s of them for shingles, {peak:.0f} MiB")
