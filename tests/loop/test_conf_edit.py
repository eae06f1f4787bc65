"""Edits of a whole conf/: the file that a person would edit, proved by composing."""

from __future__ import annotations

import os
import socket

import pytest

from oneaxis.composing.files import Project
from oneaxis.errors import CannotEdit
from oneaxis.loop.conf_edit import Wanted, find_edit

FILES = {
    "config.yaml": (
        "# The reference.\r\ndefaults:\r\n  - model: net      # or: wide\r\n  - optional extra: one\r\n"
        "  - scale@near: big # near\r\n  - _self_\r\n  - override model/optimizer: sgd   # or: adam\r\n\r\n"
        "lr: 0.1   # a step\r\nlayers: [8, 8]  # widths\r\nmodel:\r\n  width: 4   # set here\r\nhydra:\r\n"
        "  run: {dir: out}\r\n"
    ),
    "other.yaml": "defaults:\n  - model: forest\n  - shared: s\n  - _self_\nx: 1\n",
    "third.yaml": "defaults:\n  - shared: s\n  - _self_\n",
    "model/net.yaml": (
        "# Net.\ndefaults:\n  - optimizer: adam   # its own\n  - _self_\n\nname: net\nwidth: 2\ndepth: 3 # deep\n"
    ),
    "model/wide.yaml": "defaults:\n  - optimizer: adam\n  - _self_\nname: wide\nwidth: 9\n",
    "model/forest.yaml": "name: forest\nwidth: 1\n",
    "model/optimizer/adam.yaml": "name: adam\nbeta: 0.9\n",
    "model/optimizer/sgd.yaml": "name: sgd\nmomentum: 0.5  # of the step\n",
    "extra/one.yaml": "parts:   # of it\n  - 1\n  - 2 # two\nnote: 'a: b'\n",
    "extra/two.yaml": "parts: [3]\nnote: c\n",
    "scale/big.yaml": "by: 10\n",
    "scale/small.yaml": "by: 1\n",
    "shared/s.yaml": "k: 1\n",
    "lineage.yaml": "[]\n",
}
# what is promoted, whether it is a group, and for each file that changes: what was there, what is there then
CASES = {
    "a group's choice": ("model=wide", True, {"config.yaml": ("model: net", "model: wide")}),
    "an override entry": ("model/optimizer=adam", True, {"config.yaml": ("optimizer: sgd", "optimizer: adam")}),
    "an optional group": ("extra=two", True, {"config.yaml": ("extra: one", "extra: two")}),
    "a group with a package": ("scale@near=small", True, {"config.yaml": ("near: big", "near: small")}),
    "a number where it stands": ("lr=0.3", False, {"config.yaml": ("lr: 0.1", "lr: 0.3")}),
    "a value that the primary sets": ("model.width=9", False, {"config.yaml": ("width: 4", "width: 9")}),
    "a value that the option sets": ("model.depth=5", False, {"model/net.yaml": ("depth: 3", "depth: 5")}),
    "a nested option's value": (
        "model.optimizer.momentum=0.9",
        False,
        {"model/optimizer/sgd.yaml": ("momentum: 0.5", "momentum: 0.9")},
    ),
    "a list's item": ("layers=[8,4]", False, {"config.yaml": ("[8, 8]", "[8, 4]")}),
    "a list that grows": ("extra.parts=[1,2,3]", False, {"extra/one.yaml": ("- 2 # two\n", "- 2 # two\n  - 3\n")}),
    "null": ("lr=null", False, {"config.yaml": ("lr: 0.1", "lr: null")}),
    "a string that needs quotes": ("lr='1e3'", False, {"config.yaml": ("lr: 0.1", "lr: '1e3'")}),
    "an interpolation": ("lr=${model.width}", False, {"config.yaml": ("lr: 0.1", "lr: ${model.width}")}),
    "a dict of two values": (
        "model.optimizer={name: x, momentum: 0.1}",
        False,
        {"model/optimizer/sgd.yaml": ("name: sgd\nmomentum: 0.5", "name: x\nmomentum: 0.1")},
    ),
    "an added key": ("+model.drop=0.1", False, {"config.yaml": ("# set here\r\n", "# set here\r\n  drop: 0.1\r\n")}),
    "an added group of keys": (
        "+more.deep=1",
        False,
        {"config.yaml": ("hydra:", "more:\r\n  deep: 1\r\nhydra:")},
    ),
    "an added group": (
        "+shared=s",
        True,
        {"config.yaml": ("  - _self_\r\n", "  - shared: s\r\n  - _self_\r\n")},
    ),
}  # fmt: skip


