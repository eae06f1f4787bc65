"""Networks to choose from in conf/model/."""

from torch import nn


def mlp(width: int, depth: int) -> nn.Module:
    layers: list[nn.Module] = [nn.LazyLinear(width), nn.ReLU()]
    for _ in range(depth - 1):
        layers += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*layers, nn.LazyLinear(2))


def linear() -> nn.Module:
    return nn.LazyLinear(2)
