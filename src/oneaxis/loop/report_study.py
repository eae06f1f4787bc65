"""Write a study's report: the page, its figures and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from oneaxis.analysis.comparison import compare
from oneaxis.analysis.examples import Flips as RowFlips
from oneaxis.analysis.examples import flips
from oneaxis.analysis.result import Comparison
from oneaxis.errors import FolderUnusable
from oneaxis.loop.command_line import shown_line
from oneaxis.report.contents import Contents, Flips
from oneaxis.report.csv_table import csv_text
from oneaxis.report.figures import figures
from oneaxis.report.html import html_page
from oneaxis.report.latex import latex
from oneaxis.report.look import by_verdict
from oneaxis.report.markup import markdown
from oneaxis.report.plot_panels import curve_rows
from oneaxis.report.plot_style import drawing_style, png_bytes, svg_text
from oneaxis.report.sentence import sentence
from oneaxis.report.table import tabulate
from oneaxis.study.curves import REFERENCE, read_curves
from oneaxis.study.folder import StudyFolder
from oneaxis.study.predictions import read_examples
from oneaxis.vocabulary import Record, Study

PAGE = "report.html"
FIGURES = "figures"
FLIPPED = 30  # deviations whose predictions are read
PAIRS = 5  # seeds of one


def write_report(folder: StudyFolder, *, output: Path | None = None) -> Path:
    """Write the page, the figures (PNG and SVG) and the tables of a study as it stands; the page's path.

    Raises
    ------
    FolderUnusable
        If they can't be written.
    """
    study = folder.read_study()
    records = folder.records(study)
    comparison = compare(study.plan, records, study.policy)
    page = output or folder.own / PAGE
    try:
        write_page(folder, study, records, comparison, page)
        write_tables(folder, comparison)
        write_figures(contents(folder, study, records, comparison), folder.own / FIGURES)
    except OSError as error:
        raise FolderUnusable(f"the report can't be written: {error}; give another place: --output FILE") from error
    return page


def write_page(
    folder: StudyFolder, study: Study, records: Mapping[int, Record], comparison: Comparison, page: Path | None = None
) -> Path:
    """Write the page alone."""
    target = page or folder.own / PAGE
    _write(target, html_page(contents(folder, study, records, comparison)).encode("utf-8", "replace"))
    return target


def report_at_end(
    folder: StudyFolder, study: Study, records: Mapping[int, Record], comparison: Comparison
) -> str | None:
    """Write page and tables when a study ends; why they couldn't be written, if so: that fails no study."""
    try:
        write_tables(folder, comparison)
        write_page(folder, study, records, comparison)
    except Exception as error:  # noqa: BLE001 - whatever a drawing library raises, the results are on disk
        return f"{PAGE} wasn't written ({type(error).__name__}: {error!s:.200}); again: oneaxis report"
    return None


def write_tables(folder: StudyFolder, comparison: Comparison) -> None:
    table = tabulate(comparison)
    for name, written in (
        ("table.md", markdown(table) + "\n"),
        ("table.tex", latex(table)),
        ("table.csv", csv_text(table)),
    ):
        _write(folder.own / name, written.encode("utf-8", "replace"))


def write_figures(material: Contents, target: Path) -> None:
    target.mkdir(exist_ok=True)
    with drawing_style():
        for drawing in figures(material):
            _write(target / f"{drawing.name}.svg", svg_text(drawing.figure).encode())
            _write(target / f"{drawing.name}.png", png_bytes(drawing.figure))


def contents(folder: StudyFolder, study: Study, records: Mapping[int, Record], comparison: Comparison) -> Contents:
    """What the report is made of; curves and predictions are read only of rows that are shown."""
    drawn = [row.name for rows in curve_rows(comparison).values() for row in rows]
    return Contents(
        study=study,
        comparison=comparison,
        records=records,
        command=shown_line(["python", *study.app, *study.arguments]),
        sentences={row.name: sentence(row, comparison) for row in comparison.rows},
        curves=read_curves(folder, study, records, [REFERENCE, *drawn]),
        flips=_flips(folder, study, records, comparison),
    )


def _flips(
    folder: StudyFolder, study: Study, records: Mapping[int, Record], comparison: Comparison
) -> dict[str, tuple[Flips, ...]]:
    """Flips by class, added up over a row's paired seeds."""
    trials = {trial.index: trial for trial in study.plan.trials}
    found: dict[str, tuple[Flips, ...]] = {}
    for row in by_verdict(comparison)[:FLIPPED]:
        counted = []
        for pair in row.pairs[:PAIRS]:
            one, other = (
                read_examples(folder, trials[index], records[index])
                for index in (pair.reference_trial, pair.deviation_trial)
            )
            flipped = flips(one, other) if one is not None and other is not None else None
            if flipped is not None:
                counted.append(flipped)
        if any(each.right or each.wrong for each in counted):
            found[row.name] = _by_class(counted)
    return found


def _by_class(counted: list[RowFlips]) -> tuple[Flips, ...]:
    classes: dict[str, list[int]] = {}
    for each in counted:
        for label, (right, wrong) in each.by_class.items():
            sums = classes.setdefault(str(label), [0, 0])
            sums[0] += right
            sums[1] += wrong
    return tuple(Flips(label, right, wrong) for label, (right, wrong) in classes.items() if right or wrong)


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all."""
    partial = target.with_name(f".{target.name}.partial")
    partial.write_bytes(content)
    partial.replace(target)
