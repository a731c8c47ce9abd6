"""Turns an Altair chart into a figure of the book, and hands charts to notebooks without a network."""

from __future__ import annotations

import textwrap

import altair as alt
import pandas as pd

from unsigned_peace.captions import Caption
from unsigned_peace.exhibits import CARD, CHART_TYPE, about, caution, spelled_out
from unsigned_peace.palette import WIDE

_TITLE_CHARACTERS = 78


def figure(
    chart: alt.TopLevelMixin,
    caption: Caption | str,
    *given: str | pd.DataFrame | list[pd.DataFrame],
    subtitle: str = "",
) -> alt.TopLevelMixin:
    """The chart with all that a figure of the book carries: ``figure(chart, captions["name"], records)``.

    ``caption`` has its words (see ``captions``), ``records`` is the frame or frames with the
    records drawn, for sources and cautions. Raises ``ValueError`` as ``exhibits.about`` does.
    """
    name, title, description, records, subtitle = spelled_out(caption, given, subtitle)
    card = about(name, title, description, records)
    lines = [text for text in (subtitle, caution(card)) if text]
    heading = alt.TitleParams(
        textwrap.wrap(title, _TITLE_CHARACTERS),
        subtitle=[line for text in lines for line in textwrap.wrap(text, _TITLE_CHARACTERS + 10)],
    )
    whole = chart.properties(title=heading, description=description, usermeta={CARD: {**card, "subtitle": subtitle}})
    if isinstance(chart, (alt.Chart, alt.LayerChart)):
        if chart.width is alt.Undefined:
            whole = whole.properties(width=WIDE)
        if chart.autosize is alt.Undefined:
            whole = whole.properties(autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    return whole


def _render(spec: dict, **_options) -> dict:
    title = spec.get("usermeta", {}).get(CARD, {}).get("title", "untitled")
    return {CHART_TYPE: spec, "text/plain": f"<chart: {title}>"}


alt.renderers.register("unsigned_peace", _render)
alt.renderers.enable("unsigned_peace")
alt.data_transformers.disable_max_rows()
