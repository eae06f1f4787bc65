"""A table as LaTeX, ready to paste; it needs the package booktabs."""

from __future__ import annotations

import re

from oneaxis.report.table import Table

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    # What stands in our own headings and cells, for compilers without Unicode too.
    "Δ": r"$\Delta$",
    "→": r"$\rightarrow$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": r"$-$",
    "≡": r"$\equiv$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "·": r"$\cdot$",
    "…": r"\dots{}",
}
_FOUND = re.compile("|".join(re.escape(letter) for letter in _SPECIAL))
_BREAKS = re.compile(r"\s*[\r\n\v\f\x85\u2028\u2029]+\s*")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def latex(table: Table) -> str:
    """A `tabular` with booktabs' rules, the reference set apart; text from records can't be read as a command."""
    columns = "l" + "r" * (len(table.headings) - 1)
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", _line(table.headings), r"\midrule"]
    for number, row in enumerate(table.rows):
        lines.append(_line(row))
        if table.has_reference and number == 0 and len(table.rows) > 1:
            lines.append(r"\midrule")
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    # A bracket right after `\\` would be read as its argument: `{}` stands between.
    texts = [_escaped(cell) for cell in cells]
    texts = [f"{{}}{cell}" if cell.startswith(("[", "*")) else cell for cell in texts]
    return " & ".join(texts) + r" \\"


def _escaped(cell: str) -> str:
    one_line = _CONTROL.sub("", _BREAKS.sub(" ", cell))
    return _FOUND.sub(lambda found: _SPECIAL[found.group(0)], one_line)
