"""Each fault of an author stops the build with a line that names the place.

The last good book stays.
"""

from __future__ import annotations

import pytest

from tests.building.small import CHAPTER, add_place, make, make_project, write


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small book, built once."""
    folder = tmp_path_factory.mktemp("project")
    make_project(folder)
    status, output = make(folder)
    assert status == 0, output
    return folder


FAULTS = {
    "a cell that raises": (
        "count = len(places)",
        "count = len(place)",
        "book/index.md:14: cell 1: NameError: name 'place' is not defined",
    ),
    "a cell that warns": (
        "count = len(places)",
        "count = len(places)\nimport warnings; warnings.warn('old')",
        "book/index.md:10: cell 1: it warns, and a warning is no part of a page",
    ),
    "records without sources": (
        '["places"], places)',
        '["places"], places[["lat"]])',
        'the records it was made from must keep their column "sources"',
    ),
    "a merge that was not finished": (
        "There are",
        "<<<<<<< HEAD\nThere are",
        "book/index.md:17: WARNING: a mark of a merge",
    ),
    "a role that stands apart from its text": (
        "{eval}`count`",
        "{eval} `count`",
        "book/index.md:17: WARNING: the role {eval} has no text",
    ),
    "a figure without value": (
        "{eval}`count`",
        "{eval}`counts`",
        "book/index.md:17: prose: the figure {eval}`counts` has no value",
    ),
    "a chart without description": (
        'described = "Points by longitude and latitude, one for each place."',
        'described = ""',
        'book/index.md:22: cell 2: ValueError: "places" has no description',
    ),
    "a chart that is no figure": (
        "figure(chart, ",
        "chart or (",
        "book/index.md:21: WARNING: a chart without description and sources",
    ),
    "a dangling citation": (
        "{cite}`SOURCE`",
        "{cite}`nobody2020`",
        "book/index.md:17: WARNING: could not find bibtex key",
    ),
    "a dangling record": (
        "{cite}`SOURCE`",
        "{record}`places:atlantis`",
        "book/index.md:17: WARNING: there is no record 'places:atlantis'",
    ),
    "a dangling exhibit": (
        "{cite}`SOURCE`",
        "{exhibit}`index:nothing`",
        "book/index.md:17: WARNING: there is no exhibit 'index:nothing'",
    ),
    "a link to a page that is not there": (
        "{cite}`SOURCE`",
        "[more](nowhere.md)",
        "book/index.md:17: WARNING",
    ),
    "a link to a place that is not there": (
        "{cite}`SOURCE`",
        '<a href="bibliography.html#nowhere">more</a>',
        "book/index.html:",
    ),
    "a download that is not there": (
        "{cite}`SOURCE`",
        '<a href="../downloads/nowhere.csv" download>more</a>',
        "the link ../downloads/nowhere.csv leads to no file",
    ),
    "an address that two places have": (
        "{cite}`SOURCE`",
        '<span id="exhibit-places">more</span>',
        "the address #exhibit-places is taken twice",
    ),
    "a picture that is not there": (
        "{cite}`SOURCE`",
        "![alt](nowhere.png)",
        "book/index.md:17: WARNING: image file not readable",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_the_build_with_its_place_and_the_last_good_book_stays(project, fault):
    old, new, expected = FAULTS[fault]
    assert old in CHAPTER
    good = (project / "_build" / "html" / "book" / "index.html").read_bytes()
    write(project, CHAPTER.replace(old, new))
    status, output = make(project)
    assert status == 1
    assert expected in output.replace(str(project) + "/", ""), output
    assert "Traceback" not in output
    assert (project / "_build" / "html" / "book" / "index.html").read_bytes() == good


def test_a_page_that_the_contents_do_not_name_is_named(project):
    write(project, CHAPTER)
    (project / "book" / "forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    status, output = make(project)
    (project / "book" / "forgotten.md").unlink()
    assert status == 1 and "book/forgotten.md" in output and "not in _toc.yml" in output


def test_a_changed_value_changes_the_page(project):
    write(project, CHAPTER)
    assert make(project)[0] == 0
    before = (project / "_build" / "html" / "book" / "index.html").read_text(encoding="utf-8")
    path = project / "data" / "places.csv"
    original = path.read_text(encoding="utf-8")
    count = len(original.splitlines()) - 1
    add_place(project)
    status, output = make(project)
    path.write_text(original, encoding="utf-8")
    assert status == 0, output
    assert "executing book/index.md (changed: table places)" in output
    assert f">{count}</a> places" in before
    assert f">{count + 1}</a> places" in (
        project / "_build" / "html" / "book" / "index.html"
    ).read_text(encoding="utf-8")


def test_a_fault_in_the_data_stops_before_anything_runs(project):
    path = project / "data" / "places.csv"
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace("island", "isle", 1), encoding="utf-8")
    status, output = make(project)
    path.write_text(original, encoding="utf-8")
    assert status == 1
    assert "data/places.csv:" in output and "executing" not in output
