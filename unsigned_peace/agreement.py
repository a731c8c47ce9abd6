"""Agreement of two codings of the same records: how often they give one code, beyond chance too."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

#: Fewer rows cannot bear Cohen's kappa: one more disagreement would move it by several hundredths.
FEWEST_FOR_KAPPA = 30


@dataclass(frozen=True)
class Agreement:
    """How far two codings of one column agree: ``rows`` coded twice, ``same`` of them alike."""

    rows: int
    same: int
    #: Cohen's kappa (1960): agreement beyond what the two coders' own frequencies would give by chance; 1 is full agreement. None below ``FEWEST_FOR_KAPPA`` rows.
    kappa: float | None

    @property
    def percent(self) -> float:
        """Share of rows with the same code, in percent."""
        return 100 * self.same / self.rows


def agreement(first: pd.Series, second: pd.Series) -> Agreement:
    """Compares two codings row by row; rows that the second coder left blank are not compared.

    Raises ``ValueError`` if the two are not codings of the same rows, or if no row was coded twice.
    """
    if not first.index.equals(second.index):
        raise ValueError("the two codings are not of the same rows")
    coded = second.notna()
    one, other = first[coded].astype(str), second[coded].astype(str)
    if one.empty:
        raise ValueError("no row was coded twice")
    same = int(one.eq(other).sum())
    by_chance = (one.value_counts(normalize=True) * other.value_counts(normalize=True)).fillna(0).sum()
    kappa = None
    if len(one) >= FEWEST_FOR_KAPPA and by_chance < 1:
        kappa = float((same / len(one) - by_chance) / (1 - by_chance))
    return Agreement(len(one), same, kappa)
