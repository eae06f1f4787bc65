"""What the local launcher's server loads before any trial."""

from __future__ import annotations

import sys

from oneaxis.study.head_start import named_in
from oneaxis.study.server import _import_all


def test_installed_modules_that_the_script_and_its_neighbours_import_are_named_once(tmp_path):
    (tmp_path / "app.py").write_text(
        "import json\nfrom work import fit\nimport mlflow\nfrom . import other\n"
        "def main():\n    from sklearn.svm import SVC\n    import json, mlflow.entities\n"
    )
    (tmp_path / "work.py").write_text("import app\nimport package.app\ndef fit():\n    import torch.nn, deeper\n")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "__init__.py").write_text("import scipy\n")
    named = named_in(tmp_path / "app.py")

    assert sorted(named) == ["json", "scipy", "sklearn.svm", "torch.nn"]


def test_what_can_not_be_read_names_nothing(tmp_path):
    (tmp_path / "broken.py").write_text("def (")

    assert named_in(None) == named_in(tmp_path / "missing.py") == named_in(tmp_path / "broken.py") == ()


def test_a_module_that_fails_or_exits_on_import_costs_the_server_nothing(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "fails_on_import.py").write_text("1 / 0\n")
    (tmp_path / "exits_on_import.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "loads_at_last.py").write_text("")

    _import_all(["fails_on_import", "exits_on_import", "no_such_module", "loads_at_last"])
    assert "loads_at_last" in sys.modules
