"""Who plays in the stories: the demonstration's parties, and some more of the same district."""

from api.demo.cast import (
    BUREAU,
    CARRIER,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    PRINTER,
    Party,
)
from waste_trace.codes import uscc

__all__ = [
    "BUREAU",
    "CARRIER",
    "EVERYBODY",
    "FACTORY",
    "FAR_PLANT",
    "GARAGE",
    "HOSPITAL",
    "NEXT_CARRIER",
    "PLANT",
    "PLATFORM",
    "PRINTER",
    "REGIONS",
    "SMALL",
    "Party",
]  # fmt: skip


def _small(number: int, name: str) -> Party:
    organisation = f"MA7{number:05d}X"
    org = str(uscc.build("9", "1", "330482", organisation))
    return Party(f"small{number}", org, name, "producer", "", "", f"small{number}", "店主")


NEXT_CARRIER = Party(
    "next_carrier", str(uscc.build("9", "1", "330402", "MA2NEXT09")), "嘉兴通达危货运输有限公司",
    "transporter", "", "", "next_carrier", "钱驾驶",
)  # fmt: skip
HOSPITAL = Party(
    "hospital", str(uscc.build("9", "1", "330482", "MA2HQP01X")), "平湖康宁医院", "producer",
    "康宁医疗废物暂存间", "贮存库", "hospital", "何护士",
)  # fmt: skip
FAR_PLANT = Party(
    "far_plant", str(uscc.build("9", "1", "320583", "MA2FAR01X")), "昆山远达环保处置有限公司",
    "treatment", "远达接收贮存库", "贮存库", "far_plant", "冯接收",
)  # fmt: skip
#: Where a party is registered, if not in the bureau's own county.
REGIONS = {FAR_PLANT.key: "320583"}
#: Ten small producers (小微产废单位) of one street.
SMALL = tuple(
    _small(number, name)
    for number, name in enumerate(
        ("兴隆汽修", "城南汽修", "大众洗车行", "新仓农机站", "曹桥印务", "钟埭五金", "独山港船修",
         "乍浦电镀作坊", "当湖牙科诊所", "林埭实验站"),
        1,
    )
)  # fmt: skip
EVERYBODY = (
    BUREAU, FACTORY, GARAGE, PRINTER, HOSPITAL, PLATFORM, CARRIER, NEXT_CARRIER, PLANT, FAR_PLANT,
    *SMALL,
)  # fmt: skip
