import pytest

from dermaflow.core.errors import PromotionError, StoreError
from dermaflow.tracking.names import CHALLENGER, CHAMPION, PREVIOUS, ROLLED_BACK_TAG
from dermaflow.tracking.registry import (
    Version,
    bring_back,
    by_alias,
    put_in_force,
    register,
    rollback_pair,
    rolled_back_at,
    versions,
)
from dermaflow.tracking.runs import log_evaluated_run
from dermaflow.tracking.store import connect

NAME = "skin-lesion-classifier"


class CutError(Exception):
    """Stands for a process that is killed here."""


def numbers(client, name=NAME):
    found = (by_alias(client, name, alias) for alias in (CHAMPION, PREVIOUS))
    return [version.number if version else None for version in found]


@pytest.fixture
def two(stored):
    """A client and two versions without files: aliases and tags need none."""
    client = connect()
    client.create_registered_model(NAME)
    made = [client.create_model_version(NAME, source=str(stored), run_id="0" * 32) for _ in range(2)]
    return client, *(Version(NAME, str(version.version), "", {}) for version in made)


def test_registering_twice_makes_one_version_and_it_is_the_challenger(project):
    assert project.exists()
    run_id = log_evaluated_run()
    client = connect()
    first, second = register(client, NAME, run_id), register(client, NAME, run_id)
    assert first == second
    assert len(versions(client, NAME)) == 1
    assert first.fingerprint.startswith("aa11")
    assert by_alias(client, NAME, CHALLENGER).number == first.number
    assert by_alias(client, NAME, CHAMPION) is None


def test_what_was_in_force_becomes_previous_and_a_rollback_swaps_them(two):
    client, first, second = two
    put_in_force(client, first, by_alias(client, NAME, CHAMPION))
    put_in_force(client, second, by_alias(client, NAME, CHAMPION))
    assert numbers(client) == ["2", "1"]
    leaving, returning = rollback_pair(client, NAME)
    bring_back(client, leaving, returning)
    assert (returning.number, leaving.number, numbers(client)) == ("1", "2", ["1", "2"])
    assert ROLLED_BACK_TAG in client.get_model_version(NAME, "2").tags
    put_in_force(client, second, by_alias(client, NAME, CHAMPION))
    assert ROLLED_BACK_TAG not in client.get_model_version(NAME, "2").tags


def test_the_champion_moves_last_so_a_promotion_cut_short_leaves_the_old_one_in_force(two, monkeypatch):
    client, first, second = two
    put_in_force(client, first, by_alias(client, NAME, CHAMPION))
    move = client.set_registered_model_alias

    def cut(name, alias, number):
        if alias == CHAMPION:
            raise CutError
        move(name, alias, number)

    monkeypatch.setattr(client, "set_registered_model_alias", cut)
    with pytest.raises(CutError):
        put_in_force(client, second, by_alias(client, NAME, CHAMPION))
    assert numbers(client)[0] == "1"
    with pytest.raises(StoreError, match="no previous champion"):
        rollback_pair(client, NAME)
    monkeypatch.undo()
    put_in_force(client, second, by_alias(client, NAME, CHAMPION))
    assert numbers(client) == ["2", "1"]


def test_what_was_compared_with_a_champion_that_left_meanwhile_does_not_come_into_force(two):
    client, first, second = two
    with pytest.raises(PromotionError, match="expected version 1, found none"):
        put_in_force(client, second, instead_of=first)
    put_in_force(client, first, instead_of=None)
    with pytest.raises(PromotionError, match=r"another model came into force .* expected none, found version 1"):
        put_in_force(client, second, instead_of=None)
    assert numbers(client) == ["1", None]


def test_without_a_champion_or_a_previous_one_nothing_can_be_rolled_back(two):
    client, first, _ = two
    with pytest.raises(StoreError, match="no model is in force"):
        rollback_pair(client, NAME)
    put_in_force(client, first, by_alias(client, NAME, CHAMPION))
    with pytest.raises(StoreError, match="expected a model that version 1 replaced"):
        rollback_pair(client, NAME)


def test_a_training_repeated_after_its_rollback_counts_as_rolled_back_until_it_is_in_force_again(two, stored):
    client, first, second = two
    for version in (first, second):
        client.set_model_version_tag(NAME, version.number, "fingerprint", version.number * 64)
    put_in_force(client, first, by_alias(client, NAME, CHAMPION))
    put_in_force(client, second, by_alias(client, NAME, CHAMPION))
    bring_back(client, *rollback_pair(client, NAME))
    made = client.create_model_version(NAME, str(stored), tags={"fingerprint": "2" * 64})
    twin = Version(NAME, str(made.version), "", dict(made.tags))
    assert rolled_back_at(client, twin).endswith("Z")
    assert not rolled_back_at(client, first)
    put_in_force(client, twin, by_alias(client, NAME, CHAMPION))
    assert not rolled_back_at(client, twin)
