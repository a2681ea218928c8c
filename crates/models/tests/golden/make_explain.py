"""Writes explain.json beside it: what Captum gives for the networks of make.py. Run: python make_explain.py (torch 2.15.0, captum 0.9.0).

Of every text and label: the shares of the tokens by integrated gradients with the midpoint rule at 64 points, from zero vectors, for the
logit, the log-odds and the probability; and those of the logit by 1,000 points of Gauss and Legendre, nearly the integral itself.
"""
import json
import pathlib

import captum
import torch
from captum.attr import IntegratedGradients

from make import BiLstm, CnnLstm, TEXTS, LABELS

torch.set_num_threads(1)
HERE = pathlib.Path(__file__).parent


def state(name):
    """The weights that make.py wrote, without the package of that format."""
    import struct

    blob = (HERE / f"{name}.safetensors").read_bytes()
    length = struct.unpack("<Q", blob[:8])[0]
    out = {}
    for key, entry in json.loads(blob[8 : 8 + length]).items():
        if key == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        values = torch.frombuffer(bytearray(blob[8 + length + start : 8 + length + end]), dtype=torch.float32)
        out[key] = values.reshape(entry["shape"])
    return out


def from_vectors(net):
    """The network from words' vectors, [texts, tokens, length], to logits."""

    def bi_lstm(vectors):
        pooled = net.rnn(vectors)[0].amax(1)
        return net.d2(torch.relu(net.d1(pooled)))

    def cnn_lstm(vectors):
        words = vectors.transpose(1, 2)
        convolved = torch.cat([torch.relu(conv(words)) for conv in net.convs], 1).transpose(1, 2)
        return net.d2(torch.relu(net.d1(net.rnn(convolved)[0][:, -1])))

    return bi_lstm if isinstance(net, BiLstm) else cnn_lstm


OUTPUTS = {
    "logit": lambda logits, label: logits[:, label],
    "log_odds": lambda logits, label: torch.logit(torch.softmax(logits.double(), 1)[:, label]),
    "probability": lambda logits, label: torch.softmax(logits, 1)[:, label],
}

networks = []
for kind, name in ((BiLstm, "bilstm"), (CnnLstm, "cnnlstm")):
    for hidden in (3, 17):
        net = kind(hidden)
        net.load_state_dict(state(f"{name}{hidden}"))
        run = from_vectors(net)
        cases = []
        for text in TEXTS:
            vectors = net.emb(torch.tensor([text])).detach()
            for label in range(LABELS):
                case = {"text": text, "label": label}
                for output, of in OUTPUTS.items():
                    method = IntegratedGradients(lambda v: of(run(v), label))
                    shares = method.attribute(vectors, torch.zeros_like(vectors), n_steps=64, method="riemann_middle")
                    case[output] = shares.sum(-1)[0].tolist()
                method = IntegratedGradients(lambda v: run(v)[:, label])
                exact = method.attribute(vectors, torch.zeros_like(vectors), n_steps=1000, method="gausslegendre")
                case["exact_logit"] = exact.sum(-1)[0].tolist()
                ends = [run(v)[0, label].item() for v in (torch.zeros_like(vectors), vectors)]
                case["logits"] = ends
                cases.append(case)
        networks.append({"name": f"{name}{hidden}", "cases": cases})
versions = {"torch": torch.__version__, "captum": captum.__version__}
(HERE / "explain.json").write_text(json.dumps({"versions": versions, "networks": networks}, indent=0) + "\n")
