"""Numbers of answers for people."""

_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def share(part: float | None) -> str:
    """0.1234 as `12.3 %`; – where there is none."""
    return "–" if part is None else f"{part * 100:.1f} %"


def span(seconds: float | None) -> str:
    """Seconds in their two largest units: `3 d 4 h`; – where there are none."""
    if seconds is None:
        return "–"
    if 0 < seconds < 1:
        return "under 1 s"
    rest, said = int(seconds), []
    for length, name in _SPANS:
        if rest >= length:
            said.append(f"{rest // length} {name}")
        elif said:
            said.append("")
        rest %= length
    return " ".join(filter(None, said[:2])) or "0 s"
