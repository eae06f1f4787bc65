"""Train one network, as the reference in conf/ says, and report its metrics.

python train.py                  the reference
python train.py -m               the study in conf/axes/default.yaml
python train.py --help
"""

import hydra
from omegaconf import DictConfig


@hydra.main(version_base="1.3", config_path="conf", config_name="reference")
def main(cfg: DictConfig) -> dict[str, float]:
    """Run the task that `cfg` describes. Verdicts use the validation metric; the test's is for the end."""
    import torch

    import oneaxis

    torch.manual_seed(cfg.seed)
    with oneaxis.phase("load"):
        train, validation, test = load(cfg.data)
    oneaxis.fingerprint_data(train=[part.numpy() for part in train], evaluation=[part.numpy() for part in validation])
    network = hydra.utils.instantiate(cfg.model)
    with oneaxis.phase("fit"):
        fit(network, cfg.training, train, validation)
    return {"val_accuracy": accuracy(network, *validation), "test_accuracy": accuracy(network, *test)}


def load(data: DictConfig):
    """Replace this: your own data, split by its own key, so that a seed changes training only."""
    import torch

    draws = torch.Generator().manual_seed(data.split_seed)
    x = torch.randn(data.rows, 16, generator=draws)
    y = ((x[:, :4] ** 2).sum(dim=1) > x[:, 4:8].abs().sum(dim=1)).long()
    half, quarter = data.rows // 2, data.rows // 4
    return (x[:half], y[:half]), (x[half:-quarter], y[half:-quarter]), (x[-quarter:], y[-quarter:])


def fit(network, training: DictConfig, train, validation) -> None:
    """Replace this: your own training."""
    import torch

    import oneaxis

    optimizer = torch.optim.Adam(network.parameters(), lr=training.lr)
    x, y = train
    for epoch in range(training.epochs):
        for rows in torch.randperm(len(x)).split(training.batch_size):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        oneaxis.log(epoch, loss=loss.item(), val_accuracy=accuracy(network, *validation))


def accuracy(network, x, y) -> float:
    return (network(x).argmax(dim=1) == y).float().mean().item()


if __name__ == "__main__":
    main()
