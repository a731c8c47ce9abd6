"""Hand-ins that nobody thought of: strategies for notebooks, files and folders, for hypothesis."""

from __future__ import annotations

import copy
import json

from hypothesis import strategies as st

#: What has meaning to Markdown, HTML, TeX, Python, spreadsheets and terminals, and letters of
#: several scripts.
SIGNS = st.sampled_from(
    [
        *"`*_~[]()<>!#|\\$&;:'\"=+-@%{}.,/?\n\r\t \x00\x1b\x7f",
        "\r\n",
        "    ",
        "```",
        "$$",
        "<!--",
        "-->",
        "<script>",
        "</div>",
        "javascript:",
        "attachment:",
        "data:image/png;base64,AAAA",
        "\u202e",
        "\u2028",
        "\ud800",
        "é",
        "e\u0301",
        "島",
        "ё",
        "1",
        "a",
        "%%html",
        "### BEGIN SOLUTION",
        "\\begin{x}",
    ]
)


def _written(strategy=SIGNS, **sizes):
    return st.lists(strategy, **sizes).map("".join)


TEXTS = st.one_of(
    _written(max_size=40),
    st.builds(
        lambda part, times: part * times,
        _written(min_size=1, max_size=4),
        st.sampled_from([1, 300, 5_000, 45_000]),
    ),
)
#: Any JSON where a notebook has something else.
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**400), 10**400),
        st.floats(),
        _written(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["source", "metadata", "cell_type", "nbgrader", "image/png", "x"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
NAMES = (
    _written(
        st.one_of(SIGNS, st.characters(exclude_characters="/\x00", exclude_categories=["Cs"])),
        min_size=1,
        max_size=30,
    )
    .map(
        lambda name: (
            name.replace("/", "").replace("\x00", "").replace("\ud800", "\udce9").strip(".")
        )
    )
    .filter(lambda name: name and len(name.encode("utf-8", "surrogateescape")) < 240)
)
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "shift_jis", "koi8-r"]
)


@st.composite
def notebooks(draw, given: dict) -> bytes:
    """A student version that was changed in some of the ways in which things go wrong, as a
    file.
    """
    notebook = copy.deepcopy(given)
    cells = notebook["cells"]
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(cells) - 1)) if cells else 0
        match draw(
            st.sampled_from(
                [
                    "text",
                    "own",
                    "delete",
                    "double",
                    "move",
                    "marks",
                    "name",
                    "kind",
                    "odd",
                    "attach",
                    "list",
                ]
            )
        ):
            case "own":
                cells.insert(
                    place,
                    {
                        "cell_type": draw(st.sampled_from(["code", "markdown", "raw", "heading"])),
                        "metadata": {},
                        "source": draw(TEXTS),
                    },
                )
            case "delete" if cells:
                del cells[place]
            case "double" if cells:
                cells.insert(draw(st.integers(0, len(cells))), copy.deepcopy(cells[place]))
            case "move" if cells:
                cells.append(cells.pop(place))
            case "marks":
                notebook["cells"] = cells = [
                    {**cell, "metadata": {}} if isinstance(cell, dict) else cell for cell in cells
                ]
            case "odd" if cells:
                cells[place] = draw(JSON)
            case change if cells and isinstance(cells[place], dict):
                if change == "text" and cells[place].get("cell_type") != "code":
                    cells[place]["source"] = draw(TEXTS)
                elif change == "list":
                    cells[place]["source"] = draw(st.lists(st.one_of(TEXTS, JSON), max_size=3))
                elif change == "attach":
                    cells[place]["attachments"] = draw(
                        st.one_of(JSON, st.just({"a.png": {"image/png": "AAAA"}}))
                    )
                elif change == "name":
                    cells[place]["metadata"] = {
                        "nbgrader": draw(
                            st.one_of(JSON, st.fixed_dictionaries({"grade_id": TEXTS}))
                        )
                    }
                elif change == "kind":
                    cells[place]["cell_type"] = draw(
                        st.one_of(JSON, st.sampled_from(["code", "markdown", "raw"]))
                    )
    whole = draw(st.one_of(st.just(notebook), st.just(notebook), st.just(notebook), JSON))
    ascii_only = draw(st.booleans())
    data = json.dumps(whole, ensure_ascii=ascii_only).encode(draw(ENCODINGS), "replace")
    cut = draw(st.one_of(st.none(), st.none(), st.none(), st.integers(0, len(data))))
    return data[:cut]


@st.composite
def folders(draw, given: dict, stem: str) -> list[tuple[tuple[str, ...], bytes | str]]:
    """A folder of submissions: paths, each with the bytes of a file, or with the target of a
    link.
    """
    students = draw(
        st.lists(
            st.one_of(
                NAMES,
                NAMES.map(lambda name: f"{name}_1_assignsubmission_file_"),
                st.sampled_from(["alice", "Jos\u00e9", "Jose\u0301"]),
            ),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    names = st.one_of(
        st.just(f"{stem}.ipynb"),
        st.just(f"{stem}.ipynb"),
        st.sampled_from(
            [
                f"{stem} (1).ipynb",
                f"{stem}.ipynb.txt",
                "essay.docx",
                ".DS_Store",
                "Thumbs.db",
                "islands.zip",
            ]
        ),
        NAMES,
    )
    found = {}
    for student in students:
        for _ in range(draw(st.integers(0, 2))):
            between = draw(
                st.sampled_from([(stem,), (stem,), (), ("__MACOSX",), (stem, stem), ("unknown",)])
            )
            path = (student, *between, draw(names))
            content = draw(
                st.one_of(
                    notebooks(given),
                    notebooks(given),
                    st.binary(max_size=40),
                    st.sampled_from(["/etc/passwd", "../alice", ".", "nowhere"]),
                )
            )
            if not any(
                path[: len(other)] == other or other[: len(path)] == path for other in found
            ):
                found[path] = content
    return list(found.items())


def lay_out(folder, entries) -> None:
    """Writes such a folder."""
    folder.mkdir(parents=True)
    for path, content in entries:
        place = folder.joinpath(*path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            place.symlink_to(content)
        else:
            place.write_bytes(content)
