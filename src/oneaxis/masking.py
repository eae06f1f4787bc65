"""Secrets are masked before anything is shown or written: by the names of keys and variables, and in addresses.

Digests are taken of the real values; only what people and other programs read is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

MASK = "***"
SHORTEST = 4  # characters; a shorter secret can't be told from the text around it
_SECRET = frozenset(
    ("password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets", "credential", "credentials")
)
_SECRET_KEYS = ("apikey", "api_key", "private_key", "access_key", "secret_key", "signing_key", "encryption_key")
# A `token` is a secret, but for those of language models: `pad_token`, `mask_token: "[MASK]"`.
_PLAIN_TOKENS = frozenset(
    ("pad", "mask", "bos", "eos", "unk", "sep", "cls", "special", "start", "end", "stop", "image", "num", "per")
)
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
_INTERPOLATION = re.compile(r"\$\{[^{}]*\}\W*")
_CLOSING = re.compile(r"""['"`)\]}>,;.]{1,3}$""")
_ASSIGNED = re.compile(r"""([\w.\-@/]+)(\s*[=:]\s*)(?!\$\{)("[^"\n]*"|'[^'\n]*'|[^\s,;&'"{}\[\]()]+)""")
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")


def secret(key: str) -> bool:
    """Whether a key or variable looks as if its value were a secret: `db.password`, `apiKey`, `HF_TOKEN`."""
    words = [word.lower() for word in _WORDS.findall(key.rpartition(".")[2])]
    if _SECRET.intersection(words) or any(name in "_".join(words) for name in _SECRET_KEYS):
        return True
    return words[-1:] == ["token"] and not _PLAIN_TOKENS.intersection(words)


def masked_values(node: Any, *, within: bool = False) -> Any:
    """A container with the values of secret keys masked, and the credentials in addresses.

    Interpolations stay: they are names.
    """
    if isinstance(node, Mapping):
        return {key: masked_values(value, within=within or secret(str(key))) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [masked_values(item, within=within) for item in node]
    if within and _hides(node):
        return MASK
    return masked_addresses(node) if isinstance(node, str) else node


def has_mask(node: Any) -> bool:
    """Whether a value in a container was masked."""
    if isinstance(node, Mapping):
        return any(has_mask(value) for value in node.values())
    if isinstance(node, (list, tuple)):
        return any(has_mask(item) for item in node)
    return isinstance(node, str) and MASK in node


def secrets_in(config: Any, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The secret values themselves, longest first: they must not stand in any message either."""
    found = {str(value) for value in _secret_leaves(config, within=False)}
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
    if sign and secret(key.lstrip("+~").partition("@")[0]) and "${" not in value:
        return f"{key}={MASK}"
    return masked_text(text)


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


def _queried(found: re.Match[str]) -> str:
    key, value = found.groups()
    if _INTERPOLATION.fullmatch(value) or not _hides_in_query(unquote_plus(key), unquote_plus(value)):
        return found.group(0)
    closing = _CLOSING.search(value)  # of the text around the address, as it seems
    return f"{key}={MASK}{closing[0] if closing and closing.start() else ''}"


def _hides_in_query(key: str, value: str) -> bool:
    """Whether a part of an address's query is a secret, or holds one: `odbc_connect=DRIVER%3D…%3BPWD%3D…`."""
    if secret(key) or any(part in key.lower() for part in _QUERY_PARTS):
        return True
    if _QUERY_WORDS.intersection(word.lower() for word in _WORDS.findall(key)):
        return True
    return any(secret(inner[1]) for inner in _ASSIGNED.finditer(value))


def _assigned(found: re.Match[str]) -> str:
    key, sign, value = found.groups()
    return f"{key}{sign}{MASK}" if _is_secret(key, value.strip("\"'")) else found.group(0)


def _is_secret(name: str, value: str) -> bool:
    """Whether a variable's value is a secret; in a text, a key of the configuration looks the same."""
    return secret(name) and not (name in _FOLDERS and value.startswith("/"))


def _secret_leaves(node: Any, *, within: bool) -> Iterator[Any]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _secret_leaves(value, within=within or secret(str(key)))
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from _secret_leaves(item, within=within)
    elif within and _hides(node):
        yield node


def _hides(value: Any) -> bool:
    """Whether a value can be a secret: nothing, a switch and the name of another key can't."""
    if value is None or isinstance(value, bool) or value in ("", "???"):
        return False
    return not (isinstance(value, str) and value.startswith("${"))
