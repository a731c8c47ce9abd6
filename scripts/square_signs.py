"""Makes the font by which Japanese words in charts are measured: every sign a square.

    pip install fonttools
    python scripts/square_signs.py

A drawing's places follow the widths of its words. The fonts that come with the drawing library have
no Japanese signs, and the system's differ from machine to machine. In nearly all fonts that have
them such a sign is as wide as its letters are high, and so it is here. The font is for measuring:
no page is set in it.
"""

from pathlib import Path

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-not-found]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-not-found]
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable  # type: ignore[import-not-found]

TO = Path(__file__).parents[1] / "unsigned_peace" / "publishing" / "charts" / "fonts"
EM = 1000
#: Kana, ideographs and their punctuation, and Latin letters as wide as these.
SIGNS = [(0x3000, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF)]
SIGNS += [(0xF900, 0xFAFF), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6)]

builder = FontBuilder(EM, isTTF=True)
builder.setupGlyphOrder([".notdef", "square"])
builder.setupCharacterMap({0x3000: "square"})
many_to_one = CmapSubtable.newSubtable(13)
many_to_one.platformID, many_to_one.platEncID = 3, 10
many_to_one.format, many_to_one.reserved, many_to_one.length = 13, 0, 0
many_to_one.language, many_to_one.nGroups = 0, len(SIGNS)
many_to_one.cmap = {sign: "square" for first, last in SIGNS for sign in range(first, last + 1)}
builder.font["cmap"].tables = [many_to_one]
pen = TTGlyphPen(None)
for number, corner in enumerate([(0, 0), (0, EM), (EM, EM), (EM, 0)]):
    (pen.lineTo if number else pen.moveTo)(corner)
pen.closePath()
square = pen.glyph()
builder.setupGlyf({".notdef": square, "square": square})
builder.setupHorizontalMetrics({".notdef": (EM, 0), "square": (EM, 0)})
builder.setupHorizontalHeader(ascent=880, descent=-120)
builder.setupNameTable(
    {"familyName": "Square signs", "styleName": "Regular", "psName": "SquareSigns-Regular"}
)
builder.setupOS2(sTypoAscender=880, usWinAscent=880, usWinDescent=120)
builder.setupPost()
builder.font["head"].created = builder.font["head"].modified = 0
TO.mkdir(exist_ok=True)
builder.save(TO / "square-signs.ttf")
