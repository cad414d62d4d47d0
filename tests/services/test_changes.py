"""The change feed: each event that an organisation sees, once, in one order, however it is read."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.cast import (
    BUREAU,
    CARRIER,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    Cast,
    open_manifest,
    person,
    transport,
    weigh_in,
)
from tests.conftest import Furnished
from tests.devices import Clock
from tests.services.lives import drum, merged
from tests.services.test_rebuild import STEPS, Play, Step, stage
from waste_trace.services.deployment import Deployment
from waste_trace.services.list_changes import ForeignCursor, list_changes
from waste_trace.services.rebuild import rebuild
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of

Place = tuple[int, int]


def read(deployment: Deployment, who: Person, limit: int, after: int = -1) -> list[Place]:
    """The whole feed from a cursor on, page by page: (since, index) of each change."""
    found: list[Place] = []
    while True:
        page = list_changes(deployment, who, after, limit)
        assert page.cursor >= after
        part = [(change.since, change.row["idx"]) for change in page.items]
        assert all(after < since <= page.cursor for since, _ in part)
        found += part
        if not page.more:
            return found
        assert page.cursor > after
        after = page.cursor


def entries(deployment: Deployment) -> list[dict[str, Any]]:
    """The event index."""
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table_of(EventIndex))).mappings()]


@pytest.mark.parametrize("limit", [1, 3, 500])
def test_the_bureau_reads_every_entry_in_order(cast: Cast, clock: Clock, limit: int) -> None:
    drum(cast, clock)
    size = len(entries(cast.deployment))
    assert read(cast.deployment, person(BUREAU), limit) == [(i, i) for i in range(size)]


def test_parties_see_what_they_had_a_part_in_from_when_on_they_had(
    cast: Cast, clock: Clock
) -> None:
    told = drum(cast, clock)
    rows = {str(row["typ"]): int(str(row["idx"])) for row in entries(cast.deployment)}
    plant = read(cast.deployment, person(PLANT), 100)
    seen = {index: since for since, index in plant}
    # Named as the receiver, it sees the manifest from then on, and its number at that moment.
    assert seen[rows["open_manifest"]] == rows["open_manifest"]
    assert seen[rows["number_manifest"]] == rows["open_manifest"]
    assert seen[rows["load"]] == rows["load"]
    # What the factory did with the drum it sees once it has signed for it.
    assert seen[rows["fill"]] == seen[rows["store_in"]] == rows["weigh_in"]
    assert rows["produce"] not in seen
    factory = read(cast.deployment, person(FACTORY), 100)
    assert (rows["treat"], rows["treat"]) in factory
    assert read(cast.deployment, person(GARAGE), 100) == []
    assert told.manifest


def test_who_has_signed_for_a_manifest_hears_what_is_said_of_it_next(
    cast: Cast, clock: Clock
) -> None:
    """The receiver weighs before the sender's form has arrived, and misses nothing in between."""
    number, (one, other) = cast.manifest(), cast.containers(2)
    house, plant = cast.deployment, person(PLANT)
    live: list[Place] = []

    def poll(after: int) -> int:
        page = list_changes(house, plant, after, 500)
        live.extend((change.since, change.row["idx"]) for change in page.items)
        return page.cursor

    cursor = -1
    for org, typ, body in (
        (PLANT, "weigh_in", weigh_in(number, [one])),
        (CARRIER, "load", transport(number, [other])),
        (FACTORY, "open_manifest", open_manifest(number, [one, other])),
    ):
        clock.forward(minutes=1)
        cast.device(org).tell(typ, body)
        cursor = poll(cursor)
    assert live == read(house, plant, 500)
    load = next(row["idx"] for row in entries(house) if row["typ"] == "load")
    assert (load, load) in live


def test_a_change_names_its_containers_and_manifest(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock, treated=False)
    page = list_changes(cast.deployment, person(CARRIER), -1, 500)
    (load,) = (change for change in page.items if change.row["typ"] == "load")
    assert (load.containers, load.row["manifest"]) == ((told.code,), told.manifest)


def test_the_first_signer_of_a_collected_drum_sees_its_past(cast: Cast, clock: Clock) -> None:
    merged(cast, clock)
    seen = read(cast.deployment, person(PLATFORM), 2)
    assert len(seen) == len({index for _, index in seen})
    assert seen == sorted(seen)


def test_a_cursor_of_another_ledger_is_refused(deployment: Deployment) -> None:
    size = len(entries(deployment))
    for after in (size, size + 1000, -2):
        with pytest.raises(ForeignCursor):
            list_changes(deployment, person(BUREAU), after, 10)
    assert list_changes(deployment, person(BUREAU), size - 1, 10).items == ()


def test_a_page_s_work_has_an_end(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drum(cast, clock)
    whole = read(cast.deployment, person(PLANT), 500)
    monkeypatch.setattr("waste_trace.services.list_changes.SCANNED", 3)
    first = list_changes(cast.deployment, person(PLANT), -1, 500)
    assert (first.items, first.cursor, first.more) == ((), 2, True)
    assert read(cast.deployment, person(PLANT), 500) == whole


@given(st.lists(STEPS, min_size=10, max_size=30), st.integers(0, 99))
@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
def test_however_it_is_read_the_feed_is_the_same(
    furnished: Furnished, steps: list[Step], seed: int
) -> None:
    chance = random.Random(seed)
    with stage(furnished) as deployment:
        play = Play(deployment)
        readers = [person(org) for org in (BUREAU, FACTORY, PLATFORM, CARRIER, PLANT, GARAGE)]
        live: dict[str, list[Place]] = {reader.org: [] for reader in readers}
        cursors = {reader.org: -1 for reader in readers}

        def poll() -> None:
            for reader in readers:
                page = list_changes(deployment, reader, cursors[reader.org], 500)
                cursors[reader.org] = page.cursor
                live[reader.org] += [(c.since, c.row["idx"]) for c in page.items]

        for number, step in enumerate(steps):
            play.act(number, step)
            if chance.random() < 0.3:
                for answer in play.answers:
                    answer.exception(60)
                poll()
        play.finish(seed)
        poll()
        for reader in readers:
            at_once = read(deployment, reader, 500)
            assert live[reader.org] == at_once
            assert read(deployment, reader, chance.randint(1, 4)) == at_once
            assert len({index for _, index in at_once}) == len(at_once)
        rebuild(deployment)
        assert read(deployment, readers[1], 500) == live[FACTORY]
