from dermaflow.evaluation.baselines import strongest


def figure(value):
    return {"value": value, "low": None, "high": None}


def test_the_strongest_shortcut_is_named_for_each_figure():
    shortcuts = [
        {"name": "source", "macro_auc": figure(0.7), "melanoma_auc": figure(0.92)},
        {"name": "image size", "macro_auc": figure(0.8), "melanoma_auc": figure(0.6)},
    ]
    assert strongest(shortcuts) == {
        "macro_auc": {**figure(0.8), "by": "image size"},
        "melanoma_auc": {**figure(0.92), "by": "source"},
    }


def test_what_no_shortcut_has_is_left_out():
    assert strongest([]) == {}
    assert strongest([{"name": "source", "macro_auc": figure(None), "melanoma_auc": None}]) == {}
