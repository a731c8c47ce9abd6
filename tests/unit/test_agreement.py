"""Agreement of two codings, against the worked example of Cohen's own table and by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from unsigned_peace import load
from unsigned_peace.agreement import agreement


def test_kappa_is_agreement_beyond_chance():
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 70 percent alike, half of it by chance
    first = pd.Series(["yes"] * 25 + ["no"] * 25)
    second = pd.Series(["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15)
    found = agreement(first, second)
    assert (found.rows, found.same, found.percent) == (50, 35, 70)
    assert found.kappa == pytest.approx(0.4)


def test_few_rows_bear_no_kappa_and_blanks_are_not_compared():
    found = agreement(pd.Series(["a"] * 40), pd.Series(["a"] * 20 + [None] * 20))
    assert (found.rows, found.same, found.kappa) == (20, 20, None)


def test_what_is_no_pair_of_codings_is_refused():
    with pytest.raises(ValueError, match="same rows"):
        agreement(pd.Series(["a"]), pd.Series(["a"], index=[5]))
    with pytest.raises(ValueError, match="no row"):
        agreement(pd.Series(["a"]), pd.Series([None], dtype=object))


def test_all_positions_were_coded_twice():
    positions = load("positions")
    for column in ("dimension", "value", "form", "standing"):
        found = agreement(positions[column], positions[f"second_{column}"])
        assert found.rows == len(positions)
        assert found.kappa > 0.7, column
