"""The words of oneaxis as frozen values: axis, deviation, trial, plan, record, study."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Path = tuple[str, ...]
Kind = Literal["value", "group"]
ControlKind = Literal["repeat", "bite", "placebo"]
Status = Literal["finished", "failed", "refused"]
OFFLINE = "offline"
_PIECES = re.compile(r"\\[.\\]|\.|[^.\\]+|\\")
_ESCAPED = re.compile(r"\\([.\\])")
_OWN_DOTS = re.compile(r"\\(?=[.\\]|\Z)|\.")  # what would be read as a border between names, or hide one
GATES = ("code", "data", "packages", "threads", "device")  # layers that can differ besides an axis


class Absent:
    """The value of a key that isn't there."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT = Absent()


@dataclass(frozen=True)
class Step:
    """A candidate relative to the reference's number: `times` multiplies, `plus` adds."""

    kind: Literal["times", "plus"]
    amount: float


@dataclass(frozen=True)
class Axis:
    """One config group or one key, with candidate values.

    `candidates` are texts as they stand after `=` in an override, or steps. `position` is the axis's place
    among the command line's overrides; axes from a file have none and come after all of them. `derived` by a screen:
    a value that is refused is left out, since nobody asked for it. `at` is the key's path in the reference, where that
    isn't the key itself.
    """

    key: str
    kind: Kind
    candidates: tuple[str | Step, ...]
    prefix: str = ""
    position: int | None = None
    carries: tuple[str, ...] = ()
    derived: bool = False
    at: Path | None = None

    @property
    def path(self) -> Path:
        """The key as a path of the configuration (for a group without package: its default place)."""
        if self.at is not None:
            return self.at
        group, _, package = self.key.partition("@")
        if package:
            return split_key(package)
        return split_key(group.replace("/", "."))


@dataclass(frozen=True)
class FixedOverride:
    """A single value on the command line: it moves the reference."""

    text: str
    key: str
    prefix: str
    kind: Kind
    position: int


@dataclass(frozen=True)
class Composed:
    """One composed configuration of the task.

    `config` is unresolved, `resolved` maps each leaf's path to its value after interpolation, `choices` are
    Hydra's chosen groups, `places` where each chosen group's nodes live, `around` Hydra's own node as far as it
    reaches a job (both empty: not asked for).
    """

    config: Mapping[str, Any]
    choices: Mapping[str, str | None]
    resolved: Mapping[Path, Any]
    places: Mapping[str, Path] = field(default_factory=dict)
    around: Mapping[str, Any] = field(default_factory=dict)


class Compose(Protocol):
    """Compose the task's configuration for a list of override texts; Hydra stands behind it."""

    def __call__(self, overrides: Sequence[str], *, places: bool = False) -> Composed:
        """Raise `CannotCompose` with Hydra's reason."""
        ...


@dataclass(frozen=True)
class Change:
    """One leaf before and after; `ABSENT` where there is none."""

    path: Path
    before: Any
    after: Any

    @property
    def key(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Difference:
    """How a deviation differs from the reference.

    `own` lies on the axis, `carried` is declared by `carries`, `follows` is moved by interpolation,
    `holds` are fixed overrides inside a swept group, `foreign` is what makes it more than one change.
    """

    own: tuple[Change, ...]
    carried: tuple[Change, ...] = ()
    follows: tuple[Change, ...] = ()
    holds: tuple[str, ...] = ()
    foreign: tuple[Change, ...] = ()
    foreign_choices: tuple[Change, ...] = ()

    @property
    def is_one_axis(self) -> bool:
        return not self.foreign and not self.foreign_choices


@dataclass(frozen=True)
class Deviation:
    """An axis at one value other than the reference's, proved to be a single change."""

    axis: str
    kind: Kind
    value: str
    before: str
    overrides: tuple[str, ...]
    digest: str
    difference: Difference
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.axis}={self.value}"


@dataclass(frozen=True)
class Control:
    """A check of the experiment itself: the reference again, a change that must hurt, one that must do nothing."""

    kind: ControlKind
    change: Deviation | None = None

    @property
    def name(self) -> str:
        return self.kind if self.change is None else f"{self.kind} {self.change.name}"


@dataclass(frozen=True)
class Dropped:
    """A candidate that isn't run, and why."""

    axis: str
    value: str
    reason: str

    @property
    def name(self) -> str:
        return f"{self.axis}={self.value}"


@dataclass(frozen=True)
class Trial:
    """One Hydra job: the reference (`deviation` None), a deviation or a control, at one seed.

    `digest` is that of the composed configuration without its seed. `folder` is relative to the study's. A control's
    `deviation` is its name.
    """

    index: int
    deviation: str | None
    axis: str | None
    value: str | None
    seed: int | None
    overrides: tuple[str, ...]
    digest: str
    folder: str
    control: ControlKind | None = None

    @property
    def role(self) -> str:
        if self.control is not None:
            return "control"
        return "reference" if self.deviation is None else "deviation"

    def label(self, *, several_seeds: bool) -> str:
        """The run's name: `optimizer.lr=0.01 · seed 3`."""
        name = self.deviation or "reference"
        return f"{name} · seed {self.seed}" if several_seeds and self.seed is not None else name


