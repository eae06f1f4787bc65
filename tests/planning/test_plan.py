"""The planner's promises, for any axes: how many trials, what each changes, in which order, what is dropped."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.asked import asked, axis
from tests.planning.world import World
from tests.strategies import steady

from oneaxis.errors import BadOverride, CannotCompose, NotOneAxis
from oneaxis.planning.plan import make_plan
from oneaxis.vocabulary import Axis, Step

BASE = {
    "seed": 0, "lr": 0.1, "steps": 10, "name": "x", "flag": False, "layers": [1, 2], "nothing": None,
    "opt": {"beta": 0.9, "decay": 0, "kwargs": {}}, "twice": "${lr}",
}  # fmt: skip
GROUPS = {
    "model": {
        "mlp": {"width": 3, "depth": 2},
        "cnn": {"width": 4, "depth": 2, "kernel": 5},
        "wide": {"width": 4, "depth": 2},
        "twin": {"width": 3, "depth": 2},
    },
    "data": {"digits": {"rows": 9}, "wine": {"rows": 3}},
}
WORLD = World(BASE, GROUPS, {"model": "mlp", "data": "digits"})
# Some equal the reference, some each other, some only in value and not in type.
CANDIDATES = {
    "lr": ["0.1", "0.2", "0.20", "1", "1.0", "nan", "null"],
    "steps": ["10", "10.0", "20", "'10'"],
    "name": ["x", "'x'", "y", "a b", "null"],
    "flag": ["false", "true", "0"],
    "layers": ["[1,2]", "[1, 2]", "[2,1]", "[]", "[[1],[2]]"],
    "nothing": ["null", "1", "'null'"],
    "opt.beta": ["0.9", "0.5"],
    "opt.kwargs": ["{}", '{"a":1}'],
    "model": ["mlp", "cnn", "wide", "twin"],
    "model.width": ["3", "4", "5"],
    "data": ["digits", "wine"],
}
FIXED = ["steps=20", "name=y", "lr=0.2", "data=wine", "model=cnn", "model.depth=7", "opt.decay=1", "opt.kwargs=null"]


@st.composite
def command_lines(draw):
    """Overrides and axes in any order, some axes from a file."""
    keys = draw(st.lists(st.sampled_from(sorted(CANDIDATES)), unique=True, max_size=4))
    axes = [axis(key, *draw(st.lists(st.sampled_from(CANDIDATES[key]), min_size=1, max_size=4))) for key in keys]
    cut = draw(st.integers(0, len(axes)))
    fixed = draw(st.lists(st.sampled_from(FIXED), unique_by=lambda text: text.partition("=")[0], max_size=3))
    line = draw(st.permutations([*axes[:cut], *fixed]))
    seeds = draw(
        st.one_of(st.integers(1, 4), st.lists(st.integers(0, 9), unique=True, min_size=1, max_size=3).map(tuple))
    )
    return line, tuple(axes[cut:]), seeds


def planned(case, **more):
    line, file, seeds = case
    return make_plan(asked(*line, file=file, seeds=seeds, **more), WORLD)


def typed(node):
    """A configuration without its seed, so that equal means equal in value and in type."""
    if isinstance(node, dict):
        return frozenset((key, typed(child)) for key, child in node.items() if key != "seed")
    return tuple(typed(child) for child in node) if isinstance(node, list) else (type(node), repr(node))


def one_by_one(case):
    """Every candidate in order, with the override list that a reader would expect of it."""
    line, file, _ = case
    found = []
    for swept in [*(item for item in line if isinstance(item, Axis)), *file]:
        for value in swept.candidates:
            text = f"{swept.key}={value}"
            kept = [item for item in line if isinstance(item, Axis) or item.partition("=")[0] != swept.key]
            texts = [text if item is swept else item for item in kept if item is swept or isinstance(item, str)]
            found.append((text, texts if swept not in file else [*texts, text]))
    return found


def differing(one, other, path=()):
    """The paths at which two configurations differ, found without the code under test."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = dict.fromkeys([*one, *other])
        return [
            found
            for key in keys
            for found in (
                differing(one[key], other[key], (*path, key)) if key in one and key in other else [(*path, key)]
            )
        ]
    return [] if typed(one) == typed(other) else [path]


