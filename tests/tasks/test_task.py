"""A task from configuration to metrics: exact figures, names, refusals, seeds, and what it leaves behind."""

import random
import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix

MODELS = {  # model: what keeps it quick, and whether it gives probabilities
    "svc": ([], False),
    "logistic_lbfgs": ([], True),
    "knn": ([], True),
    "forest": (["model.n_estimators=3"], True),
    "boosting": (["model.max_iter=2"], True),
    "dummy": ([], True),
    "logistic": (["training.steps=3"], True),
    "mlp": (["training.steps=3"], True),
    "cnn": (["training.steps=3"], True),
    "gru": (["training.steps=2"], True),
}
NEURAL = {"logistic", "mlp", "cnn", "gru"}
REFUSED = {(data, model) for data in ("breast_cancer", "wine") for model in ("cnn", "gru")} | {("digits", "gru")}


def needs(*names):
    if NEURAL & {name.removeprefix("model=") for name in names}:
        pytest.importorskip("torch")
    if {"mnist1d", "data=mnist1d"} & set(names):
        pytest.importorskip("mnist1d")


def test_the_gallery_to_the_last_digit(trial):
    """scikit-learn's gallery, "Recognizing hand-written digits": its printed confusion matrix."""
    ran = trial("reference", "data.validation=0")

    assert ran.metrics["test_correct"] == 871
    assert ran.metrics["test_accuracy"] == 871 / 899
    assert confusion_matrix(ran.truth, ran.predicted).tolist() == [
        [87, 0, 0, 0, 1, 0, 0, 0, 0, 0],
        [0, 88, 1, 0, 0, 0, 0, 0, 1, 1],
        [0, 0, 85, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 79, 0, 3, 0, 4, 5, 0],
        [0, 0, 0, 0, 88, 0, 0, 0, 0, 4],
        [0, 0, 0, 0, 0, 88, 1, 0, 0, 2],
        [0, 1, 0, 0, 0, 0, 90, 0, 0, 0],
        [0, 0, 0, 0, 0, 1, 0, 88, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 88, 0],
        [0, 0, 0, 1, 0, 1, 0, 0, 0, 90],
    ]


PAIRS = [
    (reference, data, model)
    for reference in ("reference", "mnist1d")
    for data in ("digits", "breast_cancer", "wine", "mnist1d")
    for model in MODELS
    # What the references differ in, optimizer and training, is for networks only.
    if (data, model) not in REFUSED and (reference == "reference" or model in NEURAL)
]


@pytest.mark.parametrize("reference, data, model", PAIRS)
def test_every_sensible_pair_gives_the_same_metrics(run, reference, data, model):
    needs(model, data)
    quick, has_loss = MODELS[model]
    metrics = run(reference, f"data={data}", f"model={model}", *quick)

    names = ["val_accuracy", "val_loss", "test_accuracy", "test_correct", "train_accuracy"]
    assert list(metrics) == [name for name in names if has_loss or name != "val_loss"]
    assert all(type(value) is float and np.isfinite(value) for value in metrics.values())
    assert all(0 <= metrics[name] <= 1 for name in names if name.endswith("accuracy"))


@pytest.mark.parametrize(
    "reference, overrides, above",
    [
        ("reference", [], 0.97),
        ("reference", ["model=logistic"], 0.93),
        ("reference", ["model=mlp", "training.steps=300"], 0.93),
        ("reference", ["model=cnn", "training.steps=300"], 0.93),
        ("reference", ["data=wine", "features=standard", "model=mlp", "training.steps=100"], 0.85),
        ("mnist1d", ["model=cnn", "training.steps=500"], 0.75),
        ("mnist1d", ["training.steps=500"], 0.5),
        ("mnist1d", ["model=knn"], 0.5),
    ],
)
def test_models_learn(run, reference, overrides, above):
    needs(reference, *overrides)

    assert run(reference, *overrides)["val_accuracy"] > above


CHANGES_TO_DIGITS = "model.C=0.1 model.gamma=1e-2 features=standard features=pca model=knn data.split_seed=1"
CHANGES_TO_MNIST1D = (
    "optimizer.lr=1e-3 optimizer.weight_decay=0.1 optimizer=sgd optimizer=adamw training.batch_size=20 "
    "training.order=shuffled model.hidden=50 model.residual=false features=standard seed=1"
)


