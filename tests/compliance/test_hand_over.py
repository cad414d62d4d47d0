"""Both sides of a hand-over say the same, or it is a finding that names both events."""

from datetime import timedelta

import pytest

from tests.cast import CARRIER, PLANT, PLATFORM
from tests.compliance.test_rules import read_by_people
from tests.custody.lives import CODE, MANIFEST, OTHER, START, touch
from waste_trace.compliance.hand_over import hand_over_differs, hand_over_unanswered
from waste_trace.compliance.rule import Raised
from waste_trace.compliance.thresholds import Thresholds
from waste_trace.custody.fold import Touch

#: Three carriers.
FIRST, SECOND, THIRD = CARRIER, PLATFORM, PLANT
BOTH = (CODE, OTHER)
LIMITS = Thresholds()
LATE = START + LIMITS.hand_over_answer + timedelta(hours=1)


def gives(idx: int, org: str, to_org: str, *codes: str, minutes: float = 0) -> Touch:
    """A hand-over."""
    return touch(idx, "hand_over", org=org, minutes=minutes, containers=codes, to_org=to_org)


def takes(idx: int, org: str, from_org: str, *codes: str, minutes: float = 1) -> Touch:
    """A take-over."""
    return touch(idx, "take_over", org=org, minutes=minutes, containers=codes, from_org=from_org)


def unanswered(*touches: Touch) -> list[Raised]:
    """What is open so long afterwards that everybody should have spoken."""
    return hand_over_unanswered(MANIFEST, touches, LATE, LIMITS)


AGREE = (
    gives(1, FIRST, SECOND, *BOTH),
    takes(2, SECOND, FIRST, CODE),
    takes(3, SECOND, FIRST, OTHER),
)
CHAIN = (
    *AGREE,
    gives(4, SECOND, THIRD, *BOTH, minutes=60),
    takes(5, THIRD, SECOND, *BOTH, minutes=61),
)


@pytest.mark.parametrize("touches", [AGREE, CHAIN, CHAIN[::-1]])
def test_two_sides_that_agree_are_no_finding(touches: tuple[Touch, ...]) -> None:
    assert hand_over_differs(MANIFEST, touches) == []
    assert unanswered(*touches) == []


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        # Somebody else took it, or it came from somebody else.
        (gives(1, FIRST, SECOND, *BOTH), takes(2, THIRD, FIRST, *BOTH)),
        (gives(1, FIRST, SECOND, *BOTH), takes(2, SECOND, THIRD, *BOTH)),
    ],
)
def test_other_parties_are_a_finding_at_once_that_names_both_events(
    given: Touch, taken: Touch
) -> None:
    (raised,) = hand_over_differs(MANIFEST, [taken, given])
    assert raised.facts["events"] == [1, 2]
    assert raised.facts["containers"] == list(BOTH)
    assert raised.facts["parties"] == sorted({FIRST, SECOND, THIRD})
    read_by_people(raised)
    # It is said once: nobody is silent here.
    assert unanswered(given, taken) == []


def test_a_word_that_is_still_on_its_way_makes_two_others_no_contradiction() -> None:
    """SECOND was offline: neither its taking nor its giving is here yet."""
    touches = [gives(1, FIRST, SECOND, CODE), takes(5, THIRD, SECOND, CODE)]
    assert hand_over_differs(MANIFEST, touches) == []
    assert [one.org for one in unanswered(*touches)] == [SECOND, SECOND]


def test_a_container_that_only_one_side_tells_of_is_a_finding_after_the_hours() -> None:
    given = gives(1, FIRST, SECOND, *BOTH)
    taken = takes(2, SECOND, FIRST, OTHER)
    (raised,) = unanswered(given, taken)
    assert (raised.org, raised.facts["containers"]) == (SECOND, [CODE])
    # The other side has spoken and left one out: both events are named.
    assert raised.facts["events"] == [1, 2]
    assert "另有容器已登记" in raised.zh
    read_by_people(raised)
    (more,) = unanswered(gives(1, FIRST, SECOND, CODE), takes(2, SECOND, FIRST, *BOTH))
    assert (more.org, more.facts["containers"], more.facts["events"]) == (FIRST, [OTHER], [2, 1])


@pytest.mark.parametrize("codes", [(CODE,), ()])
def test_silence_counts_from_the_limit_on(codes: tuple[str, ...]) -> None:
    """Loose waste (no containers) is handed over, too."""
    given = gives(1, FIRST, SECOND, *codes)
    limit = START + LIMITS.hand_over_answer
    assert hand_over_unanswered(MANIFEST, [given], limit, LIMITS) == []
    (raised,) = hand_over_unanswered(MANIFEST, [given], limit + timedelta(seconds=1), LIMITS)
    assert (raised.org, raised.facts["events"]) == (SECOND, [1])
    assert ("散装" in raised.zh) == (not codes)
    read_by_people(raised)