@steady
@given(command_lines())
def test_the_number_of_trials_is_seeds_times_one_more_than_the_deviations(case):
    plan = planned(case)
    reference = typed(WORLD([item for item in case[0] if isinstance(item, str)]).config)
    distinct = dict.fromkeys(typed(WORLD(texts).config) for _, texts in one_by_one(case))
    surviving = [config for config in distinct if config != reference]

    assert len(plan.deviations) == len(surviving)
    assert len(plan.trials) == len(plan.seeds) * (1 + len(surviving))


@steady
@given(command_lines())
def test_every_trial_differs_from_the_reference_on_its_own_axis_and_in_its_seed_only(case):
    plan = planned(case)
    reference = WORLD(plan.reference_overrides).config

    for trial in plan.trials:
        own = tuple(trial.axis.split(".")) if trial.axis else ()
        changed = [path for path in differing(reference, WORLD(trial.overrides).config) if path != ("seed",)]
        assert bool(changed) == (trial.axis is not None)
        assert all(path[: len(own)] == own for path in changed)


@steady
@given(command_lines())
def test_what_was_typed_keeps_its_text_and_its_place(case):
    plan = planned(case)
    fixed = [item for item in case[0] if isinstance(item, str)]
    expected = dict(one_by_one(case))

    for trial in plan.trials:
        seed = [f"seed={trial.seed}"] if case[2] != 1 else []
        assert list(trial.overrides) == (expected[trial.deviation] if trial.deviation else fixed) + seed


@steady
@given(command_lines())
def test_axes_and_values_keep_their_order(case):
    plan = planned(case)
    wanted = [name for name, _ in one_by_one(case)]
    places = [wanted.index(deviation.name) for deviation in plan.deviations]

    assert places == sorted(places)
    by_seed = [[trial.deviation for trial in plan.trials if trial.seed == seed] for seed in plan.seeds]
    assert by_seed == [[None, *(deviation.name for deviation in plan.deviations)]] * len(plan.seeds)


@steady
@given(command_lines())
def test_every_candidate_is_run_or_dropped_and_each_drop_is_said_once(case):
    plan = planned(case)
    wanted = Counter(name for name, _ in one_by_one(case))

    run = Counter(deviation.name for deviation in plan.deviations)
    dropped = Counter(dropped.name for dropped in plan.dropped)
    assert run + dropped == wanted
    assert set(run.values()) <= {1}


@steady
@given(command_lines())
def test_a_reason_for_dropping_names_the_twin(case):
    plan = planned(case)
    texts = dict(one_by_one(case))
    reference = WORLD([item for item in case[0] if isinstance(item, str)])

    for dropped in plan.dropped:
        same_as = dropped.reason.removeprefix("composes the same as ").partition(" (")[0]
        twin = reference if same_as == "equals the reference" else WORLD(texts[same_as])
        assert typed(WORLD(texts[dropped.name]).config) == typed(twin.config)


@steady
@given(command_lines(), st.integers(0, 3))
def test_reference_and_deviations_share_seeds_and_the_reference_may_have_more(case, extra):
    seeds = len(case[2]) if isinstance(case[2], tuple) else case[2]
    plan = planned(case, reference_seeds=seeds + extra)
    by_name = {}
    for trial in plan.trials:
        by_name.setdefault(trial.deviation, []).append(trial.seed)

    assert by_name.pop(None) == list(plan.reference_seeds)
    assert plan.reference_seeds[:seeds] == plan.seeds
    assert len(set(plan.reference_seeds)) == seeds + extra
    assert all(found == list(plan.seeds) for found in by_name.values())


