"""A page as a test reads it: its text, its links, its forms, and what a strict CSP forbids."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_SILENT = ("script", "style")


@dataclass
class Page:
    """What a page says and where it leads.

    Attributes:
        text: everything that a person reads, with single spaces.
        links: every href and src. actions: where its forms go.
        forbidden: inline scripts, styles and handlers, which the CSP would block.
    """

    html: str
    text: str = ""
    links: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.words: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _SILENT:
            self._silent = tag
            if tag == "style" or "src" not in values:
                self.page.forbidden.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.page.forbidden.append(f"{name}={value}")
            elif name in ("href", "src"):
                self.page.links.append(value or "")
                if (value or "").lower().startswith("javascript:"):
                    self.page.forbidden.append(value or "")
            elif name == "action":
                self.page.actions.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def read_page(html: str) -> Page:
    """Parse a page."""
    page = Page(html)
    reader = _Reader(page)
    reader.feed(html)
    reader.close()
    page.text = " ".join("".join(reader.words).split())
    return page
