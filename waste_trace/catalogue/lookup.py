"""A catalogue: editions side by side, asked by code. It answers or warns; it never refuses."""

from dataclasses import dataclass, replace
from functools import cache

from waste_trace.catalogue import loader
from waste_trace.catalogue.model import (
    CatalogueWarning,
    DisposalMethod,
    Edition,
    Exemption,
    Lookup,
    WarningKind,
)
from waste_trace.codes import waste_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.waste_code import WasteCode, WasteKind


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Editions by name, and which one of each kind is in use."""

    editions: dict[str, Edition]
    in_use: dict[WasteKind, str]
    exemptions: tuple[Exemption, ...]
    methods: tuple[DisposalMethod, ...]

    def edition(self, kind: WasteKind, name: str | None = None) -> Edition:
        """Return the named edition, or the one in use; raise KeyError for a name never loaded."""
        return self.editions[name or self.in_use[kind]]

    def find(self, code: str | WasteCode, edition: str | None = None) -> Lookup:
        """Look a code up (hyphens optional); unknown or malformed codes come back as warnings."""
        try:
            parsed = waste_code.parse(code) if isinstance(code, str) else code
        except InvalidCode as problem:
            warning = CatalogueWarning(WarningKind.MALFORMED, str(code), problem.zh, problem.en)
            return Lookup(str(code), edition or "", None, warning)
        chosen = self.edition(parsed.kind, edition)
        entry = chosen.entries.get(str(parsed))
        return Lookup(str(parsed), chosen.name, entry, _warning(parsed, chosen, entry is not None))

    def exemptions_for(self, code: str | WasteCode) -> tuple[Exemption, ...]:
        """Return the exemption rows for this code or its class; each is for one stage only."""
        try:
            parsed = waste_code.parse(code) if isinstance(code, str) else code
        except InvalidCode:
            return ()
        names = {str(parsed), parsed.category}
        return tuple(e for e in self.exemptions if names.intersection(e.codes))

    def method(self, code: str) -> DisposalMethod | None:
        """Return the method of utilisation or disposal, None when it is not on our list."""
        return next((m for m in self.methods if m.code == code), None)

    def with_edition(self, edition: Edition, *, use: bool) -> "Catalogue":
        """Return a catalogue that also holds ``edition``, and uses it for its kind if ``use``."""
        in_use = {**self.in_use, edition.kind: edition.name} if use else self.in_use
        return replace(self, editions={**self.editions, edition.name: edition}, in_use=in_use)


@cache
def packaged() -> Catalogue:
    """Return the catalogue that ships with the software; read once."""
    editions = (loader.hazardous_2021(), loader.solid_2024())
    return Catalogue(
        editions={e.name: e for e in editions},
        in_use={e.kind: e.name for e in editions},
        exemptions=loader.exemptions_2021(),
        methods=loader.disposal_methods(),
    )


def _warning(code: WasteCode, edition: Edition, known: bool) -> CatalogueWarning | None:
    if known:
        return None
    if code.by_testing and code.category in edition.classes:
        return CatalogueWarning(
            WarningKind.BY_TESTING,
            str(code),
            f"{code}为经鉴别认定的危险废物，请附鉴别结论。",
            f"{code} is a waste identified by testing: keep the conclusion of the test with it.",
        )
    if code.category not in edition.classes:
        return CatalogueWarning(
            WarningKind.UNKNOWN_CLASS,
            str(code),
            f"{edition.title}中没有{code.category}类，请核对代码。",
            f"{edition.title} has no class {code.category}: check the code.",
        )
    reason_zh = "名录已有新版，可导入新版名录" if edition.superseded else "本目录尚不完整"
    reason_en = "a newer edition exists; import it" if edition.superseded else "it is incomplete"
    return CatalogueWarning(
        WarningKind.UNKNOWN_CODE,
        str(code),
        f"{edition.title}中没有{code}（{reason_zh}），请核对代码。",
        f"{edition.title} has no {code} ({reason_en}): check the code.",
    )
