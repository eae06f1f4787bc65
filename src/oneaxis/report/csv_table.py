"""A table as CSV (RFC 4180), for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
import re

from oneaxis.report.table import Table

_NUMBER = re.compile(r"[+−-]?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "−")


def csv_text(table: Table) -> str:
    """Headings, then the rows. Numbers carry a plain minus; text that a spreadsheet would run gets an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_cell(heading) for heading in table.headings])
    writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return stream.getvalue()


def _cell(cell: str) -> str:
    if _NUMBER.fullmatch(cell):
        return cell.replace("−", "-")
    return f"'{cell}" if cell.startswith(_FORMULA) and len(cell) > 1 else cell
