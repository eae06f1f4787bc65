"""The page on a data set: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from oneaxis.analysis.data_findings import Facts, Finding
from oneaxis.inspect.data import Data, columns, labels, row_names

FIRST_ROWS = 10
MOST_COLUMNS = 12
STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
p.about { color: GrayText; margin-top: 0; }
ul.findings { list-style: none; padding: 0; }
ul.findings li { border-left: .35rem solid; margin: .4rem 0; padding: .3rem .8rem; }
li.problem { border-color: #D55E00; background: #D55E0018; } li.notice { border-color: #E69F00; background: #E69F0018; }
li.none { border-color: #009E73; background: #009E7318; }
li b { display: inline-block; min-width: 5.2rem; }
table { border-collapse: collapse; font-size: .86rem; } td, th { padding: .15rem .7rem .15rem 0; text-align: right; }
td:first-child, th:first-child { text-align: left; } tr { border-bottom: 1px solid #8884; }
div.wide { overflow-x: auto; } figure { margin: 1rem 0; } img { max-width: 100%; background: white; }
figcaption { color: GrayText; font-size: .9rem; }
"""


def page(
    data: Data, facts: Facts, found: Sequence[Finding], figures: Sequence[tuple[str, str, bytes]], *, about: str
) -> str:
    """The whole page; figures are (name, caption, PNG)."""
    parts = [
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{escape(data.name)}: the data</title>",
        f"<meta name='viewport' content='width=device-width'><style>{STYLE}</style></head><body>",
        f"<h1>The data: {escape(data.name)}</h1><p class='about'>{escape(about)}</p>",
        "<h2>Findings</h2>",
        *_findings(found),
        "<h2>Parts</h2>",
        *_parts(facts),
        *(_figure(*figure) for figure in figures),
        *_first_rows(data),
        "<h2>Features</h2>",
        *_features(data, facts),
        "<h2>How it was looked at</h2>",
        *(f"<p>{escape(line)}</p>" for line in method(facts)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def method(facts: Facts) -> Iterator[str]:
    """What was compared and how, with the limits of it."""
    yield (
        "Rows are equal if every feature is, to the bit; labels are compared after. Shift is Kolmogorov-Smirnov's D "
        "for numbers and total variation for names, tested for all features and parts together (Holm, 1 % "
        "family-wise); differences below 0.1 aren't named, however certain. Above 20,000 rows a part is sampled for it."
    )
    for item in facts.neighbours:
        every = "all rows" if item.complete else f"{item.checked:,} rows drawn from a fixed seed"
        yield (
            f"Nearest neighbours of {item.part}: {every} among {item.among:,} training rows; least distance "
            f"{item.least:.3g}, median {item.median:.3g}; within train {item.usual:.3g} is usual, and below "
            f"{item.limit:.3g} counts as nearly equal."
        )


def _findings(found: Sequence[Finding]) -> Iterator[str]:
    yield "<ul class='findings'>"
    if not found:
        yield "<li class='none'><b>nothing</b> No repeated, shared, missing or constant values, and no shift.</li>"
    for finding in found:
        yield f"<li class='{finding.weight}'><b>{finding.weight}</b> {escape(finding.text)}</li>"
    yield "</ul>"


def _parts(facts: Facts) -> Iterator[str]:
    yield "<table><tr><th>part</th><th>rows</th><th>classes</th><th>repeated rows</th><th>missing values</th></tr>"
    for part in facts.parts:
        lacking = sum(column.missing.get(part.name, 0) for column in facts.columns)
        cells = (part.name, f"{part.rows:,}", str(len(part.classes) or ""), f"{part.repeated:,}", f"{lacking:,}")
        yield _row(cells)
    yield "</table>"


def _figure(name: str, caption: str, png: bytes) -> str:
    source = base64.b64encode(png).decode("ascii")
    shown = f"<img alt='{escape(caption, quote=True)}' src='data:image/png;base64,{source}'>"
    return f"<figure id='{name}'>{shown}<figcaption>{escape(caption)}</figcaption></figure>"


def _first_rows(data: Data) -> Iterator[str]:
    if data.kind != "table":
        return
    seen, named = columns(data, data.train), labels(data, data.train)
    texts = list(seen.texts)
    names = [*seen.names, *texts][:MOST_COLUMNS]
    yield "<h2>Training rows</h2><div class='wide'><table>"
    heads = ("row", *(() if named is None else ("class",)), *names)
    yield "<tr>" + "".join(f"<th>{escape(str(head))}</th>" for head in heads) + "</tr>"
    ids = row_names(data.train)
    drawn = np.sort(np.random.default_rng(0).permutation(data.train.rows)[:FIRST_ROWS])
    for row in drawn:
        values = [_number(value) for value in seen.numbers[row]] + [str(seen.texts[name][row]) for name in texts]
        yield _row((str(ids[row]), *(() if named is None else (str(named[row]),)), *values[:MOST_COLUMNS]))
    yield "</table></div>"


def _features(data: Data, facts: Facts) -> Iterator[str]:
    seen = columns(data, data.train)
    far: dict[tuple[str, str], float] = {
        (shift.name, shift.part): shift.distance for shift in facts.shifts if shift.kind == "feature"
    }
    others = [part.name for part in facts.parts[1:]]
    heads = ("feature", "mean", "sd", "least", "median", "most", "missing", *(f"shift in {part}" for part in others))
    yield "<p>In the training part; missing values in all parts.</p><div class='wide'><table>"
    yield "<tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"
    for place, column in enumerate(facts.columns):
        lacking = str(sum(column.missing.values()))
        shifts = [_number(far[column.name, part]) if (column.name, part) in far else "" for part in others]
        if place < len(seen.names):
            values = seen.numbers[:, place]
            values = values[np.isfinite(values)]
            summary = (
                [values.mean(), values.std(), values.min(), np.median(values), values.max()] if len(values) else []
            )
            shown = [_number(value) for value in summary] or [""] * 5
        else:
            shown = [f"{len(np.unique(seen.texts[column.name]))} names", "", "", "", ""]
        yield _row((column.name, *shown, lacking, *shifts))
    yield "</table></div>"


def _row(cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4g}"
