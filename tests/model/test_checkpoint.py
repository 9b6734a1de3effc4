"""What is kept of a training on its way."""

import os
from pathlib import Path

import pytest

from dermaflow.core.lesions import read_table
from dermaflow.model.checkpoint import (
    HISTORY_COLUMNS,
    Row,
    abandoned,
    best_epoch,
    histories_in,
    is_over,
    model_file,
    named_after,
    remove,
    store,
    stored_history,
    superseded,
    trunk_folder,
    write_history,
)


def history_of(*losses: float) -> list[Row]:
    return [dict.fromkeys(HISTORY_COLUMNS[1:], 0.1 + 0.2) | {"val_loss": loss} for loss in losses]


def stored(folder: Path, *losses: float) -> None:
    for epoch in range(1, len(losses) + 1):
        store(folder, history_of(*losses[:epoch]), lambda path, epoch=epoch: path.write_text(f"model {epoch}"))


def test_what_is_read_back_is_what_was_stored_to_the_last_digit(tmp_path: Path) -> None:
    stored(tmp_path, 1 / 3, 1e-17)
    assert stored_history(tmp_path) == history_of(1 / 3, 1e-17)


def test_further_networks_have_columns_of_their_own_and_blanks_where_they_ended_before(tmp_path: Path) -> None:
    write_history([history_of(3.0), history_of(4.0, 2.0)], tmp_path / "history.csv")
    table = read_table(tmp_path / "history.csv", HISTORY_COLUMNS)
    further = [f"member_2_{name}" for name in HISTORY_COLUMNS[1:]]
    assert list(table.columns) == [*HISTORY_COLUMNS, *further]
    assert list(table["epoch"]) == ["1", "2"]
    assert list(table["val_loss"]) == ["3.0", ""]
    assert list(table["member_2_val_loss"]) == ["4.0", "2.0"]
    assert list(named_after(2, dict.fromkeys(HISTORY_COLUMNS[1:], 0.0))) == further
    assert histories_in(table) == [history_of(3.0), history_of(4.0, 2.0)]


def test_a_history_that_holds_no_numbers_is_refused(tmp_path: Path) -> None:
    write_history([history_of(3.0), history_of(4.0, 2.0)], tmp_path / "history.csv")
    table = read_table(tmp_path / "history.csv", HISTORY_COLUMNS)
    with pytest.raises(ValueError, match="much"):
        histories_in(table.replace("4.0", "much"))
    assert histories_in(table.head(0)) == []


def test_only_the_best_and_the_last_model_are_kept(tmp_path: Path) -> None:
    stored(tmp_path, 3.0, 1.0, 2.0, 2.5)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["epoch-2.keras", "epoch-4.keras", "history.csv"]
    assert model_file(tmp_path, 2).read_text() == "model 2"


def test_an_epoch_whose_model_could_not_be_saved_has_not_happened(tmp_path: Path) -> None:
    stored(tmp_path, 3.0)

    def full_disk(path: Path) -> None:
        path.write_text("half a mo")
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        store(tmp_path, history_of(3.0, 2.0), full_disk)
    assert stored_history(tmp_path) == history_of(3.0)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["epoch-1.keras", "history.csv"]


@pytest.mark.parametrize("harm", ["epoch-2.keras", "epoch-3.keras", "history.csv"])
def test_a_checkpoint_that_lacks_a_file_counts_as_none(tmp_path: Path, harm: str) -> None:
    stored(tmp_path, 3.0, 1.0, 2.0)
    (tmp_path / harm).unlink()
    assert stored_history(tmp_path) == []


@pytest.mark.parametrize("content", ["", "epoch,loss\n1,2\n", ",".join(HISTORY_COLUMNS) + "\n1,a,b,c,d,e,f\n"])
def test_a_malformed_history_counts_as_none(tmp_path: Path, content: str) -> None:
    stored(tmp_path, 3.0)
    (tmp_path / "history.csv").write_text(content)
    assert stored_history(tmp_path) == []


def test_the_best_epoch_is_the_first_of_equals() -> None:
    assert best_epoch(history_of(2.0, 1.0, 1.0)) == 2


@pytest.mark.parametrize(
    ("losses", "over"),
    [((), False), ((3.0, 2.0), False), ((1.0, 2.0), False), ((1.0, 2.0, 2.0), True), ((5.0, 4.0, 3.0, 2.0), True)],
)
def test_a_training_ends_after_all_epochs_or_too_long_without_a_better_one(losses: list[float], over: bool) -> None:  # noqa: FBT001
    assert is_over(history_of(*losses), epochs=4, patience_epochs=2) is over


def test_only_what_nobody_wrote_to_for_seven_days_is_abandoned(tmp_path: Path) -> None:
    for name, days in (("old", 7.1), ("young", 6.9), ("old folder, young file", 0)):
        stored(tmp_path / name, 1.0)
        for path in (*(tmp_path / name).iterdir(), tmp_path / name):
            os.utime(path, (1e9 - days * 86_400,) * 2)
    os.utime(tmp_path / "old folder, young file", (0, 0))
    (tmp_path / "a file").touch()
    assert abandoned(tmp_path, 1e9) == [tmp_path / "old"]
    assert abandoned(tmp_path / "never there", 1e9) == []


def test_nothing_is_left_after_removal(tmp_path: Path) -> None:
    stored(tmp_path / "a", 1.0)
    remove(tmp_path / "a")
    remove(tmp_path / "never there")
    assert list(tmp_path.iterdir()) == []


def test_of_what_frozen_layers_gave_this_trainings_and_the_other_used_last_are_kept(tmp_path: Path) -> None:
    trunks = [trunk_folder(tmp_path, name) for name in "abc"]
    for used_at, trunk in zip((300, 100, 200), trunks, strict=True):
        trunk.mkdir(parents=True)
        (trunk / "train-trunk.npy").touch()
        for path in (trunk / "train-trunk.npy", trunk):
            os.utime(path, (used_at, used_at))
    (tmp_path / "a training").mkdir()
    assert superseded(tmp_path, trunks[2:]) == [trunks[1]]
    assert superseded(tmp_path, trunks[1:]) == []
    os.utime(trunks[1] / "train-trunk.npy", (400, 400))
    assert superseded(tmp_path, []) == [trunks[0], trunks[2]]
    assert superseded(tmp_path / "nowhere", trunks) == []
