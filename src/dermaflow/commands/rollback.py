"""`dermaflow rollback`: what was in force before comes into force again; on record like any decision."""

from filelock import FileLock

from dermaflow.core import paths
from dermaflow.tracking import decisions, registry
from dermaflow.tracking.bundles import bundle_folder
from dermaflow.tracking.names import model_name
from dermaflow.tracking.store import connect, store_errors


def rollback(*, phantom: bool = False) -> None:
    """Swap champion and previous; the one that leaves is not promoted again unless told so.

    Raises:
        StoreError: there is no previous champion, or MLflow cannot be used.
    """
    client = connect(create=False)
    name = model_name(phantom=phantom)
    with FileLock(paths.DECIDING), store_errors("rolling back"):
        leaving, returning = registry.rollback_pair(client, name)
        reason = f"Brought back by `dermaflow rollback` in place of version {leaving.number}."
        decision = {
            "action": "rollback",
            "promote": True,
            "phantom": phantom,
            "candidate": {"version": returning.number, "fingerprint": returning.fingerprint},
            "champion": {"version": leaving.number, "fingerprint": leaving.fingerprint},
            "reasons": [reason],
            "numbers": {},
        }
        key = decisions.decision_key("rollback", leaving.uri, returning.uri, registry.utc_now())
        file = decisions.record(client, returning, decision, key, suffix="-rollback")
        registry.bring_back(client, leaving, returning)
    print(f"{name}: version {returning.number} is in force again, version {leaving.number} is not\nrecord: {file}")
    bundle_folder(returning.uri)  # kept here: whoever asks the champion next need not wait for MLflow
