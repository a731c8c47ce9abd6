"""Data frames that a chapter shows, as tables of the page's own style.

They are accessible; wide ones stand in a box that scrolls.

pandas writes a style sheet and attributes of style into each, which the page's policy refuses, and
an empty head above the index.
"""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag


def is_frame(html: str) -> bool:
    """Whether some HTML output is a data frame as pandas shows it."""
    return 'class="dataframe"' in html


def on_the_page(html: str) -> str:
    """A data frame's HTML as the page shows it.

    Its rows and heads alone, in a box that scrolls where it is wide.
    """
    soup = BeautifulSoup(html, "html.parser")
    table = soup.find("table", class_="dataframe")
    for tag in table.find_all(True):
        tag.attrs = {
            name: value for name, value in tag.attrs.items() if name in ("rowspan", "colspan")
        }
    for row in table.thead.find_all("tr"):
        for cell in row.find_all("th"):
            cell["scope"] = "col"
    for cell in table.tbody.find_all("th"):
        cell["scope"] = "row"
    _join_heads(soup, table)
    for cell in table.thead.find_all("th"):
        if not cell.get_text(strip=True):
            cell.name = "td"  # a head without words would be read out as one
            del cell["scope"]
    shape = soup.find("p")
    size = f'<p class="frame-size">{shape.get_text()}</p>' if shape else ""
    table.attrs = {}
    return (
        '<div class="scrolls frame" tabindex="0" role="group" aria-label="Output: a data frame">'
        f"{table}{size}</div>"
    )


def _join_heads(soup: BeautifulSoup, table: Tag) -> None:
    """Puts the index's name beside the names of the columns.

    Pandas writes it into a row of its own.
    """
    heads = table.thead.find_all("tr")
    if len(heads) != 2 or any(cell.get("colspan") for cell in table.thead.find_all("th")):
        return
    columns, index = ([cell.get_text(strip=True) for cell in row.find_all("th")] for row in heads)
    if len(columns) != len(index) or any(
        one and other for one, other in zip(columns[1:], index[1:])
    ):
        return
    name = columns[0]  # the name of the columns as a whole
    for cell, text in zip(heads[0].find_all("th"), index):
        if text:
            cell.string = f"{text} / {name}" if name else text
    heads[1].decompose()
