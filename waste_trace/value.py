"""Values that the ledger's writer makes by the thousand, and that nobody changes."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[Made]) -> type[Made]:
    """A frozen dataclass with slots, as far as the type checker and its readers are concerned.

    At run time nothing freezes it: a frozen one sets its fields one by one through ``object``, and
    is made in 1.9 instead of 0.4 microseconds (eight fields). Of an event some ten are made. Only
    where that shows; everything else is ``@dataclass(frozen=True, slots=True)``.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
