"""Digests and packed forms of what the state looks up."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

import msgspec

from bowerbird.state.base import Identifier, SeenKey

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[tuple[bytes, int | None, str, int]])


def identifier_key(identifier: Identifier) -> bytes:
    """16 bytes that stand for (workspace, kind, value); lengths are part of it, so no two triples run together."""
    workspace, kind, value = identifier
    head = f"{len(workspace)}:{len(kind)}:{workspace}{kind}{value}"
    return blake2b(head.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def pack(keys: Iterable[SeenKey]) -> bytes:
    return _encoder.encode(list(keys))


def unpack(blob: bytes) -> Iterator[SeenKey]:
    return map(SeenKey._make, _decoder.decode(blob))
