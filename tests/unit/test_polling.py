"""Survey arithmetic, against a well-kept library and at the limits."""

import math

import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from unsigned_peace import polling


@pytest.mark.parametrize("percent", [0, 1, 17, 50, 74, 99.5, 100])
@pytest.mark.parametrize("sample_size", [1, 30, 207, 1600, 7695])
def test_the_interval_is_wilson_s(percent, sample_size):
    low, high = polling.wilson_interval(percent, sample_size)
    expected = proportion_confint(percent / 100 * sample_size, sample_size, method="wilson")
    assert (low, high) == pytest.approx([100 * bound for bound in expected], abs=1e-9)
    assert 0 <= low <= percent + 1e-9 and percent - 1e-9 <= high <= 100


def test_the_difference_is_newcombe_s():
    expected = confint_proportions_2indep(280, 400, 200, 400, method="newcomb", compare="diff")
    assert polling.difference_interval(70, 400, 50, 400) == pytest.approx([100 * bound for bound in expected], abs=1e-6)


@pytest.mark.parametrize(("percent", "size"), [(-1, 100), (101, 100), (50, 0)])
def test_impossible_shares_and_samples_are_refused(percent, size):
    with pytest.raises(ValueError):
        polling.wilson_interval(percent, size)


def test_an_unknown_sample_size_gives_no_interval():
    assert all(math.isnan(bound) for bound in polling.wilson_interval(50, pd.NA))


def test_a_run_ends_where_a_break_begins():
    frame = pd.DataFrame(
        {
            "question_series_id": "s",
            "option": "for",
            "date": pd.to_datetime(["2016-05-30", "1992-10-01", "2018-11-28", "2019-01-01"]),
            "break_before": [None, None, "new wording", None],
        }
    )
    ordered = polling.runs(frame)
    assert ordered["date"].dt.year.tolist() == [1992, 2016, 2018, 2019]
    assert ordered["run"].tolist() == [0, 0, 1, 1]


def test_every_answer_keeps_its_own_sources():
    answers = polling.answers()
    assert answers["sources"].notna().all()
    assert answers["answer_id"].is_unique
    assert {"wording", "pollster", "country", "date", "sample_size"} <= set(answers.columns)


def test_a_break_is_kept_where_its_own_round_lacks_the_answer():
    """The Cabinet Office went over to mail in 2020, a round for which "no affinity" was not seen."""
    answers = polling.answers()
    cool = answers[answers["answer_id"].str.endswith("affinity-net-not-feel")]
    ordered = polling.runs(cool).set_index("answer_id")
    assert "2020-10-cabinet-office-affinity-net-not-feel" not in ordered.index
    last_interview, first_mail = ordered.loc["2018-10-cabinet-office-affinity-net-not-feel"], ordered.loc["2021-10-cabinet-office-affinity-net-not-feel"]
    assert last_interview["run"] < first_mail["run"]


def test_answers_of_two_series_are_never_one_stretch():
    answers = polling.answers()
    levada = answers[answers["question_series_id"].isin(["levada-transfer-principle", "levada-transfer-for-treaty"]) & answers["role"].ne("no_answer")]
    assert levada.groupby("stretch")["question_series_id"].nunique().eq(1).all()
    joined = polling.runs(levada.assign(side="all"), by=["side"]).set_index("answer_id")
    assert joined.loc["2016-05-levada-principle-for", "run"] < joined.loc["2018-11-levada-exchange-for", "run"]


def test_a_question_outside_any_series_has_a_run():
    assert polling.runs(polling.answers())["run"].notna().all()


def test_no_interval_without_a_random_sample_of_known_size():
    bounds = polling.with_intervals(polling.answers()).set_index("answer_id")
    assert math.isnan(bounds.loc["2019-02-vciom-islanders-transfer-should-not", "low"])  # asked at work and in shops
    assert math.isnan(bounds.loc["2018-11-fom-terms-joint-far-east", "low"])  # a region of unknown size
    assert math.isnan(bounds.loc["2016-03-mofa-in-russia-ownership-mutual", "low"])  # all, or only those who knew of the talks
    assert bounds.loc["2018-11-levada-exchange-for", ["low", "high"]].tolist() == pytest.approx(polling.wilson_interval(17, 1600))


def test_a_question_gives_its_shares_by_answer_without_subgroups():
    fom = polling.of_question("2018-11-fom-terms")
    assert fom.index.is_unique and fom["Joint administration by both countries"] == 12  # the Far East, which is apart, has 20
    with pytest.raises(KeyError, match="no-such-question"):
        polling.of_question("no-such-question")
