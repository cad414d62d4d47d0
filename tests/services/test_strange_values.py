"""Whatever is asked for, the answer is a finding of nothing or a refusal; never a broken server."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.cast import BUREAU, Cast, person
from tests.devices import Clock
from tests.services.lives import drum
from waste_trace.errors import WasteTraceError
from waste_trace.services import look_up
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import create_enrolment_code
from waste_trace.services.prove import prove_consistency, prove_event
from waste_trace.services.sign_in import find_person, sign_in, sign_out, who
from waste_trace.services.trace_container import trace_container

TEXTS = ("", "\x00", "a\x00b", "%", "_", "'", "\\", "💧" * 1000, "\x1b[31m", "‮x")
NUMBERS = (-1, 0, 2**31, 2**63, 10**30, -(10**30))
ME = person(BUREAU)

BY_TEXT: dict[str, Callable[[Deployment, str], object]] = {
    "trace": trace_container,
    "sign in": lambda house, text: sign_in(house, text, text),
    "who": who,
    "sign out": sign_out,
    "find person": find_person,
    "code": lambda house, text: look_up.list_containers(house, ME, code=text),
    "waste": lambda house, text: look_up.list_containers(house, ME, waste=text),
    "state": lambda house, text: look_up.list_containers(house, ME, state=text),
    "manifest": lambda house, text: look_up.find_manifest(house, ME, text),
    "may see": lambda house, text: look_up.may_see_container(house, ME, text),
    "public": look_up.find_public,
    "sites": look_up.list_sites,
    "enrolment": lambda house, text: create_enrolment_code(house, text, text, text, text),
}
BY_NUMBER: dict[str, Callable[[Deployment, int], object]] = {
    "event": lambda house, number: look_up.find_event(house, ME, number),
    "before": lambda house, number: look_up.list_events(house, ME, before=number),
    "limit": lambda house, number: look_up.list_events(house, ME, limit=number),
    "offset": lambda house, number: look_up.list_containers(house, ME, offset=number),
    "receipt": prove_event,
    "consistency": lambda house, number: prove_consistency(house, 0, number),
}


def test_strange_texts_find_nothing_or_are_refused(deployment: Deployment) -> None:
    for name, ask in BY_TEXT.items():
        for text in TEXTS:
            answered(partial(ask, deployment, text), f"{name} {text!r}")


def test_strange_numbers_find_nothing_or_are_refused(deployment: Deployment) -> None:
    for name, ask in BY_NUMBER.items():
        for number in NUMBERS:
            answered(partial(ask, deployment, number), f"{name} {number}")


def answered(ask: Callable[[], object], what: str) -> None:
    """It returns, or it says in two languages what is wrong."""
    try:
        ask()
    except WasteTraceError:
        return
    except Exception as error:
        raise AssertionError(what) from error


def test_a_list_is_never_longer_than_the_most(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drum(cast, clock)
    monkeypatch.setattr(look_up, "MOST", 3)
    for limit, length in ((-1, 0), (0, 0), (2, 2), (3, 3), (10**30, 3)):
        assert len(look_up.list_events(cast.deployment, ME, limit=limit)) == length