@dataclass(frozen=True)
class Plan:
    """What will run, and why it is one change each.

    With `looks` (numbers of seeds) the study is adaptive: its trials are the most that it may run, `max_trials`
    limits them further, and only deviations that a look leaves undecided get the seeds of the next.
    """

    reference: Composed | None
    reference_overrides: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    trials: tuple[Trial, ...]
    seed_key: str
    seeds: tuple[int | None, ...]
    reference_seeds: tuple[int | None, ...]
    dropped: tuple[Dropped, ...] = ()
    shifted: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    looks: tuple[int, ...] = ()
    max_trials: int | None = None
    controls: tuple[Control, ...] = ()

    @property
    def adaptive(self) -> bool:
        return bool(self.looks)

    @property
    def screens(self) -> bool:
        """Whether the first look is at one seed, beside the reference at all of them: who stands out gets the rest."""
        return self.looks[:1] == (1,)


@dataclass(frozen=True)
class Margin:
    """The smallest difference that matters: in the metric's unit, or as a share of the reference's mean."""

    amount: float
    relative: bool = False

    def __str__(self) -> str:
        return f"{100 * self.amount:g}%" if self.relative else f"{self.amount:g}"


@dataclass(frozen=True)
class Policy:
    """What decides, and how it is read.

    `confidence` is that of all verdicts together, guardrails are limits, `gates` the layers that two trials must
    share to be compared.
    """

    metric: str | None = None
    direction: Literal["maximize", "minimize"] | None = None
    replicates: Literal["training", "resampled"] = "training"
    protected: tuple[str, ...] = ()
    margin: Margin | None = None
    confidence: float = 0.95
    guardrails: Mapping[str, float] = field(default_factory=dict)
    gates: tuple[str, ...] = GATES


@dataclass(frozen=True)
class Failure:
    """Why a trial has no result."""

    kind: str
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Record:
    """What one trial left behind. Times are UTC, ISO 8601; `seconds` and phases are wall seconds.

    `digest` is that of the configuration without its seed, `fingerprint` with it. `code` are digests of the project's
    modules that it loaded, by path from the project's folder; `environment` what it computed with, by layer
    (packages, threads, device); `machine` where it ran. `data` are digests of what it saw; `data_files` the files
    among that, with path, size, time and digest, so that they can be looked at again.
    `sizes` are numbers of examples by part of the data, `outputs` digests of what was predicted and logged;
    `predictions` and `curves` say where in the job folder these lie.
    """

    study: str
    trial: int
    role: str
    axis: str | None
    value: str | None
    deviation: str | None
    seed: int | None
    folder: str
    status: Status
    metrics: Mapping[str, float] = field(default_factory=dict)
    failure: Failure | None = None
    overrides: tuple[str, ...] = ()
    digest: str = ""
    fingerprint: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    started: str = ""
    ended: str = ""
    seconds: float | None = None
    phases: Mapping[str, float] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    predictions: str | None = None
    curves: str | None = None
    machine: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    reused_from: Mapping[str, str] = field(default_factory=dict)  # study and folder of the trial that was run
    code: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    data_files: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Tracking:
    """Where a study is mirrored. `uri` None: nowhere; "offline": later, by `oneaxis sync`."""

    uri: str | None
    experiment: str

    @property
    def live(self) -> bool:
        return self.uri is not None and self.uri != OFFLINE


@dataclass(frozen=True)
class Study:
    """One `python train.py -m …`: its plan, its policy, and how to start it again."""

    id: str
    name: str
    created: str
    app: tuple[str, ...]
    arguments: tuple[str, ...]
    cwd: str
    plan: Plan
    policy: Policy
    tracking: Tracking

    @property
    def single(self) -> bool:
        """Whether this is one run without `-m`: its record lies in the study's own folder."""
        return [trial.folder for trial in self.plan.trials] == ["."]

    @property
    def several_seeds(self) -> bool:
        return len({trial.seed for trial in self.plan.trials}) > 1


def split_key(key: str) -> Path:
    """`optimizer.lr` as a path; the empty key is the root."""
    names = [""] if key else []
    for piece in _PIECES.findall(key):
        if piece == ".":
            names.append("")
        else:
            names[-1] += piece
    return tuple(names)


def one_name(text: str) -> str:
    r"""A mapping's key as one name of a path, also where it has dots itself: `a\.b` beside `a.b`, which are two."""
    return text if "." not in text and "\\" not in text else _OWN_DOTS.sub(r"\\\g<0>", text)


def as_written(name: str) -> str:
    """The key that `one_name` was given."""
    return _ESCAPED.sub(r"\1", name)


def short(digest: str) -> str:
    """A digest as people read it."""
    return digest[:8]
