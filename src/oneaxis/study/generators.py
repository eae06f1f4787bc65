"""The random generators that a process's libraries hold: a fork has its parent's, and must draw numbers of its own.

Only where chance seeded them: what a library seeds with a number is the same in each interpreter.
"""

from __future__ import annotations

import gc
import random
import sys
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

BLOCKS = 200  # of 624 numbers that a program may have drawn from a library's generator before it calls Hydra


def drawn(known: frozenset[int]) -> list[Any]:
    """The generators that were seeded by chance when this process imported them: another process has other numbers.

    `known` are those of another process, which may have drawn from them since.
    """
    return [generator for generator in generators() if known.isdisjoint(seeds(generator))]


def reseed(drawn_here: Sequence[Any]) -> None:
    """Give this fork numbers of its own, as an interpreter of its own would have."""
    for generator in drawn_here:
        if hasattr(generator, "bit_generator"):  # numpy.random.Generator
            generator.bit_generator.state = type(generator.bit_generator)().state
        else:
            generator.seed()


def generators() -> Iterator[Any]:
    """The random generators of this process, whoever holds them."""
    kinds: list[type] = [random.Random]
    own = random.Random.getstate
    numpy: Any = sys.modules.get("numpy.random")
    kinds += [numpy.Generator, numpy.RandomState] if numpy is not None else []
    for held in gc.get_objects():
        # `isinstance` would ask objects what they are, and some load a library to answer. What has a `getstate` of its
        # own, as SystemRandom, may have no state.
        kind = type(held)
        if any(known in kind.__mro__ for known in kinds) and getattr(kind, "getstate", own) is own:
            yield held
    if numpy is not None:
        yield numpy.mtrand._rand  # noqa: SLF001 - the generator behind `numpy.random.rand`; listed or not


def seeds(generator: Any) -> Iterator[int]:
    """Digests of a generator's seed: first of its state as far as drawing keeps it, then of that after some draws."""
    if hasattr(generator, "getstate"):
        key = generator.getstate()[1][:-1]
    else:
        state = generator.get_state(legacy=False) if hasattr(generator, "get_state") else generator.bit_generator.state
        inner = state["state"]
        if "inc" in inner or "pos" not in inner:  # NumPy's other ones: a stream has its own increment, or key
            yield zlib.crc32(repr(inner.get("inc", inner.get("key", state))).encode())
            return
        key = tuple(map(int, inner["key"]))
    yield hash(key)
    # A Mersenne Twister moves on by whole blocks.
    copy = random.Random()  # noqa: S311 - no secret
    copy.setstate((3, (*key, len(key)), None))
    for _ in range(BLOCKS):
        copy.getrandbits(32 * len(key))
        yield hash(copy.getstate()[1][:-1])
