"""What a page says as long as the workspace has no events."""

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page


def ask_for_events(page: Page) -> None:
    parts.empty_state(
        "No events yet",
        "Send one with an API key of this workspace; it shows here within a second. Owners make keys under Settings, "
        "and the documentation at /docs has every vendor’s own request.",
        f"curl '{page.desk.collector_url}/v1/analytics/events' \\\n"
        "  -H 'Authorization: Bearer <key>' -H 'Content-Type: application/json' \\\n"
        """  -d '{"event":{"name":"signup","user_id":"u-1"}}'""",
    )
