"""A genuine label to vary, and the font that Debian's fonts-wqy-microhei brings."""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from waste_trace.catalogue.model import Hazard
from waste_trace.codes import digital_id, label_token
from waste_trace.labels import ContainerLabel
from waste_trace.ledger.keys import SigningKey

FONT = Path(
    os.environ.get("WASTE_TRACE_TEST_FONT", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
)
KEY = SigningKey.from_private_bytes("ed25519", bytes(range(32)))
ID = digital_id.parse("91330100716105852F9002490820261123001")


def sample(**changes: Any) -> ContainerLabel:
    """Return a full label of a 50 L drum of waste oil with some fields changed."""
    label = ContainerLabel(
        digital_id=ID,
        token_text=label_token.sign(ID, 0, KEY).text,
        waste_name="废润滑油",
        waste_code=ID.waste,
        category=ID.waste.category,
        form_zh="液态",
        hazards=(Hazard.TOXIC, Hazard.IGNITABLE),
        main_components="矿物基础油、添加剂、水分、金属碎屑",
        harmful_components="石油烃（C10～C40）、多环芳烃、铅、铬",
        precautions="密闭存放，远离火源和氧化剂；泄漏时用吸油棉或沙土覆盖收集，禁止排入下水道。",
        producer="平湖市某某精密机械制造有限公司",
        contact="张三",
        phone="0573-85001234",
        produced_on=date(2026, 11, 23),
        weight_kg=Decimal("182.500"),
        volume_l=Decimal(50),
        remark="第3批",
        far_mark_id=None,
    )
    return replace(label, **changes)
