"""The references, and that each choice changes only what it is named after."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

CONF = Path(__file__).parents[2] / "conf"
REFERENCES = ["reference", "mnist1d", "diabetes"]
GROUPS = ["data", "features", "model", "optimizer", "training"]
OPTIONS = [(group, path.stem) for group in GROUPS for path in sorted((CONF / group).glob("*.yaml"))]
ONE_SHAPE = {  # group: keys that every choice has; others are what the choice itself is set by
    "data": {"name", "validation", "split_seed", "test", "repair"},
    "features": {"name", "_target_", "keeps_shape"},
    "model": {"name", "_target_"},
    "optimizer": {"name", "_target_", "lr", "weight_decay"},
    "training": {"steps", "batch_size", "order", "device"},
}


def flat(config):
    def walk(node, key):
        if isinstance(node, dict):
            for name, value in node.items():
                yield from walk(value, f"{key}.{name}" if key else name)
        else:
            yield key, node

    return dict(walk(OmegaConf.to_container(config), ""))


def test_there_is_something_to_choose():
    assert {group for group, _ in OPTIONS} == set(GROUPS)
    assert len(OPTIONS) >= 20


@pytest.mark.parametrize("reference", REFERENCES[:2])
@pytest.mark.parametrize("group, option", OPTIONS)
def test_a_choice_changes_only_keys_under_its_own_group(configure, reference, group, option):
    whole, chosen = configure(reference), configure(reference, f"{group}={option}")
    before, after = flat(whole), flat(chosen)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}

    assert all(key.startswith(f"{group}.") for key in changed)
    assert set(whole) == set(chosen)


@pytest.mark.parametrize("group, option", OPTIONS)
def test_choices_of_a_group_share_their_keys(group, option):
    keys = set(OmegaConf.load(CONF / group / f"{option}.yaml"))

    assert keys >= ONE_SHAPE[group]
    assert group not in {"data", "training"} or keys == ONE_SHAPE[group]


@pytest.mark.parametrize("group, option", [(g, o) for g, o in OPTIONS if g != "training"])
def test_a_choice_is_named_after_its_file(group, option):
    assert OmegaConf.load(CONF / group / f"{option}.yaml").name == option


FILES = [CONF / f"{name}.yaml" for name in REFERENCES] + [CONF / group / f"{name}.yaml" for group, name in OPTIONS]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_says_first_what_it_is(path):
    assert path.read_text().startswith("# ")


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_fits_on_one_screen_and_has_the_same_keys(configure, reference):
    assert len((CONF / f"{reference}.yaml").read_text().splitlines()) <= 60
    assert set(configure(reference)) >= {*GROUPS, "seed"}


def test_the_references_are_the_published_settings(configure):
    digits, mnist1d = flat(configure("reference")), flat(configure("mnist1d"))

    assert (digits["model.name"], digits["model.C"], digits["model.gamma"]) == ("svc", 1.0, 0.001)
    published = {
        "data.name": "mnist1d", "features.name": "none", "model.name": "mlp", "model.hidden": 100,
        "model.residual": True, "optimizer.name": "adam", "optimizer.lr": 0.01, "optimizer.weight_decay": 0.0,
        "training.steps": 6000, "training.batch_size": 100, "training.order": "fixed",
    }  # fmt: skip
    assert {key: mnist1d[key] for key in published} == published
