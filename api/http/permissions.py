"""One table: what each role may do; one function that asks it; one dependency that a route names.

Every route declares ``may(...)``; a test walks all routes and fails for one that does not.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from api.http.errors import CrossSite, Forbidden, NotSignedIn
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person, who

COOKIE = "waste_trace_session"


class Permission(StrEnum):
    """What can be asked for. PUBLIC and DEVICE need no session: see the routes that use them."""

    PUBLIC = "public"
    DEVICE = "device"
    READ = "read"
    ENROL = "enrol"
    REVOKE = "revoke"
    ISSUE = "issue"
    NUMBER = "number"
    AUDIT = "audit"
    ERASE = "erase"
    SPEAK = "speak"
    PEOPLE = "people"
    CONNECT = "connect"
    REGISTER = "register"
    INSPECT = "inspect"
    COLLECT = "collect"
    DISPATCH = "dispatch"
    IMPORT = "import"


#: SPEAK is to say something at the desk; what, is the vocabulary's to allow.
#: COLLECT is to see and ask for collections of small producers; DISPATCH, to see whole rounds.
_EVERYBODY = {Permission.READ, Permission.ENROL, Permission.SPEAK}
_MAKES_WASTE = _EVERYBODY | {Permission.ISSUE, Permission.NUMBER, Permission.IMPORT}
_COLLECTION = {Permission.COLLECT, Permission.DISPATCH}
_OVERSEES = {Permission.REVOKE, Permission.AUDIT, Permission.ERASE, Permission.INSPECT}
ROLES: Mapping[str, frozenset[Permission]] = {
    "producer": frozenset(_MAKES_WASTE | {Permission.COLLECT}),
    "platform": frozenset(_MAKES_WASTE | _COLLECTION),
    "transporter": frozenset(_EVERYBODY),
    "treatment": frozenset(_MAKES_WASTE),
    "regulator": frozenset(_EVERYBODY | _OVERSEES | _COLLECTION | {Permission.IMPORT}),
}
#: What an administrator may besides: in their own organisation, and at the bureau.
ADMIN = frozenset({Permission.PEOPLE, Permission.CONNECT})
BUREAU_ADMIN = ADMIN | {Permission.REGISTER}


def can(role: str, permission: Permission) -> bool:
    """True if the role has the permission."""
    open_to_all = permission in (Permission.PUBLIC, Permission.DEVICE)
    return open_to_all or permission in ROLES.get(role, frozenset())


def allowed(person: Person, permission: Permission) -> bool:
    """True if the person has the permission, by role or as an administrator."""
    extra = BUREAU_ADMIN if person.role == REGULATOR else ADMIN
    return can(person.role, permission) or (person.admin and permission in extra)


def deployment_of(request: Request) -> Deployment:
    """The deployment that this application serves."""
    deployment: Deployment = request.app.state.deployment
    return deployment


# Asynchronous, as the next ones are, though nothing waits: the framework sends what is not to
# another thread, which takes its turn behind the ledger's writer (a fifth of an event's time).
async def _house(request: Request) -> Deployment:
    return deployment_of(request)


House = Annotated[Deployment, Depends(_house)]


def session_token(request: Request) -> str:
    """The session token of a request: bearer header (programs) or cookie (people)."""
    header = request.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    return request.cookies.get(COOKIE, "")


async def person_of(request: Request, deployment: House) -> Person | None:
    """Who asks, or None."""
    token = session_token(request)
    return await run_in_threadpool(who, deployment, token) if token else None


def require_same_site(request: Request) -> None:
    """Refuse a changing request that another site's page makes with this browser's cookie."""
    origin = request.headers.get("origin")
    if origin is None or request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if origin.split("://", 1)[-1] != request.headers.get("host", ""):
        raise CrossSite("请求来自其他网站。", "The request comes from another site.")


class May:
    """The dependency: who asks, if they have the permission.

    Attributes:
        permission: what the route needs; read by the test that walks all routes.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(
        self, request: Request, person: Annotated[Person | None, Depends(person_of)]
    ) -> Person | None:
        if self.permission in (Permission.PUBLIC, Permission.DEVICE):
            return person
        require_same_site(request)
        if person is None:
            raise NotSignedIn("需要登录。", "This needs a session.")
        if not allowed(person, self.permission):
            raise Forbidden(
                "您的角色没有此项权限。",
                f"Your role may not do this ({self.permission.value}).",
                permission=self.permission.value,
            )
        return person


_read, _enrol, _revoke = May(Permission.READ), May(Permission.ENROL), May(Permission.REVOKE)
_issue, _number, _audit = May(Permission.ISSUE), May(Permission.NUMBER), May(Permission.AUDIT)
_erase, _speak = May(Permission.ERASE), May(Permission.SPEAK)
_people, _connect = May(Permission.PEOPLE), May(Permission.CONNECT)
_register = May(Permission.REGISTER)
_inspect = May(Permission.INSPECT)
_import = May(Permission.IMPORT)
_collect, _dispatch = May(Permission.COLLECT), May(Permission.DISPATCH)

#: What routes annotate their parameter with.
Reader = Annotated[Person, Depends(_read)]
Enroller = Annotated[Person, Depends(_enrol)]
Revoker = Annotated[Person, Depends(_revoke)]
Issuer = Annotated[Person, Depends(_issue)]
Numberer = Annotated[Person, Depends(_number)]
Auditor = Annotated[Person, Depends(_audit)]
Eraser = Annotated[Person, Depends(_erase)]
Speaker = Annotated[Person, Depends(_speak)]
PeopleAdmin = Annotated[Person, Depends(_people)]
Connector = Annotated[Person, Depends(_connect)]
Registrar = Annotated[Person, Depends(_register)]
Inspector = Annotated[Person, Depends(_inspect)]
Importer = Annotated[Person, Depends(_import)]
Collector = Annotated[Person, Depends(_collect)]
Dispatcher = Annotated[Person, Depends(_dispatch)]
Anybody = Annotated[Person | None, Depends(May(Permission.PUBLIC))]
SigningDevice = Annotated[Person | None, Depends(May(Permission.DEVICE))]
