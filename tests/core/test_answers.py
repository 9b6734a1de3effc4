"""The columns of answers."""

from dermaflow.core.answers import answer_columns, probability_columns


def test_an_answer_has_a_probability_of_each_class_in_their_order() -> None:
    assert probability_columns(["nevus", "melanoma"]) == ["p_nevus", "p_melanoma"]
    assert answer_columns(["nevus"]) == ["predicted", "p_nevus", "melanoma_suspected", "distance"]
