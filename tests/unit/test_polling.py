"""Survey arithmetic, against a well-kept library and at the limits."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from unsigned_peace import dataset, polling
from unsigned_peace.publishing.data_pages import records


@pytest.mark.parametrize("percent", [0, 1, 17, 50, 74, 99.5, 100])
@pytest.mark.parametrize("sample_size", [1, 30, 207, 1600, 7695])
def test_the_interval_is_wilson_s(percent, sample_size):
    low, high = polling.wilson_interval(percent, sample_size)
    expected = proportion_confint(percent / 100 * sample_size, sample_size, method="wilson")
    assert (low, high) == pytest.approx([100 * bound for bound in expected], abs=1e-9)
    assert 0 <= low <= percent + 1e-9 and percent - 1e-9 <= high <= 100


def test_the_difference_is_newcombe_s():
    expected = confint_proportions_2indep(280, 400, 200, 400, method="newcomb", compare="diff")
    assert polling.difference_interval(70, 400, 50, 400) == pytest.approx(
        [100 * bound for bound in expected], abs=1e-6
    )


def test_a_design_effect_is_a_smaller_sample():
    expected = proportion_confint(0.55 * 750, 750, method="wilson")
    assert polling.wilson_interval(55, 1500, design_effect=2) == pytest.approx(
        [100 * bound for bound in expected], abs=1e-9
    )
    expected = confint_proportions_2indep(70, 100, 40, 80, method="newcomb", compare="diff")
    assert polling.difference_interval(70, 300, 50, 240, design_effect=3) == pytest.approx(
        [100 * bound for bound in expected], abs=1e-6
    )


@pytest.mark.parametrize("size", [300, 1500])
@pytest.mark.parametrize("effect", [1.0, 2.0, 3.3])
def test_a_stated_margin_gives_the_design_effect_back(size, effect):
    low, high = proportion_confint(size / effect / 2, size / effect, method="normal")
    assert polling.design_effect(100 * (high - low) / 2, size) == pytest.approx(effect)


@pytest.mark.parametrize(("a", "b", "n"), [(50, 30.8, 1000), (49, 34, 258), (17, 74, 1600)])
def test_two_answers_of_one_question_differ_as_a_mean_of_ones_and_minus_ones(a, b, n):
    """The same interval as the z-interval of a mean where each person counts as 1, -1 or 0."""
    people = DescrStatsW([1, -1, 0], weights=[a * n / 100, b * n / 100, (100 - a - b) * n / 100])
    low, high = people.zconfint_mean()
    half = 100 * (high - low) / 2 * math.sqrt((n - 1) / n)  # which divides by n less one
    assert polling.difference_within(a, b, n) == pytest.approx((a - b - half, a - b + half))


def test_the_interval_within_a_question_holds_the_truth_in_nineteen_of_twenty_draws():
    rng = np.random.default_rng(1956)
    counts = rng.multinomial(400, [0.5, 0.3, 0.2], size=2000) / 4
    held = [
        low <= 20 <= high
        for low, high in (polling.difference_within(a, b, 400) for a, b, _ in counts)
    ]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def row(answer_id):
    return polling.answers().set_index("answer_id", drop=False).loc[answer_id]


def test_the_rows_of_the_record_tell_which_difference_applies():
    fnn, levada = "2019-01-fnn-islands-option-", ["2018-11-levada-exchange-for"]
    assert polling.difference_of(
        row(fnn + "two-first"), row(fnn + "four-at-once")
    ) == polling.difference_within(43.5, 32.9, 1000)
    assert polling.difference_of(
        row(levada[0]), row("2016-05-levada-principle-for")
    ) == polling.difference_interval(17, 1600, 7, 800)
    unseen = row("2018-11-nikkei-islands-option-two-first")
    assert all(math.isnan(end) for end in polling.difference_of(unseen, row(levada[0])))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("2018-11-vciom-transfer-should-not", "2018-11-vciom-talks-stop", "the same people"),
        ("2019-02-vciom-islanders-transfer-should-not", "2018-11-vciom-transfer-should", "drawn"),
        ("2018-11-fom-terms-joint-far-east", "2018-11-fom-terms-joint", "this part"),
        ("2018-11-vciom-transfer-should", "2018-11-vciom-transfer-definitely-should", "a part of"),
        ("2018-11-fom-terms-keep", "2018-11-fom-terms-keep", "not two answers"),
    ],
)
def test_a_difference_that_no_formula_fits_is_refused(first, second, said):
    for one, other in ((first, second), (second, first)):
        with pytest.raises(ValueError, match=said):
            polling.difference_of(row(one), row(other))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: polling.difference_within(70, 50, 100), "70 and 50 percent are not two answers"),
        (lambda: polling.difference_within(-1, 50, 100), "-1 and 50 percent are not two answers"),
        (lambda: polling.wilson_interval(50, 100, design_effect=0), "a design effect is above 0"),
        (lambda: polling.design_effect(0, 1500), "a margin lies between 0 and 50"),
        (lambda: polling.design_effect(3, 0), "a sample has at least one person, not 0"),
        (lambda: polling.worst_case(101, 50), "a share lies between 0 and 100 percent, not 101"),
        (lambda: polling.worst_case(50, -1), "a share lies between 0 and 100 percent, not -1"),
        (lambda: polling.worst_case(math.nan, 50), "a share lies between 0 and 100 percent, not n"),
    ],
)
def test_what_the_functions_are_not_made_for_is_refused(wrong, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        wrong()


def test_the_worst_case_lets_those_not_heard_decide():
    assert polling.worst_case(96, 200 / 3) == pytest.approx((64, 64 + 100 / 3))
    assert polling.worst_case(80, 100) == (80, 80)
    assert polling.worst_case(0, 0) == (0, 100)


def test_those_without_an_opinion_drop_out_of_share_and_sample():
    answers = polling.answers()
    wanted = ["2019-01-asahi-two-plus-joint-activity", "2018-11-levada-exchange"]
    found = polling.of_those_with_an_opinion(answers[answers["question_id"].isin(wanted)])
    found = found.set_index("answer_id")
    package = found.loc["2019-01-asahi-two-plus-joint-activity-for"]
    assert package["percent"] == pytest.approx(100 * 38 / 78)
    assert package["sample_size"] == round(1900 * 0.78)
    # a question whose shares are printed as sums only
    assert found.loc["2018-11-levada-exchange-for", "percent"] == pytest.approx(100 * 17 / 91)
    assert "2018-11-levada-exchange-hard-to-say" not in found.index


def test_a_lone_answer_or_a_subgroup_is_not_made_a_whole():
    answers = polling.answers()
    with pytest.raises(ValueError, match="only one answer"):
        polling.of_those_with_an_opinion(
            answers[answers["question_id"].eq("2016-05-levada-two-islands")]
        )
    with pytest.raises(ValueError, match="subgroup"):
        polling.of_those_with_an_opinion(answers[answers["question_id"].eq("2018-11-fom-terms")])


def test_an_interval_on_a_presumed_draw_is_marked():
    drawn = polling.with_intervals(polling.answers()).set_index("answer_id")["draw_presumed"]
    assert drawn["2018-11-levada-exchange-for"] and drawn["2018-11-fom-terms-keep"]
    assert not drawn["2018-11-vciom-transfer-should-not"]


def test_every_design_effect_comes_from_an_error_that_somebody_states():
    stated = polling.stated_errors().set_index("record")
    fom = stated.loc["2018-11-fom"]
    assert fom["design_effect"] == pytest.approx((3.6 / (98 / math.sqrt(1500))) ** 2, rel=1e-3)
    assert fom["simple"] == pytest.approx(98 / math.sqrt(1500), rel=1e-3)
    largest = stated.groupby("mode")["design_effect"].max()
    for answer in ("2018-11-fom-terms-keep", "2018-11-vciom-transfer-should"):
        assert row(answer)["design_effect"] == largest[row(answer)["mode"]]
    mode_unseen = row("2018-11-nikkei-islands-option-two-first")
    assert mode_unseen["design_effect"] == largest.max()
    assert math.isnan(row("2019-02-vciom-islanders-transfer-should-not")["design_effect"])


def test_designed_intervals_take_each_row_s_own_design_effect():
    first, second = row("2018-11-levada-exchange-for"), row("2018-11-vciom-transfer-should")
    effects = first["design_effect"], second["design_effect"]
    assert effects[0] != effects[1]
    sides = first["percent"], 1600, second["percent"], 1600
    designed = polling.difference_of(first, second, designed=True)
    assert designed == polling.difference_interval(*sides, design_effect=effects)
    assert designed[0] < polling.difference_of(first, second)[0]
    drawn = polling.with_intervals(pd.DataFrame([first, second]), designed=True)
    assert drawn["low"].tolist() == [
        polling.wilson_interval(share, 1600, design_effect=effect)[0]
        for share, effect in zip(sides[::2], effects, strict=True)
    ]


@pytest.mark.parametrize(
    ("percent", "size", "said"),
    [
        (-1, 100, "a share .* not -1"),
        (101, 100, "a share .* not 101"),
        (50, 0, "a sample .* not 0"),
    ],
)
def test_impossible_shares_and_samples_are_refused(percent, size, said):
    with pytest.raises(ValueError, match=f"^{said}$"):
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
    """The Cabinet Office went over to mail in 2020; that round's "no affinity" was not seen."""
    answers = polling.answers()
    cool = answers[answers["answer_id"].str.endswith("affinity-net-not-feel")]
    ordered = polling.runs(cool).set_index("answer_id")
    assert "2020-10-cabinet-office-affinity-net-not-feel" not in ordered.index
    last_interview, first_mail = (
        ordered.loc["2018-10-cabinet-office-affinity-net-not-feel"],
        ordered.loc["2021-10-cabinet-office-affinity-net-not-feel"],
    )
    assert last_interview["run"] < first_mail["run"]


