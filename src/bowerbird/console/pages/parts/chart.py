"""Charts: ECharts as SVG, whose texts and lines take the colours of the theme from the style sheet."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from nicegui import ui

from bowerbird.console.pages.parts.once import drawn_once

COLOURS = ("#4c6ef5", "#e8710a", "#12a594", "#d6409f", "#8e6fe0", "#b58900", "#3e9bd0", "#d64545", "#6b8e23", "#8a7f78")
"""Of series; each stands out from both backgrounds by 3 to 1 or more."""

_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
"""As in the style sheet: the chart measures its texts in it."""
_LINES = {"lineStyle": {"color": "#8883"}}
_AXIS = {"axisLine": {"lineStyle": {"color": "#8886"}}, "splitLine": _LINES, "axisTick": {"show": False}}


class Said(NamedTuple):
    """How a chart writes what it shows."""

    kind: Literal["number", "money", "percent"] = "number"
    """`percent`: numbers of 0 to 100."""
    unit: str = ""
    """Of steps of time, which the horizontal axis has then as ISO 8601."""


def chart(options: Mapping[str, Any], label: str, height: int = 320, said: Said | None = None) -> ui.echart:
    """An ECharts chart from its `options`; axes, grid, tooltip, legend and colours have the console's look unless the
    options say otherwise. `label` says what it shows to those who do not see it: name the result, not the shape.
    `said`, for charts with axes: the first of the lines with one name stands for them in the tooltip.

    Raises `ValueError` for a key that begins with a colon: the chart would run its value as code.
    """
    _refuse_code(options)
    made = (
        drawn_once(ui.echart(_with_look(options, said or Said()), renderer="svg"))
        .classes("chart")
        .style(f"height: {height}px")
    )
    made.props["role"] = "img"
    made.props["aria-label"] = label
    return made


def _with_look(options: Mapping[str, Any], said: Said) -> dict[str, Any]:
    look: dict[str, Any] = {
        "color": list(COLOURS),
        "animation": False,
        "textStyle": {"fontFamily": _FONT},
        "grid": {"left": 8, "right": 36, "top": 40, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0, "icon": "circle", "itemWidth": 10, "type": "scroll"},
    }
    made = look | dict(options)
    made["tooltip"] = look["tooltip"] | dict(made["tooltip"]) | {"confine": True, "className": "chart-tooltip"}
    for axis in ("xAxis", "yAxis"):
        if isinstance(made.get(axis), Mapping):
            made[axis] = _AXIS | made[axis]
    if made["tooltip"]["trigger"] == "axis":
        made["tooltip"][":formatter"] = f"points => bowerbird.told(points, '{said.kind}', '{said.unit}')"
    if said.unit:
        label = {"hideOverlap": True, ":formatter": f"step => bowerbird.step(step, '{said.unit}')"}
        made["xAxis"]["axisLabel"] = label
    return made


def _refuse_code(options: Any) -> None:
    if isinstance(options, Mapping):
        for key, value in options.items():
            if str(key).startswith(":"):
                raise ValueError(f"a chart's options cannot have the key {key!r}")
            _refuse_code(value)
    elif isinstance(options, list | tuple):
        for value in options:
            _refuse_code(value)
