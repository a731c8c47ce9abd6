"""The HTML of what this book adds to Sphinx's pages."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from unsigned_peace.publishing.html.languages import marked


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("unsigned_peace.publishing.html", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def render(template: str, **values) -> str:
    """One template filled in, words in other scripts marked; a value that it needs and does not get raises."""
    return marked(_environment().get_template(template).render(**values))
