"""The figures of the clock rules in one value; most are in no law and stand in the settings."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the rules that a daily review (巡查) applies. Defaults: those of the settings.

    Attributes:
        operator_storage: how long a licensed operator may store (固废法 81: one year).
        producer_storage: the same for who produced it. 未核实.
        medical_storage: for medical waste where it arose (医疗废物管理条例 17: two days).
        storage_point_kg: real-time stock of a 贮存点 (GB 18597-2023 8.3.5: 3 t).
        confirm_working_days: reception to confirmation (转移管理办法 18).
        back_entry_working_days: transfer on paper to entry (转移管理办法 20).
        hand_over_answer: one carrier tells of a hand-over and the other does not. 未核实.
        opinion_working_days, reply_working_days, decision_working_days: of the bureaus on a
            transfer to another province (转移管理办法 21 to 28).
        open_manifest: a manifest is not closed so long after it was opened. 未核实.
        silent_device: a device is not heard of while its organisation's waste moves. 未核实.
        no_collection: a small producer with waste is not visited. 未核实.
        forecast_permille: produced against planned, pro rata. 未核实.
        forecast_after: nothing is said of a plan that is younger.
        silent_camera: no picture from a store with waste in it. 未核实.
        blinded_frames: so many pictures in a row that show nothing. 未核实.
        scans_without_label: typed codes of a stored container before its label counts as missing.
        route_width_m, journey_tolerance: where the planned route names none. 未核实.
    """

    operator_storage: timedelta = timedelta(days=365)
    producer_storage: timedelta = timedelta(days=365)
    medical_storage: timedelta = timedelta(days=2)
    storage_point_kg: Decimal = Decimal(3000)
    confirm_working_days: int = 5
    back_entry_working_days: int = 10
    hand_over_answer: timedelta = timedelta(hours=24)
    opinion_working_days: int = 5
    reply_working_days: int = 10
    decision_working_days: int = 5
    open_manifest: timedelta = timedelta(days=15)
    silent_device: timedelta = timedelta(days=7)
    no_collection: timedelta = timedelta(days=90)
    forecast_permille: int = 200
    forecast_after: timedelta = timedelta(days=90)
    silent_camera: timedelta = timedelta(days=2)
    blinded_frames: int = 3
    scans_without_label: int = 3
    route_width_m: int = 2000
    journey_tolerance: timedelta = timedelta(minutes=60)
