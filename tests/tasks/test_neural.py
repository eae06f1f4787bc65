"""The training loop: its batches, its seeds, and that it is the plain loop."""

from itertools import chain, pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from omegaconf import OmegaConf  # noqa: E402 - after the skip

from oneaxis.tasks.datasets import load  # noqa: E402
from oneaxis.tasks.neural import NetworkClassifier, Training  # noqa: E402
from oneaxis.tasks.threads import one_thread  # noqa: E402


@pytest.fixture
def classifier(configure):
    def made(*overrides, shape=(13,), classes=3):
        cfg = OmegaConf.to_container(configure("mnist1d", "training=short", "training.steps=40", *overrides))
        return NetworkClassifier(cfg, shape, classes)

    return made


def rows_of(training, rows, seed=0):
    everything = torch.arange(rows)
    return [everything[batch].tolist() for batch in training.batches(rows, seed)]


@pytest.mark.parametrize(
    "steps, size, rows, expected",
    [
        (3, 2, 6, [[0, 1], [2, 3], [4, 5]]),
        (4, 2, 4, [[0, 1], [2, 3], [0, 1], [2, 3]]),
        (4, 2, 5, [[0, 1], [2, 3], [4], [1, 2]]),
        (2, 9, 4, [[0, 1, 2, 3], [0, 1, 2, 3]]),
    ],
)
def test_fixed_batches_are_neighbouring_rows_over_and_over(steps, size, rows, expected):
    assert rows_of(Training(steps, size, "fixed"), rows) == expected


@pytest.mark.parametrize("size, rows, an_epoch", [(2, 6, 3), (4, 10, 3), (50, 10, 1)])
def test_shuffled_batches_hold_every_row_once_an_epoch(size, rows, an_epoch):
    batches = rows_of(Training(3 * an_epoch, size, "shuffled"), rows)
    rows_in_order = list(chain.from_iterable(batches))
    epochs = [rows_in_order[start : start + rows] for start in range(0, 3 * rows, rows)]

    assert all(sorted(epoch) == list(range(rows)) for epoch in epochs)
    assert all(first != second for first, second in pairwise(epochs))
    assert max(map(len, batches)) == min(size, rows)


def test_the_seed_draws_the_shuffled_order():
    training = Training(5, 4, "shuffled")

    assert rows_of(training, 50, seed=1) == rows_of(training, 50, seed=1)
    assert rows_of(training, 50, seed=1) != rows_of(training, 50, seed=2)


@pytest.mark.parametrize(
    "settings, message",
    [
        ((0, 10, "fixed"), r"training\.steps=0 must be a whole number from 1"),
        ((10, 0, "fixed"), r"training\.batch_size=0 must be a whole number from 1"),
        ((10, 2.5, "fixed"), r"training\.batch_size=2\.5 must be a whole number from 1"),
        ((10, 10, "random"), r"training\.order='random' must be fixed or shuffled"),
        (
            (10, 10, "fixed", "gpu"),
            r"training\.device='gpu' must be cpu or cuda; hydra\.sweeper\.devices gives",
        ),
    ],
)
def test_refusals_name_the_value_and_what_is_expected(settings, message):
    with pytest.raises(ValueError, match=message):
        Training(*settings)


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"training\.device=cuda, but PyTorch sees no GPU here; choose"):
        Training(10, 10, "fixed", "cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here: bench/gpu.py is for a machine that has one")
@pytest.mark.parametrize("order", ["fixed", "shuffled"])
def test_a_gpu_starts_from_the_same_weights_and_sees_the_same_batches(classifier, order):
    data = load("wine", 0.25, 0)
    found = []
    for device in ("cpu", "cuda"):
        made = classifier(f"training.device={device}", f"training.order={order}", "features=standard")
        found.append([[each.detach().cpu().clone() for each in made.network.parameters()]])
        made.fit(data.train, data.validation)
        found[-1].append(made.probabilities(data.test.x))
    (here, told_here), (there, told_there) = found

    assert all(torch.equal(one, other) for one, other in zip(here, there, strict=True))
    assert told_there == pytest.approx(told_here, abs=1e-3)


def test_initial_weights_follow_the_seed_alone(classifier):
    def weights(*overrides):
        return torch.cat([parameter.flatten() for parameter in classifier(*overrides).network.parameters()])

    reference = weights("seed=4")
    torch.rand(100)

    assert torch.equal(reference, weights("seed=4", "optimizer=sgd", "training.batch_size=7"))
    assert not torch.equal(reference, weights("seed=5"))


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_training_is_the_plain_loop_to_the_bit(classifier, optimizer, monkeypatch):
    data = load("wine", 0.25, 0)
    kind, settings = {
        "adam": (torch.optim.Adam, {"lr": 0.003}),
        "adamw": (torch.optim.AdamW, {"lr": 0.003, "weight_decay": 0.01}),
        "sgd": (torch.optim.SGD, {"lr": 0.003, "momentum": 0.9}),
    }[optimizer]
    overrides = ["optimizer.lr=0.003", "training.order=fixed", "training.steps=90", "training.batch_size=22"]
    ours = classifier(f"optimizer={optimizer}", *overrides)
    plain = classifier().network
    x, y = torch.tensor(data.train.x, dtype=torch.float32), torch.tensor(data.train.y)
    plain_optimizer = kind(plain.parameters(), **settings)
    logged, losses = [], []
    monkeypatch.setattr("oneaxis.log", lambda step, **metrics: logged.append((step, metrics["train_loss"])))
    with one_thread():
        ours.fit(data.train, data.validation)
        for step in range(90):
            start = step * 22 % 88
            plain_optimizer.zero_grad()
            loss = torch.nn.CrossEntropyLoss()(plain(x[start : start + 22]), y[start : start + 22])
            loss.backward()
            plain_optimizer.step()
            losses.append(loss.item())

    for mine, theirs in zip(ours.network.parameters(), plain.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    # A point of the curve is the mean over the steps since the last one.
    assert [step for step, _ in logged] == list(range(3, 91, 3))
    assert [loss for _, loss in logged] == pytest.approx(np.reshape(losses, (30, 3)).mean(axis=1), rel=1e-5)


def test_the_validation_part_is_only_watched(classifier):
    data = load("wine", 0.25, 0)
    watched, unwatched = classifier(), classifier()
    watched.fit(data.train, data.validation)
    unwatched.fit(data.train, None)

    assert np.array_equal(watched.probabilities(data.test.x), unwatched.probabilities(data.test.x))


def test_probabilities_and_predictions_agree(classifier):
    data = load("wine", 0.25, 0)
    model = classifier()
    model.fit(data.train, None)
    probabilities = model.probabilities(data.test.x)

    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert np.array_equal(probabilities.argmax(axis=1), model.predict(data.test.x))


def test_divergence_is_a_failure_that_says_what_to_try(classifier):
    data = load("wine", 0.25, 0)
    model = classifier("optimizer=sgd", "optimizer.lr=1e30")

    with pytest.raises(
        FloatingPointError, match=r"train_loss is \S+ at step \d+ with optimizer=sgd optimizer.lr=1e\+30"
    ):
        model.fit(data.train, data.validation)
