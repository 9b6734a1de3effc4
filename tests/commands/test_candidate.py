"""What the candidate is judged by: what it says of the images that are the test images now."""

import contextlib

import numpy as np
import pytest

from dermaflow.commands.candidate import read_candidate
from dermaflow.core import paths
from dermaflow.core.errors import PromotionError
from dermaflow.core.lesions import LEDGER_COLUMNS, read_table, write_table
from dermaflow.tracking.evaluated import read_evaluated

NOT_THESE = r"is not of the test images .*: `dvc repro evaluate` brings them together"


@pytest.fixture
def evaluated(story):
    """What is on file of the last model of the story, in its project."""
    with contextlib.chdir(story.folder):
        yield read_evaluated()


@pytest.fixture
def changed():
    """Write a table otherwise; it is put back in the end."""
    before = {}

    def change(path, **columns):
        before[path] = path.read_bytes()
        table = read_table(path, ()).assign(**columns)
        write_table(table, tuple(table.columns), path)

    yield change
    for path, content in before.items():
        path.write_bytes(content)


def test_a_candidate_is_its_test_images_with_their_groups_and_what_it_says_of_them(evaluated):
    candidate = read_candidate(evaluated)
    cases = candidate.examined.cases
    assert (len(cases.truth), len(set(cases.groups))) == (48, 24)
    assert candidate.probabilities.shape == (48, 3)
    assert set(candidate.digests) == {"predictions_sha256", "ledger_sha256"}


def test_of_the_images_that_are_kept_the_truth_counts_over_the_classes_asked(evaluated):
    candidate = read_candidate(evaluated)
    kept = np.array(candidate.diagnoses) != "melanoma"
    cases = candidate.cases(kept, ("vascular lesion", "nevus"))
    assert [cases.classes[number] for number in cases.truth] == [
        name for name in candidate.diagnoses if name != "melanoma"
    ]


@pytest.mark.parametrize("column", ["image_id", "diagnosis"])
def test_predictions_of_other_images_or_diagnoses_are_not_judged(evaluated, changed, column):
    changed(paths.PREDICTIONS, **{column: read_table(paths.PREDICTIONS, ())[column].iloc[::-1].tolist()})
    with pytest.raises(PromotionError, match=NOT_THESE):
        read_candidate(evaluated)


def test_an_image_that_was_withdrawn_from_the_test_since_is_not_judged(evaluated, changed):
    partitions = read_table(paths.LEDGER, LEDGER_COLUMNS)["partition"]
    changed(paths.LEDGER, partition=["withdrawn", *partitions[1:]])
    with pytest.raises(PromotionError, match=NOT_THESE):
        read_candidate(evaluated)