@steady
@given(command_lines())
def test_trials_are_numbered_in_order_and_share_no_folder(case):
    plan = planned(case)

    assert [trial.index for trial in plan.trials] == list(range(len(plan.trials)))
    assert len({trial.folder.lower() for trial in plan.trials}) == len(plan.trials)


@steady
@given(command_lines())
def test_trials_of_one_deviation_share_a_digest_and_no_two_deviations_do(case):
    plan = planned(case)
    digests = {(trial.deviation, trial.digest) for trial in plan.trials}

    assert len(digests) == len({name for name, _ in digests}) == len({digest for _, digest in digests})


@steady
@given(command_lines())
def test_without_a_reference_every_candidate_runs_and_nothing_is_dropped(case):
    line, file, seeds = case
    plan = make_plan(asked(*line, file=file, seeds=seeds, reference=False), WORLD)
    names = [name for name, _ in one_by_one(case)] or [None]

    assert plan.reference is None
    assert plan.deviations == plan.dropped == plan.reference_seeds == ()
    assert plan.seeds == (tuple(range(seeds)) if isinstance(seeds, int) else seeds)
    assert [(trial.deviation, trial.seed) for trial in plan.trials] == [
        (name, seed) for seed in plan.seeds for name in names
    ]


# -- known answers ---------------------------------------------------------------------------------


def plan(*line, world=WORLD, **settings):
    return make_plan(asked(*line, **settings), world)


def names(found):
    return [item.name for item in found]


def test_the_study_of_the_issue_has_seven_trials_not_eight():
    found = plan(axis("steps", "20", "30"), axis("lr", "0.2", "0.3"), axis("model", "cnn", "wide"))

    assert len(found.trials) == 7
    assert len(plan(*[axis("lr", "0.2", "0.3")], seeds=5).trials) == 15


def test_a_value_equal_to_the_reference_is_dropped_with_the_reason():
    found = plan(axis("lr", "0.1", "0.2"))

    assert names(found.deviations) == ["lr=0.2"]
    assert [(item.name, item.reason) for item in found.dropped] == [("lr=0.1", "equals the reference")]


def test_a_group_option_that_composes_to_the_reference_is_dropped():
    found = plan(axis("model", "twin", "cnn"))

    assert names(found.deviations) == ["model=cnn"]
    assert [item.reason for item in found.dropped] == ["equals the reference"]


def test_two_axes_that_meet_in_one_configuration_run_it_once():
    found = plan(axis("model", "wide"), axis("model.width", "4"))

    assert names(found.deviations) == ["model=wide"]
    assert [(item.name, item.reason) for item in found.dropped] == [
        ("model.width=4", "composes the same as model=wide")
    ]


def test_an_override_that_comes_later_and_overrules_the_axis_is_named():
    found = plan(axis("opt.beta", "0.5", "0.7"), 'opt={"beta": 0.9, "decay": 0, "kwargs": {}}')

    assert found.deviations == ()
    assert all("`opt={" in item.reason and "overrules it" in item.reason for item in found.dropped)


def test_a_fixed_override_before_the_axis_overrules_nothing():
    found = plan('opt={"beta": 0.9, "decay": 0, "kwargs": {}}', axis("opt.beta", "0.9"))

    assert [item.reason for item in found.dropped] == ["equals the reference"]


def test_a_value_of_another_type_but_equal_is_run_and_said():
    [deviation] = plan(axis("steps", "10.0")).deviations

    assert deviation.remarks == ("equal to the reference's 10, of another type (int → float)",)


def test_a_key_both_fixed_and_swept_gives_its_value_to_the_reference():
    found = plan("lr=0.2", axis("lr", "0.1", "0.2", "0.3"))

    assert names(found.deviations) == ["lr=0.1", "lr=0.3"]
    assert found.reference.config["lr"] == 0.2
    assert found.remarks == ("`lr=0.2` is fixed and swept: the fixed value is the reference's",)
    assert found.shifted == ("lr=0.2",)


