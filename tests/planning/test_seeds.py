"""Which seeds the reference and its deviations share, and what is refused."""

import pytest
from tests.planning.asked import asked

from oneaxis.errors import BadOverride
from oneaxis.planning.seeds import choose_seeds
from oneaxis.vocabulary import Composed

NO_KEY = "no key"


def chosen(here, seeds, more=None, key="seed"):
    path = tuple(key.split("."))
    reference = Composed({}, {}, {} if here is NO_KEY else {path: here})
    return choose_seeds(asked(seeds=seeds, reference_seeds=more, seed_key=key), reference)


@pytest.mark.parametrize(
    "here, seeds, more, expected, expected_of_reference",
    [
        # one seed: the configuration's own, or none
        (0, 1, None, (0,), (0,)),
        (7, 1, None, (7,), (7,)),
        (NO_KEY, 1, None, (None,), (None,)),
        (None, 1, None, (None,), (None,)),
        (True, 1, None, (None,), (None,)),
        ("a", 1, None, (None,), (None,)),
        (3, 1, 1, (3,), (3,)),
        # a number: counted up from the configuration's seed
        (0, 3, None, (0, 1, 2), (0, 1, 2)),
        (5, 2, None, (5, 6), (5, 6)),
        (-1, 3, None, (-1, 0, 1), (-1, 0, 1)),
        # a list: as it stands, whatever the configuration says
        (0, (3, 1, 2), None, (3, 1, 2), (3, 1, 2)),
        (None, (4,), None, (4,), (4,)),
        ("a", (4, 5), None, (4, 5), (4, 5)),
        # more replicates of the reference, the shared ones first
        (0, 2, 4, (0, 1), (0, 1, 2, 3)),
        (0, 1, 3, (0,), (0, 1, 2)),
        (0, (8, 3), 4, (8, 3), (8, 3, 9, 10)),
        (0, (1, 2), (2, 1, 5), (1, 2), (1, 2, 5)),
        (0, 2, (0, 1, 9), (0, 1), (0, 1, 9)),
        (0, 2, 2, (0, 1), (0, 1)),
    ],
)
def test_deviations_and_reference_share_their_seeds(here, seeds, more, expected, expected_of_reference):
    assert chosen(here, seeds, more) == (expected, expected_of_reference)


@pytest.mark.parametrize(
    "here, seeds, more, message",
    [
        (
            NO_KEY,
            2,
            None,
            "the configuration has no `seed`; add `seed: 0` to it, or name the key that you use: hydra.swee",
        ),
        (NO_KEY, (1,), None, "has no `seed`"),
        (NO_KEY, 1, 2, "has no `seed`"),
        (None, 2, None, "`seed` is None in the reference, so there is no number to count from; list the seeds"),
        (True, 2, None, "`seed` is True in the reference"),
        (0.0, 2, None, "`seed` is 0.0 in the reference"),
        ("a", 1, 3, "`seed` is 'a' in the reference"),
        (0, 3, 2, "reference_seeds is 2, fewer than the deviations' 3 seeds"),
        (0, (1, 2), 1, "reference_seeds is 1, fewer than the deviations' 2 seeds"),
        (0, (1, 2, 3), (3, 4), "reference_seeds lacks [1, 2]; differences are paired by seed"),
    ],
)
def test_seeds_that_cannot_be_shared_are_refused_with_the_fix(here, seeds, more, message):
    with pytest.raises(BadOverride) as caught:
        chosen(here, seeds, more)
    assert message in str(caught.value)


def test_the_seed_key_may_lie_anywhere():
    assert chosen(4, 2, key="data.split_seed") == ((4, 5), (4, 5))
    with pytest.raises(BadOverride, match=r"has no `data\.split_seed`"):
        chosen(NO_KEY, 2, key="data.split_seed")
