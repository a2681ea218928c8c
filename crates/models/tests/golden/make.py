"""Writes the *.safetensors beside it: what PyTorch gives for small networks, and for Adam. Run: python make.py (torch 2.15.0).

A state dict is a file as a user would save it, by `safetensors.torch.save_file(net.state_dict(), path)`; it is written here
without that package. The other files hold inputs, results and gradients; their names say of what.
"""
import json
import pathlib
import struct

import torch
from torch import nn

torch.set_num_threads(1)
HERE = pathlib.Path(__file__).parent
WORDS, DIM, LABELS = 11, 5, 3
TEXTS = [[4, 9, 4, 2], [7], [1, 2, 10, 10, 3, 9]]
TARGETS = torch.tensor([2, 0, 1])


def save(name, tensors):
    at, header, blobs = 0, {}, []
    for key, value in tensors.items():
        blob = value.detach().float().contiguous().numpy().tobytes()
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + len(blob)]}
        at += len(blob)
        blobs.append(blob)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    (HERE / name).write_bytes(struct.pack("<Q", len(head)) + head + b"".join(blobs))


def lstm():
    """torch.nn.LSTM: outputs of every token, text after text, and the gradients of `sum(outputs * slopes)`."""
    out = {}
    for name, hidden, layers, both in [("uni3", 3, 1, False), ("bi3", 3, 1, True), ("stack3", 3, 2, True), ("bi17", 17, 1, True)]:
        torch.manual_seed(hidden + layers)
        table = torch.randn(WORDS, DIM, requires_grad=True)
        net = nn.LSTM(DIM, hidden, num_layers=layers, bidirectional=both, batch_first=True)
        outputs = torch.cat([net(table[text].unsqueeze(0))[0][0] for text in TEXTS])
        slopes = torch.randn(outputs.shape)
        (outputs * slopes).sum().backward()
        out |= {f"{name}.table": table, f"{name}.outputs": outputs, f"{name}.slopes": slopes, f"{name}.grad.table": table.grad}
        for key, value in net.named_parameters():
            out |= {f"{name}.{key}": value, f"{name}.grad.{key}": value.grad}
    save("lstm.safetensors", out)


class BiLstm(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.emb = nn.Embedding(WORDS, DIM)
        self.rnn = nn.LSTM(DIM, hidden, bidirectional=True, batch_first=True)
        self.d1 = nn.Linear(2 * hidden, 4)
        self.d2 = nn.Linear(4, LABELS)

    def forward(self, ids):
        pooled = self.rnn(self.emb(ids))[0].amax(1)
        return self.d2(torch.relu(self.d1(pooled)))


class CnnLstm(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.emb = nn.Embedding(WORDS, DIM)
        self.convs = nn.ModuleList(nn.Conv1d(DIM, 2, width, padding="same") for width in (3, 4, 5))
        self.rnn = nn.LSTM(6, hidden, num_layers=2, batch_first=True)
        self.d1 = nn.Linear(hidden, 4)
        self.d2 = nn.Linear(4, LABELS)

    def forward(self, ids):
        words = self.emb(ids).transpose(1, 2)
        convolved = torch.cat([torch.relu(conv(words)) for conv in self.convs], 1).transpose(1, 2)
        return self.d2(torch.relu(self.d1(self.rnn(convolved)[0][:, -1])))


def networks():
    """State dicts; the probabilities of each text, run alone; the gradients of the mean cross-entropy."""
    out = {}
    for kind in (BiLstm, CnnLstm):
        for hidden in (3, 17):
            name = f"{kind.__name__}{hidden}".lower()
            torch.manual_seed(hidden)
            net = kind(hidden)
            logits = torch.cat([net(torch.tensor([text])) for text in TEXTS])
            loss = nn.functional.cross_entropy(logits, TARGETS)
            loss.backward()
            save(f"{name}.safetensors", net.state_dict())
            out |= {f"{name}.scores": torch.softmax(logits, 1), f"{name}.loss": loss}
            out |= {f"{name}.grad.{key}": value.grad for key, value in net.named_parameters()}
    save("networks.safetensors", out)


def slope(step, place):
    """The gradient of the number at `place` in this step: the same in the test, bit by bit."""
    return ((step * 31 + place * 17) % 23 - 11) / 8 / 2 ** (place % 7)


def adam():
    """A weight [3, 5] and a table [7, 2] of ones after 100 steps. A step reads the rows s % 7 and (3 s + 1) % 7."""
    out = {}
    for name, optimizer, options in [
        ("adam", torch.optim.Adam, {}),
        ("adamw", torch.optim.AdamW, {"weight_decay": 0.1}),
        ("sparse", torch.optim.SparseAdam, {}),
    ]:
        weight = torch.ones(3, 5, requires_grad=True)
        table = torch.ones(7, 2, requires_grad=True)
        of = [table] if name == "sparse" else [weight, table]
        optimizer = optimizer(of, lr=0.01, **options)
        for step in range(100):
            weight.grad = torch.tensor([slope(step, place) for place in range(15)]).reshape(3, 5)
            rows = sorted({step % 7, (3 * step + 1) % 7})
            values = torch.tensor([[slope(step, 2 * row), slope(step, 2 * row + 1)] for row in rows])
            table.grad = torch.sparse_coo_tensor(torch.tensor([rows]), values, (7, 2))
            if name != "sparse":
                table.grad = table.grad.to_dense()
            optimizer.step()
        for key, value in [("weight", weight), ("table", table)]:
            if state := optimizer.state.get(value):
                out |= {f"{name}.{key}": value, f"{name}.{key}.mean": state["exp_avg"]}
                out[f"{name}.{key}.square"] = state["exp_avg_sq"]
    save("adam.safetensors", out)


if __name__ == "__main__":
    lstm()
    networks()
    adam()
