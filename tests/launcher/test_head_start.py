"""What the local launcher's server loads before any trial."""

from __future__ import annotations

from oneaxis.study.head_start import named_in


def test_imports_anywhere_in_the_script_and_in_its_neighbours_are_named_once(tmp_path):
    (tmp_path / "app.py").write_text(
        "import json\nfrom work import fit\nimport mlflow\nfrom . import other\n"
        "def main():\n    from sklearn.svm import SVC\n    import json, mlflow.entities\n"
    )
    (tmp_path / "work.py").write_text("import app\nimport package.app\ndef fit():\n    import torch.nn\n")
    named = named_in(tmp_path / "app.py")

    assert sorted(named) == ["json", "sklearn.svm", "torch.nn", "work"]


def test_what_can_not_be_read_names_nothing(tmp_path):
    (tmp_path / "broken.py").write_text("def (")

    assert named_in(None) == named_in(tmp_path / "missing.py") == named_in(tmp_path / "broken.py") == ()
