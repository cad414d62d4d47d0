"""Finding a code: by its beginning, class, Chinese words, pinyin initials or hazard letter."""

import re
from collections.abc import Iterator

from waste_trace.catalogue.initials import initials
from waste_trace.catalogue.model import Edition, Hazard, WasteEntry


def search(
    edition: Edition,
    query: str,
    *,
    category: str | None = None,
    hazard: Hazard | None = None,
    limit: int = 20,
) -> tuple[WasteEntry, ...]:
    """Return entries that match every word of ``query``, best first, at most ``limit``.

    A word of digits matches the beginning of a code (hyphens optional), ``HW08`` a class, Chinese
    words anywhere in description, industry or class name, letters the pinyin initials of these.
    """
    words = query.lower().split()
    ranked = [
        (sum(scores), entry.code, entry)
        for entry in edition.entries.values()
        if (category is None or entry.category == category)
        and (hazard is None or hazard in entry.hazards)
        and 0 not in (scores := list(_scores(entry, words)))
    ]
    ranked.sort(key=lambda item: (-item[0], item[1]))
    return tuple(entry for _, _, entry in ranked[:limit])


def _scores(entry: WasteEntry, words: list[str]) -> Iterator[int]:
    """One score a word, 0 where it does not match; words at the front of a text count most."""
    for word in words:
        if re.fullmatch(r"[0-9][0-9s-]*", word):
            yield 4 if _plain(entry.code).startswith(_plain(word)) else 0
        elif re.fullmatch(r"[hs]w[0-9]{1,2}", word):
            yield 4 if entry.category.lower().startswith(word) else 0
        elif word.isascii():
            yield max(
                3 * initials(entry.description).startswith(word),
                2 * (word in initials(entry.category_name)),
                word in initials(entry.description),
                word in initials(entry.industry),
            )
        else:
            yield max(
                3 * entry.description.startswith(word),
                2 * (word in entry.category_name),
                2 * (word in entry.description),
                word in entry.industry,
            )


def _plain(code: str) -> str:
    return code.lower().replace("-", "")
