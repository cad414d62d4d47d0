"""Every setting of the product, with its default and its reason, in one place.

Read from the environment with the prefix ``WASTE_TRACE_`` (``WASTE_TRACE_DATABASE_URL=...``) or
from a ``.env`` file in the data folder. ``waste-trace settings`` prints this table.
"""

from decimal import Decimal
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The whole configuration. Embedded defaults need no other server."""

    model_config = SettingsConfigDict(env_prefix="WASTE_TRACE_", extra="ignore", frozen=True)

    data_dir: Path = Field(
        Path(".local/data"), description="Folder of the database, the keys and the pictures."
    )
    database_url: str = Field(
        "",
        description="Empty: SQLite (WAL, synchronous=FULL) in the data folder. "
        "PostgreSQL: postgresql+psycopg://user:password@host/name",
    )
    broker_url: str = Field(
        "",
        description="Empty: background work runs inside this process, from the outbox table. "
        "RabbitMQ: amqp://user:password@host:5672// and `waste-trace worker` processes.",
    )
    blob_url: str = Field(
        "",
        description="Empty: pictures in the data folder. S3-compatible storage: "
        "s3://bucket (endpoint and credentials by the usual AWS_ variables).",
    )
    host: str = Field("127.0.0.1", description="Address that the HTTP server listens on.")
    port: int = Field(8000, description="Port of the HTTP server; 0 takes a free one.")
    public_url: str = Field(
        "",
        description="How people reach this server (https://trace.example), for links in e-mails "
        "and on the command line. Empty: http://HOST:PORT.",
    )
    ledger_origin: str = Field(
        "pinghu.waste-trace.example/1",
        description="Name of the ledger in every checkpoint; a restored ledger takes a new one.",
    )
    witness_policy: str = Field(
        "",
        description="Path of a c2sp.org/tlog-policy file with this ledger's log key, the witnesses "
        "(with their addresses) and the quorum. Empty: no witnesses are asked.",
    )
    witness_seconds: float = Field(
        5.0,
        gt=0,
        description="Witnesses are asked so often while the ledger grows or the quorum is not met; "
        "a ledger at rest shows itself to them every 10 minutes.",
    )
    label_host: str = Field(
        "TRACE.PINGHU.EXAMPLE",
        description="Host in the QR of a label, so that any phone opens the public trace page.",
    )
    region_code: str = Field(
        "330482", description="行政区划 GB/T 2260 of the bureau; 330482 is 平湖市."
    )
    key_passphrase: SecretStr = Field(
        SecretStr(""),
        description="Encrypts the private keys at rest. Empty: a random one is made and kept in "
        "the data folder, readable by its owner only.",
    )
    key_store: str = Field(
        "",
        description="Empty: private keys in encrypted files. In a hardware token (extra [hsm]): "
        "pkcs11:token=LABEL?module-path=/path/of/module.so&pin-source=file:/path/of/pin; without "
        "pin-source the passphrase above is the PIN.",
    )
    label_font: Path | None = Field(
        None, description="TrueType font with the Chinese characters of the labels; found if empty."
    )
    session_hours: int = Field(12, description="A log-in ends after so many hours.")
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="Empty: no e-mail is sent. smtp://user:password@host:587 (with STARTTLS or not "
        "at all), smtps://user:password@host:465, smtp://host:25?tls=none for a relay beside us.",
    )
    mail_sender: str = Field(
        "waste-trace@localhost", description="Sender of e-mails; an address that the relay takes."
    )
    digest_hour: int = Field(
        7, ge=0, le=23, description="Daily summaries and deadlines are told from this hour (China)."
    )
    webhook_private: bool = Field(
        False,
        description="Webhooks may go to private and loopback addresses and without TLS. Only where "
        "every administrator of an organisation may reach what this server reaches.",
    )
    webhook_attempts: int = Field(
        36,
        ge=1,
        description="A webhook delivery is given up after so many attempts (about a day).",
    )
    notice_days: int = Field(
        180, ge=1, description="Read notices and finished deliveries are kept so many days."
    )
    max_event_bytes: int = Field(64 * 1024, description="Largest body of one event request.")
    max_picture_bytes: int = Field(20 * 1024 * 1024, description="Largest picture that is taken.")
    quarantine_keep_bytes: int = Field(
        256 * 1024, description="How much of a refused body is kept as evidence."
    )
    batch_events: int = Field(384, description="Most events in one ledger batch.")
    check_processes: int = Field(
        1,
        ge=0,
        le=64,
        description="Processes beside the server that check signatures, started when many events "
        "wait at once; one for each core that is free. 0: the server checks everything itself.",
    )
    queue_events: int = Field(4096, description="Waiting events at which the answer is 503.")
    weight_tolerance_permille: int = Field(
        10,
        description="Weight difference at reception that is no finding, in per mille of the "
        "dispatched weight. 未核实: no figure in law (转移管理办法 art. 18 names none).",
    )
    weight_tolerance_kg: Decimal = Field(
        Decimal("1.000"),
        description="Weight difference that is never a finding, for scale resolution. 未核实.",
    )
    weight_bias_deliveries: int = Field(
        20,
        gt=0,
        description="So many of the last deliveries between two parties, or collections of a "
        "platform, are asked whether their weights differ to one side. 未核实: own figure.",
    )
    weight_bias_chance: int = Field(
        1000,
        gt=0,
        description="One-sided differences that chance gives less often than once in so many are "
        "no chance. 未核实: own figure.",
    )
    weight_bias_permille: int = Field(
        2,
        ge=0,
        description="One-sided differences below so many per mille of all that was dispatched do "
        "not matter. 未核实: own figure.",
    )
    travel_limit_kmh: int = Field(
        100,
        description="A container scanned in two places at more than this speed was in neither or "
        "is a copy. 未核实: own figure.",
    )
    late_event_hours: int = Field(
        24, description="An event logged so long after its claimed time is shown as late. 未核实."
    )
    storage_days_operator: int = Field(
        365,
        gt=0,
        description="Days that a licensed operator may store waste. 固废法 81: one year [P].",
    )
    storage_days_producer: int = Field(
        365, gt=0, description="Days that waste may stand where it arose. 未核实: own figure."
    )
    medical_storage_hours: int = Field(
        48,
        gt=0,
        description="Hours that medical waste may stand where it arose. 医疗废物管理条例 17 [P].",
    )
    storage_point_kg: Decimal = Field(
        Decimal(3000),
        description="Real-time stock that a 贮存点 may hold. GB 18597-2023 8.3.5: 3 t [1].",
    )
    confirm_working_days: int = Field(
        5,
        gt=0,
        description="Working days from reception to confirmation. 转移管理办法 art. 18 [P].",
    )
    back_entry_working_days: int = Field(
        10,
        gt=0,
        description="Working days until a transfer on paper is entered. 转移管理办法 art. 20 [P].",
    )
    hand_over_answer_hours: int = Field(
        24,
        gt=0,
        description="Hours within which both carriers record a hand-over. 未核实: own figure.",
    )
    opinion_working_days: int = Field(
        5,
        gt=0,
        description="Working days of the origin for its preliminary opinion on a transfer to "
        "another province. 转移管理办法 art. 21-28 [P].",
    )
    reply_working_days: int = Field(
        10,
        gt=0,
        description="Working days of the destination for its reply. 转移管理办法 art. 21-28 [P].",
    )
    decision_working_days: int = Field(
        5,
        gt=0,
        description="Working days of the origin for its decision after the reply. "
        "转移管理办法 art. 21-28 [P].",
    )
    open_manifest_days: int = Field(
        15, gt=0, description="A manifest without an end is shown after so many days. 未核实."
    )
    silent_device_days: int = Field(
        7, gt=0, description="A device is silent after so many days while waste moves. 未核实."
    )
    no_collection_days: int = Field(
        90, gt=0, description="A small producer with waste is visited within so many days. 未核实."
    )
    forecast_tolerance_permille: int = Field(
        200,
        ge=0,
        description="Produced against planned amount, pro rata, that is no finding. 未核实.",
    )
    forecast_after_days: int = Field(
        90, ge=0, description="A year's plan is compared after so many days of it. 未核实."
    )
    silent_camera_hours: int = Field(
        48, gt=0, description="A camera is silent after so many hours while waste stands. 未核实."
    )
    blinded_frames: int = Field(
        3, gt=0, description="So many pictures in a row that show nothing are an alarm. 未核实."
    )
    scans_without_label: int = Field(
        3,
        gt=0,
        description="A stored container whose code was typed so often, and whose label was never "
        "read since, is looked at. 未核实.",
    )
    route_width_m: int = Field(
        2000,
        gt=0,
        description="Metres from the planned route that are still on it, where the plan names "
        "none. 未核实.",
    )
    journey_tolerance_minutes: int = Field(
        60, ge=0, description="Minutes that a journey may take beyond its plan. 未核实."
    )
    answer_working_days_serious: int = Field(
        3, gt=0, description="Working days to answer a serious finding. 未核实: set by the bureau."
    )
    answer_working_days_warning: int = Field(
        5, gt=0, description="Working days to answer a warning. 未核实: set by the bureau."
    )
    answer_working_days_notice: int = Field(
        10, gt=0, description="Working days to answer a notice. 未核实: set by the bureau."
    )
    checklist_file: Path | None = Field(
        None,
        description="JSON of the bureau's own inspection checklist (规范化环境管理评估), in the "
        "form of the packaged one. Empty: that one, 未核实.",
    )
    risk_weights_file: Path | None = Field(
        None, description="JSON of the bureau's own risk weights. Empty: the packaged ones, 未核实."
    )
    incompatible_file: Path | None = Field(
        None, description="CSV of incompatible pairs. Empty: the packaged ones, 未核实."
    )
    door_requests_per_day: int = Field(
        3,
        description="A small producer's door (QR link, nobody signed in) asks for a collection so "
        "often in 24 hours at most. 未核实: own figure.",
    )
    collection_prices: Path | None = Field(
        None,
        description="JSON file of yuan a kilogram by waste code, for settling collections; empty: "
        "quantities alone. A price is the platform's own: no law names one.",
    )
    transfer_refusals: str = Field(
        "",
        description="Checks of a transfer (plan_not_covering, unlicensed_receiver, expired_permit "
        "...) that refuse to open or load a manifest, separated by commas. A check that is not "
        "named raises a finding: a truck is never stopped because a register is not up to date.",
    )
    retention_years: int = Field(
        10,
        description="Personal data of manifest events is not erased before so many years, but for "
        "a court's order or a mistake. 转移管理办法 art. 20: manifest data at least 10 years [P].",
    )
    retention_ledger_years: int = Field(
        5,
        description="The same for other events. HJ 1259-2022: ledgers at least 5 years; "
        "some provinces 10. 未核实.",
    )

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL that is really used."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'waste-trace.db').resolve()}"

    @property
    def address(self) -> str:
        """How people reach this server, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def embedded(self) -> bool:
        """True where background work runs inside the server process."""
        return not self.broker_url
