"""Times other programs that clean text, on a file of texts, one a line; `cargo run --release --example clean -- --input FILE
--preset counts --json` cleans the same file. Prints megabytes per CPU-second of one thread, the median of three runs.

Run: python benches/text.py FILE [TOOL ..] (nltk 3.10.4, gensim 4.4.0, tokenizers 0.23.3, jieba 0.42.1)
"""
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"


def nltk():
    """Tokenise, lower case, letters only, stop words, Snowball stems: what the preset `counts` does."""
    from gensim.parsing.preprocessing import STOPWORDS
    from nltk.stem import SnowballStemmer
    from nltk.tokenize import word_tokenize

    stem = SnowballStemmer("english").stem
    return lambda text: [
        stem(word) for word in word_tokenize(text.lower(), preserve_line=True) if word.isalpha() and word not in STOPWORDS
    ]


def gensim():
    """Lower case, tags, punctuation, white space, numbers, stop words, short words, Porter stems."""
    from gensim.parsing.preprocessing import preprocess_string

    return preprocess_string


def tokenizers():
    """BERT's normaliser and pre-tokeniser alone: no stop words, no stems."""
    from tokenizers import normalizers, pre_tokenizers

    normalise = normalizers.BertNormalizer(lowercase=True).normalize_str
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    return lambda text: split(normalise(text))


def jieba():
    """Chinese words."""
    import jieba as segmenter

    segmenter.setLogLevel(60)
    segmenter.initialize()
    return segmenter.lcut


TOOLS = {tool.__name__: tool for tool in (nltk, gensim, tokenizers, jieba)}

texts = open(sys.argv[1], encoding="utf-8").read().splitlines()
megabytes = sum(len(text.encode()) for text in texts) / 1e6
for name in sys.argv[2:] or TOOLS:
    call, times = TOOLS[name](), []
    for _ in range(3):
        start = time.process_time()
        tokens = sum(len(call(text)) for text in texts)
        times.append(time.process_time() - start)
    print(f"{name}: {megabytes / sorted(times)[1]:.3f} MB per CPU-second, {tokens} tokens")
