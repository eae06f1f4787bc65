"""Messages between the sweeping process and its server, with file descriptors beside them."""

from __future__ import annotations

import pickle
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Any

_HEADER = struct.Struct("!Q")


class Closed(Exception):
    """The other side is gone."""


def send(channel: socket.socket, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send one message."""
    body = pickle.dumps(dict(message), protocol=pickle.HIGHEST_PROTOCOL)
    header = _HEADER.pack(len(body))
    if descriptors:
        socket.send_fds(channel, [header], list(descriptors))
    else:
        channel.sendall(header)
    channel.sendall(body)


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Wait for one message; both ends are our own processes, which is why it may be a pickle.

    Raises
    ------
    Closed
        If the other side is gone.
    """
    header, descriptors, _, _ = socket.recv_fds(channel, _HEADER.size, 1)
    while 0 < len(header) < _HEADER.size:
        header += _some(channel, _HEADER.size - len(header))
    if not header:
        raise Closed
    (size,) = _HEADER.unpack(header)
    body = bytearray()
    while len(body) < size:
        body += _some(channel, min(size - len(body), 1 << 20))
    return pickle.loads(bytes(body)), list(descriptors)  # noqa: S301 - see above


def _some(channel: socket.socket, size: int) -> bytes:
    block = channel.recv(size)
    if not block:
        raise Closed
    return block
