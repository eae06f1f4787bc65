"""PyTorch networks: those of MNIST-1D's authors, for any data of a fitting shape.

Greydanus and Kobak, arXiv:2011.14439. Each takes the shape of one example, channels first, and the number of
classes; `ranks` says which shapes it can use: 1 table, 2 signals, 3 images.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn


class Logistic(nn.Module):
    """One linear map to the classes (410 weights on MNIST-1D)."""

    ranks: ClassVar = {1, 2, 3}

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(_size(shape), classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, *shape) to logits (batch, classes)."""
        logits: Tensor = self.linear(x.flatten(1))
        return logits


class MLP(nn.Module):
    """Two hidden layers with a residual add around the second (15,210 weights on MNIST-1D)."""

    ranks: ClassVar = {1, 2, 3}

    def __init__(self, shape: tuple[int, ...], classes: int, hidden: int, *, residual: bool) -> None:
        super().__init__()
        self.first = nn.Linear(_size(shape), hidden)
        self.second = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, classes)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, *shape) to logits (batch, classes)."""
        first = self.first(x.flatten(1)).relu()
        second = self.second(first).relu()
        logits: Tensor = self.last(first + second if self.residual else second)
        return logits


class CNN(nn.Module):
    """Three convolutions that halve the resolution, then a linear map (5,210 weights on MNIST-1D).

    The convolutions are 1-D on signals and 2-D on images.
    """

    ranks: ClassVar = {2, 3}
    kernels: ClassVar = (5, 3, 3)

    def __init__(self, shape: tuple[int, ...], classes: int, channels: int) -> None:
        super().__init__()
        incoming, *sides = shape
        convolution = nn.Conv1d if len(sides) == 1 else nn.Conv2d
        layers = []
        for kernel in self.kernels:
            layers.append(convolution(incoming, channels, kernel, stride=2, padding=1))
            sides = [(side + 2 - kernel) // 2 + 1 for side in sides]
            incoming = channels
        if min(sides) < 1:
            raise ValueError(f"model=cnn: examples of shape {shape} are too small for three steps of stride 2")
        self.convolutions = nn.ModuleList(layers)
        self.linear = nn.Linear(_size((channels, *sides)), classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, *shape) to logits (batch, classes)."""
        for convolution in self.convolutions:
            x = convolution(x).relu()
        logits: Tensor = self.linear(x.flatten(1))
        return logits


class GRU(nn.Module):
    """A bidirectional gated recurrent unit, all its outputs into a linear map (5,134 weights on MNIST-1D)."""

    ranks: ClassVar = {2}

    def __init__(self, shape: tuple[int, ...], classes: int, hidden: int) -> None:
        super().__init__()
        channels, time = shape
        self.recurrent = nn.GRU(channels, hidden, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden * time, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, time) to logits (batch, classes)."""
        outputs, _ = self.recurrent(x.transpose(1, 2))
        logits: Tensor = self.linear(outputs.flatten(1))
        return logits


def _size(shape: tuple[int, ...]) -> int:
    return torch.Size(shape).numel()
