"""Hypothesis strategies and settings that tests of several rooms share."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from oneaxis.vocabulary import Failure, Record

# The same examples at every run: a failure here is never chance.
steady = settings(derandomize=True, deadline=None, database=None, max_examples=60)
few = settings(steady, max_examples=25)

# What breaks shells, files, Hydra's grammar, OmegaConf and terminals.
AWKWARD = [
    *"'\"\\${}[]()=,:;/|%#~+-@!?*&<>_. \t\n\r\0",
    "${", "}", "\\'", "???", "null", "true", "nan", "1", "é", "→", "·", "🚀", "\u202e", "\ud800",
]  # fmt: skip
hostile_text = st.lists(st.one_of(st.sampled_from(AWKWARD), st.characters()), max_size=12).map("".join)
words = st.text("abcdefgxyz_", min_size=1, max_size=8)

numbers = st.one_of(st.integers(), st.floats(allow_nan=False))
scalars = st.one_of(st.none(), st.booleans(), numbers, hostile_text)
containers = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)
finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A record with any text in it that a task, a configuration or an exception can bring."""
    text, maybe = hostile_text, st.none() | hostile_text
    failure = draw(st.none() | st.builds(Failure, text, text, text))
    return Record(
        study=draw(text),
        trial=draw(st.integers(0, 9999)),
        role=draw(st.sampled_from(["reference", "deviation"])),
        axis=draw(maybe),
        value=draw(maybe),
        deviation=draw(maybe),
        seed=draw(st.none() | st.integers()),
        folder=draw(text),
        status=draw(st.sampled_from(["finished", "failed", "refused"])),
        metrics=draw(st.dictionaries(text, finite, max_size=3)),
        failure=failure,
        overrides=tuple(draw(st.lists(text, max_size=3))),
        digest=draw(text),
        fingerprint=draw(text),
        seconds=draw(st.none() | finite),
        phases=draw(st.dictionaries(text, finite, max_size=2)),
        data=draw(st.dictionaries(text, text, max_size=2)),
        predictions=draw(maybe),
        code=draw(st.dictionaries(text, text, max_size=2)),
        environment=draw(st.dictionaries(text, st.dictionaries(text, scalars, max_size=2), max_size=2)),
        data_files=draw(
            st.dictionaries(text, st.lists(st.dictionaries(words, scalars, max_size=2), max_size=2), max_size=2)
        ),
    )