@pytest.mark.parametrize("override", CHANGES_TO_DIGITS.split())
def test_a_change_to_the_digits_reference_matters(trial, override):
    reference, deviation = trial("reference"), trial("reference", override)

    assert reference.metrics != deviation.metrics


@pytest.mark.parametrize("override", CHANGES_TO_MNIST1D.split())
def test_a_change_to_the_mnist1d_reference_matters(run, override):
    needs("mnist1d", "mlp")

    assert run("mnist1d", "training.steps=60") != run("mnist1d", "training.steps=60", override)


def test_without_a_validation_part_there_are_no_validation_metrics(run):
    names = set(run("reference", "data=wine", "model=logistic_lbfgs", "data.validation=0"))

    assert names == {"test_accuracy", "test_correct", "train_accuracy"}


@pytest.mark.parametrize(
    "overrides, told",
    [
        ("data=wine model=cnn", ["model=cnn needs signals or images", "data=wine", "choose model=mlp"]),
        ("data=breast_cancer model=gru", ["model=gru needs signals,", "data=breast_cancer", "(30,)"]),
        ("model=gru", ["model=gru", "data=digits", "images", "choose model=mlp or model=logistic"]),
        ("model=cnn features=pca", ["model=cnn", "data=digits", "features=pca", "choose features=none"]),
        ("data=wine model=cnn features=pca", ["gives tables", "choose model=mlp"]),
    ],
)
def test_a_model_refuses_shapes_that_it_cannot_use(run, overrides, told):
    pytest.importorskip("torch")
    with pytest.raises(ValueError, match="model=") as refusal:
        run("reference", *overrides.split())

    assert all(text in str(refusal.value) for text in told)


@pytest.mark.parametrize(
    "overrides, error, message",
    [
        (
            ["model._target_=sklearn.svm.SVM"],
            ValueError,
            r"model=svc: `model._target_` names no SVM in sklearn\.svm",
        ),
        (["model.C=-1"], ValueError, "'C' parameter of SVC must be"),
        (["data.name=iris"], ValueError, r"data\.name='iris' is unknown"),
    ],
)
def test_wrong_values_are_named(run, overrides, error, message):
    with pytest.raises(error, match=message):
        run("reference", *overrides)


