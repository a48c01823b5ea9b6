"""The console's own files: style sheets, small scripts, the icon. Served from the package."""

from hashlib import blake2b
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "pages" / "static"
_PREFIX = "/assets"
_VERSION = blake2b(b"".join(path.read_bytes() for path in sorted(FOLDER.iterdir())), digest_size=6).hexdigest()


def address(name: str) -> str:
    """Where a file is served; another address after its content has changed, so browsers may keep it."""
    return f"{_PREFIX}/{name}?{_VERSION}"


def install(app: FastAPI) -> None:
    app.mount(_PREFIX, _Kept(directory=FOLDER), name="assets")


class _Kept(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.status_code == 200 and scope["query_string"].decode("latin-1") == _VERSION:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
