"""Values as a reader would say them."""

from __future__ import annotations

from assessments.catalogue.comparison.words import deadlines_words, sectors_words


def test_a_time_is_told_in_the_publishers_own_unit_where_it_has_one() -> None:
    assert deadlines_words([{"what": "early warning", "hours": 24}]) == "early warning within 24 hours"
    assert deadlines_words([{"what": "report", "hours": 240}]) == "report within 10 days"
    month = {"what": "final report", "hours": 720, "within": "one month after the notification"}
    assert deadlines_words([month]) == "final report within one month after the notification"


def test_a_sentence_names_a_few_sectors_and_no_list_of_sixteen() -> None:
    assert sectors_words(["all"]) == "all sectors"
    assert sectors_words(["energy", "food", "space", "water"]) == "energy, food, space and water"
    assert sectors_words(["energy", "food", "space", "water", "waste"]) == "energy, food, space and further sectors"
