"""The vocabulary and the state machine as a page, so that the page cannot say anything else.

``./run python -m waste_trace.custody.document > docs/custody.md``
"""

import sys

from waste_trace.custody.bodies.fields import Body
from waste_trace.custody.states import STATE_ZH, mermaid
from waste_trace.custody.vocabulary import VOCABULARY, EventType
from waste_trace.ledger.disclosure import FIELD, MAX_DIGESTS

_HEAD = """# Custody: verbs and states

Made from `waste_trace/custody` by `./run python -m waste_trace.custody.document`; a test fails when
this page and the code differ. An event that is authentic and is not in the table of states happened
all the same: it is recorded, and the missing step is a finding.

"""


def document() -> str:
    """The page, in Markdown."""
    return _HEAD + _states() + _verbs()


def _states() -> str:
    names = ", ".join(f"`{state.value}` {zh}" for state, zh in STATE_ZH.items())
    return f"## States of a container\n\n{names}.\n\n```mermaid\n{mermaid()}```\n\n"


def _verbs() -> str:
    rows = "".join(_row(verb) for verb in VOCABULARY.values())
    head = "| verb | 中文 | who | body (optional in brackets) | CBV step |\n|---|---|---|---|---|\n"
    every = (
        f"Every body may also have `{FIELD}`: up to {MAX_DIGESTS} salted digests of personal data "
        "(`docs/ledger.md`).\n\n"
    )
    return f"## Verbs\n\n{every}{head}{rows}"


def _row(verb: EventType) -> str:
    who = f"service `{verb.service}`" if verb.service else ", ".join(sorted(verb.kinds))
    who += " (also at the desk)" if verb.desk else ""
    return f"| `{verb.typ}` | {verb.zh} | {who} | {_fields(verb.body)} | {verb.biz_step} |\n"


def _fields(body: type[Body]) -> str:
    fields = ((name, f) for name, f in body.model_fields.items() if name != FIELD)
    return ", ".join(f"`{name}`" if f.is_required() else f"[`{name}`]" for name, f in fields)


if __name__ == "__main__":
    sys.stdout.write(document())
