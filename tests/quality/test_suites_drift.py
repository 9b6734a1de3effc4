import pandas as pd
import pytest

from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import ACCEPTED_COLUMNS
from dermaflow.quality.drift import profile_of
from dermaflow.quality.suites_drift import examine_drift


def collection(n, start=0, **columns):
    names = [f"I{start + i:04d}" for i in range(n)]
    blank = pd.DataFrame(dict.fromkeys(ACCEPTED_COLUMNS, ""), index=range(n), dtype=str)
    accepted = blank.assign(
        image_id=names, sha256=[sha256_hex(name.encode()) for name in names], source="vienna", sex="female",
        diagnosis=["nevus" if i % 4 else "melanoma" for i in range(n)], age=[str(40 + i % 5 * 5) for i in range(n)],
    ).assign(**{name: value for name, value in columns.items() if name in blank})  # fmt: skip
    facts = pd.DataFrame({"image_id": names, "width": 600, "height": 450, "size_bytes": 9000, "brightness": 150.0,
                          "contrast": 40.0, "colour": 60.0, "sharpness": 60.0})  # fmt: skip
    return accepted, facts.assign(**{name: value for name, value in columns.items() if name in facts})


def grown(first, second):
    return tuple(pd.concat(pair, ignore_index=True) for pair in zip(first, second, strict=True))


def failed(before, now):
    return examine_drift(*now, profile_of(*before), phantom=False).failed


def test_a_first_ingestion_has_nothing_to_be_compared_with():
    examined = examine_drift(*collection(10), None, phantom=False)
    assert examined.failed == ()
    assert "no earlier ingestion" in examined.page


def test_growth_that_is_alike_warns_of_nothing_and_the_page_says_all_of_it():
    before = collection(400)
    examined = examine_drift(*grown(before, collection(100, start=5000)), profile_of(*before), phantom=False)
    assert examined.failed == ()
    for words in ("By diagnosis, the accepted images", "By width, the 100 new images", "Each source of the last"):
        assert words in examined.page
    assert "http" not in examined.page


def test_a_whole_that_has_moved_is_told_once_with_what_moved_and_the_new_images_that_did_it():
    before = collection(100)
    now = grown(before, collection(100, start=5000, source="elsewhere"))
    (told,) = failed(before, now)
    assert told.startswith("By source, the accepted images are distributed as those of the last accepted ingestion")
    assert "elsewhere rose from 0.0% to 50.0% and vienna fell from 100.0% to 50.0%" in told
    assert told.endswith(", such as I5000, I5001, I5002, I5003, I5004")


def test_a_few_strange_images_among_many_are_told_as_new_images():
    before = collection(4000)
    now = grown(before, collection(12, start=5000, brightness=20.0))
    (told,) = failed(before, now)
    assert told.startswith("By brightness, the 12 new images are distributed as those of the last accepted ingestion")
    assert "under 150 rose from 0.0% to 100.0% and 150 fell from 100.0% to 0.0%, such as I5000" in told


def test_images_that_are_gone_are_told():
    accepted, facts = collection(100)
    told = failed((accepted, facts), (accepted.iloc[:70], facts.iloc[:70]))
    assert told == ("At least 80% of the images of the last accepted ingestion are still accepted: 30 of 100 are gone",)


@pytest.mark.parametrize("feature", ["diagnosis", "source"])
def test_a_diagnosis_or_source_that_is_gone_is_told_even_if_it_was_small(feature):
    accepted, facts = collection(400)
    with_one = accepted.assign(**{feature: ["rare", *accepted[feature][1:]]})
    told = failed((with_one, facts), (accepted, facts))
    assert told == (f"Each {feature} of the last accepted ingestion still has images: rare is gone (it had 1 images)",)


def test_a_relabelling_of_known_images_is_told():
    before = collection(400)
    (told,) = failed(before, collection(400, diagnosis=["nevus", *["melanoma"] * 399]))
    assert "melanoma rose from 25.0% to 99.8% and nevus fell from 75.0% to 0.2%, such as I0001" in told


def test_no_image_at_all_is_not_the_business_of_drift():
    accepted, facts = collection(10)
    assert examine_drift(accepted.iloc[:0], facts, profile_of(accepted, facts), phantom=False).failed == ()
