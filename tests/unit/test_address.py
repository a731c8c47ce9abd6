"""The one setting of where the book is published, and what it leads to."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from unsigned_peace import dataset
from unsigned_peace.publishing.about.metadata import chapter_tags, dataset_description
from unsigned_peace.publishing.frame import address

SITE = "https://example.org/some/path/"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", ""),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/some/path", SITE),
        (SITE, SITE),
    ],
)
def test_an_address_of_a_site_ends_in_a_slash(setting, expected):
    assert address.checked(setting) == expected


@pytest.mark.parametrize("setting", ["example.org", "/book", "ftp://example.org", f"{SITE}?a=b"])
def test_what_is_no_address_of_a_site_is_named_with_the_place_to_mend_it(setting):
    with pytest.raises(ExtensionError, match=r"is not the address of a site.*_config\.yml"):
        address.checked(setting)


def test_the_environment_comes_before_the_setting(monkeypatch):
    monkeypatch.setenv(address.VARIABLE, "https://example.org/from-a-host")
    assert address.site_address() == "https://example.org/from-a-host/"


def test_whole_addresses_stand_under_the_sites_own_or_nowhere():
    page = "book/islands.html"
    known, unknown = (SimpleNamespace(html_baseurl=base) for base in (SITE, ""))
    assert address.address_on_site(known, page) == f"{SITE}{page}"
    assert address.address_on_site(unknown, page) == ""


def test_the_dataset_names_its_files_if_the_address_is_known():
    page = "book/downloads.html"
    known = dataset_description(SimpleNamespace(html_baseurl=SITE), page)
    assert known["url"] == f"{SITE}{page}" and known["@type"] == "Dataset"
    files = {entry["contentUrl"]: entry["encodingFormat"] for entry in known["distribution"]}
    assert files[f"{SITE}downloads/data/polls.csv"] == "text/csv"
    assert files[f"{SITE}downloads/data/geo/outlines.geojson"] == "application/geo+json"
    unknown = dataset_description(SimpleNamespace(html_baseurl=""), page)
    assert not {"url", "distribution"} & unknown.keys()
    last = dataset.descriptor()["horizon"]
    assert re.fullmatch(rf"\d{{4}}/{last}", unknown["temporalCoverage"])


def test_a_chapter_names_itself_to_reference_managers():
    tags = chapter_tags("Where?", "")
    assert tags["citation_title"] == ["Where?"] and tags["citation_public_url"] == []
    assert tags["citation_publication_date"][0].count("/") == 2
