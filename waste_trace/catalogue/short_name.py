"""Short names from the list's descriptions, as labels want them (HJ 1276-2022: 废物名称).

A description tells where a waste comes from and then what it is; a name is the second half. Cuts
fall where the sentence allows one: brackets, sentences, clauses, “产生的”, items of a list.
"""

import re
from collections.abc import Iterator

GOOD_LENGTH = 30
"""Up to so many characters a description is a name already."""
_INNERMOST = re.compile(r"（[^（）]*）")
_SENTENCE = re.compile(r"[；。]")
_AND_ALSO = re.compile(r"，(?:以及|及|包括|或)")
_ORIGIN = re.compile(r"(?:产生的|收集的|使用的)(?=.{2})")
_TITLE = re.compile(r"《[^》]*》")


def short_names(description: str) -> tuple[str, ...]:
    """Return the description and its shorter forms, each shorter than the one before.

    The last one is short enough for every label: a noun, or the first items of a list and 等.
    """
    names = [description]
    for name in _forms(description):
        if 2 <= len(name) < len(names[-1]):
            names.append(name)
    return tuple(names)


def good_names(description: str) -> tuple[str, ...]:
    """Return the forms that read as a name, longest first; at least the shortest of all."""
    names = short_names(description)
    good = (n for n in names if len(n) <= GOOD_LENGTH and ("，" not in n or n == description))
    return tuple(good) or names[-1:]


def _forms(description: str) -> Iterator[str]:
    text = description
    while (bare := _INNERMOST.sub("", text)) != text:
        text = bare
    yield text
    text = _SENTENCE.split(text)[0]
    yield text
    clause = _AND_ALSO.split(text)[0]
    whole = not clause.endswith(("中", "的"))
    if whole:
        yield clause
    says_what = _ORIGIN.search(clause) or (whole and "，" not in clause)
    what = _what_it_is(clause if says_what else text)
    yield what
    first = what.split("，")[0]
    if not first.endswith("的"):
        what = first
        yield what
    noun = _noun(what)
    yield noun
    items = noun.split("、")
    for count in range(len(items) - 1, 0, -1):
        yield "、".join(items[:count]) + "等"
    yield _TITLE.sub("", noun)


def _what_it_is(text: str) -> str:
    """Return what follows the first “产生的”, or all of it."""
    origin = _ORIGIN.search(text)
    return text[origin.end() :] if origin else text


def _noun(text: str) -> str:
    """Return what follows the last 的 that is not inside the title of a document."""
    masked = _TITLE.sub(lambda title: "《" * len(title[0]), text)
    return text[masked.rfind("的") + 1 :]
