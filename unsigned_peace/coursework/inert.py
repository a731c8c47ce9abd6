"""What students wrote, as text that does nothing wherever it is shown: in feedback, in nbgrader's
form, in JupyterLab, in a table.

Markdown is rendered here and kept as HTML of a few harmless tags, so that whoever shows it later
has nothing left to interpret. All of it takes time in proportion: what is longer than anybody
writes is shown as it was typed.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: So much Markdown of one cell is laid out, in characters, and of one notebook; what is beyond is
#: shown as typed.
MAX_LAID_OUT, MAX_LAID_OUT_ALL = 20_000, 60_000
#: Lists and quotations in so many levels: what lies deeper would not be laid out at all.
MAX_NESTED = 100
#: So many cells of a table, each row as long as the longest.
MAX_TABLE = 20_000
#: So much code of one notebook is coloured, and no longer run of blanks in it: lexers look for some
#: things again at every blank.
MAX_COLOURED, MAX_BLANKS = 20_000, 200
#: Of one picture, and of those of a notebook, in characters of base64.
MAX_PICTURE, MAX_PICTURES = 4_000_000, 16_000_000

#: Of a name, in bytes: file systems take 255, and something is added to it.
MAX_NAME = 200

#: Kinds that are only a picture (of SVG a browser runs the scripts), as programs name them.
_KINDS = {f"image/{kind}": f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp")} | {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
}
#: A picture of any kind, written into a text.
_PICTURE = re.compile(
    r"data:(image/[\w.+-]{1,40})(?:;(?!base64,)[\w=.%-]{1,200}){0,3}"
    # of its lines but the last, each is long: what is not is a text that follows
    r"(?:;base64,([A-Za-z0-9+/=]+(?:\s+[A-Za-z0-9+/=]{60,})*(?:\s+[A-Za-z0-9+/]+=*(?=\s*[)>\"']))?)"
    r"|,[^\s()<>\"']+)"
)
#: A picture's address by a name that stands elsewhere, as programs write it that export texts, and
#: where that name stands for the picture.
_NAMED = re.compile(
    r"^[ >*-]{0,20}\[([^\[\]\n]{1,100})\]:[ \t]*<?(attachment:[^\s<>]{1,300})>?"
    r"[ \t]*(?:(?:\"([^\"\n]{0,300})\"|'([^'\n]{0,300})'|\(([^()\n]{0,300})\))[ \t]*)?$",
    re.MULTILINE,
)
_BY_NAME = re.compile(r"!\[([^\[\]\n]{0,300})\](?:\[([^\[\]\n]{0,100})\])?(?![(\[])")
_TAGS = {
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "em",
    "strong",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "img",
    "div",
}


#: Of what begins as a picture and is none, so many signs are shown.
MAX_UNDRAWN = 5_000
#: Where a picture lies, which is no word of anybody's, and the number of an item of a list.
_ADDRESS = re.compile(r"attachment:[^\s)>\"]+|src=\"[^\"]*\"")
_NUMBERED = re.compile(r"^[\s>*+-]*\d{1,9}[.)]", re.MULTILINE)
#: The language of a block of code, which no reader needs.
_LANGUAGE = re.compile(r"^([\s>*+-]*(?:`{3,}|~{3,}))[ \t]*[A-Za-z0-9]{1,12}[ \t]*$", re.MULTILINE)


class Pictures:
    """The pictures that a cell of Markdown holds, by the address with which its text names them."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}
        #: What looks like a picture in the text, by its address, until it is drawn.
        self.undrawn: dict[str, str] = {}

    def add(self, name: str, kind: str, content: str) -> None:
        """Keeps an attachment, if it is a picture of a kind that is only a picture."""
        if found := _PICTURE.fullmatch(f"data:{kind};base64,{content}"):
            self._kept[f"attachment:{name}"] = _as_shown(found)

    def lift(self, text: str) -> str:
        """The text with pictures that are written into it kept here, and an address in their
        place.
        """

        def put(found: re.Match) -> str:
            address = f"attachment:in-the-text-{len(self._kept)}"
            self._kept[address] = _as_shown(found)
            self.undrawn[address] = found[0][:MAX_UNDRAWN]
            return address

        return _PICTURE.sub(put, text) if "data:image/" in text else text

    def find(self, address: str) -> str | None:
        """A picture as a ``data:`` address, empty if it is of a kind that may be more than a
        picture; None if the cell does not hold it.
        """
        return self._kept.get(address, self._kept.get(unquote(address)))


