"""The page behind a place's QR code: is this door, vehicle or camera what its sticker says."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.console.render import bare_page
from api.http.permissions import Anybody, House
from api.recognise import describe_code
from waste_trace.codes.place_token import PlaceKind
from waste_trace.services.render_place import HEADINGS

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/P/{kind}/{token}")
@router.get("/p/{kind}/{token}")
def place(kind: str, token: str, deployment: House, _: Anybody) -> HTMLResponse:
    """What a place's sticker says, checked against the issuer's key."""
    text = f"HTTPS://{deployment.settings.label_host}/P/{kind.upper()}/{token.upper()}"
    described = describe_code(deployment.sequencer.refresh(), text)
    readable = described is not None and "subject" in described
    genuine = bool(described and described["genuine"])
    zh, en = ("贴码真实", "Genuine sticker") if genuine else ("伪造贴码", "FORGED sticker")
    if not readable:
        zh, en = "不是本系统的贴码", "Not a sticker of this system"
    return bare_page(
        "place.html",
        zh,
        en,
        status=200 if readable else 404,
        verdict="genuine" if genuine else "forged" if readable else "unreadable",
        heading_zh=zh,
        heading_en=en,
        kind=HEADINGS[PlaceKind(described["kind"])] if described and readable else "",
        subject=described["subject"] if described and readable else "",
    )
