"""Learns the mixture of src/lib/matting/refine/mixture.ts, and writes src/lib/matting/features/learned.ts.

    python3 tests/eval/learn/mixture/train.py <folder of export.ts>

Needs PyTorch and NumPy; takes about six minutes of one core. The loss is the absolute error of alpha. Features are
dropped at random, all of them at times, so that colours are not unlearned.
"""

import base64
import hashlib
import math
import pathlib
import sys

import numpy as np
import torch
from torch import nn

DESCRIPTION = 21  # FEATURES of removal.ts
INPUTS = DESCRIPTION + 4  # and red, green, blue, and what rules and judge say
MORE = 8
TAPS = ['1855', '1686', '1544', '1429']  # as in export.ts: from the finest to the coarsest
CHANNELS = 64
FEATURES = len(TAPS) * CHANNELS
RECORD = DESCRIPTION + MORE + FEATURES
SUMS = 16
UNITS = 32
STRETCH = 0.02  # as in mixture.ts

EPOCHS = 7
BATCH = 2048
RATE = 4e-3
DROPPED = 0.05
BLIND = 0.05

ROOT = pathlib.Path(__file__).resolve().parents[4]

# A second thread waits for the first most of the time: these are small matrices.
torch.set_num_threads(1)
torch.set_flush_denormal(True)
torch.manual_seed(0)


def parts(records):
    """Description, features, mask, what colours say, truth."""
    records = records.float()
    own = records[:, : DESCRIPTION + 3]
    mask, found, _, judged, truth = records[:, DESCRIPTION + 3 : DESCRIPTION + MORE].unbind(1)
    return torch.cat([own, judged[:, None]], 1), records[:, DESCRIPTION + MORE :], mask, found, truth


class Mixture(nn.Module):
    def __init__(self, records):
        super().__init__()
        own, features, *_ = parts(records)
        self.register_buffer('mean', own.mean(0))
        self.register_buffer('deviation', own.std(0) + 1e-3)
        self.register_buffer('features_mean', features.mean(0))
        self.register_buffer('features_deviation', features.std(0) + 1e-2)
        self.sums = nn.Linear(FEATURES, SUMS)
        self.scale = nn.BatchNorm1d(SUMS)
        self.first = nn.Linear(INPUTS + SUMS, UNITS)
        self.second = nn.Linear(UNITS, UNITS)
        self.last = nn.Linear(UNITS, 4)

    def forward(self, own, features, mask, found):
        sums = self.scale(self.sums((features - self.features_mean) / self.features_deviation))
        hidden = torch.relu(self.first(torch.cat([(own - self.mean) / self.deviation, sums], 1)))
        answer = self.last(torch.relu(self.second(hidden)))
        shares = torch.softmax(answer[:, :3], 1)
        mixed = shares[:, 0] * mask + shares[:, 1] * found + shares[:, 2] * torch.sigmoid(answer[:, 3])
        stretched = (1 + 2 * STRETCH) * mixed - STRETCH
        bounded = stretched.clamp(0, 1)
        # A little slope beyond both ends, for what is there by mistake.
        return bounded + 0.02 * (stretched - bounded) if self.training else bounded

    def hide(self, features):
        count = len(features)
        seen = torch.where(torch.rand(count, 1) < BLIND, self.features_mean, features)
        kept = (torch.rand(count // 16, 1, FEATURES) > DROPPED) / (1 - DROPPED)
        return self.features_mean + (seen - self.features_mean) * kept.expand(-1, 16, -1).reshape(count, FEATURES)


def learn(records):
    count = len(records)
    mixture = Mixture(records[torch.randperm(count)[:50_000]])
    optimizer = torch.optim.AdamW(mixture.parameters(), lr=RATE, weight_decay=0.02)
    steps, step = EPOCHS * (count // BATCH), 0
    for epoch in range(EPOCHS):
        order, total = torch.randperm(count), 0.0
        for start in range(0, count - BATCH + 1, BATCH):
            for group in optimizer.param_groups:
                group['lr'] = RATE * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 1e-5
            own, features, mask, found, truth = parts(records[order[start : start + BATCH]])
            loss = (mixture(own, mixture.hide(features), mask, found) - truth).abs().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step, total = step + 1, total + loss.item()
        print(f'epoch {epoch + 1}: {total / (count // BATCH):.5f}', file=sys.stderr)
    return mixture.double().eval()


def packed(numbers):
    """Whole numbers of 16 bits, lowest byte first, in base64."""
    numbers = np.asarray(numbers, dtype=np.float64).ravel()
    step = float(f'{np.abs(numbers).max() / 32767:.6g}')
    text = base64.b64encode(np.clip(np.round(numbers / step), -32767, 32767).astype('<i2').tobytes()).decode()
    lines = ',\n'.join(f"'{text[at : at + 100]}'" for at in range(0, len(text), 100))
    return f'{{ step: {step!r}, base64: [\n{lines}\n] }}'


def layer(weights, offsets, rectified):
    weights, offsets = weights.detach().numpy(), offsets.detach().numpy()
    outputs, inputs = weights.shape
    fours = [np.vstack([offsets[None, at : at + 4], weights[at : at + 4].T]).ravel() for at in range(0, outputs, 4)]
    flag = 'true' if rectified else 'false'
    return f'{{ inputs: {inputs}, outputs: {outputs}, rectified: {flag}, numbers: {packed(np.concatenate(fours))} }}'


def source(mixture):
    """With the scales of all inputs in the weights."""
    weights = mixture.sums.weight / mixture.features_deviation
    offsets = mixture.sums.bias - weights @ mixture.features_mean
    gain = mixture.scale.weight / torch.sqrt(mixture.scale.running_var + mixture.scale.eps)
    weights = (weights * gain[:, None]).detach().numpy()
    offsets = ((offsets - mixture.scale.running_mean) * gain + mixture.scale.bias).detach().numpy()
    first = mixture.first.weight.detach().clone()
    first[:, :INPUTS] /= mixture.deviation
    first_offsets = mixture.first.bias.detach() - first[:, :INPUTS] @ mixture.mean
    layers = [
        layer(first, first_offsets, True),
        layer(mixture.second.weight, mixture.second.bias, True),
        layer(mixture.last.weight, mixture.last.bias, False),
    ]
    taps = [
        f"{{ tensor: '{tensor}', weights: {packed(weights[:, at * CHANNELS : (at + 1) * CHANNELS])} }}"
        for at, tensor in reversed(list(enumerate(TAPS)))
    ]
    network = hashlib.sha256((ROOT / 'models/cache/u2netp.onnx').read_bytes()).hexdigest()
    return f"""/** Learned by `tests/eval/learn/mixture/train.py`, which writes this file. */

export const LEARNED = {{
  /** SHA-256 of the weights whose features are read: U²-Net p's. */
  network: '{network}',
  /** What each stage's side output is made of, from the coarsest to the finest. */
  taps: [{', '.join(taps)}],
  offsets: {packed(offsets)},
  layers: [{', '.join(layers)}],
}} as const;
"""


def main():
    files = sorted(pathlib.Path(sys.argv[1]).glob('*.cells'))
    records = np.concatenate([np.fromfile(file, dtype=np.float16).reshape(-1, RECORD) for file in files])
    mixture = learn(torch.from_numpy(records))
    (ROOT / 'src/lib/matting/features/learned.ts').write_text(source(mixture))
    print('Now format it: npx prettier --write src/lib/matting/features/learned.ts', file=sys.stderr)


main()
