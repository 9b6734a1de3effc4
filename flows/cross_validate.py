"""Cross-validate: train and test once a fold, so that every image is tested by a model that has not seen its group.

    python -m flows.cross_validate        (or `make cross-validate`)

Says how good what params.yaml describes is on all images, with a narrower interval than one test partition gives. It
makes no model to be used: nothing is registered or promoted, and the checkout's split and model stay as they are.

Each fold has a workspace below .cache/cross_validate, in which DVC runs split, augment, train and evaluate with
split.method=folds; ingestion and validation are the checkout's. Started again, whatever is there already is not done
again, an interrupted training goes on. Results: reports/cross_validate, and one MLflow run that holds those of the
folds. The test parts of the folds are all the images there are: what is chosen by these figures is chosen on test
data. To choose, `make search` looks at validation images only.
"""

import time
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from dermaflow.core.files import read_json
from dermaflow.core.params import read_sections
from flows import workspaces
from flows.exploration import pooled_markdown
from flows.launch import launch
from flows.one_at_a_time import one_at_a_time
from flows.processes import run_streamed
from flows.progress import how_far
from flows.retrain import ingest, run_stage

FOLDER = Path(".cache/cross_validate")
REPORTS = Path("reports/cross_validate")
TAKEN_OVER = ("ingest", "validate")
OF_A_FOLD = ("split", "augment", "train", "evaluate")


@task(task_run_name="fold {fold}", cache_policy=NO_CACHE)
def run_fold(fold: int, folder: Path) -> None:
    """Run the stages of one fold in its workspace, as far as they are out of date."""
    logger = get_run_logger()
    logger.info("fold %d in %s", fold, folder)
    workspaces.take_over(folder, TAKEN_OVER, logger.debug)
    workspaces.reproduce(folder, OF_A_FOLD, logger.info)


@task(cache_policy=NO_CACHE)
def pool(folders: list[Path]) -> None:
    """Measure the test images of all folds together; log it, the folds' runs below."""
    run_streamed(["dermaflow", "pool", *map(str, folders), "--out", str(REPORTS)], get_run_logger().info)


@flow(name="cross-validate")
def cross_validate() -> str:
    """Run all folds and pool them; return the summary that is also the run's artifact (markdown)."""
    logger = get_run_logger()
    with one_at_a_time(logger.warning):
        run_streamed(["dermaflow", "set"], logger.info)  # a mistake in a late stage's parameters shows now
        ingest()
        run_stage("validate")
        folders, done_s = prepared(), list[float]()
        for fold, folder in enumerate(folders):
            start = time.monotonic()
            run_fold(fold, folder)
            done_s.append(time.monotonic() - start)
            logger.info(how_far("folds", done_s, len(folders)))
        pool(folders)
        summary = pooled_markdown(read_json(REPORTS / "metrics.json"))
        create_markdown_artifact(key="cross-validation", markdown=summary, description="All folds together")
    return summary


def prepared() -> list[Path]:
    """The workspaces of all folds, all at the same state of code and parameters whatever changes from here on."""
    n = read_sections()["split"]["folds"]
    folders = [FOLDER / f"{fold}-of-{n}" for fold in range(n)]
    for fold, folder in enumerate(folders):
        workspaces.prepare(folder, {"split.method": "folds", "split.fold": fold}, TAKEN_OVER)
    return folders


def main() -> None:
    """Run the flow under a supervisor, which ends whatever it started with it."""
    launch("flows.cross_validate", cross_validate)


if __name__ == "__main__":
    main()
