"""What a study's end leaves in its folder."""

from __future__ import annotations

from pathlib import Path

from oneaxis.analysis.result import Comparison
from oneaxis.report.formats import renderer
from oneaxis.trial.codec import write_json
from oneaxis.vocabulary import Study

COMPARISON_FILE = "comparison.json"


def leave_comparison(root: Path, comparison: Comparison, study: Study) -> tuple[str, ...]:
    """Write `comparison.json`: what the records say, for other programs. Where it can't be written, say so."""
    try:
        write_json(renderer("json")(comparison, study), root / COMPARISON_FILE)
    except OSError as error:
        return (f"{COMPARISON_FILE} can't be written ({error.strerror}); later: oneaxis compare --format json",)
    return ()
