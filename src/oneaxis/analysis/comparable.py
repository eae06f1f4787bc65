"""Whether two trials may be compared: a second difference besides the axis forbids it."""

from __future__ import annotations

from oneaxis.vocabulary import ABSENT, Change, Deviation, Policy, Record


def second_differences(
    reference: Record,
    deviation: Record,
    declared: Deviation,  # noqa: ARG001 - which layers its axis may change
    policy: Policy,  # noqa: ARG001 - which layers gate
) -> tuple[Change, ...]:
    """What else differs between two trials of one seed; empty where they can be compared.

    The evaluation data must be the same, always.
    """
    one, other = reference.data.get("evaluation"), deviation.data.get("evaluation")
    if one is None or other is None or one == other:
        return ()
    return (Change(("data", "evaluation"), one or ABSENT, other or ABSENT),)
