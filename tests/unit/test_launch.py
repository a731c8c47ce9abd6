"""Links to run a chapter.

Made from the repository's address, and none where there is no public one.
"""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest
from docutils import nodes
from sphinx.errors import ExtensionError

from unsigned_peace.publishing.frame.launch import Launcher, _add_links, launcher
from unsigned_peace.publishing.frame.repository import Repository, origin, parse

BINDER, HUB = "https://mybinder.org", "https://hub.example.edu"


@pytest.mark.parametrize(
    ("address", "host", "path"),
    [
        ("https://github.com/owner/name", "github.com", "owner/name"),
        ("https://github.com/owner/name.git", "github.com", "owner/name"),
        ("https://GitHub.com/owner/name/", "github.com", "owner/name"),
        ("git@github.com:owner/name.git", "github.com", "owner/name"),
        ("ssh://git@github.com/owner/name.git", "github.com", "owner/name"),
        ("ssh://git@gitlab.com:22/group/name.git", "gitlab.com", "group/name"),
        ("https://gitlab.com/group/subgroup/name.git", "gitlab.com", "group/subgroup/name"),
        ("git@gitlab.com:group/subgroup/name.git", "gitlab.com", "group/subgroup/name"),
        ("https://git.example.edu/department/name", "git.example.edu", "department/name"),
    ],
)
def test_an_address_names_a_repository_in_each_form_that_git_takes(address, host, path):
    assert parse(address) == Repository(host, path)


def test_a_user_and_a_password_in_an_address_stay_out_of_the_pages():
    assert (
        parse("https://someone:secret@github.com/owner/name.git").url
        == "https://github.com/owner/name"
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/srv/git/name.git",
        "../name",
        "file:///srv/git/name.git",
        "C:\\books\\name",
        "C:/books/name",
        "https://localhost/owner/name",
        "https://github.com/",
        "a b",
    ],
)
def test_a_folder_or_no_address_is_no_public_repository(address):
    assert parse(address) is None


def test_links_for_a_repository_on_github():
    links = Launcher(Repository("github.com", "owner/name"), "main", BINDER, HUB).links(
        "book/islands"
    )
    assert links == [
        (
            "Run on Binder",
            "https://mybinder.org/v2/gh/owner/name/main?urlpath=lab%2Ftree%2Fbook%2Fislands.md",
        ),
        (
            "Run on the class's hub",
            (
                "https://hub.example.edu/hub/user-redirect/git-pull"
                "?repo=https%3A%2F%2Fgithub.com%2Fowner%2Fname"
                "&branch=main&urlpath=lab%2Ftree%2Fname%2Fbook%2Fislands.md"
            ),
        ),
    ]


def test_links_for_a_repository_on_gitlab():
    links = dict(
        Launcher(Repository("gitlab.com", "group/subgroup/name"), "a/branch", BINDER, HUB).links(
            "book/islands"
        )
    )
    assert links["Run on Binder"] == (
        "https://mybinder.org/v2/gl/group%2Fsubgroup%2Fname/a%2Fbranch"
        "?urlpath=lab%2Ftree%2Fbook%2Fislands.md"
    )
    assert (
        "repo=https%3A%2F%2Fgitlab.com%2Fgroup%2Fsubgroup%2Fname&branch=a%2Fbranch"
        in links["Run on the class's hub"]
    )


def test_colab_opens_the_executed_notebook_where_the_site_has_the_package():
    colab = "https://colab.research.google.com"
    options = {
        "repository_url": "https://github.com/owner/name",
        "repository_branch": "a/branch",
        "launch_buttons": {"colab_url": colab},
    }
    links = launcher(options, published="https://owner.example/name/").links("book/islands")
    assert links == [
        (
            "Open in Colab",
            f"{colab}/github/owner/name/blob/a%2Fbranch/tests/outputs/islands.ipynb",
        )
    ]
    assert launcher(options).links("book/islands") == []
    elsewhere = options | {"repository_url": "https://gitlab.com/owner/name"}
    assert launcher(elsewhere, published="https://owner.example/name/").links("book/islands") == []


def test_no_repository_no_service_no_link():
    assert Launcher(None, "main", BINDER, HUB).links("book/islands") == []
    assert Launcher(Repository("github.com", "owner/name")).links("book/islands") == []


def test_a_host_that_binder_does_not_build_from_by_branch_has_the_hub_only():
    assert [
        text
        for text, _ in Launcher(Repository("git.example.edu", "a/b"), "main", BINDER, HUB).links(
            "book/islands"
        )
    ] == ["Run on the class's hub"]


