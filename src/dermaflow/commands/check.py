"""`dermaflow check PATH`: all of validation on any collection, without a pipeline, with nothing written but a report.

The exit code is 0 where nothing was found that misleads, 1 where the data must not be trusted as they are, and 2 where
the check could not be done.
"""

import os
import re
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.text import Text

from dermaflow.commands.check_params import params_file
from dermaflow.commands.check_reading import read_all
from dermaflow.commands.check_terminal import plain, summary
from dermaflow.core.errors import DermaflowError, SourceError
from dermaflow.core.files import write_bytes
from dermaflow.core.params import load_params
from dermaflow.quality.audit import Audit, Collection, audit
from dermaflow.quality.conclusion import conclusion_of
from dermaflow.quality.measurements import NEAR_COLUMNS, near_pairs
from dermaflow.quality.params import ValidateParams
from dermaflow.quality.report_page import report_page
from dermaflow.sources.authorities import authority_notes, authority_table, stated_by_all
from dermaflow.sources.catalogues import catalogue_of
from dermaflow.sources.detect import detected, detected_authority
from dermaflow.sources.params import IngestParams

BEGINS = b"<!doctype html"
TRUSTED, NOT_TO_BE_TRUSTED, NOT_DONE = 0, 1, 2


def check(path: str, authorities: Sequence[str], out: Path, params: Path | None) -> int:
    """Check a collection, say what was found on the terminal, and write the report; give the exit code.

    Args:
        path: what `sources.detect.detected` knows: a folder or zip of class folders, a CSV with images, images alone.
        authorities: tables of official labels, lesions and patients.
        out: where the report is written.
        params: the params.yaml whose thresholds count; None: see `check_params`.
    """
    try:
        return _check(path, authorities, out, params)
    except (DermaflowError, OSError) as error:
        print(f"error: {plain_lines(str(error))}", file=sys.stderr, flush=True)
        return NOT_DONE
    except Exception:  # noqa: BLE001 - a bug keeps its traceback, but 1 would say that the data must not be trusted
        traceback.print_exc()
        return NOT_DONE


def plain_lines(text: str) -> str:
    """The text line by line, without what would steer a terminal."""
    return "\n".join(plain(line) for line in text.splitlines())


def _check(path: str, authorities: Sequence[str], out: Path, params: Path | None) -> int:
    _refuse_bad_place(out)
    thresholds = params_file(params, Path.cwd())
    validate = load_params("validate", ValidateParams, thresholds)
    validate = validate.model_copy(update={"withheld_sources": []})  # those of a project; here all is judged
    stated = stated_by_all(detected_authority(Path(authority)) for authority in authorities)
    catalogue = catalogue_of(detected(path), load_params("ingest", IngestParams, thresholds).phantom)
    console = _console()
    _tell(console, [f"{len(catalogue.offers):,} files in {path}", *catalogue.notes])
    reading = read_all(catalogue)
    known = authority_table(reading.lesions, stated)
    notes = authority_notes(known, stated, len(reading.facts))
    _tell(console, [*notes, f"{len(reading.facts):,} images are compared and judged"])
    near = _near(reading.facts, validate)
    found = audit(Collection(reading.lesions, known, reading.facts, near), validate)
    looked_at = _looked_at(path, authorities, thresholds, [*catalogue.notes, *notes])
    page = report_page(found, looked_at, found.examination.page, reading.picture)
    write_bytes(page.encode(errors="backslashreplace"), out)
    return _say(console, found, out)


def _refuse_bad_place(out: Path) -> None:
    """Say before anything is read that the report cannot be written, or would take the place of something else."""
    if out.is_dir():
        raise SourceError(f"{out}: expected a file to write the report to, found a folder; name one with --out")
    if out.exists() and not out.read_bytes()[: len(BEGINS)].lower().startswith(BEGINS):
        raise SourceError(f"{out}: expected a place for the report, found a file that is none; name another with --out")
    if not os.access(next(folder for folder in out.resolve().parents if folder.exists()), os.W_OK):
        raise SourceError(
            f"{out}: expected a folder that can be written, found one that cannot; name another with --out"
        )


class _Terminal(Console):
    """Ends with NOT_DONE where nobody reads any more: 1 would say that the data must not be trusted."""

    def on_broken_pipe(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(NOT_DONE)


def _console() -> Console:
    """Of the terminal, or whatever else stands there; what its encoding lacks is written out, never an error."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="backslashreplace")
    return _Terminal(highlight=False)


def _tell(console: Console, lines: Sequence[str]) -> None:
    for line in lines:
        console.print(Text(plain(line), "dim"))
    sys.stdout.flush()


def _near(facts: pd.DataFrame, params: ValidateParams) -> pd.DataFrame:
    none = pd.DataFrame(columns=list(NEAR_COLUMNS), dtype=str)
    return near_pairs(facts, params.near_copy_min_likeness, none, np.ones(len(facts), dtype=bool))


def _looked_at(path: str, authorities: Sequence[str], thresholds: Path, notes: Sequence[str]) -> dict[str, str]:
    """What the report says of itself; no more of a path than its name, for reports are passed on."""
    told = {
        "collection": Path(path).resolve().name,
        "official records": ", ".join(Path(authority).resolve().name for authority in authorities) or "none given",
        "thresholds": f"{thresholds.parent.resolve().name}/{thresholds.name}",
        "checked": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC by dermaflow {version('dermaflow')}",
    }
    as_path = re.compile(rf"(?<![\w./-]){re.escape(path)}(?![\w.-])")
    words = " · ".join(as_path.sub(lambda _: told["collection"], note) for note in notes)
    return told | ({"notes": words} if words else {})


def _say(console: Console, found: Audit, out: Path) -> int:
    conclusion = conclusion_of(found.verdict, found.shortcuts)
    console.print()
    console.print(summary(found, conclusion))
    console.print(Text(f"\nThe whole story with pictures: {plain(str(out.resolve()))}", "bold"), soft_wrap=True)
    return NOT_TO_BE_TRUSTED if conclusion.level == "untrusted" else TRUSTED
