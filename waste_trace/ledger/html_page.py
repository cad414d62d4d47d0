"""The verifier as one web page for people without a terminal: no server, no network, no build.

``python -m waste_trace.ledger.html_page > verify.html`` joins the small sources in ``html/``. The
page's content policy names its one script and style by hash and allows no
connection at all.
"""

import base64
import hashlib
import sys
from pathlib import Path

_FOLDER = Path(__file__).with_name("html")
_SCRIPTS = (
    "bytes.js",
    "note.js",
    "policy.js",
    "shape.js",
    "events.js",
    "times.js",
    "verify.js",
    "period.js",
    "partial.js",
    "bundle.js",
    "page.js",
)


def verifier_page() -> str:
    """The whole page as HTML text."""
    parts = [(_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS]
    script = "'use strict';\n{\n" + "\n".join(parts) + "}\n"
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    page = (_FOLDER / "page.html").read_text(encoding="utf-8")
    # The script comes last: it may hold what looks like another place to fill.
    for place, text in (
        ("{script_hash}", _hash(script)),
        ("{style_hash}", _hash(style)),
        ("{style}", style),
        ("{script}", script),
    ):
        page = page.replace(place, text, 1)
    return page


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


if __name__ == "__main__":
    sys.stdout.buffer.write(verifier_page().encode())
