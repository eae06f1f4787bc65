"""Where a study's app is started: where it was, or where its project is now."""

from __future__ import annotations

from pathlib import Path

from oneaxis.vocabulary import Study


def home(study: Study, folder: Path) -> Path:
    """The folder that the study was started in; if the app isn't there any more, the one above the study that has it.

    A project that was renamed, or came from another machine, has taken its studies along.
    """
    before = Path(study.cwd)
    script = study.app[0]
    if not script.startswith("-"):
        places = [before, *folder.absolute().parents]
        found = next((place for place in places if (place / script).is_file()), None)
        if found is not None:
            return found
    return before if before.is_dir() else Path.cwd()
