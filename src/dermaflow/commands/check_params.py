"""Where `dermaflow check` takes its thresholds from: it runs anywhere, and no number lives in the code.

`params.yaml` is what ships: beside the package in a checkout, in share/dermaflow of an installation.
"""

import sysconfig
from pathlib import Path

from dermaflow.core import paths
from dermaflow.core.errors import ParamsError

PROJECT_MARK = "dvc.yaml"
"""A params.yaml beside it is one of ours; others use that name too."""


def params_file(named: Path | None, here: Path) -> Path:
    """The file that is named, else the one of the project in the folder `here`, else the one that was shipped.

    Raises:
        ParamsError: the one that is named does not exist, or none was shipped.
    """
    if named:
        if not named.is_file():
            raise ParamsError(f"{named}: expected a params.yaml, found {'a folder' if named.exists() else 'nothing'}")
        return named
    if (here / PROJECT_MARK).is_file() and (here / paths.PARAMS).is_file():
        return here / paths.PARAMS
    return shipped()


def shipped() -> Path:
    """The params.yaml of the checkout or installation that this code is part of.

    Raises:
        ParamsError: there is none.
    """
    checkout = Path(__file__).parents[3]
    places = (checkout, Path(sysconfig.get_path("data"), "share", "dermaflow"))
    for place in places:
        if (place / paths.PARAMS).is_file() and (place != checkout or (place / PROJECT_MARK).is_file()):
            return place / paths.PARAMS
    looked = " or ".join(str(place) for place in places)
    raise ParamsError(f"expected the shipped params.yaml in {looked}, found none; name one with --params")
