"""What of Lightning such a project touches: a trainer that prints, and the CSV logger's folder and columns."""

import csv
from pathlib import Path


class DataModule:
    def __init__(self, data_dir, batch_size=64, num_workers=0):
        self.batch_size = batch_size


class Module:
    def __init__(self, optimizer, net, compiled=False):
        self.lr = optimizer.keywords["lr"]
        self.net = net


class Net:
    def __init__(self, hidden):
        self.hidden = hidden


class SGD:
    def __init__(self, params, lr):
        self.lr = lr


class EarlyStopping:
    def __init__(self, monitor, patience=1):
        self.monitor = monitor


class CSVLogger:
    def __init__(self, save_dir, name="csv/", prefix=""):
        self.folder = Path(save_dir) / name / "version_0"

    def log_hyperparams(self, text):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "hparams.yaml").write_text(text)

    def save(self, rows):
        self.folder.mkdir(parents=True, exist_ok=True)
        names = list(dict.fromkeys(name for row in rows for name in row))
        with (self.folder / "metrics.csv").open("w", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=names)
            writer.writeheader()
            writer.writerows(rows)


class Trainer:
    def __init__(self, default_root_dir, max_epochs, callbacks, logger, accelerator="cpu"):
        self.max_epochs = max_epochs
        self.loggers = logger
        self.callback_metrics = {}

    def fit(self, model, datamodule, ckpt_path=None):
        print("GPU available: False, used: False")
        rows = []
        for epoch in range(self.max_epochs):
            rows.append({"epoch": epoch, "step": 2 * epoch + 1, "train/loss": 1 / (epoch + 1) / model.net.hidden})
            rows.append({"epoch": epoch, "step": 2 * epoch + 1, "val/acc": model.lr * (epoch + 1) + model.net.hidden})
        self.callback_metrics = {"train/loss": rows[-2]["train/loss"], "val/acc": rows[-1]["val/acc"]}
        for logger in self.loggers:
            logger.save(rows)
        print(f"`Trainer.fit` stopped: `max_epochs={self.max_epochs}` reached.")
