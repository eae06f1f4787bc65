"""Hydra's override parser with a memory: a study composes the same texts hundreds of times.

A parse costs a millisecond, and each job of a study has a dozen overrides, most of them of ours: whose
texts, `hydra.sweeper.job.trial=3` and `hydra.sweep.subdir='seed=1'`, are read here at once.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType, Quote, QuotedString, ValueType

from oneaxis.masking import masked_override

_OURS = re.compile(r"(?P<key>hydra\.sweep(?:er)?(?:\.[a-z_]+)+)=(?:(?P<number>0|[1-9][0-9]*)|'(?P<text>[^'\\$\n\r]*)')")


class RememberingParser:
    """Parses what Hydra's parser parses, each text once."""

    def __init__(self) -> None:
        self._known: dict[str, Override] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Submitit keeps what it pickles: no secret goes along."""
        return {"_known": {text: known for text, known in self._known.items() if masked_override(text) == text}}

    def parse(self, texts: Sequence[str]) -> list[Override]:
        """Parse override texts.

        Raises
        ------
        hydra.errors.HydraException
            Hydra's own, for what isn't in its grammar.
        """
        return [self._parsed(text) for text in texts]

    def _parsed(self, text: str) -> Override:
        quick = at_a_glance(text)
        if quick is not None:
            return quick
        if text not in self._known:
            [self._known[text]] = OverridesParser.create().parse_overrides([text])
        return copy.deepcopy(self._known[text])


def at_a_glance(text: str) -> Override | None:
    """The override of a text that sets one of our own keys to a whole number or plain quoted text; else None."""
    found = _OURS.fullmatch(text)
    if found is None:
        return None
    value = int(found["number"]) if found["number"] is not None else QuotedString(found["text"], Quote.single)
    return Override(
        type=OverrideType.CHANGE,
        key_or_group=found["key"],
        value_type=ValueType.ELEMENT,
        _value=value,
        input_line=text,
    )