@pytest.fixture
def conf(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return tmp_path / "conf"


def edit(conf, *changes, name="config"):
    wanted = [
        Wanted(text, text.partition("=")[0].lstrip("+"), group, text.partition("=")[2] if group else None)
        for text, group in changes
    ]
    return find_edit(Project(conf, name, "1.3"), wanted)


@pytest.mark.parametrize("case", CASES)
def test_the_smallest_edit_is_found_and_the_rest_stays(conf, case):
    text, group, changed = CASES[case]
    found = edit(conf, (text, group))
    assert {str(file.relative_to(conf)): new.decode() for file, (_, new) in found.files.items()} == {
        name: FILES[name].replace(old, new, 1) for name, (old, new) in changed.items()
    }
    assert {name: (conf / name).read_bytes().decode() for name in FILES} == FILES  # nothing is written yet


def test_several_changes_make_one_edit(conf):
    found = edit(conf, ("extra=two", True), ("model.depth=5", False), ("lr=0.3", False))
    assert sorted(file.name for file in found.files) == ["config.yaml", "net.yaml"]
    assert (found.after.config["lr"], found.after.config["model"]["depth"]) == (0.3, 5)
    assert found.after.config["extra"]["note"] == "c"


def test_a_file_that_another_reference_shares_is_left_alone(conf):
    found = edit(conf, ("shared.k=2", False), name="other")
    [(file, (_, new))] = found.files.items()
    assert file.name == "other.yaml"
    assert new.decode() == FILES["other.yaml"] + "shared:\n  k: 2\n"


@pytest.mark.parametrize(
    "text, reason", [("nowhere=1", "composed from its files"), ("lr=${", "composed from its files")]
)
def test_what_has_no_edit_is_refused(conf, text, reason):
    with pytest.raises(CannotEdit, match=reason):
        edit(conf, (text, False))


def test_nothing_is_read_but_configurations(conf, tmp_path):
    """`config_path="."` makes a whole project the folder of configurations."""
    (conf / "latest").symlink_to(tmp_path / "gone")
    (conf / "round").symlink_to(conf)
    (conf / "model" / "self").symlink_to("self")
    os.mkfifo(conf / "pipe")
    os.mkfifo(conf / "asked.yaml")
    os.mkfifo(conf / "model" / "asked.yaml")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(conf / "s"))
    (conf / "mine.yaml").write_text("x: 1")
    (conf / "mine.yaml").chmod(0)
    found = edit(conf, ("model.depth=5", False), ("lr=0.3", False))
    assert sorted(path.name for path in found.files) == ["config.yaml", "net.yaml"]
    assert (conf / "model" / "net.yaml").read_text() == FILES["model/net.yaml"]


def test_an_edit_is_found_through_links(conf, tmp_path):
    (conf / "model").rename(tmp_path / "shared")
    (conf / "model").symlink_to("../shared")
    (conf / "config.yaml").rename(tmp_path / "mine.yaml")
    (conf / "config.yaml").symlink_to("../mine.yaml")
    (tmp_path / "linked").symlink_to("conf")
    linked = tmp_path / "linked"
    found = edit(linked, ("model.depth=5", False), ("lr=0.3", False))
    assert list(found.files) == [linked / "config.yaml", linked / "model" / "net.yaml"]
    assert "depth: 3" in (tmp_path / "shared" / "net.yaml").read_text()  # nothing was written yet
    assert "lr: 0.1" in (tmp_path / "mine.yaml").read_text()
