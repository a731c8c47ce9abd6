"""How far two codings of the same records agree: share of equal codes, and Cohen's kappa.

Kappa is agreement beyond what two coders would reach who dealt out their own codes by lot:
(observed - expected) / (1 - expected). It is left out below ``ROWS_FOR_KAPPA`` rows, where chance
moves it too much to be read.

Source: Jacob Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
Measurement 20 (1960).
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

#: Fewer rows than this bear no kappa.
ROWS_FOR_KAPPA = 30
_BLANK = "(blank)"


class Agreement(NamedTuple):
    """Of ``rows`` coded twice, the share with the same code in percent, and kappa.

    Missing where nothing bears them.
    """

    rows: int
    percent: float
    kappa: float


def agreement(first: pd.Series, second: pd.Series) -> Agreement:
    """How far two columns of codes agree, row by row. A blank is a code like any other.

    Kappa is missing below ``ROWS_FOR_KAPPA`` rows, and where both coders gave one code only.
    Raises ``ValueError`` if the two are not of the same rows.
    """
    if not first.index.equals(second.index):
        raise ValueError("the two codings are not of the same rows, in the same order")
    one, two = (
        codes.astype(object).where(codes.notna(), _BLANK).map(str) for codes in (first, second)
    )
    if not len(one):
        return Agreement(0, float("nan"), float("nan"))
    observed = one.eq(two).mean()
    shares = [codes.value_counts(normalize=True) for codes in (one, two)]
    expected = shares[0].mul(shares[1], fill_value=0).sum()
    bears = len(one) >= ROWS_FOR_KAPPA and expected < 1
    return Agreement(
        len(one), 100 * observed, (observed - expected) / (1 - expected) if bears else float("nan")
    )


def of_positions(positions: pd.DataFrame) -> pd.DataFrame:
    """Agreement of the two codings of ``positions``, a row for each thing coded.

    Columns: ``coded`` (what), ``rows``, ``percent``, ``kappa``. The code is compared within each
    dimension of the first coding, so that a wrong dimension counts as a wrong code there too; the
    number of islands on the dimensions about islands only. Rows not coded twice are left out.
    """
    twice = positions[positions["second_dimension"].notna()]
    found = [("dimension", agreement(twice["dimension"], twice["second_dimension"]))]
    for dimension in positions["dimension"].astype(str).unique():
        rows = twice[twice["dimension"].eq(dimension)]
        found.append((f"code of {dimension}", agreement(rows["value"], rows["second_value"])))
    about = twice[twice["dimension"].isin(["subject", "offer", "demand", "denial"])]
    found.append(("islands", agreement(about["islands"], about["second_islands"])))
    found += [
        (column, agreement(twice[column], twice[f"second_{column}"]))
        for column in ("form", "standing")
    ]
    return pd.DataFrame([{"coded": what, **result._asdict()} for what, result in found])
