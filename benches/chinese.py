"""Times Python's jieba on the text of `chinese.rs`, and writes what it makes of the texts of `PLAUDIT_DATA`.

Run: python benches/chinese.py (jieba 0.42.1), one thread; with --words FILE for `crates/text/tests/chinese.rs`.
"""
import argparse
import os
import pathlib
import re
import time

import jieba

jieba.setLogLevel(60)
jieba.initialize()


def sentences():
    source = pathlib.Path(__file__).with_name("chinese.rs").read_text(encoding="utf-8")
    text = re.search(r'const SENTENCES: &str = "(.*?)";', source, re.S).group(1)
    return re.findall(r"[^。]*。", re.sub(r"\\\n\s*", "", text))


def median(name, call, size, runs=9):
    times = []
    for _ in range(runs):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    seconds = sorted(times)[runs // 2]
    print(f"{name}: {size / seconds / 1e6:.2f} MB per CPU second")


def spans(words):
    end, found = 0, set()
    for word in words:
        found.add((end, end + len(word)))
        end += len(word)
    return found


def f1(path, hmm):
    both = sizes = 0
    for line in path.read_text(encoding="utf-8").split("\n"):
        gold = line.split()
        truth, found = spans(gold), spans(jieba.lcut("".join(gold), HMM=hmm))
        both += len(truth & found)
        sizes += len(truth) + len(found)
    return 2 * both / sizes


def texts(path):
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    column = lines[0].split("\t").index("text")
    return [line.split("\t")[column] for line in lines[1:]]


parser = argparse.ArgumentParser()
parser.add_argument("--words", type=pathlib.Path, help="write the words of the valid parts here, and print F1 on SIGHAN")
words = parser.parse_args().words
if words:
    data = pathlib.Path(os.environ["PLAUDIT_DATA"])
    with words.open("w", encoding="utf-8", newline="\n") as out:
        for name in ["zh_chnsenticorp", "zh_online_shopping_phone", "zh_smp2020_ewect_usual"]:
            for hmm in [True, False]:
                for text in texts(data / name / "valid.tsv"):
                    out.write("\x1f".join(jieba.lcut(text, HMM=hmm)) + "\n")
    for name in ["pku", "msr"]:
        for hmm in [True, False]:
            gold = data / "zh_segmentation_sighan2005" / f"{name}_test_gold.utf8"
            print(f"{name}, hidden Markov model {hmm}: F1 {f1(gold, hmm):.4f}")
else:
    text = sentences() * 20
    size = sum(len(sentence.encode()) for sentence in text)
    for name, hmm in [("words", True), ("words without hidden Markov model", False)]:
        median(name, lambda: [jieba.lcut(sentence, HMM=hmm) for sentence in text], size)
