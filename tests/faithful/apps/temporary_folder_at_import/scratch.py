import tempfile
from pathlib import Path

KEPT = tempfile.TemporaryDirectory(dir=".")
FOLDER = Path(KEPT.name)
