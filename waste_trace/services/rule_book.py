"""The rule book of a deployment: settings, imported calendar, the bureau's own tables."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from waste_trace.compliance import calendar_shelf
from waste_trace.compliance.checklist import Checklist, packaged_checklist, read_checklist
from waste_trace.compliance.finding_life import AnswerDays
from waste_trace.compliance.incompatible import Pair, packaged_pairs, read_pairs
from waste_trace.compliance.risk import Weights, packaged_weights, read_weights
from waste_trace.compliance.rule_book import RuleBook
from waste_trace.compliance.thresholds import Thresholds
from waste_trace.compliance.weight_bias import BiasLimits
from waste_trace.errors import WasteTraceError
from waste_trace.settings import Settings

Table = TypeVar("Table")


class UnreadableTable(WasteTraceError):
    """A file of the settings is not in the form of the packaged one."""

    code: ClassVar[str] = "unreadable-table"
    default_do_zh: ClassVar[str] = "请按自带文件的格式更正，或清空该设置。"
    default_do_en: ClassVar[str] = "Give it the form of the packaged file, or empty the setting."


def rule_book(settings: Settings) -> RuleBook:
    """The rules as this deployment applies them.

    Raises:
        UnreadableTable, UnreadableCalendar: a file of the bureau's own is damaged.
    """
    return RuleBook(
        limits=_limits(settings),
        weight_bias=BiasLimits(
            settings.weight_bias_deliveries,
            settings.weight_bias_chance,
            settings.weight_bias_permille,
        ),
        answer_days=AnswerDays(
            settings.answer_working_days_serious,
            settings.answer_working_days_warning,
            settings.answer_working_days_notice,
        ),
        calendar=calendar_shelf.calendar_with(settings.data_dir / calendar_shelf.FOLDER),
        checklist=_checklist(settings),
        incompatible=_pairs(settings),
    )


def risk_weights(settings: Settings) -> Weights:
    """The weights of the risk score. Raises UnreadableTable."""
    return _own(settings.risk_weights_file, _json(read_weights), packaged_weights)


def _checklist(settings: Settings) -> Checklist:
    return _own(settings.checklist_file, _json(read_checklist), packaged_checklist)


def _pairs(settings: Settings) -> tuple[Pair, ...]:
    return _own(settings.incompatible_file, read_pairs, packaged_pairs)


def _own(file: Path | None, read: Callable[[str], Table], packaged: Callable[[], Table]) -> Table:
    if file is None:
        return packaged()
    try:
        return read(file.read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UnreadableTable(
            f"文件 {file.name} 无法读取。", f"The file {file.name} cannot be read.", file=file.name
        ) from problem


def _json(read: Callable[[Any], Table]) -> Callable[[str], Table]:
    return lambda text: read(json.loads(text))


def _limits(settings: Settings) -> Thresholds:
    return Thresholds(
        operator_storage=timedelta(days=settings.storage_days_operator),
        producer_storage=timedelta(days=settings.storage_days_producer),
        medical_storage=timedelta(hours=settings.medical_storage_hours),
        storage_point_kg=settings.storage_point_kg,
        confirm_working_days=settings.confirm_working_days,
        back_entry_working_days=settings.back_entry_working_days,
        hand_over_answer=timedelta(hours=settings.hand_over_answer_hours),
        opinion_working_days=settings.opinion_working_days,
        reply_working_days=settings.reply_working_days,
        decision_working_days=settings.decision_working_days,
        open_manifest=timedelta(days=settings.open_manifest_days),
        silent_device=timedelta(days=settings.silent_device_days),
        no_collection=timedelta(days=settings.no_collection_days),
        forecast_permille=settings.forecast_tolerance_permille,
        forecast_after=timedelta(days=settings.forecast_after_days),
        silent_camera=timedelta(hours=settings.silent_camera_hours),
        blinded_frames=settings.blinded_frames,
        scans_without_label=settings.scans_without_label,
        route_width_m=settings.route_width_m,
        journey_tolerance=timedelta(minutes=settings.journey_tolerance_minutes),
    )
