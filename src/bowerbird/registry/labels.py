"""What operators call a key."""

import unicodedata

from bowerbird.errors import BowerbirdError

LONGEST_LABEL = 100
"""Characters."""
_UNFIT = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, what no encoding can say, and ends of lines."""


def checked_label(text: str) -> str:
    """The label without blanks around it; '' for none. Raises `BowerbirdError`."""
    label = text.strip()
    if len(label) > LONGEST_LABEL or any(unicodedata.category(char) in _UNFIT for char in label):
        raise BowerbirdError(
            f"a label has at most {LONGEST_LABEL} characters, none of them a control character",
            "write a shorter one, on one line",
        )
    return label


def key_named(key_id: str, label: str) -> str:
    """The key, as people are told of it."""
    return f"{label} ({key_id})" if label else key_id
