"""`dermaflow log`: bring MLflow up to date with the files of train and evaluate, after a lost store too."""

from dermaflow.tracking.runs import log_evaluated_run


def log() -> None:
    """Log the present model; a second time nothing is done."""
    log_evaluated_run()
