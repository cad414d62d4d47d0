"""Which code is this? From what a scanner, wedge or person gave to the typed value.

Undoes what the way in has done: full-width characters and Chinese punctuation of an input method,
control characters of a wedge, the lower-case host of a browser's address line.
"""

import re
import unicodedata
from dataclasses import dataclass

from waste_trace.codes import batch_code, digital_id, label_token, manifest_number, place_token
from waste_trace.codes.batch_code import BatchCode
from waste_trace.codes.digital_id import DigitalId
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.label_token import LabelToken
from waste_trace.codes.manifest_number import ManifestNumber
from waste_trace.codes.place_token import PlaceToken

ScannedValue = LabelToken | PlaceToken | DigitalId | ManifestNumber | BatchCode
_FROM_INPUT_METHOD = str.maketrans({"。": ".", "、": "/", "—": "-", "·": None, "\ufeff": None})
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Recognised:
    """A scanned text: the scheme's name and the value; signatures are not yet verified."""

    scheme: str
    value: ScannedValue


def normalise(text: str) -> str:
    """Return the text as it was printed: NFKC, Chinese marks mapped, controls and spaces out."""
    mapped = unicodedata.normalize("NFKC", text.translate(_FROM_INPUT_METHOD))
    kept = "".join(c for c in mapped if not c.isspace() and unicodedata.category(c)[0] != "C")
    return kept.upper()


def recognise(text: str) -> Recognised:
    """Tell what was scanned: label, plain digital id, place, manifest number or batch code.

    Raises:
        InvalidCode: of the scheme that the text looks like, or of scheme ``unknown``.
    """
    plain = normalise(text[:_LONGEST])
    if len(text) <= _LONGEST:
        if re.match(r"HTTPS://[^/]+/Q/", plain):
            return Recognised(label_token.SCHEME, label_token.parse(plain))
        if re.match(r"HTTPS://[^/]+/P/", plain):
            return Recognised(place_token.SCHEME, place_token.parse(plain))
        if plain.startswith("HW"):
            return Recognised(batch_code.SCHEME, batch_code.parse(plain))
        if len(plain) == manifest_number.LENGTH and plain.startswith("20"):
            return Recognised(manifest_number.SCHEME, manifest_number.parse(plain))
        if len(plain) == digital_id.LENGTH:
            return Recognised(digital_id.SCHEME, digital_id.parse(plain))
    raise InvalidCode(
        "unknown",
        "text",
        "无法识别该编码：不是容器标签、场所码、数字识别码、联单编号或批次编码。",
        "Not a container label, place code, digital id, manifest number or batch code.",
        do_zh="请确认扫描的是本系统或国家系统的标签。",
        do_en="Make sure that you scan a label of this or the national system.",
        value=plain[:80],
    )
