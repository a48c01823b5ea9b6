"""The pages of signing in and of changing one's password: one form each, no script."""

from html import escape
from typing import NamedTuple

from starlette.responses import HTMLResponse

from bowerbird.console import plain

_SIGN_IN = """\
<h1>Sign in to Bowerbird</h1>
{problem}<input type="hidden" name="next" value="{target}">
<label for="user">User</label><input id="user" name="user" value="{user}" autocomplete="username" autocapitalize="none"
 spellcheck="false" maxlength="128" required {first}>
<label for="password">Password</label><input id="password" name="password" type="password"
 autocomplete="current-password" maxlength="1024" required {second}>
<button>Sign in</button>"""
_FIRST_USER = """
<p class="muted">The first user’s name and password are printed once, when <code>bowerbird serve</code> starts on a new
data directory. Forgotten? <code>bowerbird user password --name NAME</code> sets a new one.</p>"""
_CHANGE = """\
<h1>Change your password</h1>
{problem}<p>You are signed in as <b>{user}</b>. Wherever else you are signed in, you will be signed out.</p>
<input name="user" value="{user}" autocomplete="username" hidden>
<label for="password">Present password</label><input id="password" name="password" type="password"
 autocomplete="current-password" maxlength="1024" required autofocus>
<label for="new">New password</label><input id="new" name="new" type="password" autocomplete="new-password"
 maxlength="1024" required>
<label for="again">New password, again</label><input id="again" name="again" type="password"
 autocomplete="new-password" maxlength="1024" required>
<button>Change password</button>"""
_CHANGED = """\
<h1>Your password is changed</h1><p role="status">Wherever else you were signed in, {user}, you are signed out.</p>
<button autofocus>To the console</button>"""
_BACK = '\n<p class="muted"><a href="/">Back to the console</a></p>'


class Problem(NamedTuple):
    """Why a form is shown again."""

    words: str
    status: int
    retry_after: int = 0
    """Seconds; 0: at any time."""


def sign_in(target: str, problem: Problem | None = None, user: str = "") -> HTMLResponse:
    """`target` is the local path to go on with."""
    card = _SIGN_IN.format(
        problem=_alert(problem),
        target=escape(target),
        user=escape(user[:128]),
        first="" if user else "autofocus",
        second="autofocus" if user else "",
    )
    return _because(problem, plain.page("Sign in", ("post", "/sign-in"), card, _FIRST_USER))


def change_password(user: str, problem: Problem | None = None) -> HTMLResponse:
    card = _CHANGE.format(problem=_alert(problem), user=escape(user))
    return _because(problem, plain.page("Change password", ("post", "/password"), card, _BACK))


def password_changed(user: str) -> HTMLResponse:
    return plain.page("Password changed", ("get", "/"), _CHANGED.format(user=escape(user)))


def _alert(problem: Problem | None) -> str:
    return f'<p role="alert" class="problem">{escape(problem.words)}</p>\n' if problem else ""


def _because(problem: Problem | None, answer: HTMLResponse) -> HTMLResponse:
    if problem:
        answer.status_code = problem.status
        if problem.retry_after:
            answer.headers["Retry-After"] = str(problem.retry_after)
    return answer
