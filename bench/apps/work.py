"""The work itself, the same function for every variant: imports inside, as an app's task has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

POINTS = 30  # of the learning curve of the medium work
Curve = list[tuple[int, float]]


def work(cfg: Mapping[str, Any], log: Callable[[int, float], None] = lambda *_: None) -> dict[str, float]:
    """One job: three metrics; the medium work also gives `log` its 30 points of training loss."""
    return small(cfg) if cfg["work"] == "small" else medium(cfg, log)


def small(cfg: Mapping[str, Any]) -> dict[str, float]:
    """One SVC fit on the digits: about 0.04 s of CPU when warm."""
    from sklearn.datasets import load_digits
    from sklearn.svm import SVC

    x, y = load_digits(return_X_y=True)
    half = len(x) // 2
    model = SVC(C=cfg["C"], gamma=cfg["gamma"], kernel=cfg["kernel"]).fit(x[:half], y[:half])
    right = model.predict(x[half:]) == y[half:]
    return {"accuracy": float(right.mean()), "correct": float(right.sum()), "support": float(model.n_support_.sum())}


def medium(cfg: Mapping[str, Any], log: Callable[[int, float], None]) -> dict[str, float]:
    """One MNIST-1D mlp (40-100-100-10, Adam): about 0.9 s of CPU when warm."""
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
