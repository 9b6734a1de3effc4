import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from dermaflow.core.errors import ParamsError
from flows.search_space import drawn, space_of

SECTIONS = {
    "split": {"seed": 7},
    "augment": {"images_per_class": 0},
    "train": {"learning_rate": 0.001, "dropout": 0.3, "dense_units": 8, "filters": [8], "architecture": "cnn"},
}


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("train.learning_rate=log:1e-4..0.01", FloatDistribution(1e-4, 0.01, log=True)),
        ("train.dropout=0..0.5", FloatDistribution(0, 0.5)),
        ("train.dropout=0..1", FloatDistribution(0, 1)),
        ("train.dense_units=64..256", IntDistribution(64, 256)),
        ("augment.images_per_class=log:10..1000", IntDistribution(10, 1000, log=True)),
        ("train.filters=[[8, 16], [8]]", CategoricalDistribution(["[8, 16]", "[8]"])),
        ("train.architecture=[cnn, MobileNetV2]", CategoricalDistribution(['"cnn"', '"MobileNetV2"'])),
    ],
)
def test_ranges_and_choices_are_read_as_they_are_written(text, distribution):
    assert space_of([text], SECTIONS) == {text.partition("=")[0]: distribution}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("split.seed=1..5", "a key that params.yaml has in augment or train"),
        ("train.lerning_rate=0.1..0.5", "a key that params.yaml has"),
        ("train.dropout", "expected a range such as"),
        ("train.dropout=0.3", "expected a range such as"),
        ("train.dropout=[", "expected a range such as"),
        ("train.dropout=0.5..0.1", "expected a range from low to high"),
        ("train.dropout=log:0..0.1", "above 0 with log"),
    ],
)
def test_what_cannot_be_searched_is_told(text, message):
    with pytest.raises(ParamsError, match=message):
        space_of([text], SECTIONS)


def test_nothing_to_search_is_told():
    with pytest.raises(ParamsError, match="expected what to search"):
        space_of([], SECTIONS)


def test_what_was_drawn_becomes_a_value_that_a_person_would_write():
    space = space_of(["train.dropout=0..0.5", "train.filters=[[8, 16]]", "train.dense_units=8..16"], SECTIONS)
    assert drawn("train.dropout", 0.123456, space) == 0.123
    assert drawn("train.filters", "[8, 16]", space) == [8, 16]
    assert drawn("train.dense_units", 9, space) == 9
    narrow = space_of(["train.dropout=0.50012..0.9999"], SECTIONS)
    assert drawn("train.dropout", 0.99988, narrow) == 0.9999  # never beyond what was asked for
    assert drawn("train.dropout", 0.5002, narrow) == 0.50012
