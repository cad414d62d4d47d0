"""Transfer manifest numbers (联单编号, 危险废物转移管理办法 art. 15): 14 digits.

Year 4 + province 2 + city 2 (GB/T 2260) + running number 6, counted for each city.
"""

from dataclasses import dataclass

from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.region import require_province
from waste_trace.codes.shape import require_digits, require_length

SCHEME = "manifest_number"
LENGTH = 14


@dataclass(frozen=True, slots=True)
class ManifestNumber:
    """A manifest number in its four named parts."""

    year: int
    province: str
    city: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.year:04d}{self.province}{self.city}{self.sequence:06d}"


def build(year: int, province: str, city: str, sequence: int) -> ManifestNumber:
    """Build the number of the ``sequence``-th manifest of a city in a year."""
    if not 0 <= sequence <= 999_999:
        raise InvalidCode(
            SCHEME,
            "sequence",
            f"联单流水号{sequence}超出六位。",
            f"The running number {sequence} does not fit six digits.",
            value=sequence,
        )
    return parse(f"{year:04d}{province}{city}{sequence:06d}")


def parse(text: str) -> ManifestNumber:
    """Read 14 digits; raise InvalidCode naming length, year, province, city or sequence."""
    require_length(SCHEME, text, LENGTH, "联单编号", "manifest number")
    segments = {"year": text[:4], "province": text[4:6], "city": text[6:8], "sequence": text[8:]}
    for segment, value in segments.items():
        require_digits(SCHEME, segment, value, "联单编号")
    if not text.startswith("20"):
        raise InvalidCode(
            SCHEME,
            "year",
            f"联单编号的年份“{text[:4]}”应为20开头的四位。",
            f"The year {text[:4]!r} of a manifest number starts with 20.",
            value=text[:4],
        )
    require_province(SCHEME, text[4:6])
    return ManifestNumber(int(text[:4]), text[4:6], text[6:8], int(text[8:]))
