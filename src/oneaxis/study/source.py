"""The state of the project's code when a study started, as git tells it: `code.json` and `dirty.patch`.

For people who look back. Nothing is compared by it, and a project without git has just no commit.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from oneaxis.masking import masked_text
from oneaxis.trial.codec import SCHEMA, write_json

CODE_FILE = "code.json"
PATCH_FILE = "dirty.patch"
PATIENCE = 5.0  # seconds; a study must not wait for a huge repository
LARGEST = 10 << 20  # bytes of a patch that is kept
MOST_NAMES = 200  # untracked files that are listed


def keep_source(folder: Path, root: Path) -> None:
    """Write commit, branch, and what isn't committed into a study's folder; secrets are masked in the patch."""
    commit = _git(root, "rev-parse", "HEAD")
    found: dict[str, Any] = {"schema": SCHEMA, "root": str(root), "commit": None if commit is None else commit.strip()}
    if commit is not None:
        patch = _git(root, "diff", "HEAD", "--no-color", "--no-ext-diff", "--", ".")
        untracked = (_git(root, "ls-files", "--others", "--exclude-standard") or "").splitlines()
        found |= {
            "branch": (_git(root, "rev-parse", "--abbrev-ref", "HEAD") or "").strip(),
            "dirty": bool(patch) if patch is not None else None,
            "untracked": untracked[:MOST_NAMES],
            "untracked_count": len(untracked),
        }
        if patch and len(patch) <= LARGEST:
            (folder / PATCH_FILE).write_text(masked_text(patch), encoding="utf-8", errors="surrogateescape")
    write_json(found, folder / CODE_FILE)


def _git(root: Path, *command: str) -> str | None:
    """What a git command prints; None where there is no git, no repository, or no answer in time."""
    try:
        ended = subprocess.run(  # noqa: S603 - fixed commands; the user's own git
            ["git", "-C", str(root), *command],  # noqa: S607 - as above
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ended.stdout.decode("utf-8", "surrogateescape") if ended.returncode == 0 else None
