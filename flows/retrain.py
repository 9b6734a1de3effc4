"""Retrain: every DVC stage in order, then promotion, then the copy to the DVC remote; what happened is said at the end.

    python -m flows.retrain        (or `make run`)

What a stage depends on, and whether it must run again, is DVC's to say; this flow says when, tries
ingestion again where that can help, streams what the stages print into Prefect's log and keeps one
retraining at a time in a checkout. Parameters come from params.yaml, as for `dvc repro`.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from ruamel.yaml import YAML

from dermaflow.core import paths
from dermaflow.core.errors import ParamsError
from dermaflow.core.params import read_sections
from flows.launch import launch
from flows.one_at_a_time import one_at_a_time
from flows.processes import DVC, CommandFailedError, run_streamed
from flows.push import push_to_remote
from flows.summary import metrics_rows, summary_markdown

STAGES = ("ingest", "validate", "split", "augment", "train", "evaluate")
RETRY_AFTER_S = (10.0, 60.0)
PUSH_AGAIN_AFTER_S = 10.0
MAY_PASS = ("timed out", "Connection", "temporarily", "Input/output error", "Stale file handle")
"""What an ingestion says when its source is away for a moment; a wrong path or parameter stays wrong."""


def may_pass(_task: object, _run: object, state: State[object]) -> bool:
    """Whether trying again can help."""
    return any(words in str(state.message) for words in MAY_PASS)


@task(task_run_name="{stage}", cache_policy=NO_CACHE)
def run_stage(stage: str, *, up_to_date: bool = False) -> str:
    """Run one stage through DVC where it is out of date; return ran, restored or unchanged."""
    logger = get_run_logger()
    if up_to_date:
        logger.info("unchanged")
        return "unchanged"
    return reproduced(stage, logger.info)


def reproduced(stage: str, say: Callable[[str], None]) -> str:
    """The same without Prefect.

    Raises:
        CommandFailedError: the stage failed.
        ParamsError: somebody changed its parameters meanwhile, so that DVC's record of it is wrong.
    """
    before = params_of(stage)
    outcome = outcome_of(run_streamed([*DVC, "repro", "-s", stage], say))
    after = params_of(stage)
    if outcome == "ran" and (changed := [name for name in before if before[name] != after[name]]):
        raise ParamsError(
            f"the section {', '.join(changed)} of {paths.PARAMS} was changed while {stage} ran, and DVC keeps what the "
            f"old values made under the new ones: `dvc repro -s -f {stage}` makes it anew. `dermaflow set` waits for "
            "the end of a retraining"
        )
    return outcome


def params_of(stage: str) -> dict[str, Any]:
    """The sections of params.yaml that a stage depends on, as dvc.yaml says, with what they say now; None: nothing."""
    names = YAML(typ="safe").load(Path("dvc.yaml"))["stages"][stage].get("params", [])
    sections = read_sections()
    return {name: sections.get(name) for name in names}


def ingest() -> str:
    """Run the first stage, again where that can help."""
    stubborn = run_stage.with_options(retries=2, retry_delay_seconds=[*RETRY_AFTER_S], retry_condition_fn=may_pass)
    return stubborn("ingest")


@task(cache_policy=NO_CACHE)
def promote() -> None:
    """Log the candidate in full, register it, and let the gate judge it against the champion."""
    run_streamed(["dermaflow", "promote"], get_run_logger().info)


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=PUSH_AGAIN_AFTER_S)
def push() -> str:
    """Copy what this retraining used and made to the DVC remote; return what DVC says of it."""
    return push_to_remote(get_run_logger().info)


@flow
def retrain() -> str:
    """Run all stages and the promotion; return the summary that is also the run's artifact (markdown)."""
    logger = get_run_logger()
    with one_at_a_time(logger.warning):
        began = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        run_streamed(["dermaflow", "set"], logger.info)  # a mistake in a late stage's parameters shows now
        outcomes = {"ingest": ingest()}
        up_to_date = nothing_changed(run_streamed([*DVC, "status", "--json"], logger.debug))
        outcomes |= {stage: run_stage(stage, up_to_date=up_to_date) for stage in STAGES[1:]}
        promote()
        summary = summary_markdown(outcomes, stored(), began)
        create_markdown_artifact(key="retraining", markdown=summary, description="What this retraining did")
        create_table_artifact(key="test-metrics", table=metrics_rows(), description="On the test partition")
    return summary


def stored() -> str:
    """Push, and say how that went: where it fails, the task shows it as failed, and the promotion stands."""
    try:
        return push()
    except CommandFailedError as error:
        get_run_logger().warning("not copied to the DVC remote: %s", error)
        return f"NOT COPIED, the promotion stands: {error}"


def nothing_changed(status: list[str]) -> bool:
    """Whether `dvc status --json`, asked after ingestion, finds every other stage up to date."""
    return set(json.loads(status[-1])) <= {"ingest"}  # which always runs


def outcome_of(lines: list[str]) -> str:
    """What DVC did with a stage, read from what it printed: ran, restored (from the run cache) or unchanged."""
    if any(line.startswith("Running stage") for line in lines):
        return "ran"
    return "restored" if any("is cached - skipping run" in line for line in lines) else "unchanged"


def main() -> None:
    """Run the flow under a supervisor, which ends whatever it started (Prefect's temporary server too) with it."""
    launch("flows.retrain", retrain)


if __name__ == "__main__":
    main()
