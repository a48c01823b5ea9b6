"""Formulas over the labels of series: numbers, labels, + - * / and brackets."""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

LONGEST = 500
DEEPEST = 20
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d*)?|\.\d+)|([A-Za-z_]\w*)|([-+*/()]))", re.ASCII)
_SUMS: dict[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub}
_PRODUCTS: dict[str, Callable[[float, float], float]] = {"*": operator.mul, "/": operator.truediv}

Number = int | float | None


class Formula(NamedTuple):
    """In the order of a stack: a number and a label are pushed, an operator takes two."""

    parts: tuple[float | str, ...]

    def value(self, values: Mapping[str, Number]) -> float | None:
        """None when a label in use has no value, when something is divided by zero, and beyond a double."""
        stack: list[float] = []
        for part in self.parts:
            if isinstance(part, str) and part in "+-*/":
                right, left = stack.pop(), stack.pop()
                if part == "/" and not right:
                    return None
                stack.append({**_SUMS, **_PRODUCTS}[part](left, right))
                continue
            value = values[part] if isinstance(part, str) else part
            if value is None:
                return None
            stack.append(float(value))
        return stack[0] if math.isfinite(stack[0]) else None


def parse(text: str, labels: Iterable[str]) -> Formula:
    """Raises `ValueError` that says what cannot be read."""
    if len(text) > LONGEST:
        raise ValueError(f"a formula has at most {LONGEST} characters")
    reader = _Reader(_tokens(text), frozenset(labels))
    reader.sum(0)
    if reader.next is not None:
        raise ValueError(f"{reader.next!r} is not expected in the formula")
    return Formula(tuple(reader.parts))


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"a formula has numbers, labels, + - * / and brackets; not {text[at:].lstrip()[0]!r}")
        found.append(match.group().strip())
        at = match.end()
    return found


class _Reader:
    """Recursive descent: a sum of products of factors."""

    def __init__(self, tokens: list[str], labels: frozenset[str]) -> None:
        self._tokens = iter(tokens)
        self._labels = labels
        self.parts: list[float | str] = []
        self.next: str | None = next(self._tokens, None)

    def sum(self, depth: int) -> None:
        self._chain(_SUMS, self._product, depth)

    def _product(self, depth: int) -> None:
        self._chain(_PRODUCTS, self._factor, depth)

    def _chain(self, operators: Mapping[str, Any], part: Callable[[int], None], depth: int) -> None:
        part(depth)
        while self.next is not None and self.next in operators:
            operator_ = self._take()
            part(depth)
            self.parts.append(operator_)

    def _factor(self, depth: int) -> None:
        if depth > DEEPEST:
            raise ValueError(f"a formula is at most {DEEPEST} brackets deep")
        word = self._take()
        if word == "(":
            self.sum(depth + 1)
            if self._take() != ")":
                raise ValueError("a bracket of the formula is not closed")
        elif word == "-":
            self.parts.append(0.0)
            self._factor(depth + 1)
            self.parts.append("-")
        elif word in self._labels:
            self.parts.append(word)
        elif word[0].isdigit() or word[0] == ".":
            self.parts.append(float(word))
        else:
            raise ValueError(f"{word!r} is not expected in the formula; labels are {', '.join(sorted(self._labels))}")

    def _take(self) -> str:
        if self.next is None:
            raise ValueError("the formula ends too early")
        word, self.next = self.next, next(self._tokens, None)
        return word
