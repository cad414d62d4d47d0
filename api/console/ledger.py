"""The ledger for people: its size, root and keys, how to verify it, and each entry."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.event_view import event_lines
from api.console.ledger_view import view_entry
from api.console.render import page
from api.console.show import shanghai
from api.http.errors import NotFound
from api.http.permissions import House, Reader
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.encoding import b64
from waste_trace.services.look_up import find_event, list_events, name_sites
from waste_trace.services.prove import prove_event
from waste_trace.services.witness_checkpoint import published_note, witness_state

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_ROWS = 50


@router.get("/ledger")
def ledger(
    request: Request, deployment: House, person: Reader, before: int | None = None
) -> HTMLResponse:
    """The head of the ledger, and the entries that one sees."""
    note, _ = published_note(deployment)
    head = read_checkpoint(note)
    rows = list_events(deployment, person, before=before, limit=_ROWS + 1)
    return page(
        request,
        "ledger.html",
        person,
        "可信台账",
        "Ledger",
        note=note,
        size=head.size,
        root=b64(head.root),
        origin=deployment.sequencer.origin,
        log_vkey=deployment.sequencer.log_vkey.text,
        registrar_vkey=deployment.sequencer.registrar_vkey.text,
        policy=deployment.policy_text(),
        witnessed=witness_state(deployment, deployment.policy),
        cosigners=_cosigners(deployment),
        read_only=deployment.sequencer.read_only,
        base_url=str(request.base_url).rstrip("/"),
        events=event_lines(rows[:_ROWS], name_sites(deployment)),
        older=rows[_ROWS - 1]["idx"] if len(rows) > _ROWS else None,
        newest=before is None,
    )


def _cosigners(deployment: House) -> list[tuple[str, str, str]]:
    """Name, time and trouble of each witness of the policy."""
    cosigned = witness_state(deployment, deployment.policy).cosigned
    last = deployment.last_round.get()
    trouble = {one.witness: one.zh for one in (last.failures if last else ())}
    return [
        (
            name,
            shanghai(datetime.fromtimestamp(cosigned[name], UTC)) if name in cosigned else "—",
            trouble.get(name, ""),
        )
        for name in deployment.policy.witnesses
    ]


@router.get("/ledger/{index}")
def entry(index: int, request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """One entry as it was signed, with its hash and its receipt."""
    row = find_event(deployment, person, index)
    if row is None:
        raise NotFound(f"没有台账条目 {index}。", f"There is no entry {index}.")
    return page(
        request,
        "entry.html",
        person,
        f"台账条目 #{index}",
        f"Ledger entry {index}",
        crumbs=(("可信台账", "/ledger"), (f"#{index}", "")),
        view=view_entry(row, name_sites(deployment)),
        receipt=prove_event(deployment, index),
        log_vkey=deployment.sequencer.log_vkey.text,
    )
