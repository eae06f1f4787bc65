"""`oneaxis reproduce`: run the claims of a reference through its app, judge them, and know where they stand."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig, OmegaConf

from oneaxis.analysis.claims import (
    Answer,
    Claim,
    Judged,
    Matrix,
    Run,
    Standing,
    judge,
    standings,
)
from oneaxis.analysis.written_claims import read_claims
from oneaxis.canonical import digest
from oneaxis.composing.text import quote
from oneaxis.errors import BadClaim, BadRecord, CannotCompose
from oneaxis.loop.app import App, config_folder, run_app
from oneaxis.study.folder import StudyFolder, study_folders
from oneaxis.trial.codec import SCHEMA, read_json, write_json
from oneaxis.trial.guard import now
from oneaxis.trial.own import PREDICTIONS_FILE, result
from oneaxis.vocabulary import Compose, Record, split_key

CLAIMS_FOLDER = "claims"
ANSWER_FILE = "claim.json"
FURTHER = "claim-{}.json"  # of a study that several claims share, as one in a fixed folder is


def claims_file(master: DictConfig) -> Path | None:
    """Where the claims of an app's primary config are: `claims/<its name>.yaml` beside it; None if there are none."""
    folder, name = config_folder(master), master.hydra.job.config_name
    path = None if folder is None or not name else folder / CLAIMS_FOLDER / f"{name.removesuffix('.yaml')}.yaml"
    return path if path is not None and path.is_file() else None


def load_claims(master: DictConfig) -> tuple[Claim, ...]:
    """The claims of an app's primary config.

    Raises
    ------
    BadClaim
        If the file can't be read.
    """
    path = claims_file(master)
    if path is None:
        return ()
    try:
        content = OmegaConf.to_container(OmegaConf.load(path))
    except Exception as error:
        raise BadClaim(f"{path} can't be read: {' '.join(str(error).split())}") from error
    return read_claims(content, str(path))


def overrides(claim: Claim) -> list[str]:
    """The command line of a claim's study: the reference alone, by the source's protocol."""
    seeds = 1 if claim.seeds is None else claim.seeds
    listed = str(seeds) if isinstance(seeds, int) else "[" + ",".join(map(str, seeds)) + "]"
    return [
        *claim.overrides,
        "hydra.sweeper.axes=null",
        f"hydra.sweeper.seeds={listed}",
        f"hydra.sweeper.policy.metric={quote(claim.metric)}",
        "hydra.sweeper.policy.direction=null",
    ]


def reproduce(app: App, claims: Sequence[Claim], told: Callable[[Claim, Judged], None]) -> tuple[Judged, ...]:
    """Run each claim as a study of its own, recorded like any, and leave the answer in its folder."""
    found = []
    for claim in claims:
        ran = run_app(app, overrides(claim))
        if ran.folder is None:
            judged = judge(claim, [Run(None, failure="the study was refused, see above")])
        else:
            judged = judge(claim, _runs(claim, ran.folder))
            _leave(claim, judged, ran.folder)
        told(claim, judged)
        found.append(judged)
    return tuple(found)


def reproduce_command(config_name: str | None) -> str:
    """What runs the claims of a configuration; None: of the app's own."""
    return "oneaxis reproduce" + (f" --config-name {shlex.quote(config_name)}" if config_name else "")


def where_claims_stand(master: DictConfig, compose: Compose, root: Path) -> tuple[tuple[Standing, ...], str | None]:
    """Each claim's newest answer at the reference as it composes now; answers are looked for under `root`.

    Beside them why there are none where they can't be read: a study goes on without them.
    """
    try:
        claims = load_claims(master)
    except BadClaim as error:
        return (), str(error)
    if not claims:
        return (), None
    seed = split_key(str(master.hydra.sweeper.seed_key))
    protocols = {}
    for claim in claims:
        try:
            protocols[claim.name] = digest(compose(claim.overrides).config, without=seed)
        except CannotCompose:
            continue  # it stands as not run; running it says why
    return standings(claims, protocols, list(_answers(root))), None


def _answers(root: Path) -> Iterator[tuple[str, str, Answer]]:
    found = []
    for folder in study_folders(root):
        own = StudyFolder(folder).own
        for path in (own / ANSWER_FILE, *own.glob(FURTHER.format("*"))):
            try:
                content = read_json(path)
                found.append((content["created"], content["claim_digest"], content["protocol"], content["answer"]))
            except (FileNotFoundError, BadRecord, KeyError):
                continue
    for _, claim, protocol, answer in sorted(found):
        yield claim, protocol, answer


def _runs(claim: Claim, folder: StudyFolder) -> list[Run]:
    study = folder.read_study()
    records = folder.records(study)
    runs = []
    for trial in study.plan.trials:
        record = records.get(trial.index)
        if record is None:
            runs.append(Run(None, failure=f"{trial.folder} left no record"))
        elif record.status != "finished":
            runs.append(Run(None, failure=record.failure.message if record.failure else record.status))
        else:
            confusion = _confusion(folder, record) if claim.confusion is not None else None
            runs.append(Run(record.metrics.get(claim.metric), confusion))
    return runs


def _confusion(folder: StudyFolder, record: Record) -> Matrix | None:
    """Rows: true class, columns: predicted, in ascending order; None without predictions."""
    file = result(folder.job(record.folder), record.predictions, PREDICTIONS_FILE)
    if file is None:
        return None
    with np.load(file, allow_pickle=False) as kept:
        truth, predicted = kept["truth"], kept["predicted"]
    names, places = np.unique(np.concatenate([truth, predicted]), return_inverse=True)
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (places[: len(truth)], places[len(truth) :]), 1)
    return tuple(tuple(int(cell) for cell in row) for row in counts)


def _leave(claim: Claim, judged: Judged, folder: StudyFolder) -> None:
    study = folder.read_study()
    reference = next(trial.digest for trial in study.plan.trials if trial.deviation is None)
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "created": now(),
        "claim": dataclasses.asdict(claim),
        "claim_digest": claim.digest,
        "protocol": reference,
        "answer": judged.answer,
        "reason": judged.reason,
        "estimate": None if judged.estimate is None else dataclasses.asdict(judged.estimate),
    }
    write_json(content, _answer_file(claim, folder))


def _answer_file(claim: Claim, folder: StudyFolder) -> Path:
    """Each claim's own: the first to come has `claim.json`."""
    first = folder.own / ANSWER_FILE
    try:
        if read_json(first).get("claim_digest") == claim.digest:
            return first
    except FileNotFoundError:
        return first
    except BadRecord:
        pass  # damaged: it isn't ours to write over
    return folder.own / FURTHER.format(claim.digest[:12])