def _as_shown(found: re.Match) -> str:
    kind = _KINDS.get(found[1].lower())
    return f"data:{kind};base64,{''.join(found[2].split())}" if kind and found[2] else ""


def _tokens(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", _ADDRESS.sub("", text)))


class Renderer:
    """Renders the cells of one notebook, within the bounds of a notebook; ``absent`` counts
    pictures that could not be shown.
    """

    def __init__(self) -> None:
        self.absent = 0
        self._text, self._pictures = MAX_LAID_OUT_ALL, MAX_PICTURES
        # Links would lead the marker to wherever a student likes; definitions of links are left out
        # also because they cost quadratic time.
        self._markdown = (
            MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTED})
            .enable(["table", "strikethrough"])
            .disable(["reference", "html_block", "html_inline", "entity"])
        )
        for rule, shown in {
            "image": self._image,
            "link_open": lambda *_: "",
            "link_close": self._link_close,
        }.items():
            self._markdown.add_render_rule(rule, lambda _, *place, shown=shown: shown(*place))

    def markdown(self, text: str, pictures: Pictures | None = None) -> str:
        """Markdown as one line of HTML that any renderer of Markdown passes on as it stands."""
        self._now = pictures or Pictures()
        text = self._now.lift(text)
        most = min(MAX_LAID_OUT, self._text)
        if len(text) > most or _is_wide(text) or len(named := _with_addresses(text)) > most:
            return self.typed(text)
        self._text -= len(named)
        said = f"{named} {_titles(text)}"
        said, named = map(_tags_of_pictures, (said, named))
        tokens = self._markdown.parse(named)
        if max((token.level for token in tokens), default=0) > MAX_NESTED - 4:
            return self.typed(text)
        page = self._markdown.renderer.render(tokens, self._markdown.options, {})
        shown = nh3.clean(
            page,
            tags=_TAGS,
            attributes={"img": {"src", "alt"}, "ol": {"start"}},
            url_schemes={"data"},
        )
        # behind a fence, in a title, in more cells than a table has
        said = _LANGUAGE.sub(r"\1", _NUMBERED.sub("", said))
        if _tokens(said) - _tokens(_text_of(shown)):
            shown += f"<p><em>As it was typed:</em></p><pre>\n{html.escape(text)}</pre>"
        for words in self._now.undrawn.values():  # what begins as a picture does
            shown += f"<pre>\n{html.escape(words)}</pre>"
        return _one_line(shown)

    def gathered(self, texts: Iterable[tuple[str, Pictures | None]]) -> str:
        """What was written in other cells than the one where it is looked for, in one; what comes
        without pictures is code, and shown as it was typed.
        """
        absent = self.absent  # what cannot be shown is counted in the cell where it stands
        rendered = [
            self.typed(text) if pictures is None else self.markdown(text, pictures)
            for text, pictures in texts
        ]
        self.absent = absent
        return (
            f"<div><p><em>Nothing was written in this cell. Elsewhere in the notebook "
            f"stands:</em></p>{''.join(rendered)}</div>"
        )

    @staticmethod
    def typed(text: str) -> str:
        """Text as it was typed, as one line of HTML."""
        return _one_line(f"<pre>\n{html.escape(text)}</pre>")

    def _image(self, tokens: Sequence[Token], place: int, *_: object) -> str:
        token = tokens[place]
        caption, address = html.escape(token.content), str(token.attrGet("src") or "")
        picture = self._now.find(address)
        if ";base64," in self._now.undrawn.get(address, ""):
            del self._now.undrawn[address]
        if picture and len(picture) <= min(MAX_PICTURE, self._pictures):
            self._pictures -= len(picture)
            return f'<img src="{picture}" alt="{caption or "a picture without description"}">'
        self.absent += 1
        why = (
            "too large"
            if picture
            else "not in the notebook"
            if picture is None
            else "of a kind that is not shown"
        )
        return (
            f"<em>(A picture is not shown, since it is {why}: {caption} "
            f"{html.escape(address[:200])})</em>"
        )

    def _link_close(self, tokens: Sequence[Token], place: int, *_: object) -> str:
        """After the text of a link, where it led."""
        depth = 0
        for token in reversed(tokens[:place]):
            depth += (token.type == "link_close") - (token.type == "link_open")
            if depth < 0:
                address = str(token.attrGet("href") or "")
                return "" if token.markup == "autolink" else f" ({html.escape(address)})"
        return ""


def _is_wide(text: str) -> bool:
    """Whether a table in a text may have more than ``MAX_TABLE`` cells, however short its rows."""
    signs = [line.count("|") for line in text.splitlines()]
    return max(signs, default=0) * sum(map(bool, signs)) > MAX_TABLE


