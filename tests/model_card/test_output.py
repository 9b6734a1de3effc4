from dermaflow.model_card.output import measures, output
from tests.model_card.drawn_record import CARD, drawn_record, words_of


def test_temperature_threshold_and_distance_are_said_with_where_they_come_from():
    words = words_of(output(drawn_record()).blocks)
    assert "temperature 1.500" in words
    assert "from a probability of 0.1250 on" in words
    assert "one more image like the 8 validation images of it is suspected with a probability of 88.8 %" in words
    assert "95 % is asked for and takes more of these" in words
    assert "99 % or more of 24 validation images lie within 1" in words


def test_what_a_model_lacks_is_said_in_words():
    words = words_of(output(drawn_record(card={**CARD, "operating_point": None, "familiarity": None})).blocks)
    assert "No threshold of suspicion" in words
    assert "does not say how far an image lies" in words


def test_with_enough_melanomas_the_threshold_keeps_what_is_asked_for():
    card = {**CARD, "operating_point": {**CARD["operating_point"], "n": 19}}
    words = words_of(output(drawn_record(card=card)).blocks)
    assert "one more image like the 19 validation images of it is suspected with a probability of 95 %" in words
    assert "is asked for" not in words


def test_a_chance_that_falls_short_of_what_was_asked_for_is_not_rounded_up_to_it():
    for n, asked, told in ((250, 1.0, "99.6 %"), (18, 0.95, "94.7 %")):
        card = {**CARD, "operating_point": {**CARD["operating_point"], "n": n, "min_sensitivity": asked}}
        assert f"is suspected with a probability of {told}" in words_of(output(drawn_record(card=card)).blocks)


def test_what_is_asked_for_is_never_rounded():
    for asked, told in ((0.975, "97.5 %"), (0.995, "99.5 %"), (0.95, "95 %")):
        card = {**CARD, "operating_point": {**CARD["operating_point"], "n": 400, "min_sensitivity": asked}}
        assert f"is suspected with a probability of {told} (" in words_of(output(drawn_record(card=card)).blocks)


def test_groups_and_not_images_say_how_sure_the_threshold_is():
    card = {**CARD, "operating_point": {**CARD["operating_point"], "n": 40, "n_groups": 10}}
    words = words_of(output(drawn_record(card=card)).blocks)
    assert "like the 40 validation images of it (10 groups that weigh the same) is suspected with" in words
    assert "a probability of 90.9 %" in words


def test_an_undefined_specificity_on_validation_is_no_number():
    card = {**CARD, "operating_point": {**CARD["operating_point"], "specificity": None}}
    assert "specificity undefined" in words_of(output(drawn_record(card=card)).blocks)


def test_the_intervals_say_how_they_were_made():
    assert "percentiles of 200 resamples of whole groups" in words_of(measures(drawn_record()).blocks)
