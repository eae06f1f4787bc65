"""MNIST-1D is generated without a network, as published, and kept."""

import hashlib
import random
import socket
import sys
from pathlib import Path

import numpy as np
import pytest

from oneaxis.tasks import mnist1d

pytest.importorskip("mnist1d")


@pytest.fixture(scope="module")
def arrays():
    return mnist1d.load_mnist1d()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ONEAXIS_CACHE", str(tmp_path / "new"))
    return tmp_path / "new"


def test_known_facts(arrays):
    labels = np.concatenate([arrays["y"], arrays["y_test"]]).astype("uint8")

    assert {name: array.shape for name, array in arrays.items()} == {
        "x": (4000, 40), "y": (4000,), "x_test": (1000, 40), "y_test": (1000,),
    }  # fmt: skip
    # Measured on the authors' published file, mnist1d_data.pkl.
    assert hashlib.sha256(labels.tobytes()).hexdigest().startswith("4f5f4160c519e3c4")
    assert np.bincount(arrays["y"]).tolist() == [398, 396, 411, 394, 394, 402, 401, 404, 402, 398]
    assert np.bincount(arrays["y_test"]).tolist() == [102, 104, 89, 106, 106, 98, 99, 96, 98, 102]
    assert arrays["x"][0, :4] == pytest.approx([-0.33200567, -0.47191037, -0.77869708, -1.00974083], rel=1e-6)
    assert arrays["x"].sum(dtype="float64") == pytest.approx(-51.78747, rel=1e-5)
    assert arrays["x"].dtype == arrays["x_test"].dtype == np.float32


def test_generating_needs_no_network_and_leaves_the_global_generators_alone(arrays, monkeypatch):
    def refuse(*_args, **_keywords):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "socket", refuse)
    random.random(), np.random.rand()  # noqa: NPY002 - away from any state that generating leaves
    before = random.getstate(), np.random.get_state()  # noqa: NPY002 - the global generator is the point
    generated = mnist1d.generate()
    after = random.getstate(), np.random.get_state()  # noqa: NPY002

    assert all(np.array_equal(generated[name], arrays[name]) for name in arrays)
    assert before[0] == after[0]
    assert np.array_equal(before[1][1], after[1][1])
    assert before[1][2:] == after[1][2:]


@pytest.fixture
def generated(arrays, monkeypatch):
    """Count generations, without their cost."""
    calls = []
    monkeypatch.setattr(mnist1d, "generate", lambda: calls.append(1) or arrays)
    return calls


def test_generated_once_then_read(arrays, folder, generated):
    first, second = mnist1d.load_mnist1d(), mnist1d.load_mnist1d()

    assert generated == [1]
    assert all(np.array_equal(first[name], second[name]) for name in arrays)
    assert [path.name for path in folder.iterdir()] == ["mnist1d.npz"]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_labels(path: Path) -> None:
    with np.load(path) as stored:
        np.savez(path, **{**stored, "y": stored["y"][::-1]})


def _other_shape(path: Path) -> None:
    with np.load(path) as stored:
        np.savez(path, **{**stored, "x": stored["x"][:, :20]})


def _fewer_arrays(path: Path) -> None:
    with np.load(path) as stored:
        np.savez(path, x=stored["x"])


def _flipped_at(offset: int):
    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[offset : offset + 8] = bytes(byte ^ 0xFF for byte in content[offset : offset + 8])
        path.write_bytes(content)

    return flip


def _no_archive(path: Path) -> None:
    with path.open("wb") as stream:
        np.save(stream, np.zeros(3))


def _objects(path: Path) -> None:
    np.savez(path, **dict.fromkeys(["x", "y", "x_test", "y_test"], np.array([{}], dtype=object)))


# Where it is hit decides what NumPy raises: here zlib.error, TokenError, BadZipFile and ValueError.
FLIPS = [_flipped_at(offset) for offset in (0, 49, 140, 300_000)]


@pytest.mark.parametrize(
    "damage", [_cut, _empty, *FLIPS, _no_archive, _other_labels, _other_shape, _fewer_arrays, _objects]
)
def test_a_damaged_cache_is_made_anew(arrays, folder, generated, damage):
    mnist1d.load_mnist1d()
    damage(folder / "mnist1d.npz")
    again = mnist1d.load_mnist1d()

    assert generated == [1, 1]
    assert np.array_equal(again["y"], arrays["y"])
    mnist1d.load_mnist1d()
    assert generated == [1, 1]


def test_a_cache_that_cannot_be_written_is_no_failure(arrays, tmp_path, monkeypatch, generated, caplog):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ONEAXIS_CACHE", str(tmp_path / "file"))

    assert np.array_equal(mnist1d.load_mnist1d()["x"], arrays["x"])
    assert "could not be kept" in caplog.text
    assert generated == [1]


@pytest.mark.parametrize(
    "environment, expected",
    [
        ({"ONEAXIS_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/oneaxis"),
        ({"HOME": "/c"}, "/c/.cache/oneaxis"),
        ({"ONEAXIS_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/c"}, "/c/.cache/oneaxis"),
        ({"ONEAXIS_CACHE": "~/d", "HOME": "/c"}, "/c/d"),
    ],
)
def test_cache_folder(environment, expected, monkeypatch):
    for name in ("ONEAXIS_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert mnist1d.cache_folder() == Path(expected)


def test_data_other_than_the_published_is_refused(arrays, monkeypatch):
    monkeypatch.setattr("mnist1d.data.make_dataset", lambda: {**arrays, "y": arrays["y"][::-1]})

    with pytest.raises(RuntimeError, match="other data than the published"):
        mnist1d.generate()


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mnist1d.data", None)

    with pytest.raises(ImportError, match=r"data=mnist1d needs .*pip install 'oneaxis\[torch\]'"):
        mnist1d.generate()
