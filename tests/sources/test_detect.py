"""What a path holds is found out, or told."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.sources.detect import detected, detected_authority
from dermaflow.sources.params import ChallengeSource, FolderSource, PhantomSource


@pytest.fixture
def put(tmp_path):
    def write(*files):
        for file in files:
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("image,dx\na,nv\nISIC_0000001,mel\n" if path.suffix == ".csv" else "")
        return tmp_path

    return write


def zipped(folder):
    return Path(shutil.make_archive(str(folder), "zip", folder))


@pytest.mark.parametrize("path", ["phantom", Path("phantom")])
def test_the_word_phantom_is_the_generated_source(path):
    assert detected(path) == PhantomSource(kind="phantom")


@pytest.mark.parametrize(
    "files",
    [
        ["set/nevus/a.jpg", "set/melanoma/b.jpg"],
        ["set/Train/nevus/a.jpg", "set/Test/melanoma/b.jpg", "set/list.csv"],
        ["set/around/Train/akiec/a.jpg"],
        ["set/a.jpg", "set/b.png"],
        ["set/images/a.jpg"],
        ["set/set/a.jpg"],
        ["set/nevus/a.jpg", "set/mellanoma/b.jpg"],
    ],
)
@pytest.mark.parametrize("pack", [Path, zipped])
def test_class_folders_or_pictures_alone_are_a_folder_source(put, files, pack):
    root = pack(put(*files) / "set")
    assert detected(root) == FolderSource(kind="folder", path=str(root))


@pytest.mark.parametrize(
    ("files", "path", "images"),
    [
        (["ham/metadata.csv", "ham/images/a.jpg"], "ham", "ham/images"),
        (["ham/metadata.csv", "ham/images/a.jpg"], "ham/metadata.csv", "ham/images"),
        (["ham/metadata.csv", "ham/images/a.jpg"], ".", "ham/images"),
        (["ham/metadata.csv", "ham/part_1/a.jpg", "ham/part_2/ISIC_0000001.jpg"], "ham", "ham"),
        (["ham/metadata.csv", "ham/a.jpg"], "ham", "ham"),
        (["ham/metadata.csv", "ham/deep/er/ISIC_0000001_downsampled.jpg", "ham/masks/b.png"], "ham", "ham/deep"),
    ],
)
def test_a_table_with_the_images_that_it_names_is_a_challenge_source(put, files, path, images):
    root = put(*files)
    assert detected(root / path) == ChallengeSource(
        kind="challenge", tables=[str(root / "ham/metadata.csv")], images=str(root / images)
    )


def test_images_may_be_in_an_archive_beside_their_table_and_all_tables_are_taken(put):
    root = put("ham/truth.csv", "ham/metadata.csv", "ham/images/a.jpg", "ham/other.zip")
    zipped(root / "ham/images")
    shutil.rmtree(root / "ham/images")
    assert detected(root / "ham") == ChallengeSource(
        kind="challenge",
        tables=[str(root / "ham/metadata.csv"), str(root / "ham/truth.csv")],
        images=str(root / "ham/images.zip"),
    )


@pytest.mark.parametrize(
    ("files", "path", "message"),
    [
        ([], "none", "there is no such file or folder"),
        (["set/readme.txt"], "set", "found 1 files in no folder"),
        (["set/part/a.jpg", "set/rest/b.jpg"], "set", "found 1 files in"),
        (["set/truth.csv"], "set", r"found tables \(truth\.csv\) but no folder or \.zip archive"),
        (["set/truth.csv", "set/images/z.jpg"], "set/truth.csv", "but no folder or"),
        (["set.txt"], "set.txt", "found another kind of file"),
    ],
)
def test_what_is_no_source_is_told_with_what_was_found(put, files, path, message):
    with pytest.raises(SourceError, match=message):
        detected(put(*files) / path)


def test_tables_inside_an_archive_are_refused(put):
    root = put("set/metadata.csv", "set/images/a.jpg")
    with pytest.raises(SourceError, match="tables inside an archive are not read"):
        detected(zipped(root / "set"))


def test_images_in_a_folder_and_an_archive_at_once_are_refused(put):
    root = put("set/metadata.csv", "set/part_1/a.jpg")
    zipped(root / "set/part_1")
    with pytest.raises(SourceError, match=r"several places \(part_1, part_1\.zip\)"):
        detected(root / "set")


def test_an_authority_is_a_table_or_a_folder_of_tables(put):
    root = put("truth/a.csv", "truth/b.csv")
    assert detected_authority(root / "truth/a.csv").tables == [str(root / "truth/a.csv")]
    assert detected_authority(root / "truth").tables == [str(root / "truth")]
    (root / "truth/c.csv").write_text("class,count\nnv,7\n")
    assert detected_authority(root / "truth").tables == [str(root / "truth/a.csv"), str(root / "truth/b.csv")]
    with pytest.raises(SourceError, match="found the columns class, count"):
        detected_authority(root / "truth/c.csv")
    with pytest.raises(SourceError, match="there is no such file"):
        detected_authority(root / "none.csv")
    (root / "truth/a.csv").unlink()
    (root / "truth/b.csv").unlink()
    with pytest.raises(SourceError, match="column that names images"):
        detected_authority(root / "truth")


NAMES = st.sampled_from(
    ["nevus", "Train", "images", "a.jpg", "b.png", "t.csv", "x.zip", ".x", "readme", "ISIC_0000001.jpg"]
)


@given(st.lists(st.lists(NAMES, min_size=1, max_size=4).map("/".join), max_size=6), st.binary(max_size=40))
def test_whatever_lies_there_only_a_source_error_comes_out(tmp_path_factory, files, data):
    root = tmp_path_factory.mktemp("any")
    for file in files:
        path = root / file
        if not any(parent.is_file() for parent in path.parents) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    try:
        source = detected(root)
    except SourceError as error:
        assert str(root) in str(error)  # noqa: PT017 - some are sources
    else:
        assert source.kind in {"folder", "challenge"}
