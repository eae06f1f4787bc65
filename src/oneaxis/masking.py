"""Secrets are masked before anything is shown or written: by the names of keys and variables, and in addresses.

Digests are taken of the real values; only what people and other programs read is masked. Where masked values are
compared, or tell trials apart, the mask has a mark, `***#1a2b3c4d`: equal marks are equal values. No override can hold
a mark, so that nobody runs one in the place of a value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from oneaxis.secret_names import (
    Hidden,
    hidden_below,
    hidden_by_interpolation,
    hidden_by_override,
    hidden_by_path,
    secret,
    strongest,
    words_of,
)

MASK = "***"
MARKED = re.compile(r"\*\*\*#[0-9a-f]{8}")
SHORTEST = 4  # characters; a shorter secret can't be told from the text around it
# Variables of every shell: the working directory, in spite of the word `pwd`. (`PWD=…` is ODBC's password, too.)
_FOLDERS = frozenset(("PWD", "OLDPWD"))
# `user:password@`, up to the last `@` of the host's part. A database's password may hold `/`, `?`, `#` and spaces, too,
# up to its `@`; after a web address's port the same is a path: `http://host:5000/a@b`.
_USER = re.compile(
    r"""(?P<start>://)(?:
      [^\s/?#]*@
    | (?:(?<!http://)(?<!https://) | (?![^\s/:@?#]*:(?://|\d+(?:[^\w@]|$))))
      (?!\[)[^\s/:@?#]*:\S[^\n@]*@(?:[^\s/?#]*@)?
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_QUERY = r"(?<=[?&;\#])([^\s=&?;\#/]+)=([^&{ends}]+)"
_QUERY_AMID_TEXT, _QUERY_ALONE = (re.compile(_QUERY.format(ends=ends)) for ends in (r"\s", r"\n"))
_ALONE = re.compile(r"""(?:[^\s=]*=)?['"]?[a-zA-Z][\w+.\-]*://""")
# Databases' drivers and clouds have names of their own beside those of `secret`: `sslpassword`, `sig`.
_QUERY_PARTS = ("passw", "pwd", "secret", "token")
_QUERY_WORDS = frozenset(("key", "sig", "signature", "pass", "pw", "auth"))
_NAME = re.compile(r"\$\{[^{}]*\}")
_INTERPOLATION = re.compile(r"\$\{[^{}]*\}\W*")
_CLOSING = re.compile(r"""['"`)\]}>,;.]{1,3}$""")
_ASSIGNED = re.compile(
    r"""([\w.\-@/]+)(\s*[=:]\s*)(?!\$\{)(\w*\([^()\n]*\)|\[[^\[\]\n]*\]|"[^"\n]*"|'[^'\n]*'|[^\s,;&'"{}\[\]()]+)"""
)
_PARTS = re.compile(r"[^\s,()\[\]{}:=]+")
_QUOTED = re.compile(r"""(?s)(['"])(.*)\1""")
_ESCAPED = re.compile(r"\\([\\()\[\]{}:=, \t])")
# What stands beside the values of a sweep: `choice(1,2)`, `range(start=1,stop=5)`.
_SWEEPS = re.compile(r"\b(?:(?:choice|range|interval|sort|shuffle|tag)\(|(?:start|stop|step|reverse)=)")
_NO_TEXT = frozenset(("true", "false", "null", "???"))


def masked_values(node: Any) -> Any:
    """A container with the values of secret keys masked, and the credentials in addresses.

    Interpolations stay: they are names. So do switches, and numbers but for those that may be a password.
    """
    return _masked(node, "", marks=False)


def marked_values(node: Any, path: Iterable[str] = (), written: Any = None) -> Any:
    """The same with marks, of what stands at a path. `written`: before interpolation; what a secret gave is one."""
    return _masked(node, strongest((hidden_by_path(path), hidden_by_interpolation(written))), marks=True)


def marked_pointers(node: Any, written: Any) -> Any:
    """A container with those values masked and marked that came from secrets by interpolation, as `written` tells."""
    if isinstance(node, Mapping) and isinstance(written, Mapping):
        return {key: marked_pointers(value, written.get(key)) for key, value in node.items()}
    if isinstance(node, (list, tuple)) and isinstance(written, (list, tuple)) and len(node) == len(written):
        return [marked_pointers(*pair) for pair in zip(node, written, strict=True)]
    return marked_values(node, written=written) if hidden_by_interpolation(written) else node


def stands_in(text: str) -> bool:
    """Whether an override has a mask in the place of a secret, and so is none to run."""
    return MASK in text and (MARKED.search(text) is not None or has_mask(masked_override(text.replace(MASK, "hidden"))))


def type_yours(words: Iterable[str]) -> str:
    """What is said behind a line to copy where a mask stands in it."""
    hides = any(word == MASK or stands_in(word) for word in words)
    return "   (no secret is kept: type yours in the place of ***)" if hides else ""


def unknown(value: Any) -> bool:
    """Whether a value was masked without a mark, by an older oneaxis: nothing tells what it was."""
    return has_mask(value) and not MARKED.search(str(value))


def has_mask(node: Any) -> bool:
    """Whether a value in a container was masked."""
    if isinstance(node, Mapping):
        return any(has_mask(value) for value in node.values())
    if isinstance(node, (list, tuple)):
        return any(has_mask(item) for item in node)
    return isinstance(node, str) and MASK in node


def secrets_in(config: Any, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The secret values themselves, longest first: they must not stand in any message either."""
    found = {str(value) for value in _secret_leaves(config, "")}
    found.update(value for name, value in environment.items() if _is_secret(name, value))
    return tuple(sorted((value for value in found if len(value) >= SHORTEST), key=len, reverse=True))


def masked_text(text: str, secrets: Iterable[str] = ()) -> str:
    """A text without these secrets, without credentials in addresses, and without values assigned to secret keys."""
    for value in secrets:
        text = text.replace(value, MASK)
    return _ASSIGNED.sub(_assigned, masked_addresses(text))


def masked_override(text: str) -> str:
    """An override, `db.password=…`, with its value masked where its key says so."""
    key, sign, value = text.partition("=")
    if sign and _hides_typed(value, hidden_by_override(key)):
        return f"{key}=choice({MASK})" if value.startswith("choice(") else f"{key}={MASK}"
    return masked_text(text)


def marked_override(text: str) -> str:
    """The same with a mark: `db.password=***#1a2b3c4d`."""
    key, sign, value = text.partition("=")
    return f"{key}={marked_typed(key, value)}" if sign else text


def marked_typed(key: str, value: str) -> str:
    """A value as it is typed behind a key, masked and marked where it holds a secret."""
    if masked_override(f"{key}={value}").partition("=")[2] == value:
        return value
    plain = _unquoted(value)
    return _with_mark(masked_override(f"{key}={plain}").partition("=")[2], plain)


def masked_addresses(text: str) -> str:
    """A text whose addresses have no user names, passwords and tokens: `postgresql://***@host/db?sslpassword=***`.

    What begins with an address, or sets a key to one, is an address to its line's end; elsewhere a space ends it.
    """
    if "://" not in text:
        return text
    query = _QUERY_ALONE if _ALONE.match(text) else _QUERY_AMID_TEXT
    return query.sub(_queried, _USER.sub(rf"\g<start>{MASK}@", text))


def without_user(address: str) -> str:
    """An address that others can open, and that Python can take apart: without user name, password and tokens."""
    return masked_addresses(address).replace(f"://{MASK}@", "://")


def _masked(node: Any, hidden: Hidden, *, marks: bool) -> Any:
    if isinstance(node, Mapping):
        return {
            key: _masked(value, strongest((hidden, hidden_below(str(key)))), marks=marks) for key, value in node.items()
        }
    if isinstance(node, (list, tuple)):
        return [_masked(item, hidden, marks=marks) for item in node]
    shown = MASK if _hides(node, hidden) else masked_addresses(node) if isinstance(node, str) else node
    if not marks or shown is node or shown == node:
        return shown
    return _with_mark(shown, node if isinstance(node, str) and not _is_plain(node) else repr(node))


def _with_mark(shown: str, value: str) -> str:
    mark = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return shown.replace(MASK, f"{MASK}#{mark}", 1)


def _unquoted(value: str) -> str:
    """A typed value as its configuration has it: `'a b'` and `a b` are one, `'1'` and `1` are two."""
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        return _ESCAPED.sub(r"\1", value)
    text = re.sub(r"""\\(['"])""", r"\1", quoted[2])
    return repr(text) if _is_plain(text) else text


def _queried(found: re.Match[str]) -> str:
    key, value = found.groups()
    known = MARKED.match(value) or _INTERPOLATION.fullmatch(value)
    if known or not _hides_in_query(unquote_plus(key), unquote_plus(value)):
        return found.group(0)
    closing = _CLOSING.search(value)  # of the text around the address, as it seems
    return f"{key}={MASK}{closing[0] if closing and closing.start() else ''}"


def _hides_in_query(key: str, value: str) -> bool:
    """Whether a part of an address's query is a secret, or holds one: `odbc_connect=DRIVER%3D…%3BPWD%3D…`."""
    if secret(key) or any(part in key.lower() for part in _QUERY_PARTS):
        return True
    if _QUERY_WORDS.intersection(words_of(key)):
        return True
    return any(secret(inner[1]) for inner in _ASSIGNED.finditer(value))


def _assigned(found: re.Match[str]) -> str:
    key, sign, value = found.groups()
    hides = _hides_typed(value, hidden_below(key)) and _is_secret(key, value.strip("\"'"))
    return f"{key}{sign}{MASK}" if hides else found.group(0)


def _is_secret(name: str, value: str) -> bool:
    """Whether a variable's value is a secret; in a text, a key of the configuration looks the same."""
    return secret(name) and not (name in _FOLDERS and value.startswith("/"))


def _secret_leaves(node: Any, hidden: Hidden) -> Iterator[Any]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _secret_leaves(value, strongest((hidden, hidden_below(str(key)))))
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from _secret_leaves(item, hidden)
    elif _hides(node, hidden):
        yield node


def _hides(value: Any, hidden: Hidden) -> bool:
    """Whether a value can be a secret: nothing, a switch and the name of another key can't."""
    if not hidden or value is None or isinstance(value, bool) or value in ("", "???"):
        return False
    if isinstance(value, str):
        return not value.startswith("${") and not MARKED.fullmatch(value)
    return hidden == "all" or not isinstance(value, (int, float))


def _hides_typed(value: str, hidden: Hidden) -> bool:
    """The same of a value as it is typed, or of several: `256,512`, `choice(true,false)`, `${oc.env:A},${oc.env:B}`."""
    left = _SWEEPS.sub(" ", _NAME.sub(" ", MARKED.sub(" ", value))) if hidden else ""
    parts = _PARTS.findall(left)
    return any(part.lower() not in _NO_TEXT and (hidden == "all" or not _is_plain(part)) for part in parts)


def _is_plain(text: str) -> bool:
    """Whether a text that is typed without quotes is a number, a switch or nothing."""
    try:
        float(text)
    except ValueError:
        return text.lower() in _NO_TEXT
    return True
