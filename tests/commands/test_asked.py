"""What models say of test images, in a project with a champion."""

import contextlib

import numpy as np
import pytest

from dermaflow.commands.asked import champion_probabilities, furthest_from_served
from dermaflow.commands.candidate import read_candidate
from dermaflow.core import paths
from dermaflow.core.errors import PromotionError
from dermaflow.core.lesions import ACCEPTED_COLUMNS, read_table, write_table
from dermaflow.tracking.evaluated import read_evaluated
from dermaflow.tracking.names import PHANTOM_NAME
from dermaflow.tracking.registry import versions
from dermaflow.tracking.store import connect


@pytest.fixture
def candidate(story):
    with contextlib.chdir(story.folder):
        yield read_candidate(read_evaluated())


def test_the_model_in_a_folder_says_what_its_predictions_say(candidate):
    said = champion_probabilities(paths.MODEL.parent, candidate.image_ids)
    np.testing.assert_allclose(said, candidate.probabilities, atol=1e-6)


def test_a_version_is_held_against_the_same_images_with_what_is_on_record_of_them(candidate):
    client = connect()
    version = versions(client, PHANTOM_NAME)[0]
    before = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS)
    write_table(before.assign(age="80", site="back"), ACCEPTED_COLUMNS, paths.ACCEPTED)
    furthest = furthest_from_served(client, version, candidate.image_ids, candidate.classes, candidate.probabilities)
    write_table(before, ACCEPTED_COLUMNS, paths.ACCEPTED)
    assert furthest < 1e-6  # this model takes the image alone


def test_an_image_that_cannot_be_read_is_named(candidate):
    file = paths.ingested_image(candidate.image_ids[0])
    before = file.read_bytes()
    file.write_bytes(b"")
    with pytest.raises(PromotionError, match=rf"the champion cannot be asked: 1 of .*\n.*{file.name}: empty file"):
        champion_probabilities(paths.MODEL.parent, candidate.image_ids)
    file.write_bytes(before)
