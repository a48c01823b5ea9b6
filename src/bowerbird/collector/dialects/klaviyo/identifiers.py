"""What names a profile, and whether it is well formed."""

import re
from collections.abc import Callable
from typing import Any

from bowerbird.collector.dialects.fields import Issues, filled
from bowerbird.collector.dialects.klaviyo.resources import INVALID

AT = "/data/attributes/profile"
LONGEST_IDENTIFIER = 255
"""Characters."""

_PART = r"[^\s\x00-\x1f\x7f@<>,;:()\"\\]"
_LABEL = r"[^\s\x00-\x1f\x7f@<>,;:()\"\\.]+"
_EMAIL = re.compile(rf"{_PART}{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_FILLERS = str.maketrans("", "", " .-()")


class Identifiers:
    """Collects the identifiers of one profile, by the nested shape's names; blank ones count as not sent."""

    __slots__ = ("at", "found", "issues", "refused")

    def __init__(self, at: str, issues: Issues) -> None:
        self.at = at
        self.issues = issues
        self.found: dict[str, str] = {}
        self.refused = False

    def add(self, kind: str, name: str, value: Any) -> None:
        """`name` is what the sender calls it."""
        text = filled(value)
        if text is None:
            if value is None or type(value) is str:
                return
            wrong = f"'{name}' must be a string."
        elif len(text) > LONGEST_IDENTIFIER:
            wrong = f"'{name}' must not be longer than {LONGEST_IDENTIFIER} characters."
        else:
            reader, wrong = _READERS.get(kind, _AS_IT_IS)
            identifier = reader(text)
            if identifier is not None:
                self.found[kind] = identifier
                return
        self.refused = True
        self.issues.add(f"{self.at}/{name}", INVALID, wrong)

    def require_one(self) -> None:
        if not self.found and not self.refused:
            self.issues.add(AT, INVALID, "The profile must contain an identifier, such as an email or a phone number.")


def _email(text: str) -> str | None:
    text = text.strip()
    return text if _EMAIL.fullmatch(text) else None


def _phone(text: str) -> str | None:
    """In E.164, which is how a number is compared; spaces, dots, dashes and parentheses are left out."""
    if _PHONE.fullmatch(text):
        return text
    digits = text.translate(_PHONE_FILLERS)
    return digits if _PHONE.fullmatch(digits) else None


_Reader = tuple[Callable[[str], str | None], str]
"""Gives the identifier, or None; and what to say then."""
_READERS: dict[str, _Reader] = {
    "email": (_email, "Invalid email address"),
    "phone_number": (_phone, "Invalid phone number format (Example of a valid format: +12345678901)"),
}
_AS_IT_IS: _Reader = (str, "")
