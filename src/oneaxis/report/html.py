"""`report.html`: one file that needs nothing else, from one comparison."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from oneaxis.report.contents import Contents
from oneaxis.report.figures import figures
from oneaxis.report.html_sections import failures, flips, held_fixed, provenance
from oneaxis.report.html_table import html_table, mark
from oneaxis.report.html_text import block, section, text
from oneaxis.report.look import by_verdict
from oneaxis.report.plot_style import COLOURS, Drawing, drawing_style, svg_text
from oneaxis.report.svg import InlineFigures
from oneaxis.report.table import label

SENTENCES = 24  # verdicts in words; the table has all


def html_page(contents: Contents) -> str:
    """The page, its figures drawn: imports Matplotlib."""
    inline = InlineFigures()
    with drawing_style():
        drawn = {drawing.name: _figure(drawing, inline) for drawing in figures(contents)}
    return _page(contents, drawn, inline.css)


def page_without_figures(contents: Contents) -> str:
    """The page where nothing can be drawn."""
    return _page(contents, {}, "")


def _page(contents: Contents, drawn: dict[str, str], figure_css: str) -> str:
    sections = [
        section("verdicts", "Verdicts", _verdicts(contents)),
        section("table", "Every deviation", html_table(contents.comparison)),
        section("effects", "Effects", "".join(drawn.get(name, "") for name in ("forest", "tornado", "response"))),
        section("seeds", "Seeds", drawn.get("seeds", "")),
        section(
            "curves", "Learning curves", "".join(body for name, body in drawn.items() if name.startswith("curves"))
        ),
        section(
            "flips", "Examples that changed", flips(contents), note="Of the saved predictions, against the reference."
        ),
        section("time", "Time", drawn.get("time", "")),
        section("failures", "Without a result", failures(contents)),
        section("fixed", "What was held fixed", held_fixed(contents)),
        section("provenance", "Provenance", provenance(contents)),
        section("command", "Again", block(contents.command), note="The study's exact command:"),
    ]
    present = [part for part in sections if part]
    style = _theme() + _data("page.css") + figure_css
    script = _data("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    study = contents.study
    one = len(contents.comparison.rows) == 1
    deviations = "1 deviation" if one else f"{len(contents.comparison.rows)} deviations"
    size = f"{deviations} from one reference, {contents.trials} trial{'' if contents.trials == 1 else 's'}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="generator" content="oneaxis">'
        '<link rel="icon" href="data:,">'
        f"<title>{text(study.name)}: what each change did</title><style>{style}</style></head>\n"
        '<body><a class=skip href="#main">Skip to the verdicts</a>'
        f"<header><h1>{text(study.name)}</h1>"
        f"<p>{text(size)}, "
        f"started <time>{text(study.created[:16].replace('T', ' '))}</time> UTC</p></header>"
        f"<nav aria-label=Contents>{_contents(present)}</nav>"
        f'<main id="main">{"".join(present)}</main>'
        f"<script>{script}</script></body></html>\n"
    )


def _verdicts(contents: Contents) -> str:
    comparison = contents.comparison
    parts = []
    health = "".join(
        f'<li class="{"good" if each.good else "bad"}"><span aria-hidden="true">{"✓" if each.good else "!"}</span> '
        f"{text(each.text)}</li>"
        for each in comparison.health
    )
    if health:
        parts.append(f'<ul class=health aria-label="Health of the study">{health}</ul>')
    rows = by_verdict(comparison)
    told = [
        f"<li>{mark(row)} <span>{text(contents.sentences.get(row.name) or label(row))}</span></li>"
        for row in rows[:SENTENCES]
    ]
    if told:
        parts.append(f"<ul class=sentences>{''.join(told)}</ul>")
    if len(rows) > SENTENCES:
        parts.append(f'<p>and {len(rows) - SENTENCES} more, <a href="#table">in the table</a></p>')
    remarks = "".join(f"<li>{text(remark)}</li>" for remark in comparison.remarks)
    return "".join(parts) + (f"<ul>{remarks}</ul>" if remarks else "")


def _figure(drawing: Drawing, inline: InlineFigures) -> str:
    svg = inline.inline(svg_text(drawing.figure), f"figure-{drawing.name}", drawing.title, drawing.description)
    title = text(drawing.title)
    caption = text(drawing.description.partition(". ")[0].rstrip("."))
    return (
        f'<figure><h3>{title}</h3><div class=scroll tabindex=0 role=region aria-label="{title}">'
        f"{svg}</div><figcaption>{caption}.</figcaption></figure>"
    )


def _contents(present: Sequence[str]) -> str:
    links = []
    for part in present:
        name = part.partition('id="')[2].partition('"')[0]
        heading = part.partition("<h2")[2].partition(">")[2].partition("</h2>")[0]
        links.append(f'<li><a href="#{name}">{heading}</a></li>')
    return f"<ul>{''.join(links)}</ul>"


def _theme() -> str:
    """The colours of page and figures as variables: light, dark, and light on paper."""
    light, dark = ("".join(f"--{name}:{pair[place]};" for name, pair in COLOURS.items()) for place in (0, 1))
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _data(name: str) -> str:
    return (files("oneaxis.report") / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"sha256-{digest}"
