"""All that a deployment may configure of the rules, in one value: figures, calendar, tables."""

from dataclasses import dataclass, field

from waste_trace.compliance import calendar, checklist, incompatible
from waste_trace.compliance.calendar import WorkingCalendar
from waste_trace.compliance.checklist import Checklist
from waste_trace.compliance.finding_life import AnswerDays
from waste_trace.compliance.incompatible import Pair
from waste_trace.compliance.thresholds import Thresholds
from waste_trace.compliance.weight_bias import BiasLimits


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What the daily review and the life of findings go by; by default what is packaged."""

    limits: Thresholds = field(default_factory=Thresholds)
    weight_bias: BiasLimits = field(default_factory=BiasLimits)
    answer_days: AnswerDays = field(default_factory=AnswerDays)
    calendar: WorkingCalendar = field(default_factory=calendar.packaged)
    checklist: Checklist = field(default_factory=checklist.packaged_checklist)
    incompatible: tuple[Pair, ...] = field(default_factory=incompatible.packaged_pairs)
