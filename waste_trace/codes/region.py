"""Administrative regions (行政区划, GB/T 2260): six digits, twelve with town and village."""

from dataclasses import dataclass

from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.shape import require_digits

SCHEME = "region"

PROVINCES: dict[str, tuple[str, str]] = {
    "11": ("北京市", "京"), "12": ("天津市", "津"), "13": ("河北省", "冀"), "14": ("山西省", "晋"),
    "15": ("内蒙古自治区", "蒙"), "21": ("辽宁省", "辽"), "22": ("吉林省", "吉"),
    "23": ("黑龙江省", "黑"), "31": ("上海市", "沪"), "32": ("江苏省", "苏"),
    "33": ("浙江省", "浙"),
    "34": ("安徽省", "皖"), "35": ("福建省", "闽"), "36": ("江西省", "赣"), "37": ("山东省", "鲁"),
    "41": ("河南省", "豫"), "42": ("湖北省", "鄂"), "43": ("湖南省", "湘"), "44": ("广东省", "粤"),
    "45": ("广西壮族自治区", "桂"), "46": ("海南省", "琼"), "50": ("重庆市", "渝"),
    "51": ("四川省", "川"), "52": ("贵州省", "贵"), "53": ("云南省", "云"),
    "54": ("西藏自治区", "藏"),
    "61": ("陕西省", "陕"), "62": ("甘肃省", "甘"), "63": ("青海省", "青"),
    "64": ("宁夏回族自治区", "宁"), "65": ("新疆维吾尔自治区", "新"), "71": ("台湾省", "台"),
    "81": ("香港特别行政区", "港"), "82": ("澳门特别行政区", "澳"),
}  # fmt: skip
"""Province code to name and one-character short name."""

ZHEJIANG_CITIES: dict[str, str] = {
    "3301": "杭州市", "3302": "宁波市", "3303": "温州市", "3304": "嘉兴市", "3305": "湖州市",
    "3306": "绍兴市", "3307": "金华市", "3308": "衢州市", "3309": "舟山市", "3310": "台州市",
    "3311": "丽水市",
}  # fmt: skip
"""For people only, never a condition: the list is unverified and cities are re-drawn."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region in its named parts; ``town`` and ``village`` are empty for a six-digit code."""

    province: str
    city: str
    district: str
    town: str = ""
    village: str = ""

    def __str__(self) -> str:
        return f"{self.province}{self.city}{self.district}{self.town}{self.village}"

    @property
    def province_name(self) -> str:
        """The name of the province, for people."""
        return PROVINCES[self.province][0]

    @property
    def city_code(self) -> str:
        """The four digits that manifests are numbered by."""
        return self.province + self.city

    def contains(self, other: "Region") -> bool:
        """Whether ``other`` lies in this region; trailing zeros: all of the level above."""
        own = str(self)
        for tail in ("0000", "00"):
            if len(own) == 6 and own.endswith(tail):
                own = own[: -len(tail)]
                break
        return str(other).startswith(own)


def require_province(scheme: str, code: str) -> None:
    """Refuse two digits that are no province of GB/T 2260."""
    if code not in PROVINCES:
        raise InvalidCode(
            scheme,
            "province",
            f"省级代码“{code}”不在GB/T 2260中。",
            f"There is no province {code!r} in GB/T 2260.",
            value=code,
        )


def parse(text: str) -> Region:
    """Read six digits PPCCDD, or twelve with three for the town and three for the village."""
    if len(text) not in (6, 12):
        raise InvalidCode(
            SCHEME,
            "length",
            f"行政区划代码应为6位或12位，实际{len(text)}位。",
            f"A region code has 6 or 12 digits, this has {len(text)}.",
            actual=len(text),
        )
    require_digits(SCHEME, "text", text, "行政区划代码")
    require_province(SCHEME, text[:2])
    return Region(text[:2], text[2:4], text[4:6], text[6:9], text[9:12])


def build(province: str, city: str, district: str, town: str = "", village: str = "") -> Region:
    """Build a region from its parts; raise InvalidCode as ``parse`` does."""
    return parse(province + city + district + town + village)
