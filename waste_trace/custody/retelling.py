"""How an event reads with its corrections: one value after the other, addressed by its path.

Paths are those of `FieldPath`. What was signed stays; this is what the fold takes instead.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

from pydantic import BaseModel

from waste_trace.custody.fold import Touch
from waste_trace.custody.vocabulary import container_roles, event_type

CONTAINER, CLAIMED_AT, SITE = "container", "claimed_at", "site"
#: The role of a container in an event that named it wrongly; both versions stay visible.
WITHDRAWN = "withdrawn"
#: What a part of a list goes by, where it does not go by its number.
_NAMES = ("container", "unit")
_REFUSED = "refused"


def retold(touch: Touch, changes: Mapping[str, str]) -> Touch:
    """The touch with every change (path to the new value as text) made to what was signed.

    Raises:
        ValueError, LookupError: a path leads nowhere, or a value is none of its type.
    """
    body: Any = deepcopy(dict(touch.body))
    names: dict[str, str] = {}
    for path, new in changes.items():
        if path.startswith(f"{CONTAINER}."):
            names[path.removeprefix(f"{CONTAINER}.")] = new
        elif path not in (CLAIMED_AT, SITE):
            _put(touch.typ, body, path, new)
    if touch.typ == "visit":
        _give_reason(body)
    # Weights go by the code that was signed, so containers are named anew last.
    body = _renamed(body, names) if names else body
    claimed_at = _moment(changes[CLAIMED_AT]) if CLAIMED_AT in changes else touch.claimed_at
    return replace(touch, body=body, claimed_at=claimed_at, site=changes.get(SITE, touch.site))


def said(touch: Touch, path: str) -> str | None:
    """What was signed there, as text; "" where nothing was, None where nothing can be."""
    if path == CLAIMED_AT:
        return touch.claimed_at.isoformat()
    if path == SITE:
        return touch.site
    if path.startswith(f"{CONTAINER}."):
        code = path.removeprefix(f"{CONTAINER}.")
        return code if code in container_roles(touch.typ, touch.body) else None
    try:
        _kind(touch.typ, path)
        holder, name = _holder(touch.body, path)
    except LookupError:
        return None
    return spelled(holder.get(name))


def same(path: str, one: str, other: str) -> bool:
    """True if two texts say the same there; a moment may be written in several time zones."""
    if path != CLAIMED_AT:
        return one == other
    try:
        return _moment(one) == _moment(other)
    except ValueError:
        return False


def spelled(value: object) -> str:
    """A value as a correction quotes it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _put(typ: str, body: dict[str, Any], path: str, new: str) -> None:
    kind = _kind(typ, path)
    holder, name = _holder(body, path)
    if new == "":
        holder.pop(name, None)
    elif kind is bool:
        holder[name] = {"true": True, "false": False}[new]
    else:
        holder[name] = kind(new)


def _kind(typ: str, path: str) -> type:
    """Text, whole number or truth: what stands at a path of this verb's body. LookupError: none."""
    model: type[BaseModel] = event_type(typ).body
    *outer, name = path.split(".")
    for part in outer[:1]:
        model = next(_models(model.model_fields[part].annotation))
    if name not in model.model_fields:
        raise LookupError(path)
    kinds = set(_scalars(model.model_fields[name].annotation))
    for kind in (bool, int, str):
        if kind in kinds:
            return kind
    raise LookupError(path)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _scalars(annotation: Any) -> Iterator[type]:
    """The types of the single values that a field takes; lists are none."""
    if annotation in (str, int, bool):
        yield annotation
        return
    inner = get_args(annotation)
    if getattr(annotation, "__origin__", None) in (list, dict):
        return
    for one in inner:
        if isinstance(one, str):
            yield str  # of a Literal
        else:
            yield from _scalars(one)


def _holder(body: Mapping[str, Any], path: str) -> tuple[Any, str]:
    """The object that the last part of the path is a field of."""
    *outer, name = path.split(".")
    if not outer:
        return body, name
    inner = body[outer[0]]
    if len(outer) == 1:
        if not isinstance(inner, Mapping):
            raise LookupError(path)
        return inner, name
    if not isinstance(inner, list):
        raise LookupError(path)
    return _part(inner, outer[1]), name


def _part(parts: list[Any], key: str) -> Any:
    for part in parts:
        if any(part.get(name) == key for name in _NAMES):
            return part
    if not key.isascii() or not key.isdigit() or not 1 <= int(key) <= len(parts):
        raise LookupError(key)
    return parts[int(key) - 1]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    return value


def _give_reason(body: dict[str, Any]) -> None:
    """A visit that was refused after all has a reason, and any other has none."""
    if body.get("outcome") != _REFUSED:
        body.pop("reason", None)
    else:
        body.setdefault("reason", "other")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment has a time zone")
    return moment.astimezone(UTC)
