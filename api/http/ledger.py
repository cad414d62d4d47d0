"""The ledger for everybody: checkpoints, tiles (c2sp.org/tlog-tiles), proofs, audit bundles."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query
from fastapi.responses import FileResponse, PlainTextResponse, Response
from pydantic import BaseModel

from api.http.permissions import Anybody, Auditor, House
from waste_trace.ledger.encoding import b64
from waste_trace.services.export_bundle import export_bundle_zip
from waste_trace.services.prove import newest_note, prove_consistency, prove_event, read_tile

router = APIRouter(tags=["ledger"])
Start = Annotated[int, Query(alias="from")]


class Consistency(BaseModel):
    """A consistency proof: hashes in base64, as RFC 6962 section 2.1.2 orders them."""

    proof: list[str]


class Keys(BaseModel):
    """The public keys that a verifier is given, with the trust policy in tlog-policy format."""

    origin: str
    log_vkey: str
    registrar_vkey: str
    policy: str


@router.get("/log/checkpoint", response_class=PlainTextResponse)
@router.get("/v1/ledger/checkpoint", response_class=PlainTextResponse)
def checkpoint(deployment: House, _: Anybody) -> PlainTextResponse:
    """The newest checkpoint, a signed note."""
    return PlainTextResponse(newest_note(deployment), headers={"cache-control": "no-store"})


@router.get("/log/tile/{path:path}", response_class=Response)
def tile(path: str, deployment: House, _: Anybody) -> Response:
    """A tile or an entry bundle. Complete ones never change."""
    data = read_tile(deployment, f"tile/{path}")
    age = "no-cache" if ".p/" in path else "public, max-age=31536000, immutable"
    return Response(data, media_type="application/octet-stream", headers={"cache-control": age})


@router.get("/v1/ledger/consistency")
def consistency(deployment: House, _: Anybody, to: int, start: Start) -> Consistency:
    """The proof that one tree size continues another."""
    return Consistency(proof=[b64(node) for node in prove_consistency(deployment, start, to)])


@router.get("/v1/ledger/receipts/{index}", response_class=PlainTextResponse)
def receipt(index: int, deployment: House, _: Anybody) -> PlainTextResponse:
    """The inclusion receipt of a leaf under the newest checkpoint (it shows hashes only)."""
    return PlainTextResponse(prove_event(deployment, index))


@router.get("/v1/ledger/keys")
def keys(deployment: House, _: Anybody) -> Keys:
    """The public keys. A verifier should get them on another way than this one."""
    sequencer = deployment.sequencer
    return Keys(
        origin=sequencer.origin,
        log_vkey=sequencer.log_vkey.text,
        registrar_vkey=sequencer.registrar_vkey.text,
        policy=deployment.policy_text(),
    )


@router.get("/v1/ledger/bundle", response_class=FileResponse)
def bundle(deployment: House, _: Auditor, later: BackgroundTasks) -> FileResponse:
    """The audit bundle of the whole ledger, as a zip."""
    path = export_bundle_zip(deployment)
    later.add_task(path.unlink)
    return FileResponse(path, media_type="application/zip", filename="waste-trace-bundle.zip")
