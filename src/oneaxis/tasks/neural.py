"""Train a PyTorch network: batches, one readable loop, and the interface that scikit-learn's models share."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import oneaxis
from oneaxis.tasks.choice import Settings, make
from oneaxis.tasks.datasets import Floats, Integers, Part

_POINTS = 30


@dataclass(frozen=True)
class Training:
    """How long and on what batches to train; the `training` group of the configuration.

    `order` is `fixed`, as the authors of MNIST-1D train: batches of neighbouring rows in file order, the same
    in every epoch; or `shuffled`: a new order each epoch, drawn from the seed. `device` is `cpu`, or `cuda`: the
    GPU that this process was given, the first of several.
    """

    steps: int
    batch_size: int
    order: str
    device: str = "cpu"

    def __post_init__(self) -> None:
        for key in ("steps", "batch_size"):
            value = getattr(self, key)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"training.{key}={value!r} must be a whole number from 1")
        if self.order not in {"fixed", "shuffled"}:
            raise ValueError(f"training.order={self.order!r} must be fixed or shuffled")
        if self.device not in {"cpu", "cuda"}:
            raise ValueError(
                f"training.device={self.device!r} must be cpu or cuda; hydra.sweeper.devices gives out GPUs"
            )
        if self.device == "cuda" and not torch.cuda.is_available():
            raise ValueError("training.device=cuda, but PyTorch sees no GPU here; choose training.device=cpu")

    def batches(self, rows: int, seed: int) -> Iterator[slice | Tensor]:
        """Yield the rows of each step; a batch larger than the data is all of the data."""
        size = min(self.batch_size, rows)
        if self.order == "fixed":
            # A batch at the end of the data may be short; the next one starts where it would have ended.
            starts = (step * size % rows for step in range(self.steps))
            return (slice(start, start + size) for start in starts)
        return itertools.islice(_shuffled(rows, size, seed, self.device), self.steps)


def _shuffled(rows: int, size: int, seed: int, device: str) -> Iterator[Tensor]:
    generator = torch.Generator().manual_seed(seed)  # the CPU's, so that every device sees the same order
    while True:
        order = torch.randperm(rows, generator=generator).to(device)
        yield from (order[start : start + size] for start in range(0, rows, size))


class NetworkClassifier:
    """A network with its optimizer settings and training, used like a scikit-learn classifier.

    Its weights are drawn from `cfg["seed"]` alone; the global generators stay as they are.
    """

    def __init__(self, cfg: Settings, shape: tuple[int, ...], classes: int) -> None:
        self._shape = shape
        self._seed = cfg["seed"]
        self._training = Training(**cfg["training"])
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(self._seed)
            network: nn.Module = make("model", cfg["model"], shape, classes)
        self.network = network.to(self._training.device)  # drawn on the CPU: the same weights on every device
        self._optimizer = make("optimizer", cfg["optimizer"], self.network.parameters())
        self._chosen = f"optimizer={cfg['optimizer']['name']} optimizer.lr={cfg['optimizer']['lr']}"

    def fit(self, train: Part, validation: Part | None) -> None:
        """Train by cross-entropy, logging about 30 points of a learning curve; `validation` is only watched.

        Raises
        ------
        FloatingPointError
            If the training loss is no longer finite.
        """
        x, y = self._tensor(train.x), torch.tensor(train.y, device=self._training.device)
        every = max(1, self._training.steps // _POINTS)
        losses: list[Tensor] = []
        for step, batch in enumerate(self._training.batches(len(y), self._seed), start=1):
            loss = cross_entropy(self.network(x[batch]), y[batch])
            loss.backward()  # type: ignore[no-untyped-call]  # PyTorch's lack
            self._optimizer.step()
            self._optimizer.zero_grad()
            losses.append(loss.detach())
            if step % every == 0 or step == self._training.steps:
                self._log(step, torch.stack(losses).mean().item(), validation)
                losses.clear()

    def predict(self, x: Floats) -> Integers:
        """Return the class numbers (rows,)."""
        return self._logits(x).argmax(1).cpu().numpy()

    def probabilities(self, x: Floats) -> Floats:
        """Return (rows, classes)."""
        return self._logits(x).double().softmax(1).cpu().numpy()

    def _log(self, step: int, train_loss: float, validation: Part | None) -> None:
        if not math.isfinite(train_loss):
            raise FloatingPointError(
                f"training diverged: train_loss is {train_loss} at step {step} with {self._chosen}; "
                "try a smaller optimizer.lr, or features=standard"
            )
        held = {}
        if validation is not None:
            held["val_accuracy"] = float(np.mean(self.predict(validation.x) == validation.y))
        oneaxis.log(step, train_loss=train_loss, **held)

    def _tensor(self, x: Floats) -> Tensor:
        return torch.tensor(x, dtype=torch.float32, device=self._training.device).reshape(-1, *self._shape)

    @torch.inference_mode()
    def _logits(self, x: Floats) -> Tensor:
        self.network.eval()
        logits: Tensor = self.network(self._tensor(x))
        self.network.train()
        return logits
