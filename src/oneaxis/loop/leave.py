"""What a study's end leaves in its folder."""

from __future__ import annotations

from pathlib import Path

from oneaxis.analysis.result import Comparison
from oneaxis.report.formats import renderer
from oneaxis.trial.codec import write_json
from oneaxis.vocabulary import Study

COMPARISON_FILE = "comparison.json"


def leave_comparison(root: Path, comparison: Comparison, study: Study) -> None:
    """Write `comparison.json`: what the records say, for other programs."""
    write_json(renderer("json")(comparison, study), root / COMPARISON_FILE)