def test_answers_of_two_series_are_never_one_stretch():
    answers = polling.answers()
    levada = answers[
        answers["question_series_id"].isin(
            ["levada-transfer-principle", "levada-transfer-for-treaty"]
        )
        & answers["role"].ne("no_answer")
    ]
    assert levada.groupby("stretch")["question_series_id"].nunique().eq(1).all()
    joined = polling.runs(levada.assign(side="all"), by=["side"]).set_index("answer_id")
    assert (
        joined.loc["2016-05-levada-principle-for", "run"]
        < joined.loc["2018-11-levada-exchange-for", "run"]
    )


def test_a_question_outside_any_series_has_a_run():
    assert polling.runs(polling.answers())["run"].notna().all()


def test_no_interval_without_a_random_sample_of_known_size():
    bounds = polling.with_intervals(polling.answers()).set_index("answer_id")
    # asked at work and in shops
    assert math.isnan(bounds.loc["2019-02-vciom-islanders-transfer-should-not", "low"])
    # a region of unknown size
    assert math.isnan(bounds.loc["2018-11-fom-terms-joint-far-east", "low"])
    # all, or only those who knew of the talks
    assert math.isnan(bounds.loc["2016-03-mofa-in-russia-ownership-mutual", "low"])
    assert bounds.loc["2018-11-levada-exchange-for", ["low", "high"]].tolist() == pytest.approx(
        polling.wilson_interval(17, 1600)
    )


def test_a_question_gives_its_shares_by_answer_without_subgroups():
    fom = polling.of_question("2018-11-fom-terms")
    # the Far East, which is apart, has 20
    assert fom.index.is_unique and fom["Joint administration by both countries"] == 12
    with pytest.raises(KeyError, match="no-such-question"):
        polling.of_question("no-such-question")


def test_a_poll_s_record_says_what_its_sources_do_not_tell(monkeypatch):
    monkeypatch.setattr(records, "address_of", lambda *_: "")
    directive = object.__new__(records.RecordsDirective)
    reports = SimpleNamespace(link=lambda _: "")
    config = SimpleNamespace(reports=reports)
    settings = SimpleNamespace(env=SimpleNamespace(config=config, docname="book/records/polls"))
    directive.state = SimpleNamespace(document=SimpleNamespace(settings=settings))
    for poll_id in ("2018-12-fnn", "2022-03-nhk"):
        record = records.records_of("polls")[poll_id]
        shown = directive._entries("polls", dataset.resource("polls"), {poll_id: record})
        blank = [name for name in records.DISCLOSED["polls"] if not record[name]]
        assert blank and shown.count(records.NOT_SEEN) == len(blank)
