"""A font by its path: what it can print and how wide text is.

TrueType outlines only (``.ttf``, ``.ttc``): the PDF writer cannot embed CFF. Text height in the
standard's sense is taken as the ink height of 国, which is less than the em: the strict reading.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from waste_trace.labels.errors import LabelError

_PROBE = 1000


@dataclass(frozen=True, slots=True, eq=False)
class LabelFont:
    """A loaded font; ``hanzi_height`` is ink height over em, ``name`` its family.

    Loading is cached, so a font is equal to itself alone and cheap to use as a key of caches.
    """

    path: Path
    name: str
    key: str
    hanzi_height: float
    pdf_font: TTFont

    def width(self, text: str, size: float) -> float:
        """Return the advance of ``text`` at an em of ``size``, in the unit of ``size``."""
        return _advance(self, text) * size / 1000

    def missing(self, text: str) -> str:
        """Return the characters of ``text`` that this font would print as blanks, once each."""
        glyphs = self.pdf_font.face.charToGlyph
        return "".join(dict.fromkeys(c for c in text if ord(c) not in glyphs))

    def em_for_height(self, millimetres: float) -> float:
        """Return the em whose Chinese characters are at least that high."""
        return millimetres / self.hanzi_height

    def require(self, field: str, text: str) -> None:
        """Refuse text that this font cannot print; the error names the characters."""
        missing = self.missing(text)
        if missing:
            listed = "、".join(f"{c}（U+{ord(c):04X}）" for c in missing)
            raise LabelError(
                field,
                f"字体{self.name}缺少字符：{listed}，打印会是空白。",
                f"Font {self.name} has no glyph for {listed}: it would print blanks.",
                characters=missing,
            )


@lru_cache(maxsize=16_384)
def _advance(font: LabelFont, text: str) -> float:
    """Return the advance in thousandths of the em; labels repeat the same words and characters."""
    face = font.pdf_font.face
    return float(sum(face.charWidths.get(ord(c), face.defaultWidth) for c in text))


@lru_cache(maxsize=8)
def load_font(path: Path) -> LabelFont:
    """Load a TrueType font or the first face of a collection; raise LabelError if it is none."""
    key = f"label-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    try:
        pdf_font = TTFont(key, str(path), subfontIndex=0)
        probe = ImageFont.truetype(str(path), _PROBE, layout_engine=ImageFont.Layout.BASIC)
    except (TTFError, OSError) as problem:
        raise LabelError(
            "font",
            f"无法读取字体{path.name}：需要TrueType（.ttf、.ttc）字体。",
            f"Cannot read font {path.name}: a TrueType font (.ttf, .ttc) is needed.",
        ) from problem
    name = pdf_font.face.familyName
    _, top, _, bottom = probe.getbbox("国", anchor="ls")
    return LabelFont(
        path=path,
        name=name.decode("latin-1") if isinstance(name, bytes) else str(name),
        key=key,
        hanzi_height=(bottom - top) / _PROBE,
        pdf_font=pdf_font,
    )