@pytest.fixture
def checkout(tmp_path):
    def make(remote: str | None):
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
        if remote:
            subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", remote], check=True)
        return tmp_path

    return make


def test_without_a_setting_the_remote_of_the_checkout_is_asked(checkout):
    assert launcher({}, origin(checkout("git@gitlab.com:group/name.git"))).repository == Repository(
        "gitlab.com", "group/name"
    )


def test_the_setting_comes_before_the_remote(checkout):
    options = {
        "repository_url": "https://github.com/owner/name",
        "repository_branch": "2026",
        "launch_buttons": {"binderhub_url": BINDER, "jupyterhub_url": HUB},
    }
    assert launcher(options, origin(checkout("git@gitlab.com:group/name.git"))) == Launcher(
        Repository("github.com", "owner/name"), "2026", BINDER, HUB
    )


@pytest.mark.parametrize("remote", [None, "/srv/git/name.git"])
def test_a_checkout_without_a_public_remote_has_no_repository(checkout, remote):
    assert launcher({"repository_url": ""}, origin(checkout(remote))).repository is None


def test_a_folder_that_is_no_checkout_has_no_repository(tmp_path):
    assert launcher({}, origin(tmp_path)).repository is None


def test_a_setting_that_is_no_repository_is_a_fault_that_says_what_was_expected():
    with pytest.raises(
        ExtensionError,
        match=r"_config\.yml: repository: url: 'github' is not the address of a repository",
    ):
        launcher({"repository_url": "github"})


def page(*boxes: nodes.Node, launcher: Launcher, builder: str = "html") -> nodes.document:
    """A page of one section with these boxes in it, after the links were added."""
    document = nodes.document(None, None)
    document += nodes.section(
        "", nodes.title("", "A chapter"), *boxes, nodes.section("", nodes.paragraph("", "The end."))
    )
    app = SimpleNamespace(
        builder=SimpleNamespace(
            name=builder, get_relative_uri=lambda _page, to: f"{to.rpartition('/')[2]}.html"
        ),
        config=SimpleNamespace(launcher=launcher, root_doc="book/index"),
        env=SimpleNamespace(
            found_docs={"book/islands", "book/run-it-yourself"},
            external_site_map=SimpleNamespace(root=SimpleNamespace(subtrees=[])),
        ),
    )
    _add_links(app, document, "book/islands")
    return document


def cell() -> nodes.Node:
    return nodes.container("", nb_element="cell_code")


def aims() -> nodes.Node:
    return nodes.admonition("", nodes.paragraph("", "find it;"), classes=["aims"])


def launch_lines(document: nodes.document) -> list[nodes.Node]:
    return [line for line in document.findall(nodes.paragraph) if "launch" in line["classes"]]


def test_a_chapter_has_its_links_under_the_aims_and_says_how_to_run_it_here():
    document = page(
        cell(),
        aims(),
        launcher=Launcher(Repository("github.com", "owner/name"), "main", BINDER, HUB),
    )
    [line] = launch_lines(document)
    assert line.astext() == (
        "Run on Binder Run on the class's hub or on your own machine: make lab, "
        "then open book/islands.md (how) · Download as a notebook · Cite"
    )
    assert [link["refuri"].split("?")[0] for link in line.findall(nodes.reference)] == [
        "https://mybinder.org/v2/gh/owner/name/main",
        "https://hub.example.edu/hub/user-redirect/git-pull",
        "run-it-yourself.html",
        "downloads/chapters/islands.ipynb",
        "#cite-this-chapter",
    ]
    assert "aims" in line.parent[line.parent.index(line) - 1]["classes"]


def test_without_a_repository_a_chapter_has_no_dead_link_and_says_how_to_run_it_here():
    [line] = launch_lines(page(aims(), cell(), launcher=Launcher(None, "main", BINDER, HUB)))
    assert line.astext() == (
        "Run it on your own machine: make lab, then open book/islands.md (how) · "
        "Download as a notebook · Cite"
    )


def test_a_chapter_without_aims_has_its_links_at_the_end():
    [line] = launch_lines(page(cell(), launcher=Launcher(None)))
    assert line.parent.astext().startswith("The end.")


def test_a_page_without_cells_and_other_editions_have_no_links():
    assert launch_lines(page(aims(), launcher=Launcher(None))) == []
    assert launch_lines(page(aims(), cell(), launcher=Launcher(None), builder="epub")) == []
