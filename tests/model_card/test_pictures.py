from dermaflow.model_card.pictures import CAPTIONS, GALLERY, other_pictures, pictures
from tests.model_card.drawn_record import drawn_record


def test_a_picture_that_was_not_drawn_is_left_out():
    assert list(pictures(drawn_record(), "roc.png")) == []


def test_the_gallery_gets_a_page_and_others_do_not():
    record = drawn_record()
    assert [each.full_page for name in (GALLERY, "confusion.png") for each in pictures(record, name)] == [True, False]


def test_a_picture_that_no_item_asks_for_is_not_lost():
    record = drawn_record(pictures={"confusion.png": b"", "views_of_b.png": b"", "a.png": b""})
    assert [(each.name, each.caption) for each in other_pictures(record)] == [
        ("a.png", "A."),
        ("views_of_b.png", "Views of b."),
    ]


def test_diagnoses_without_test_images_are_said_below_the_confusion_matrix():
    metrics = {**drawn_record().metrics, "classes_without_test_images": ["nevus"]}
    assert next(pictures(drawn_record(metrics=metrics), "confusion.png")).caption.endswith(
        "Without test images: nevus."
    )
    assert next(pictures(drawn_record(), "confusion.png")).caption == CAPTIONS["confusion.png"]
