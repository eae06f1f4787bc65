"""Which names hide a secret: of keys, of variables, and of what an interpolation points to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

# How much below a name is secret: every text, or numbers as well. A number of tokens is none; a password may be one.
Hidden = Literal["", "texts", "all"]

_SECRET = frozenset(
    ("password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets", "credential", "credentials")
)
_SECRET_KEYS = ("apikey", "api_key", "private_key", "access_key", "secret_key", "signing_key", "encryption_key")
# A `token` is a secret, but for those of language models: `pad_token`, `mask_token: "[MASK]"`.
_PLAIN_TOKENS = frozenset(
    (
        *("pad", "padding", "mask", "bos", "eos", "unk", "unknown", "sep", "separator", "cls", "class", "dist"),
        *("special", "start", "end", "stop", "image", "word", "subword", "num", "per"),
    )
)
_COUNTED = frozenset(("n", "num", "number", "count", "max", "min", "per"))
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_INTERPOLATED = re.compile(r"\$\{([^}]*)")
_NAMES = re.compile(r"[\w.]+")


def secret(key: str) -> bool:
    """Whether a key or variable looks as if its value were a secret: `db.password`, `apiKey`, `HF_TOKEN`."""
    return bool(hidden_below(key))


def hidden_below(key: str) -> Hidden:
    """What a key or variable hides, by the last of its names."""
    words = words_of(key.rpartition(".")[2])
    joined = "_".join(words)
    named = [name for name in _SECRET_KEYS if name in joined]
    if named or _SECRET.intersection(words):
        whole = words[-1] in _SECRET or joined.endswith(tuple(named))
        return "all" if whole and not _COUNTED.intersection(words) else "texts"
    return "texts" if words[-1:] == ["token"] and not _PLAIN_TOKENS.intersection(words) else ""


def hidden_by_path(path: Iterable[str]) -> Hidden:
    """What all names of a path hide together."""
    return strongest(map(hidden_below, path))


def hidden_by_override(key: str) -> Hidden:
    """What an override's key hides: `+credentials.user`, `db/secrets@db`."""
    return hidden_by_path(re.split(r"[./]", key.lstrip("+~").partition("@")[0]))


def hidden_by_interpolation(written: Any) -> Hidden:
    """How much of what an interpolation gives is secret, by the names in it: `${oc.env:HF_TOKEN}`, `${db.password}`."""
    if not isinstance(written, str):
        return ""
    names = [name for found in _INTERPOLATED.findall(written) for name in _NAMES.findall(found)]
    return strongest(hidden_by_path(name.split(".")) for name in names)


def strongest(found: Iterable[Hidden]) -> Hidden:
    """What several names hide together."""
    return max(found, key=("", "texts", "all").index, default="")


def words_of(name: str) -> list[str]:
    """`apiKey` and `API_KEY` as `api`, `key`."""
    return [word.lower() for word in _WORDS.findall(name)]
