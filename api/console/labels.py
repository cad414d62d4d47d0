"""Labels: find the waste code, issue signed codes, print them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.render import page
from api.console.show import SHANGHAI
from api.http.errors import BadParameters, Forbidden, NotFound
from api.http.permissions import House, Issuer
from waste_trace.catalogue.lookup import packaged
from waste_trace.catalogue.search import search
from waste_trace.codes.waste_code import WasteKind
from waste_trace.custody.vocabulary import PLATFORM, PRODUCER
from waste_trace.labels.pdf import render_pdf
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.look_up import list_containers, list_organisations
from waste_trace.services.render_label import label_font, layout_label
from waste_trace.services.sign_in import Person

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_MOST_A_TIME = 200


@router.get("/labels")
def labels(
    request: Request,
    deployment: House,
    person: Issuer,
    q: str = "",
    waste: str = "",
    issued: int | None = None,
) -> HTMLResponse:
    """The form, the catalogue that helps to fill it, and what was issued before."""
    edition = packaged().edition(WasteKind.HAZARDOUS)
    return page(
        request,
        "labels.html",
        person,
        "赋码打印",
        "Labels",
        found=search(edition, q, limit=12) if q.strip() else (),
        asked={"q": q, "waste": waste},
        chosen=edition.entries.get(waste),
        today=deployment.now().astimezone(SHANGHAI).date().isoformat(),
        most=_MOST_A_TIME,
        producers=_producers(deployment, person),
        rows=list_containers(deployment, person, unit=person.org, first_idx=issued, limit=200),
        issued=issued,
    )


@router.post("/labels")
def issue(
    deployment: House,
    person: Issuer,
    waste_code: Annotated[str, Form()],
    day: Annotated[date, Form()],
    count: Annotated[int, Form(ge=1, le=_MOST_A_TIME)] = 1,
    unit: Annotated[str, Form()] = "",
) -> Response:
    """Issue codes to one's own unit; a platform also for a producer that it collects from."""
    chosen = unit or person.org
    if chosen != person.org and person.role != PLATFORM:
        raise Forbidden("只能为本单位赋码。", "Codes are for your own organisation only.")
    if chosen not in {person.org, *_producers(deployment, person)}:
        raise BadParameters("该单位未登记。", "This organisation is not registered.", unit=chosen)
    done = issue_labels(deployment, chosen, waste_code.strip(), day, count)
    if chosen != person.org:
        # Until it collects them a platform does not see a producer's containers: print at once.
        codes = [str(token.digital_id) for token in done.tokens]
        return _print(deployment, codes, f"labels-{done.recorded.index}.pdf")
    return RedirectResponse(f"/labels?issued={done.recorded.index}", 303)


@router.get("/labels/issued/{index}.pdf")
def sheet(index: int, deployment: House, person: Issuer) -> Response:
    """All labels of one issue, a page each."""
    rows = list_containers(deployment, person, unit=person.org, first_idx=index, limit=_MOST_A_TIME)
    if not rows:
        raise NotFound(f"第 {index} 条没有赋码。", f"Entry {index} issued nothing to you.")
    codes = sorted(row["container"] for row in rows)
    return _print(deployment, codes, f"labels-{index}.pdf")


def _producers(deployment: Deployment, person: Person) -> dict[str, str]:
    """For whom else one may issue: for a platform, the producers."""
    if person.role != PLATFORM:
        return {}
    return {
        row["org"]: row["name"]
        for row in list_organisations(deployment)
        if PRODUCER in row["kinds"].split(",")
    }


def _print(deployment: Deployment, codes: list[str], name: str) -> Response:
    layouts = [layout_label(deployment, code) for code in codes]
    return Response(
        render_pdf(layouts, label_font(deployment)),
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="{name}"'},
    )
