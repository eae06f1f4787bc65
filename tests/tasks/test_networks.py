"""The networks are those of MNIST-1D's authors, for any data of a fitting shape."""

import pytest

torch = pytest.importorskip("torch")

from oneaxis.tasks.networks import CNN, GRU, MLP, Logistic  # noqa: E402 - after the skip

SIGNAL, IMAGE, TABLE = (1, 40), (1, 8, 8), (13,)


def make(kind, shape, classes=10):
    extra = {Logistic: {}, MLP: {"hidden": 100, "residual": True}, CNN: {"channels": 25}, GRU: {"hidden": 6}}
    return kind(shape, classes, **extra[kind])


@pytest.mark.parametrize("kind, weights", [(Logistic, 410), (MLP, 15_210), (CNN, 5_210), (GRU, 5_134)])
def test_as_many_weights_as_the_authors_report_on_mnist1d(kind, weights):
    assert sum(parameter.numel() for parameter in make(kind, SIGNAL).parameters()) == weights


@pytest.mark.parametrize(
    "kind, shape",
    [(Logistic, SIGNAL), (Logistic, IMAGE), (Logistic, TABLE), (MLP, SIGNAL), (MLP, IMAGE), (MLP, TABLE),
     (CNN, SIGNAL), (CNN, IMAGE), (CNN, (3, 32, 32)), (GRU, SIGNAL), (GRU, (2, 17))],
)  # fmt: skip
def test_logits_have_one_column_a_class(kind, shape):
    assert len(shape) in kind.ranks
    assert make(kind, shape, classes=3)(torch.zeros(5, *shape)).shape == (5, 3)


@pytest.mark.parametrize("kind", [Logistic, MLP, CNN, GRU])
def test_each_example_is_judged_by_itself(kind):
    network, x = make(kind, SIGNAL), torch.randn(4, *SIGNAL, generator=torch.Generator().manual_seed(0))

    assert torch.allclose(network(x)[2:3], network(x[2:3]), atol=1e-6)


def test_the_residual_is_an_add_around_the_second_layer():
    x = torch.randn(4, 13, generator=torch.Generator().manual_seed(0))
    network = make(MLP, TABLE)
    first = network.first(x).relu()
    second = network.second(first).relu()

    assert torch.equal(network(x), network.last(first + second))
    network.residual = False
    assert torch.equal(network(x), network.last(second))


def test_the_cnn_convolves_images_in_two_dimensions():
    kinds = {shape: {type(layer) for layer in make(CNN, shape).convolutions} for shape in (SIGNAL, IMAGE)}

    assert kinds == {SIGNAL: {torch.nn.Conv1d}, IMAGE: {torch.nn.Conv2d}}


def test_the_gru_reads_in_both_directions():
    network, x = make(GRU, (1, 4)), torch.zeros(1, 1, 4)
    changed = x.clone()
    changed[0, 0, -1] = 1.0
    network.linear = torch.nn.Identity()
    outputs = (network(changed) - network(x)).reshape(4, 12)

    assert outputs[0, :6].abs().max() == 0  # forwards, the first step knows nothing of the last
    assert outputs[0, 6:].abs().max() > 0


def test_the_gru_reads_channels_at_each_time_step():
    network = make(GRU, (2, 3))
    network.linear = torch.nn.Identity()
    early, late = torch.zeros(2, 1, 2, 3)
    early[0, :, 0] = 1.0  # both channels at the first step
    late[0, :, 2] = 1.0
    forwards = [(network(x) - network(torch.zeros(1, 2, 3))).reshape(3, 12)[:, :6] for x in (early, late)]

    assert forwards[0][0].abs().max() > 0
    assert forwards[1][:2].abs().max() == 0
    assert forwards[1][2].abs().max() > 0


def test_examples_too_small_for_the_cnn_are_refused():
    with pytest.raises(ValueError, match=r"model=cnn: examples of shape \(1, 2\) are too small"):
        make(CNN, (1, 2))
