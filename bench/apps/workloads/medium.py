"""W2: one MNIST-1D mlp with its curve; a project's `work.py` for every variant. Imports inside, as a task has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

POINTS = 30  # of the learning curve


def work(cfg: Mapping[str, Any], log: Callable[[int, float], None] = lambda *_: None) -> dict[str, float]:
    """Three metrics; `log` gets 30 points of training loss. 40-100-100-10, Adam: about 0.9 s of CPU when warm."""
    import torch
    from torch import nn

    from oneaxis.tasks.mnist1d import load_mnist1d

    torch.set_num_threads(1)
    arrays = load_mnist1d()
    x, y = torch.as_tensor(arrays["x"]).float(), torch.as_tensor(arrays["y"]).long()
    torch.manual_seed(cfg["seed"])
    width = cfg["hidden"]
    model = nn.Sequential(nn.Linear(40, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg["lr"], weight_decay=cfg["weight_decay"])
    batch, every = cfg["batch_size"], max(1, cfg["steps"] // POINTS)
    for step in range(cfg["steps"]):
        start = step * batch % (len(x) - batch + 1)
        loss = nn.functional.cross_entropy(model(x[start : start + batch]), y[start : start + batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % every == 0:
            log(step, float(loss.detach()))
    with torch.no_grad():
        outputs = model(torch.as_tensor(arrays["x_test"]).float())
    right = outputs.argmax(1) == torch.as_tensor(arrays["y_test"]).long()
    return {"accuracy": float(right.float().mean()), "correct": float(right.sum()), "loss": float(loss.detach())}
