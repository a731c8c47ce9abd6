"""Where a reader reports an error: a filled-in issue, else one address, else nowhere."""

from __future__ import annotations

import re
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from sphinx.errors import ExtensionError

from unsigned_peace import dataset
from unsigned_peace.paths import ROOT
from unsigned_peace.publishing.data_pages import records
from unsigned_peace.publishing.frame import reports
from unsigned_peace.publishing.frame.reports import Reports
from unsigned_peace.publishing.frame.repository import Repository

WHERE = "polls:2018-11-levada"
TEMPLATES = ROOT / ".github" / "ISSUE_TEMPLATE"


def test_on_github_the_form_for_corrections_opens_with_the_place_filled_in():
    link = urlsplit(Reports(Repository("github.com", "owner/name")).link(WHERE))
    asked = parse_qs(link.query)
    assert link.netloc + link.path == "github.com/owner/name/issues/new"
    form = yaml.safe_load((TEMPLATES / asked["template"][0]).read_text(encoding="utf-8"))
    assert asked["where"] == [WHERE]
    assert "where" in [field.get("id") for field in form["body"]]


@pytest.mark.parametrize("host", ["gitlab.com", "gitlab.example.edu"])
def test_on_gitlab_an_issue_opens_with_the_place_filled_in(host):
    link = urlsplit(Reports(Repository(host, "group/part/name")).link(WHERE))
    assert link.path == "/group/part/name/-/issues/new"
    asked = parse_qs(link.query)
    assert WHERE in asked["issue[title]"][0] and WHERE in asked["issue[description]"][0]


@pytest.mark.parametrize("repository", [None, Repository("git.example.edu", "a/b")])
def test_elsewhere_the_one_address_is_taken_and_without_it_there_is_no_link(repository):
    mail = Reports(repository, "book@example.edu").link(WHERE)
    assert mail.startswith("mailto:book@example.edu?subject=") and WHERE in mail
    page = "https://example.edu/contact"
    assert Reports(repository, page).link(WHERE) == page
    assert Reports(repository).link(WHERE) == ""


@pytest.mark.parametrize("repository", [Repository("github.com", "owner/name"), None])
def test_each_row_of_a_table_of_rows_has_a_link_of_its_own(monkeypatch, repository):
    monkeypatch.setattr(records, "address_of", lambda *_: "")
    directive = object.__new__(records.RecordsDirective)
    config = SimpleNamespace(reports=Reports(repository))
    settings = SimpleNamespace(env=SimpleNamespace(config=config, docname="book/records/one"))
    directive.state = SimpleNamespace(document=SimpleNamespace(settings=settings))
    for table in records.ROWS_BY:
        rows = dict(list(records.records_of(table).items())[:9])
        shown = directive._rows(table, dataset.resource(table), rows)
        linked = re.findall(r'where=(\S+)" aria-label="Report an error in \1"', shown)
        assert linked == ([f"{table}:{row}" for row in rows] if repository else [])


def test_a_setting_that_is_no_address_is_named():
    config = SimpleNamespace(
        report_errors_to="ask me", launcher=SimpleNamespace(repository=None), reports=None
    )
    with pytest.raises(ExtensionError, match=r"_config\.yml: report_errors_to: 'ask me'"):
        reports._settle(None, config)


def test_both_hosts_have_the_same_three_forms():
    github = {path.stem for path in TEMPLATES.glob("*.yml")} - {"config"}
    gitlab = {path.stem.lower() for path in (ROOT / ".gitlab" / "issue_templates").glob("*.md")}
    assert github == gitlab == {"correction", "source", "chapter"}
