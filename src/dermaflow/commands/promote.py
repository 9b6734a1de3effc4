"""`dermaflow promote`: may the present model come into force? One that is already is known without MLflow.

Reads   models/train, reports/evaluate, data/split/ledger.csv, data/validate/lesions.csv, the registry
Writes  the registry; reports/promote/<UTC time>-<fingerprint>.json, a record of every decision, also a refusal
"""

from filelock import FileLock

from dermaflow.core import paths
from dermaflow.core.params import load_params
from dermaflow.evaluation.params import PromoteParams
from dermaflow.tracking.evaluated import read_evaluated
from dermaflow.tracking.names import model_name
from dermaflow.tracking.standing import standing


def promote(*, allow_class_change: bool = False, again: bool = False) -> None:
    """Decide about the present model and put it in force if the decision says so; says why.

    Args:
        allow_class_change: compare with a champion of other classes, over the classes common to both.
        again: consider a model that was rolled back once.

    Raises:
        PromotionError: the candidate cannot be judged (it does not serve, an image is gone).
        StoreError: MLflow cannot be used.
        TableError: the files of train or evaluate are missing.
    """
    params = load_params("promote", PromoteParams)
    with FileLock(paths.DECIDING):
        evaluated = read_evaluated()
        name = model_name(phantom=evaluated.phantom)
        in_force = standing(name, evaluated.fingerprint, evaluated.model_digest)
        if in_force is None:
            from dermaflow.commands.judgement import judge  # noqa: PLC0415 - MLflow takes seconds to import

            in_force = judge(evaluated, params, allow_class_change=allow_class_change, again=again)
    if in_force:
        print(f"nothing to do: this model is {name} version {in_force.number}, in force since {in_force.since}")
