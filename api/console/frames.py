"""Pictures of storage-site cameras, with what was seen and what was expected."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.frame_view import VERDICTS, view_frame
from api.console.render import page
from api.http.permissions import House, Reader
from waste_trace.services.look_up import (
    list_frames,
    name_organisations,
    name_sites,
    visible_among,
)

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
#: A page of pictures must come over a slow line, too.
_MOST_PICTURES = 60


@router.get("/frames")
def frames(
    request: Request, deployment: House, person: Reader, verdict: str = "", camera: str = ""
) -> HTMLResponse:
    """The newest pictures of one's own cameras, or of all for a regulator."""
    rows = list_frames(deployment, person, 500)
    kept = [
        row for row in rows if verdict in ("", row["verdict"]) and camera in ("", row["camera"])
    ]
    sites, names = name_sites(deployment), name_organisations(deployment)
    views = [view_frame(row, sites, names) for row in kept[:_MOST_PICTURES]]
    codes = {one for view in views for group in view.groups for one in group.codes}
    return page(
        request,
        "frames.html",
        person,
        "视频核验",
        "Cameras",
        frames=views,
        seen=visible_among(deployment, person, sorted(codes)),
        verdicts=VERDICTS,
        cameras=sorted({row["camera"] for row in rows}),
        asked={"verdict": verdict, "camera": camera},
    )