def test_missing_pytorch_is_one_line_that_names_the_choice(run, monkeypatch):
    for name in [name for name in sys.modules if name in {"oneaxis.tasks.networks", "oneaxis.tasks.neural"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)

    with pytest.raises(ImportError) as refusal:
        run("reference", "model=mlp")
    assert str(refusal.value) == "model=mlp needs PyTorch, which is not installed: pip install 'oneaxis[torch]'"


REPEATED = [
    ("reference", ["model=forest", "model.n_estimators=20"]),
    ("reference", ["model=boosting", "model.max_iter=5"]),
    ("reference", ["features=pca"]),
    ("reference", ["model=cnn", "training.steps=60"]),
    ("mnist1d", ["training.steps=150"]),
    ("mnist1d", ["training.steps=60", "training.order=shuffled"]),
    ("mnist1d", ["training.steps=5", "model=gru"]),
]


@pytest.mark.parametrize("reference, overrides", REPEATED)
def test_the_same_seed_gives_the_same_bits_whatever_happened_before(trial, reference, overrides):
    needs("mlp" if reference == "mnist1d" else "", reference, *overrides)
    first = trial(reference, *overrides)
    random.random(), np.random.rand(3)  # noqa: NPY002 - the global generator is the point
    if "torch" in sys.modules:
        sys.modules["torch"].rand(3)
    second = trial(reference, *overrides)

    assert first.metrics == second.metrics
    assert np.array_equal(first.predicted, second.predicted)
    assert [line["metrics"] for line in first.curve] == [line["metrics"] for line in second.curve]


IN_A_FRESH_PROCESS = """
import sys
from hydra import compose, initialize_config_dir
from oneaxis.tasks.task import run
from oneaxis.trial.journal import open_journal
conf, folder, *overrides = sys.argv[1:]
open_journal(__import__("pathlib").Path(folder))
with initialize_config_dir(conf, version_base="1.3"):
    metrics = run(compose("reference", overrides))
print([value.hex() for value in metrics.values()])
print(sorted({"torch", "mnist1d", "matplotlib", "mlflow"} & set(sys.modules)))
"""


@pytest.fixture
def fresh(root, tmp_path):
    """Run the digits reference in a process of its own: metrics as exact text, heavy modules, predictions."""

    def ran(*overrides):
        command = [sys.executable, "-c", IN_A_FRESH_PROCESS, str(root / "conf"), str(tmp_path), *overrides]
        metrics, modules = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return metrics, modules, np.load(tmp_path / ".oneaxis" / "predictions.npz")["predicted"]

    return ran


def test_a_fresh_process_gives_the_same_bits(trial, fresh):
    pytest.importorskip("torch")
    overrides = ["model=mlp", "training.steps=100", "seed=3"]
    metrics, _, predicted = fresh(*overrides)
    ran = trial("reference", *overrides)

    assert metrics == str([value.hex() for value in ran.metrics.values()])
    assert np.array_equal(predicted, ran.predicted)


def test_scikit_learn_tasks_import_neither_pytorch_nor_mnist1d(fresh):
    assert fresh()[1] == "[]"


@pytest.mark.parametrize("overrides", [["model=forest", "model.n_estimators=20"], ["model=mlp", "training.steps=30"]])
def test_seed_moves_training_and_split_seed_moves_the_split(trial, overrides):
    needs(*overrides)
    reference = trial("reference", *overrides)
    seeded = trial("reference", *overrides, "seed=1")
    split = trial("reference", *overrides, "data.split_seed=1")

    assert np.array_equal(reference.ids, seeded.ids)
    assert reference.data == seeded.data
    assert reference.metrics != seeded.metrics
    assert not np.array_equal(reference.ids, split.ids)
    assert reference.data["train"] != split.data["train"]
    assert reference.data["test"] == split.data["test"]


@pytest.mark.parametrize("overrides", [["model=forest", "model.n_estimators=3"], ["model=boosting", "model.max_iter=2"],
                                       ["model=mlp", "training.steps=5"]])  # fmt: skip
def test_the_global_generators_are_left_alone(run, overrides):
    needs(*overrides)
    torch = sys.modules.get("torch")

    def states():
        numpys = np.random.get_state()[1].tolist()  # noqa: NPY002 - the global generator is the point
        return random.getstate(), numpys, torch and torch.get_rng_state().tolist()

    random.random(), np.random.rand(), torch and torch.rand(1)  # noqa: NPY002 - away from any state that a run leaves
    before = states()
    run("reference", *overrides)

    assert states() == before


@pytest.mark.parametrize(
    "overrides, points, last",
    [
        (["model=mlp", "training.steps=300"], 30, 300),
        (["model=mlp", "training.steps=7"], 7, 7),
        (["model=logistic", "training.steps=95"], 32, 95),
        (["model=boosting", "model.max_iter=61", "data=wine"], 31, 61),
        (["model=svc"], 0, None),
    ],
)
@pytest.mark.parametrize("validation", [0, 0.25])
def test_learning_curve(trial, overrides, points, last, validation):
    needs(*overrides)
    ran = trial("reference", *overrides, f"data.validation={validation}")
    steps = [line["step"] for line in ran.curve]
    names = {"train_loss", "val_accuracy"} if validation else {"train_loss"}

    assert len(steps) == points
    assert steps == sorted(set(steps))
    assert (steps[-1] if steps else None) == last
    assert all(set(line["metrics"]) == names for line in ran.curve)
    if validation and steps:
        assert ran.curve[-1]["metrics"]["val_accuracy"] == ran.metrics["val_accuracy"]


@pytest.mark.parametrize("validation, metric", [(0.25, "val_accuracy"), (0, "test_accuracy")])
def test_predictions_are_of_the_part_that_choices_are_made_on(trial, validation, metric):
    ran = trial("reference", f"data.validation={validation}")

    assert np.mean(ran.truth == ran.predicted) == ran.metrics[metric]
    assert np.array_equal(ran.truth, load_digits().target[ran.ids])
    assert bool(ran.ids.min() >= 898) is (validation == 0)


def test_phases_and_fingerprints(trial):
    reference, deviation = trial("reference"), trial("reference", "features=pca")

    assert set(reference.phases) == {"load", "train", "evaluate"}
    assert set(reference.data) == {"train", "evaluation", "test"}
    assert reference.data == deviation.data, "features are no change of data"
