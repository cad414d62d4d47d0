"""Who files a form, for which days, and from which state of the ledger."""

from dataclasses import dataclass

from waste_trace.reports.form import Form, Period, Stamp, Table, Title, Words


@dataclass(frozen=True, slots=True)
class Unit:
    """The filing organisation (单位); ``site`` is the place that the form is limited to, or ""."""

    name: str
    org: str
    site: str = ""
    site_name: str = ""


@dataclass(frozen=True, slots=True)
class Filing:
    """What a form says beside its rows."""

    unit: Unit
    period: Period
    stamp: Stamp

    def form(self, title: Title, *tables: Table, notes: tuple[Words, ...] = ()) -> Form:
        """A form of this filing."""
        unit = self.unit
        head = [
            (Words("单位名称", "Unit"), unit.name),
            (Words("统一社会信用代码", "Unified code"), unit.org),
        ]
        if unit.site:
            where = f"{unit.site_name}（{unit.site}）" if unit.site_name else unit.site
            head.append((Words("场所", "Site"), where))
        return Form(title, self.period, tuple(head), tables, self.stamp, notes)
