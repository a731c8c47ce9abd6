"""What a proposal moves, as its summary says it; outside links, as the monthly check asks."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from contextlib import contextmanager

import pytest

from unsigned_peace.exhibits import CARD, CHART_TYPE
from unsigned_peace.public import changes, outside_links


def chapter(share, title, drawn):
    """An executed chapter with one figure in its prose and one chart."""
    card = {"name": "shares", "title": title}
    result = {"status": "ok", "data": {"text/plain": share}, "metadata": {}}
    chart = {"data": {CHART_TYPE: {**drawn, "usermeta": {CARD: card}}}}
    return {
        "cells": [
            {"metadata": {"user_expressions": [{"expression": "share", "result": result}]}},
            {"metadata": {}, "outputs": [chart]},
        ]
    }


BEFORE = chapter("28 percent", "Few refuse", {"mark": "bar"})


@pytest.fixture
def folders(tmp_path):
    for name in ("before", "now"):
        (tmp_path / name).mkdir()
    return tmp_path / "before", tmp_path / "now"


def write(folder, content, name="islands"):
    (folder / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")


def test_a_figure_and_an_exhibit_that_move_are_named(folders):
    before, now = folders
    write(before, BEFORE)
    write(now, chapter("29 percent", "Few refuse", {"mark": "line"}))
    said = changes.summary(before, now, [("book/islands.html", "The islands")])
    assert "| share | 28 percent | 29 percent |" in said
    assert "Exhibit `shares` is changed: Few refuse" in said
    assert "- The islands (`book/islands.html`)" in said


def test_what_does_not_move_is_not_named(folders):
    before, now = folders
    write(before, BEFORE)
    write(now, BEFORE)
    assert "No figure and no exhibit moves." in changes.summary(before, now, [])


def test_a_chapter_that_is_new_or_gone_is_named(folders):
    before, now = folders
    write(before, BEFORE, "old")
    write(now, BEFORE, "new")
    said = changes.summary(before, now, [])
    assert "## new\n\nThe chapter is new." in said and "## old\n\nThe chapter is gone." in said


def test_a_page_changes_if_its_text_does_and_not_its_frame(folders):
    before, now = folders
    for folder, frame, text in ((before, "old", "same"), (now, "new", "same")):
        (folder / "a.html").write_text(f"<nav>{frame}</nav><main>{text}</main>", encoding="utf-8")
        (folder / "b.html").write_text(f"<main>{frame}</main>", encoding="utf-8")
    (now / "c.html").write_text("<main>c</main>", encoding="utf-8")
    assert changes.changed_pages(before, now) == ["b.html", "c.html"]


@contextmanager
def host():
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_arguments) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(int(self.path.strip("/")))
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_only_what_a_host_says_is_gone_counts_as_gone():
    with host() as address:
        asked = [f"{address}/{code}" for code in (200, 403, 404, 410, 500)]
        outcomes = {place: how for place, how, _ in outside_links.asked(asked, pause=0)}
    assert list(outcomes) == asked
    assert list(outcomes.values()) == ["there", "look", "gone", "gone", "look"]


def test_each_outside_address_is_found_once_with_its_first_page(tmp_path):
    link = '<a href="https://example.org/a#part">a</a><a href="b.html">b</a>'
    for page in ("a.html", "b.html"):
        (tmp_path / page).write_text(link, encoding="utf-8")
    assert outside_links.outside(tmp_path) == {"https://example.org/a": "a.html"}


def test_without_a_network_no_link_is_called_gone(tmp_path, monkeypatch):
    def unknown(host, *_arguments):
        if host != "127.0.0.1":
            raise socket.gaierror

    links = {"http://127.0.0.1/": "a.html", "https://example.org/a": "a.html"}
    monkeypatch.setattr(outside_links, "outside", lambda site: links)
    monkeypatch.setattr(outside_links, "REPORT", tmp_path / "links.csv")
    monkeypatch.setattr(outside_links.socket, "getaddrinfo", unknown)
    with pytest.raises(SystemExit, match="is there a network"):
        outside_links.main()
    assert not (tmp_path / "links.csv").exists()
