"""One thread within, the old counts after; OMP_NUM_THREADS overrides."""

import pytest
from threadpoolctl import threadpool_info

from oneaxis.tasks.threads import one_thread

torch = pytest.importorskip("torch")


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("variable, within", [(None, 1), ("", 1), ("2", 2)])
@pytest.mark.usefixtures("two_threads")
def test_torch_threads(monkeypatch, variable, within):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if variable is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", variable)
    before = torch.__config__.parallel_info()  # OpenMP's count and MKL's
    with one_thread():
        assert torch.get_num_threads() == within
    assert torch.__config__.parallel_info() == before


@pytest.mark.usefixtures("two_threads")
def test_restored_after_a_failure_and_other_pools_are_limited_too(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    counts = set()

    def fail():
        with one_thread():
            counts.update(pool["num_threads"] for pool in threadpool_info())
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert counts == {1}
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two_threads")
def test_a_task_trains_on_one_thread(run, monkeypatch):
    from oneaxis.tasks.neural import NetworkClassifier

    counts, fit = [], NetworkClassifier.fit

    def counted(self, *parts):
        counts.append(torch.get_num_threads())
        fit(self, *parts)

    monkeypatch.setattr(NetworkClassifier, "fit", counted)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    run("reference", "model=mlp", "training.steps=2")

    assert counts == [1]
