from dermaflow.tracking.contents import in_words


def test_a_figure_is_told_with_its_interval_or_says_that_it_has_none():
    assert in_words({"value": 0.714, "low": 0.64, "high": 0.78}) == "0.71 (0.64–0.78)"
    assert in_words({"value": 0.714, "low": None, "high": None}) == "0.71 (no interval)"
    assert in_words({"value": None, "low": None, "high": None}) == "undefined"
    assert in_words(None) == "undefined"
