"""What `hydra.sweeper` may say, and the one line that a wrong setting gets."""

from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from hydra_plugins.oneaxis.config import SweeperSettings
from oneaxis.errors import BadOverride
from oneaxis.loop.settings import read_settings
from oneaxis.vocabulary import Margin, Policy


def settings(**changed):
    """Settings as Hydra composes them."""
    sweeper = OmegaConf.merge(OmegaConf.structured(SweeperSettings), changed)
    return read_settings(OmegaConf.create({"sweeper": sweeper}))


def test_the_defaults():
    found = settings()
    assert (found.axes, found.carries) == ({}, {})
    assert (found.seeds, found.reference_seeds, found.seed_key) == (1, None, "seed")
    assert (found.reference, found.dry_run, found.fail_fast) == (True, False, False)
    assert found.reuse is True
    assert found.policy == Policy(metric=None, direction=None, replicates="training", protected=())
    assert (found.tracking, found.experiment) == ("auto", None)


@pytest.mark.parametrize(
    "written, name, meant",
    [
        ({"seeds": 5}, "seeds", 5),
        ({"seeds": [3, 1, 2]}, "seeds", (3, 1, 2)),
        ({"seeds": [3, 1, 3]}, "seeds", (3, 1)),
        ({"seeds": [-1]}, "seeds", (-1,)),
        ({"reference_seeds": 9}, "reference_seeds", 9),
        ({"carries": {"model": ["data"]}}, "carries", {"model": ("data",)}),
        ({"carries": {"model": "data"}}, "carries", {"model": ("data",)}),
        ({"carries": {"model": ["data", "extra.key"]}}, "carries", {"model": ("data", "extra.key")}),
        ({"axes": {"optimizer.lr": [1, 2]}}, "axes", {"optimizer.lr": [1, 2]}),
        ({"axes": {"lr": {"times": [2]}}}, "axes", {"lr": {"times": [2]}}),
        ({"axes": {"rate": "${lr},1"}}, "axes", {"rate": "${lr},1"}),  # resolved in the trial, not here
        ({"tracking": None}, "tracking", None),
        ({"policy": {"protected": "data"}}, "policy", Policy(protected=("data",))),
        ({"policy": {"metric": "loss", "direction": "minimize"}}, "policy", Policy("loss", "minimize")),
        ({"policy": {"replicates": "resampled"}}, "policy", Policy(replicates="resampled")),
        ({"policy": {"margin": 0.005}}, "policy", Policy(margin=Margin(0.005))),
        ({"policy": {"margin": "1%"}}, "policy", Policy(margin=Margin(0.01, relative=True))),
        ({"policy": {"margin": "0.5"}}, "policy", Policy(margin=Margin(0.5))),
        ({"policy": {"confidence": 0.99}}, "policy", Policy(confidence=0.99)),
        ({"policy": {"guardrails": {"seconds": 2}}}, "policy", Policy(guardrails={"seconds": 2.0})),
        ({"seeds": "adaptive"}, "seeds", 15),
        ({"seeds": "adaptive"}, "looks", (3, 5, 7, 10, 15)),
        ({"screen": "model"}, "looks", (1, 5)),
        ({"screen": ["model"], "seeds": 8}, "looks", (1, 8)),
        ({"screen": ["model"], "seeds": "adaptive"}, "looks", (3, 5, 7, 10, 15)),
        ({"seeds": 5}, "looks", ()),
        ({"max_trials": 9}, "max_trials", 9),
        ({"max_minutes": 0.5}, "max_minutes", 0.5),
    ],
)
def test_what_may_be_written(written, name, meant):
    assert getattr(settings(**written), name) == meant


@pytest.mark.parametrize(
    "written, line",
    [
        ({"seeds": 0}, "hydra.sweeper.seeds is 0; give how many (5) or a list of whole numbers ([1,2,3]), or adaptive"),
        ({"seeds": -2}, "hydra.sweeper.seeds is -2"),
        ({"seeds": True}, "hydra.sweeper.seeds is True"),
        ({"seeds": 2.5}, "hydra.sweeper.seeds is 2.5"),
        ({"seeds": []}, "hydra.sweeper.seeds is []"),
        ({"seeds": [1, "two"]}, "hydra.sweeper.seeds is [1, 'two']"),
        ({"seeds": [1, True]}, "hydra.sweeper.seeds is [1, True]"),
        ({"seeds": None}, "hydra.sweeper.seeds is None"),
        ({"reference_seeds": "many"}, "hydra.sweeper.reference_seeds is 'many'"),
        ({"axes": ["lr"]}, "hydra.sweeper.axes is ['lr']; write {key: values}"),
        ({"axes": "lr=1,2"}, "hydra.sweeper.axes is 'lr=1,2'; write {key: values}"),
        ({"carries": ["model"]}, "hydra.sweeper.carries is ['model']; write {axis: [group or key]}"),
        ({"carries": {"model": 3}}, "hydra.sweeper.carries.model is 3; give a list of names: [model,data]"),
        ({"carries": {"model": [3]}}, "hydra.sweeper.carries.model is [3]"),
        ({"policy": {"protected": {"a": 1}}}, "hydra.sweeper.policy.protected is {'a': 1}; give a list of names"),
        ({"policy": {"direction": "up"}}, "hydra.sweeper.policy.direction is 'up'; give maximize or minimize or null"),
        ({"policy": {"margin": 0}}, "hydra.sweeper.policy.margin is 0; give the smallest difference that matters"),
        ({"policy": {"margin": "-1%"}}, "hydra.sweeper.policy.margin is '-1%'"),
        ({"policy": {"margin": True}}, "hydra.sweeper.policy.margin is True"),
        ({"policy": {"margin": "small"}}, "in the metric's unit (0.005) or as a share of the reference's mean (1%)"),
        ({"policy": {"margin": [1]}}, "hydra.sweeper.policy.margin is [1]"),
        ({"policy": {"confidence": 95}}, "hydra.sweeper.policy.confidence is 95.0; give a share from 0.5 to below 1"),
        ({"policy": {"guardrails": ["a"]}}, "hydra.sweeper.policy.guardrails is ['a']; write {metric: limit}"),
        (
            {"policy": {"guardrails": {"a": "much"}}},
            "hydra.sweeper.policy.guardrails.a is 'much'; give the metric's limit",
        ),
        ({"seeds": "adaptive", "policy": {"replicates": "resampled"}}, "hydra.sweeper.seeds=adaptive needs seeds that"),
        (
            {"seeds": "adaptive", "reference_seeds": 20},
            "hydra.sweeper.reference_seeds can't be set with seeds=adaptive",
        ),
        ({"seeds": "adaptive", "reference": False}, "hydra.sweeper.seeds=adaptive needs the reference"),
        ({"max_trials": 0}, "hydra.sweeper.max_trials is 0; give more than 0"),
        ({"max_minutes": -1}, "hydra.sweeper.max_minutes is -1.0; give more than 0"),
        (
            {"reuse": "all"},
            "hydra.sweeper.reuse is 'all'; give true (earlier trials of proved identity), false (run all)",
        ),
        ({"reuse": 1}, "hydra.sweeper.reuse is 1"),
        ({"reuse": None}, "hydra.sweeper.reuse is None"),
        ({"policy": {"replicates": "both"}}, "policy.replicates is 'both'; give training or resampled"),
    ],
)
def test_a_wrong_setting_is_named_with_its_legal_values(written, line):
    with pytest.raises(BadOverride) as refused:
        settings(**written)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)
