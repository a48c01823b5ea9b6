"""Which dialect answers which request."""

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.collector.dialects.base import Dialect, Route


class Target(NamedTuple):
    dialect: Dialect
    route: Route


class Routes:
    """All routes of all dialects. Raises `ValueError` when two of them claim the same method and path."""

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        self._targets: dict[tuple[str, str], Target] = {}
        self._raw: dict[tuple[bytes, bytes], Target] = {}
        self._paths: dict[str, list[Target]] = {}
        for dialect in dialects:
            for route in dialect.routes:
                self._add(Target(dialect, route))
        prefixes = [(prefix, dialect) for dialect in dialects for prefix in dialect.prefixes]
        self._prefixes = sorted(prefixes, key=lambda entry: len(entry[0]), reverse=True)

    def target(self, method: str, path: str) -> Target | None:
        return self._targets.get((method, path))

    def exactly(self, method: bytes, path: bytes) -> Target | None:
        """As `target`, of a path as it was sent. None for one that is written in an unusual way, too."""
        return self._raw.get((method, path))

    def at(self, path: str) -> list[Target]:
        """What the path answers to, whatever the method. Empty for an unknown path."""
        return self._paths.get(path, [])

    def owner(self, path: str) -> Dialect | None:
        """In whose form a wrong path is answered: the longest prefix decides."""
        return next((dialect for prefix, dialect in self._prefixes if path.startswith(prefix)), None)

    def _add(self, target: Target) -> None:
        method, path = target.route.method, target.route.path
        other = self._targets.setdefault((method, path), target)
        if other is not target:
            raise ValueError(f"{method} {path} is claimed by {other.dialect.name} and {target.dialect.name}")
        self._raw[method.encode(), path.encode()] = target
        self._paths.setdefault(path, []).append(target)