def _with_addresses(text: str) -> str:
    """The text with addresses of pictures where their names stood (``![][one]``)."""
    places = {found[1].lower(): found[2] for found in _NAMED.finditer(text)}
    if not places:
        return text

    def put(found: re.Match) -> str:
        address = places.get((found[2] or found[1]).lower())
        return f"![{found[1]}](<{address}>)" if address else found[0]

    return _BY_NAME.sub(put, _NAMED.sub("", text))


def _titles(text: str) -> str:
    """What is said of pictures where their names are said to stand for them."""
    return " ".join(title for found in _NAMED.finditer(text) for title in found.groups("")[2:])


def _text_of(page: str) -> str:
    """What a reader of a page reads, descriptions of pictures among it."""
    descriptions = " ".join(re.findall(r'\balt="([^"]*)"', page))
    return html.unescape(f"{nh3.clean(re.sub('<', ' <', page), tags=set())} {descriptions}")


def _tags_of_pictures(text: str) -> str:
    """The text with HTML's tag of a picture as Markdown's, where it names a picture of the
    notebook: JupyterLab's users size pictures so.
    """

    def put(found: re.Match) -> str:
        description = re.search(r"""\balt\s{0,3}=\s{0,3}("[^"]*"|'[^']*')""", found[0])
        words = re.sub(r"[\[\]\\]", " ", description[1][1:-1]) if description else ""
        return f"![{words}](<{found[1]}>)"

    return re.sub(
        r"""<img\s[^<>]{0,300}?\bsrc\s{0,3}=\s{0,3}["']?"""
        r"""(attachment:[^\s"'<>()]{1,300})["']?[^<>]{0,300}>""",
        put,
        text,
        flags=re.IGNORECASE,
    )


def _one_line(page: str) -> str:
    """HTML in one block and one line, without the signs that Markdown, TeX or nbconvert's own
    filters look for.
    """
    signs = {ord(sign): f"&#{ord(sign)};" for sign in "\n\\$[]`"}
    return "<div>" + page.strip().translate(signs) + "</div>"


def lexer(sources: Iterable[str]) -> str:
    """Pygments' name of what colours a notebook's code: nothing, if that could take long."""
    sources = list(sources)
    return (
        "text"
        if sum(map(len, sources)) > MAX_COLOURED
        or any(re.search(rf"\s{{{MAX_BLANKS}}}", source) for source in sources)
        else "python"
    )


def printable(text: str) -> str:
    """Text as it may stand in a terminal or a table: signs that would act there are written as
    escapes.
    """
    return "".join(_escaped(letter) if _acts(letter) else letter for letter in text)


#: What looks like an escape, and what looks like a shortened name, in a name as it was given.
_LIKE_ESCAPE = re.compile(r"\\(?=x[0-9a-f]{2}|u[0-9a-f]{4})")
_LIKE_SHORT = re.compile(r"~[0-9a-f]{24}$")


def name(text: str) -> str:
    """A name as it may also stand in a page and a path, in the one form of Unicode (NFC) that all
    of its forms share. Different names stay different, whatever somebody calls themselves.
    """
    given = unicodedata.normalize("NFC", text)
    text = re.sub(
        '[<>"]',
        lambda sign: _escaped(sign[0]),
        printable(_LIKE_ESCAPE.sub(r"\\x5c", given)),
    )
    if len(text.encode()) <= MAX_NAME and not _LIKE_SHORT.search(text):
        return text
    begin = text.encode()[: MAX_NAME - 40].decode("utf-8", "ignore")
    return f"{begin}~{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def _acts(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(
        letter
    ) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def _escaped(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 128 else f"\\u{code:04x}"


#: Where a cell of a table begins: at the text's begin, and behind a sign at which spreadsheets of
#: some countries part cells.
#: Marks of text that stand there already are doubled: names that differ by one stay different.
_BEGIN = re.compile(r"^[\t\r\n]|(?:^|(?<=;))[\s\"]*'*[^\s\";']")


def cell(text: str) -> str:
    """Text for a cell of a table: what a spreadsheet would take for a formula is marked as text."""

    def marked(begin: re.Match) -> str:
        return (
            f"{begin[0][:-1]}'{begin[0][-1]}"
            if unicodedata.normalize("NFKC", begin[0][-1])[:1]
            in ("=", "+", "-", "@", "\t", "\r", "\n")
            else begin[0]
        )

    return _BEGIN.sub(marked, text)