def test_a_key_that_a_fixed_override_adds_is_added_by_the_swept_value_too():
    found = plan("+new=1", axis("new", "2"))

    assert found.trials[0].overrides == ("+new=1",)
    assert found.trials[1].overrides == ("+new=2",)


def test_an_axis_may_add_a_key_that_the_reference_lacks():
    [deviation] = plan(axis("opt.kwargs.x", "1", prefix="+")).deviations

    assert deviation.before == "(absent)"
    assert [change.key for change in deviation.difference.own] == ["opt.kwargs.x"]


def test_an_axis_may_add_the_first_key_of_an_empty_configuration():
    [deviation] = make_plan(asked(axis("x", "1", prefix="+")), World({})).deviations

    assert [change.key for change in deviation.difference.own] == ["x"]


def test_what_follows_by_interpolation_is_listed_and_run():
    [deviation] = plan(axis("lr", "0.5")).deviations

    assert [(change.key, change.before, change.after) for change in deviation.difference.follows] == [
        ("twice", 0.1, 0.5)
    ]


def test_an_interpolation_as_a_value_is_said_with_what_it_resolves_to():
    [deviation] = plan(axis("opt.beta", "${lr}")).deviations

    assert deviation.remarks == ("resolves to 0.1",)


def test_unstable_values_are_listed_and_do_not_stop_a_study():
    world = World({**BASE, "stamp": "${opt.beta}"})
    found = plan(axis("opt.beta", "0.5"), world=world, unstable=frozenset({("stamp",)}))

    assert found.deviations[0].difference.follows == ()
    assert found.remarks == ("unstable, differs at every composition and so isn't compared: stamp",)


def test_a_fixed_override_inside_a_swept_group_is_said_to_hold_in_every_choice():
    [deviation] = plan("model.depth=7", axis("model", "cnn")).deviations

    assert deviation.difference.holds == ("model.depth=7",)
    assert {change.key for change in deviation.difference.own} == {"model.width", "model.kernel"}


def test_the_reference_is_shifted_by_what_is_fixed_but_not_by_its_seed_or_by_a_choice_of_axes():
    found = plan("lr=0.2", "seed=4", "extra=kernel", world=World(BASE, {"extra": {"kernel": {}}}), choosing=("extra",))

    assert found.shifted == ("lr=0.2",)
    assert found.seeds == (4,)


def test_a_plan_without_axes_is_the_reference_alone():
    [trial] = plan().trials

    assert (trial.role, trial.deviation, trial.overrides, trial.seed) == ("reference", None, (), 0)


def test_steps_are_taken_from_the_shifted_reference():
    found = plan("lr=0.2", axis("lr", Step("times", 0.5), Step("times", 1), Step("plus", 1)))

    assert names(found.deviations) == ["lr=0.1", "lr=1.2"]
    assert names(found.dropped) == ["lr=0.2"]


def test_a_step_that_had_to_be_rounded_is_said():
    assert plan(axis("steps", Step("times", 0.25))).remarks == ("steps: 10 × 0.25 = 2.5, rounded to 2",)


def test_nan_in_the_reference_is_no_difference_and_no_deviation():
    found = plan(axis("lr", "nan", "1"), world=World({"lr": math.nan, "other": math.nan}))

    assert names(found.deviations) == ["lr=1"]
    assert names(found.dropped) == ["lr=nan"]


def test_dry_planning_composes_each_variant_once():
    composed = []

    def counting(overrides, *, places=False):
        composed.append(tuple(overrides))
        return WORLD(overrides, places=places)

    make_plan(asked(axis("lr", "0.2", "0.3"), seeds=5), counting)

    assert len(composed) == 4, "the reference as it is and with its first seed, and two deviations"


# -- refusals --------------------------------------------------------------------------------------

DRAGGING = World(
    {"seed": 0, "epochs": 3},
    {
        "model": {"a": {"width": 1}, "b": {"width": 2, "@defaults": {"data": "large"}}},
        "data": {"small": {"rows": 1}, "large": {"rows": 2}},
        "experiment": {"none": {}, "long": {"epochs": 9}},
    },
    {"model": "a", "data": "small", "experiment@_global_": "none"},
)


