"""A figure inside of a page: an SVG whose colours follow the page's theme.

The page's policy allows no style attributes, so each becomes a class; the page holds the classes once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from oneaxis.report.plot_style import COLOURS

SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
_COLOUR = re.compile("|".join(light for light, _ in COLOURS.values()))
_NAMES = {light: name for name, (light, _) in COLOURS.items()}
_REFERENCE = re.compile(r"#([\w.-]+)")
_KEPT = ("fill", "stroke", "opacity", "font-size", "text-anchor", "font-style", "font-weight")


class InlineFigures:
    """Takes in one figure after the other and gathers the styles that they share."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}

    @property
    def css(self) -> str:
        """The rules for all figures taken in."""
        rules = [f".{name}{{{style}}}" for style, name in self._classes.items()]
        return "svg.figure *{stroke-linejoin:round;stroke-linecap:butt}" + "".join(rules)

    def inline(self, svg: str, name: str, title: str, description: str) -> str:
        """The figure as an element of a page, named for screen readers. `name` is unique in the page."""
        root = ET.fromstring(svg)  # noqa: S314 - written by Matplotlib a moment ago
        for parent in root.iter():
            for child in list(parent):
                if _local(child) in ("metadata", "style"):
                    parent.remove(child)
        used = {target for element in root.iter() for target in _targets(element)}
        for element in root.iter():
            element.tag = _local(element)
            self._restyle(element)
            _rename(element, used, name)
        for attribute in ("width", "height", "version"):
            root.attrib.pop(attribute, None)
        root.attrib |= {"class": "figure", "role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
        for tag, text in (("desc", description), ("title", title)):
            told = ET.Element(tag, {"id": f"{name}-{tag}"})
            told.text = text
            root.insert(0, told)
        return ET.tostring(root, encoding="unicode")

    def _restyle(self, element: ET.Element) -> None:
        style = element.attrib.pop("style", None)
        if style is None:
            return
        rules = [rule for part in style.split(";") if (rule := _rule(part))]
        text = _COLOUR.sub(lambda found: f"var(--{_NAMES[found.group(0)]})", ";".join(rules))
        if text:
            element.attrib["class"] = self._classes.setdefault(text, f"f{len(self._classes)}")


def _rule(part: str) -> str:
    name, _, value = (piece.strip() for piece in part.partition(":"))
    if name == "font":  # `8px 'DejaVu Sans', …`: the page has its own family
        size = re.search(r"[\d.]+px", value)
        return f"font-size:{size.group(0)}" if size else ""
    return f"{name}:{value}" if name.startswith(_KEPT) else ""


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _targets(element: ET.Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        if key == XLINK or "url(#" in value:
            yield from _REFERENCE.findall(value)


def _rename(element: ET.Element, used: set[str], name: str) -> None:
    """Ids that something points to are made the page's own; the others go."""
    known = element.attrib.pop("id", None)
    if known in used:
        element.attrib["id"] = f"{name}-{known}"
    target = element.attrib.pop(XLINK, None)
    if target is not None:
        element.attrib["href"] = _REFERENCE.sub(rf"#{name}-\1", target)
    for key, value in element.attrib.items():
        if value.startswith("url(#"):
            element.attrib[key] = _REFERENCE.sub(rf"#{name}-\1", value)
