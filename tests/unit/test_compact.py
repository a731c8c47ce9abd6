"""Drawings made light: what is left out shows nothing, what is said shorter says the same."""

from __future__ import annotations

import pytest

from unsigned_peace.publishing.charts.compact import compact


def inside(marks: str) -> str:
    drawing = compact(
        f'<svg version="1.1" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{marks}</svg>'
    )
    return drawing.removeprefix('<svg version="1.1" viewBox="0 0 9 9">').removesuffix("</svg>")


@pytest.mark.parametrize(
    "long, short",
    [
        (
            '<path d="M1.23456,12.3456L-0.001,0" fill="red"/>',
            '<path d="M1.23,12.3L0,0" fill="red"/>',
        ),
        (
            (
                '<path transform="translate(3,4)" '
                'd="M2.5,0A2.5,2.5,0,1,1,-2.5,0A2.5,2.5,0,1,1,2.5,0" fill="red"/>'
            ),
            '<circle cx="3" cy="4" r="2.5" fill="red"/>',
        ),
        (
            '<line transform="translate(3,4)" x2="0" y2="-5" stroke="red"/>',
            '<path d="M3,4l0,-5" stroke="red"/>',
        ),
        (
            (
                '<text transform="translate(3,4)" text-anchor="start" opacity="1">'
                "a &lt; 1.23456</text>"
            ),
            '<text x="3" y="4">a &lt; 1.23456</text>',
        ),
        (
            '<text transform="translate(3,4) rotate(90)">a</text>',
            '<text transform="translate(3,4) rotate(90)">a</text>',
        ),
        (
            (
                '<g class="mark" role="graphics-symbol"><g transform="translate(0,0)">'
                '<path d="M0,0h1" stroke="red"/></g></g>'
            ),
            '<g stroke="red"><path d="M0,0h1"/></g>',
        ),
    ],
)
def test_the_same_is_said_shorter(long, short):
    assert inside(long) == short


@pytest.mark.parametrize(
    "nothing",
    [
        '<path class="background" d="M0,0h5v5h-5Z"/>',
        '<path d="" stroke="red"/>',
        '<path d="M0,0h1" stroke="red" display="none"/>',
        "<g/>",
    ],
)
def test_what_shows_nothing_is_left_out(nothing):
    assert inside(nothing + '<path d="M1,1h1" fill="red"/>') == '<path d="M1,1h1" fill="red"/>'


def test_marks_painted_alike_say_so_once_and_keep_their_order():
    bare = '<path d="M1,1h1"/>'
    red, blue = '<path d="M1,1h1" fill="red"/>', '<path d="M2,2h1" fill="blue"/>'
    assert inside(f"<g>{red}{red}</g>") == f'<g fill="red">{bare}{bare}</g>'
    assert (
        inside(f'<g id="a">{red * 3}{blue}{red}</g>')
        == f'<g id="a"><g fill="red">{bare * 3}</g>{blue}{red}</g>'
    )


def test_an_outline_that_many_marks_share_is_said_once():
    outline = "M-3.35,-4.47L3.35,-4.47L3.35,4.47L-3.35,4.47Z"
    marks = "".join(
        f'<path transform="translate({x},2)" d="{outline}" fill="red"/>' for x in range(1, 5)
    )
    uses = "".join(f'<use href="#shape0" x="{x}" y="2"/>' for x in range(1, 5))
    assert (
        inside(f"<g>{marks}</g>")
        == f'<defs><path id="shape0" d="{outline}"/></defs><g fill="red">{uses}</g>'
    )
    assert "<use" not in inside(f"<g>{marks[: marks.rindex('<path')]}</g>")


def test_a_coast_that_small_maps_share_is_said_once_where_it_stands():
    coast = f'<path d="M1,1L{"L".join(f"{x},{x + 2}" for x in range(30))}Z"'
    said = inside("".join(f'<g id="{name}">{coast} fill="red"/></g>' for name in "abcd"))
    assert said.count(" d=") == 1
    assert said.count('<use href="#shape0"/>') == 4