def refused(*line, world, error, **settings):
    with pytest.raises(error) as caught:
        plan(*line, world=world, **settings)
    return str(caught.value)


def test_a_choice_that_drags_another_group_along_is_refused_with_both_differences():
    message = refused(axis("model", "b"), world=DRAGGING, error=NotOneAxis)

    assert message.splitlines() == [
        "your `model=b` also changes `data`: two changes at once can't be told apart.",
        "  its own change, on model:",
        "    model.width: 1 → 2",
        "  what it drags along:",
        "    data: small → large",
        "    data.rows: 1 → 2",
        "  Make the option change one thing only, or declare that they belong together:",
        "    'hydra.sweeper.carries={model:[data]}'",
    ]


def test_what_an_axis_may_carry_is_declared_and_then_said():
    [deviation] = plan(axis("model", "b", carries=("data",)), world=DRAGGING).deviations

    assert [change.key for change in deviation.difference.own] == ["model.width"]
    assert [change.key for change in deviation.difference.carried] == ["data.rows"]


def test_a_global_option_has_no_place_of_its_own():
    message = refused(axis("experiment@_global_", "long"), world=DRAGGING, error=NotOneAxis)

    assert "also changes `epochs`" in message
    assert "no place of its own" in message
    assert "epochs: 3 → 9" in message


def test_the_refusal_names_axis_and_value():
    with pytest.raises(NotOneAxis) as caught:
        plan(axis("epochs", "4"), axis("model", "b"), world=DRAGGING)

    assert (caught.value.axis, caught.value.value) == ("model", "b")


def test_a_value_that_cannot_compose_is_refused_with_its_axis_and_the_reason():
    message = refused(axis("model", "cnn", "nope"), world=WORLD, error=CannotCompose)

    assert message == "axis `model`: `model=nope` can't be composed: Could not find 'model/nope'"


def test_a_fixed_override_that_a_choice_has_no_key_for_is_named_with_the_way_out():
    message = refused(
        "model.kernel=3", axis("model", "wide"), world=World(BASE, GROUPS, {"model": "cnn"}), error=CannotCompose
    )

    assert "`model.kernel=3` is fixed, but `model=wide` has no `model.kernel`" in message
    assert "Drop `model.kernel=3`, or leave wide out of the sweep." in message
    assert "struct Drop" not in message


def test_a_reference_that_cannot_compose_is_said_to_be_the_reference():
    assert refused("nope=1", world=WORLD, error=CannotCompose).startswith("the reference can't be composed: ")


@pytest.mark.parametrize(
    "line, hint",
    [([], "run without a reference"), ([axis("lr", "1", "2")], "lr=VALUE, beside the values to try")],
)
def test_an_open_value_in_the_reference_is_refused_with_what_to_type(line, hint):
    message = refused(*line, world=World({"lr": "???"}), error=BadOverride)

    assert "the reference leaves `lr` open (???)" in message
    assert hint in message


@pytest.mark.parametrize("protected", ["model.width", "model"])
def test_a_protected_key_is_touched_by_no_axis(protected):
    message = refused(axis("model", "cnn"), world=WORLD, error=NotOneAxis, protected=(protected,))

    assert message.startswith("axis `model`: `model=cnn` would change `model.width`")
    assert plan(axis("model", "twin"), axis("lr", "1"), protected=(protected,)).deviations


def test_steps_without_a_reference_are_refused():
    message = refused(axis("lr", Step("times", 2)), world=WORLD, error=BadOverride, reference=False)

    assert message.startswith("axis `lr`: steps are relative to a reference")


def test_several_seeds_without_their_key_are_refused_before_anything_else():
    assert "no `seed`" in refused(axis("lr", "1"), world=World({"lr": 0}), error=BadOverride, seeds=2)
