"""Agreement of two codings: by hand on small tables, and on the positions with codes put in."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from unsigned_peace import coding, load


def test_kappa_of_a_table_reckoned_by_hand():
    """Forty rows, two codes: 18 and 12 alike, 6 and 4 apart.

    Observed 0.75, expected 0.51, kappa 0.24 / 0.49.
    """
    first = pd.Series(["a"] * 24 + ["b"] * 16)
    second = pd.Series(["a"] * 18 + ["b"] * 6 + ["a"] * 4 + ["b"] * 12)
    expected = (24 * 22 + 16 * 18) / 1600
    found = coding.agreement(first, second)
    assert found.rows == 40 and found.percent == 75
    assert found.kappa == pytest.approx((0.75 - expected) / (1 - expected))


def test_fewer_than_thirty_rows_bear_no_kappa():
    codes = pd.Series(["a", "b"] * 14)
    assert coding.agreement(codes, codes).percent == 100
    assert math.isnan(coding.agreement(codes, codes).kappa)
    assert coding.agreement(*[pd.Series(["a", "b"] * 15)] * 2).kappa == 1


def test_a_single_code_bears_no_kappa():
    codes = pd.Series(["a"] * 40)
    assert coding.agreement(codes, codes).percent == 100 and math.isnan(
        coding.agreement(codes, codes).kappa
    )


def test_blanks_agree_with_blanks_only():
    found = coding.agreement(pd.Series([2.0, None, None, 4.0]), pd.Series([2.0, None, 4.0, None]))
    assert found.percent == 50


def test_other_rows_are_refused():
    with pytest.raises(ValueError, match="not of the same rows"):
        coding.agreement(pd.Series(["a"], index=[1]), pd.Series(["a"], index=[2]))


def test_positions_coded_twice_are_compared_and_others_left_out():
    positions = load("positions")
    columns = ["dimension", "value", "islands", "form", "standing"]
    none = positions.assign(**{f"second_{column}": pd.NA for column in columns})
    assert coding.of_positions(none)["rows"].eq(0).all()
    same = none.assign(**{f"second_{column}": positions[column] for column in columns})
    found = coding.of_positions(same).set_index("coded")
    assert found["percent"].eq(100).all()
    assert found.loc["dimension", "rows"] == len(positions)
    assert found.loc["code of sequence", "rows"] == positions["dimension"].eq("sequence").sum()
    one_wrong = same.assign(
        second_dimension=same["second_dimension"].astype(str).mask(same.index == 0, "deadline")
    )
    assert coding.of_positions(one_wrong).set_index("coded").loc[
        "dimension", "percent"
    ] == pytest.approx(100 * (1 - 1 / len(positions)))


def test_every_position_was_coded_twice():
    assert load("positions")["second_dimension"].notna().all()
