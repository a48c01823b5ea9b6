"""What a page will show, loaded while the page itself loads, instead of when its data is there."""

from nicegui import ui

_CHART, _GRID = "nicegui-echart", "nicegui-aggrid"
"""As the page's import map names them; two megabytes together."""


def load_ahead(*, charts: bool = False) -> None:
    """For pages that show tables, and perhaps charts, as soon as they are open."""
    shown = {_GRID: ui.aggrid} | ({_CHART: ui.echart} if charts else {})  # named here, they are in the import map
    imports = "".join(f'import("{module}");' for module in shown)
    ui.add_head_html(f'<script type="module">{imports}</script>')
