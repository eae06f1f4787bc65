"""Which imports of a program may see what it did before: read from its files, in the order of running."""

from __future__ import annotations

import pytest

from oneaxis.study.statements import late_import

ACTING = {
    "a call": "lib.go()",
    "a part of an expression": "lib.on and lib.go()",
    "a list that nobody keeps": "[lib.go(mode) for mode in 'ab']",
    "a class body": "class Boot:\n    lib.go()",
    "a block that is entered": "with lib.mode('x'):\n    import reads",
    "a value with an acting name": "generator = lib.manual_seed(0)",
    "a condition with an acting name": "if lib.setup():\n    pass",
    "an attribute": "lib.mode = 1",
    "an item": "lib.modes['x'] = 1",
    "a match": "match 1:\n    case _:\n        lib.go()",
    "a function": "def boot():\n    lib.go()\n    import reads\nboot()",
    "a function whose value is kept": "def boot():\n    lib.go()\n    import reads\nmode = boot()",
    "a module of its own": "import own",
    "a module in a package": "from pack import inner",
    "a relative import": "import relative",
    "a module by its name": "import importlib\nown = importlib.import_module('own')",
}
PREPARING = {
    "a name": "mode = lib.default()",
    "a set": "names = set()",
    "a constructor": "device = lib.Device()",
    "a path": "import sys\nsys.path.append('x')",
    "a block that only looks": "with suppress(ImportError):\n    pass",
    "a definition": "def setup():\n    lib.go()",
    "a class": "class Boot:\n    def setup(self):\n        lib.go()",
    "an import of Python's own": "lib.go\nimport json",
}
MAIN = "import lib\n{}\nimport reads\nmain()\n"


@pytest.fixture
def program(tmp_path):
    """A program's script and the files of what it has loaded."""
    files = {
        "lib": "site-packages/lib.py",
        "reads": "site-packages/reads.py",
        "own": "own.py",
        "pack": "pack/__init__.py",
        "pack.inner": "pack/inner.py",
        "relative": "relative/__init__.py",
        "relative.inner": "relative/inner.py",
    }
    for file in files.values():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("import lib\nlib.go()\n" if file in ("own.py", "pack/inner.py") else "")
    (tmp_path / "relative/__init__.py").write_text("from . import inner\n")
    (tmp_path / "relative/inner.py").write_text("from lib import go\ngo()\n")

    def made(text):
        script = tmp_path / "app.py"
        script.write_text(text)
        return script, {name: str(tmp_path / file) for name, file in files.items()}

    return made


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_an_import_below_what_acts_is_late(program, text):
    script, modules = program(MAIN.format(text))
    late = late_import(script, script.read_text().count("\n"), modules)
    assert late is not None
    assert late.module == "reads"


@pytest.mark.parametrize("text", PREPARING.values(), ids=PREPARING)
def test_what_only_prepares_makes_no_import_late(program, text):
    script, modules = program(MAIN.format(text))
    assert late_import(script, script.read_text().count("\n"), modules) is None


def test_what_stands_below_the_call_of_hydra_is_left_out_and_what_leads_to_it_is_not(program):
    script, modules = program("import lib\ndef cli():\n    lib.go()\n    import reads\n    main()\ncli()\nlib.go()\n")
    late = late_import(script, 6, modules)
    assert late is not None
    assert late.below.line == 3

    script, modules = program("import lib\nmain()\nlib.go()\nimport reads\n")
    assert late_import(script, 2, modules) is None


def test_an_import_that_did_not_happen_is_none(program):
    script, modules = program(MAIN.format("lib.go()\nif TYPE_CHECKING:\n    import other"))
    del modules["reads"]
    assert late_import(script, 6, modules) is None
