import pytest

from dermaflow.split.scheme import changes, fractions_of, scheme_of


def test_the_same_scheme_has_no_changes(grouped):
    assert changes(scheme_of(grouped), scheme_of(grouped)) == []


def test_a_changed_fraction_is_told_with_both_values(grouped):
    now = grouped.model_copy(update={"test_frac": 0.3})
    assert changes(scheme_of(grouped), scheme_of(now)) == ["split.test_frac changed from 0.2 to 0.3"]


def test_the_test_fraction_is_no_part_of_an_official_scheme(official):
    now = official.model_copy(update={"test_frac": 0.3})
    assert changes(scheme_of(official), scheme_of(now)) == []


def test_another_method_is_a_change(grouped, official):
    assert "split.method changed from grouped to official" in changes(scheme_of(grouped), scheme_of(official))
    assert "split.test_frac changed from 0.2 to nothing" in changes(scheme_of(grouped), scheme_of(official))


def test_the_folds_are_part_of_a_scheme_of_folds_only(grouped, official, fold_of):
    for params in (grouped, official):
        assert changes(scheme_of(params), scheme_of(params.model_copy(update={"folds": 3, "fold": 2}))) == []
    assert changes(scheme_of(fold_of(0)), scheme_of(fold_of(1))) == ["split.fold changed from 0 to 1"]
    other = fold_of(0).model_copy(update={"test_frac": 0.4})
    assert changes(scheme_of(fold_of(0)), scheme_of(other)) == []


def test_a_fold_is_tested_and_a_share_of_the_rest_is_validation(fold_of):
    assert fractions_of(fold_of(3)) == pytest.approx({"train": 0.64, "test": 0.2, "validation": 0.16})


def test_all_partitions_share_what_there_is_unless_the_test_part_is_official(grouped, official):
    assert fractions_of(grouped) == pytest.approx({"train": 0.65, "test": 0.2, "validation": 0.15})
    assert fractions_of(official) == pytest.approx({"train": 0.8, "validation": 0.2})
