"""Turns Altair charts into figures of the book, and hands them to notebooks without a network."""

from __future__ import annotations

import textwrap

import altair as alt
import pandas as pd

from unsigned_peace.captions import Caption
from unsigned_peace.exhibits import CARD, CHART_TYPE, about, caution
from unsigned_peace.palette import WIDTHS

_TITLE_CHARACTERS = 78


def figure(
    chart: alt.TopLevelMixin,
    caption: Caption,
    records: pd.DataFrame | list[pd.DataFrame],
    width: str = "wide",
) -> alt.TopLevelMixin:
    """The chart with all that a figure of the book carries.

    A chapter says ``figure(chart, captions["name"], records)``.

    ``caption`` has its words (see ``captions``); its ``columns``, if it has any, are those of the
    table under the chart, by the columns of what the chart draws. ``records`` is the frame or
    frames with the records drawn, for sources and cautions. ``width`` is a key of
    ``palette.WIDTHS``; a chart of several views has widths of its own. Raises ``ValueError`` as
    ``exhibits.about`` does.
    """
    title, subtitle, description = caption.title, caption.subtitle, caption.description
    card = about(caption.name, title, description, records, caption.figures)
    lines = [text for text in (subtitle, caution(card), caption.note) if text]
    heading = alt.TitleParams(
        textwrap.wrap(title, _TITLE_CHARACTERS),
        subtitle=[line for text in lines for line in textwrap.wrap(text, _TITLE_CHARACTERS + 10)],
    )
    # pairs keep their order in a file whose keys are sorted
    shown = {"columns": list(caption.columns.items())} if caption.columns else {}
    whole = chart.properties(
        title=heading,
        description=description,
        usermeta={CARD: {**card, "subtitle": subtitle, "note": caption.note, **shown}},
    )
    if isinstance(chart, (alt.Chart, alt.LayerChart)):
        if chart.width is alt.Undefined:
            whole = whole.properties(width=WIDTHS[width])
        if chart.autosize is alt.Undefined:
            whole = whole.properties(autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    return whole


def _render(spec: dict, **_options: object) -> dict:
    title = spec.get("usermeta", {}).get(CARD, {}).get("title", "untitled")
    return {CHART_TYPE: spec, "text/plain": f"<chart: {title}>"}


alt.renderers.register("unsigned_peace", _render)
alt.renderers.enable("unsigned_peace")
alt.data_transformers.disable_max_rows()
