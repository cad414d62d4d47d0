"""Problems for people: a page instead of JSON where a browser asks, or the way to the login."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.console.render import bare_page
from api.http.errors import NotSignedIn


def problem_page(request: Request, problem: Mapping[str, Any]) -> Response | None:
    """The problem as a page, or None for a program (it does not accept HTML)."""
    if "text/html" not in request.headers.get("accept", ""):
        return None
    if problem["code"] == NotSignedIn.code:
        return RedirectResponse(f"/login?next={quote(_here(request))}", 303)
    return bare_page(
        "problem.html",
        problem["zh"],
        problem["en"],
        status=problem["status"],
        problem=problem,
    )


def _here(request: Request) -> str:
    """Where to go back to; what was posted is not posted again."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query
