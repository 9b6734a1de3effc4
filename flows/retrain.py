"""Retrain: every DVC stage in order, then promotion; what happened is said at the end.

    python -m flows.retrain        (or `make run`)

What a stage depends on, and whether it must run again, is DVC's to say; this flow says when, tries
ingestion again where that can help, streams what the stages print into Prefect's log and keeps one
retraining at a time in a checkout. Parameters come from params.yaml, as for `dvc repro`.
"""

import sys

from prefect import Task, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.one_at_a_time import one_at_a_time
from flows.processes import CommandFailedError, run_streamed
from flows.summary import metrics_rows, summary_markdown

STAGES = ("ingest", "validate", "split", "augment", "train", "evaluate")
RETRY_AFTER_S = {"ingest": [10.0, 60.0]}  # a source may be away for a moment; the other stages only read files


@task(task_run_name="{stage}", cache_policy=NO_CACHE)
def run_stage(stage: str) -> str:
    """Run one stage through DVC where it is out of date; return ran, restored or unchanged."""
    logger = get_run_logger()
    lines = run_streamed([sys.executable, "-m", "dvc", "repro", "-s", stage], logger.info)
    return outcome_of(lines)


@task(cache_policy=NO_CACHE)
def promote() -> None:
    """Log the candidate in full, register it, and let the gate judge it against the champion."""
    run_streamed(["dermaflow", "promote"], get_run_logger().info)


@flow(log_prints=False)
def retrain() -> str:
    """Run all stages and the promotion; return the summary that is also the run's artifact (markdown)."""
    logger = get_run_logger()
    with one_at_a_time(logger.warning):
        outcomes = {stage: _patiently(stage)(stage) for stage in STAGES}
        promote()
        summary = summary_markdown(outcomes)
        create_markdown_artifact(key="retraining", markdown=summary, description="What this retraining did")
        create_table_artifact(key="test-metrics", table=metrics_rows(), description="On the test partition")
    return summary


def _patiently(stage: str) -> Task[[str], str]:
    delays_s = RETRY_AFTER_S.get(stage, [])
    return run_stage.with_options(retries=len(delays_s), retry_delay_seconds=delays_s)


def outcome_of(lines: list[str]) -> str:
    """What DVC did with a stage, read from what it printed: ran, restored (from the run cache) or unchanged."""
    if any(line.startswith("Running stage") for line in lines):
        return "ran"
    return "restored" if any("is cached - skipping run" in line for line in lines) else "unchanged"


def main() -> None:
    """Run the flow in this process; print its summary, or the failed command's own message and exit 1."""
    try:
        print("\n" + retrain())
    except CommandFailedError as error:
        raise SystemExit(f"\nerror: {error}") from error


if __name__ == "__main__":
    main()
