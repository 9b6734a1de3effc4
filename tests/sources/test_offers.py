from dermaflow.sources.folder import folder_catalogue
from dermaflow.sources.offers import MARKER, is_generated
from dermaflow.sources.params import PhantomParams
from dermaflow.sources.phantom import phantom_catalogue

FEW = PhantomParams(lesions=10, image_size_px=32, seed=1, byte_copies=1, near_copies=1, contradictions=1, truncated=1)


def test_a_generated_image_says_so_wherever_it_is_copied_to(tmp_path):
    catalogue = phantom_catalogue(FEW)
    (tmp_path / "nevus").mkdir()
    (tmp_path / "nevus" / "holiday.jpg").write_bytes(catalogue.fetch(catalogue.offers[0]))
    copied = folder_catalogue(tmp_path)
    assert is_generated(copied.fetch(copied.offers[0]))


def test_other_bytes_are_no_generated_image():
    assert not is_generated(b"")
    assert not is_generated(MARKER[:-1])


def test_no_two_offers_of_a_catalogue_share_a_file():
    files = [offer.file for offer in phantom_catalogue(FEW).offers]
    assert len(files) == len(set(files)) > 10
