"""What can go wrong, each said in one line that names the culprit and what to type next."""

from __future__ import annotations


class OneAxisError(Exception):
    """Anything that oneaxis refuses or that failed under it."""


class BadOverride(OneAxisError):
    """An override or a setting that can't be an axis, a seed list or a step."""


class CannotCompose(OneAxisError):
    """Hydra could not compose a configuration; the message holds Hydra's reason."""


class NotOneAxis(OneAxisError):
    """A deviation changes more than its own axis. `axis` and `value` say which."""

    def __init__(self, message: str, *, axis: str, value: str) -> None:
        super().__init__(message)
        self.axis = axis
        self.value = value


class StoreUnreachable(OneAxisError):
    """The tracking store can't be reached or is of another version."""


class FolderUnusable(OneAxisError):
    """A study folder can't be written or read."""


class AppUnusable(OneAxisError):
    """The app behind a command isn't known, isn't there, or doesn't get as far as a plan; `reason`: its own words."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message


class AppRuns(AppUnusable):
    """The app would have run its task where a command only looks at it; it was ended before."""


class BadClaim(OneAxisError):
    """A file of claims can't be read, or one of its claims lacks something."""


class BadRecord(OneAxisError):
    """A file of a study is damaged or of an unknown version."""


class TrialRefused(OneAxisError):
    """The guard: a job's configuration isn't the one that was proved."""


class TrialFailed(OneAxisError):
    """A trial ended without usable metrics."""


class WorkerDied(TrialFailed):
    """A trial's process ended before the task returned: killed, crashed, or by its own hard exit."""


class TrialTaken(TrialRefused):
    """Another process works at the same trial, or has done it."""


class QueueSilent(OneAxisError):
    """A cluster's queue can't be asked."""


class StudyFailed(OneAxisError):
    """A study ended with failed, refused or missing trials."""


class CannotEdit(OneAxisError):
    """A configuration file can't be edited safely; nothing was changed."""


class NotPromoted(OneAxisError):
    """A promotion that is refused; nothing was changed."""
