"""Bytes come in once, whole, and only when they are new."""

import threading
from dataclasses import replace

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources.intake import content_of, offers_only, put_in_place, read_new, remove_others, without_lost
from dermaflow.sources.offers import MARKER, Catalogue, Offer


class Shelf:
    """A source in memory that counts what is taken from it."""

    def __init__(self, **files):
        self.files, self.taken = files, []

    def fetch(self, offer):
        self.taken.append(offer.name)
        return self.files[offer.name]

    def catalogue(self):
        offers = [
            Offer(
                name=name,
                file=name,
                diagnosis="nevus",
                label="nevus",
                labelled_by="folder",
                source="shelf",
                state=str(data),
                reference="",
            )
            for name, data in self.files.items()
        ]
        return Catalogue(tuple(offers), self.fetch)


def take_in(shelf, images, index=None):
    """What the stage does, in one process."""
    catalogue = shelf.catalogue()
    *_, index = read_new(catalogue, without_lost(index or {}, images), images, workers=1)
    wanted = {offer.name: offer for offer in catalogue.offers}
    stored = put_in_place(wanted, catalogue.fetch, index, images)
    remove_others(wanted, images)
    return offers_only(catalogue.offers, index) | stored


def held(images):
    return {path.name: path.read_bytes() for path in images.iterdir()}


def test_what_is_offered_is_what_is_held(tmp_path):
    images = tmp_path / "images"
    index = take_in(Shelf(a=b"1", b=b"2" + MARKER), images)
    assert held(images) == {"a.jpg": b"1", "b.jpg": b"2" + MARKER}
    assert [index[f"offered/shelf/{name}"].generated for name in "ab"] == [False, True]


def test_only_what_is_new_or_changed_is_fetched(tmp_path):
    shelf = Shelf(a=b"1", b=b"2")
    index = take_in(shelf, tmp_path)
    shelf.files |= {"b": b"3", "c": b"4"}
    shelf.taken.clear()
    take_in(shelf, tmp_path, index)
    assert shelf.taken == ["b", "c"]
    assert held(tmp_path) == {"a.jpg": b"1", "b.jpg": b"3", "c.jpg": b"4"}


def test_without_an_index_everything_is_read_and_nothing_rewritten(tmp_path):
    shelf = Shelf(a=b"1", b=b"2")
    take_in(shelf, tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    take_in(shelf, tmp_path)
    assert shelf.taken == ["a", "b"] * 2
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("damage", ["unlink", "write"])
def test_a_held_image_that_was_lost_or_altered_is_brought_again(tmp_path, damage):
    shelf = Shelf(a=b"1", b=b"2")
    index = take_in(shelf, tmp_path)
    if damage == "unlink":
        (tmp_path / "a.jpg").unlink()
    else:
        (tmp_path / "a.jpg").write_bytes(b"x")
    take_in(shelf, tmp_path, index)
    assert held(tmp_path) == {"a.jpg": b"1", "b.jpg": b"2"}


def test_what_is_no_longer_offered_goes_and_left_overs_too(tmp_path):
    shelf = Shelf(a=b"1", b=b"2")
    take_in(shelf, tmp_path)
    (tmp_path / ".a-temporary.jpg").write_bytes(b"ha")
    catalogue = shelf.catalogue()
    assert remove_others({"a": catalogue.offers[0]}, tmp_path) == 1
    assert held(tmp_path) == {"a.jpg": b"1"}


def test_batches_that_were_read_are_not_read_again_after_an_interruption(tmp_path):
    shelf = Shelf(**{name: name.encode() for name in "abcde"})
    batches = read_new(replace(shelf.catalogue(), batch=2), {}, tmp_path, workers=1)
    index = next(batches)
    batches.close()
    assert shelf.taken == ["a", "b"]
    take_in(shelf, tmp_path, index)
    assert shelf.taken == list("abcde")
    assert held(tmp_path) == {f"{name}.jpg": name.encode() for name in "abcde"}


def test_what_lies_ready_is_not_fetched_again_though_no_index_knows_it(tmp_path):
    shelf = Shelf(a=b"1", b=b"2", c=b"3")
    catalogue = shelf.catalogue()
    broken = replace(catalogue, fetch=lambda offer: shelf.fetch(offer) if offer.name != "c" else failing(offer))
    with pytest.raises(SourceError, match="shelf, c: the line is dead"):
        list(read_new(broken, {}, tmp_path, workers=1))
    assert not [name for name in held(tmp_path) if not name.startswith(".")]
    shelf.files["b"] = b"4"  # while nobody looked
    take_in(shelf, tmp_path)
    assert shelf.taken == ["a", "b", "b", "c"]
    assert held(tmp_path) == {"a.jpg": b"1", "b.jpg": b"4", "c.jpg": b"3"}


def failing(_):
    raise OSError("the line is dead")


def test_an_image_that_was_lost_is_read_with_the_new_ones_and_not_one_by_one(tmp_path):
    shelf = Shelf(a=b"1", b=b"2")
    index = take_in(shelf, tmp_path)
    (tmp_path / "a.jpg").unlink()
    assert set(without_lost(index, tmp_path)) == {"offered/shelf/b", "stored/b.jpg"}
    assert without_lost(index, tmp_path / "none") == {}


def test_two_sources_may_use_the_same_names(tmp_path):
    shelf, other = Shelf(a=b"1"), Shelf(a=b"2")
    catalogue = other.catalogue()
    catalogue = replace(catalogue, offers=tuple(replace(offer, source="other") for offer in catalogue.offers))
    *_, index = read_new(shelf.catalogue(), {}, tmp_path, workers=1)
    *_, index = read_new(catalogue, index, tmp_path, workers=1)
    assert [content_of(offer, index).sha256[:4] for offer in (*shelf.catalogue().offers, *catalogue.offers)] == [
        "6b86",
        "d473",
    ]


def test_downloads_wait_side_by_side_in_as_many_threads_as_the_source_says(tmp_path):
    at_once = threading.Barrier(3, timeout=20)

    def fetch(offer):
        at_once.wait()
        return offer.name.encode()

    shelf = Shelf(**{name: name.encode() for name in "abcdef"})
    catalogue = replace(shelf.catalogue(), fetch=fetch, downloads=3)
    *_, index = read_new(catalogue, {}, tmp_path, workers=1)
    assert len(index) == 6


def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path):
    shelf = Shelf(a=b"1")
    catalogue = shelf.catalogue()
    *_, index = read_new(catalogue, {}, tmp_path, workers=1)
    remove_others({}, tmp_path)
    shelf.files["a"] = b"2"
    with pytest.raises(SourceError, match="changed while it was read"):
        put_in_place({"a": catalogue.offers[0]}, catalogue.fetch, index, tmp_path)
    assert content_of(catalogue.offers[0], index).sha256.startswith("6b86b273")
