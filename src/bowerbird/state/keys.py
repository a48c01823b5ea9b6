"""Digests and packed forms of what the state looks up."""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from bowerbird.state.base import Identifier, SeenKey

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[SeenKey])
_blake = blake2b(digest_size=16)


def identifier_key(identifier: Identifier) -> bytes:
    """16 bytes that stand for (workspace, kind, value); lengths are part of it, so no two triples run together."""
    workspace, kind, value = identifier
    head = f"{len(workspace)}:{len(kind)}:{workspace}{kind}{value}"
    digest = _blake.copy()  # half as dear as a new one
    digest.update(head.encode("utf-8", "surrogatepass"))
    return digest.digest()


def pack(keys: Iterable[SeenKey]) -> bytes:
    return _encoder.encode(list(keys))


def unpack(blob: bytes) -> list[SeenKey]:
    return _decoder.decode(blob)
