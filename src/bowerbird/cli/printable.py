"""What senders wrote, as a terminal may be given it."""

import sys
import unicodedata

_KEPT = {"\n", "\t"}
_ESCAPED = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for code in range(0x2070)
    if unicodedata.category(chr(code)) in ("Cc", "Cf") and chr(code) not in _KEPT | {"\u200c", "\u200d", "\u00ad"}
}
"""Control characters, which would command the terminal, and those that turn the direction of what follows."""


def printable(text: str) -> str:
    """The text with control characters spelled out: `\\x1b` for an escape."""
    return text if text.isprintable() else text.translate(_ESCAPED)


def prepare_streams() -> None:
    """What an encoding cannot say is spelled out instead of being an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
