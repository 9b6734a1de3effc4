"""Search over parameters: train again and again with other values, judged on validation images only.

    python -m flows.search --trials 20 train.learning_rate=log:0.0001..0.01 "train.dropout=[0.2, 0.3, 0.5]"
    (or `make search TRIALS=20 SPACE='…'`; search_space.py says how values are written)

The first trial is what params.yaml says, the others are Optuna's (TPE, Bergstra et al. 2011). Each has a workspace
below .cache/search, in which DVC runs augment and train; ingestion, validation and split are the checkout's, so all
trials learn from and are judged on the same images. The stage evaluate is not run: no test image is looked at.

Balanced accuracy decides unless --by says otherwise: a loss means something else wherever label smoothing or class
weights differ. There is no second memory of what was tried. Optuna draws from a seed and from the results so far, so
the same search started again proposes the same trials; those that are done DVC finds done, an interrupted training
goes on, and more trials continue the row. Results: reports/search, and one MLflow run that holds those of the trials.
params.yaml stays as it is: the last lines say which command takes the best trial's values over.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import TrialState
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from dermaflow.core import paths
from dermaflow.core.errors import ParamsError
from dermaflow.core.files import read_json, sha256_hex, write_json
from dermaflow.core.params import read_sections
from flows import workspaces
from flows.exploration import search_markdown
from flows.launch import arguments, launch
from flows.one_at_a_time import one_at_a_time
from flows.processes import CommandFailedError, run_streamed
from flows.progress import how_far
from flows.retrain import ingest, run_stage
from flows.search_space import SEARCHED, drawn, space_of

FOLDER = Path(".cache/search")
REPORTS = Path("reports/search")
TAKEN_OVER = ("ingest", "validate", "split")
OF_A_TRIAL = ("augment", "train")
FIGURES = ("val_balanced_accuracy", "val_loss", "val_accuracy")  # of the finished model, its views averaged
LOWER_IS_BETTER = ("val_loss",)


@dataclass(frozen=True)
class Trial:
    """One set of values with what came of it on the validation images."""

    number: int
    changes: Mapping[str, Any]  # by section.key, what params.yaml would say otherwise
    folder: str
    figures: Mapping[str, float] | None  # FIGURES; None: it failed
    failure: str


@task(task_run_name="trial {number}", cache_policy=NO_CACHE)
def run_trial(number: int, changes: Mapping[str, Any]) -> Trial:
    """Run the stages of one trial in its workspace, as far as they are out of date; a failure is told, not raised."""
    logger, folder = get_run_logger(), folder_of(changes)
    origin = folder_of({}) if changes else workspaces.CHECKOUT  # the first trial keeps code and parameters for all
    logger.info("trial %d: %s", number, in_words(changes))
    try:
        workspaces.prepare(folder, changes, TAKEN_OVER, origin)
        workspaces.take_over(folder, TAKEN_OVER, logger.debug)
        workspaces.reproduce(folder, OF_A_TRIAL, logger.info)
    except CommandFailedError as error:
        logger.warning("trial %d failed: %s", number, error)
        return Trial(number, dict(changes), str(folder), None, str(error))
    return Trial(number, dict(changes), str(folder), figures_of(folder), "")


@flow(name="search")
def search(texts: list[str], trials: int, by: str, seed: int) -> str:
    """Run the trials, write and log what came of them; return the summary that is also the run's artifact (markdown).

    Args:
        texts: what to search (search_space.py).
        trials: how many, the first of which is what params.yaml says.
        by: the one of FIGURES that decides.
        seed: of the draws.
    """
    logger = get_run_logger()
    space = space_of(texts, read_sections())
    with one_at_a_time(logger.warning):
        run_streamed(["dermaflow", "set"], logger.info)  # a mistake in a late stage's parameters shows now
        ingest()
        for stage in ("validate", "split"):
            run_stage(stage)
        tried = tried_all(run_trial, space, trials, by, seed, logger.info)
        record = {"by": by, "lower_is_better": by in LOWER_IS_BETTER, "space": sorted(texts), "seed": seed}
        write_json({**record, "trials": [asdict(trial) for trial in tried]}, REPORTS / "search.json")
        run_streamed(["dermaflow", "trials", str(REPORTS)], logger.info)
        summary = search_markdown(read_json(REPORTS / "best.json"))
        create_markdown_artifact(key="search", markdown=summary, description="The best trials on validation images")
    return summary


def tried_all(
    run: Callable[[int, Mapping[str, Any]], Trial],
    space: Mapping[str, BaseDistribution],
    n: int,
    by: str,
    seed: int,
    say: Callable[[str], None],
) -> list[Trial]:
    """Run n trials one after another, each drawn in the light of those before.

    Args:
        run: takes a trial's number and what it changes; called at least once.

    Raises:
        CommandFailedError: what params.yaml says cannot be trained.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="minimize" if by in LOWER_IS_BETTER else "maximize", sampler=optuna.samplers.TPESampler(seed=seed)
    )
    start = time.monotonic()
    tried, done_s = [run(0, {})], [time.monotonic() - start]
    if tried[0].figures is None:
        raise CommandFailedError(f"what params.yaml says cannot be trained: {tried[0].failure}")
    while len(tried) < n:
        say(how_far("trials", done_s, n))
        start = time.monotonic()
        asked = study.ask(dict(space))
        changes = {name: drawn(name, value, space) for name, value in asked.params.items()}
        trial = run(len(tried), changes)
        if trial.figures is None:
            study.tell(asked, state=TrialState.FAIL)
        else:
            study.tell(asked, trial.figures[by])
        tried.append(trial)
        done_s.append(time.monotonic() - start)
    say(how_far("trials", done_s, n))
    return tried


def folder_of(changes: Mapping[str, Any]) -> Path:
    """The workspace of a set of values: the same for the same values, whatever the rest of params.yaml says."""
    return FOLDER / sha256_hex(json.dumps(changes, sort_keys=True).encode())[:12]


def figures_of(folder: Path) -> dict[str, float]:
    """What the validation images said of the finished model in a folder: FIGURES.

    Not those of its best epoch, which know nothing of views: all numbers of them would look alike.
    """
    scores = read_json(folder / paths.CARD)["validation"]
    return {name: float(scores[name]) for name in FIGURES}


def in_words(changes: Mapping[str, Any]) -> str:
    """The values as `dermaflow set` takes them."""
    return " ".join(f"{name}={json.dumps(value)}" for name, value in changes.items()) or "as params.yaml says"


def asked_for(given: list[str]) -> argparse.Namespace:
    """What the command line asks for: trials, by, seed, space; ends with a message where it is malformed."""
    parser = argparse.ArgumentParser(prog="python -m flows.search", description="Judged on validation images only.")
    parser.add_argument("--trials", type=int, default=20, help="how many; the first is what params.yaml says")
    parser.add_argument("--by", choices=FIGURES, default=FIGURES[0], help="the validation figure that decides")
    parser.add_argument("--seed", type=int, default=7, help="of the draws")
    parser.add_argument("space", nargs="+", metavar=f"{'|'.join(SEARCHED)}.KEY=VALUES", help="LOW..HIGH, log:…, [A, B]")
    asked = parser.parse_args(given)
    try:
        space_of(asked.space, read_sections())
    except ParamsError as error:
        parser.error(str(error))
    return asked


def main() -> None:
    """Run the flow under a supervisor, which ends whatever it started with it."""
    asked = asked_for(arguments())
    launch("flows.search", lambda: search(asked.space, asked.trials, asked.by, asked.seed))


if __name__ == "__main__":
    main()
