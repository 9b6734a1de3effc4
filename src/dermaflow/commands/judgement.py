"""What `dermaflow promote` does where the store is needed: registered, loaded back, judged, recorded, promoted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dermaflow.commands.candidate import Candidate, read_candidate
from dermaflow.commands.contest import Rules, contest
from dermaflow.core.errors import PromotionError
from dermaflow.core.measures import HEADLINES
from dermaflow.evaluation.gate import EDITION
from dermaflow.evaluation.params import PromoteParams
from dermaflow.tracking import decisions, registry
from dermaflow.tracking.backend import MlflowClient
from dermaflow.tracking.bundles import bundle_folder
from dermaflow.tracking.evaluated import Evaluated
from dermaflow.tracking.names import CHAMPION, MODEL_DIGEST_TAG, model_name
from dermaflow.tracking.registry import Version
from dermaflow.tracking.runs import log_evaluated_run
from dermaflow.tracking.standing import Standing
from dermaflow.tracking.store import connect, store_errors

_OTHER_BYTES = (
    "the same training made version {}, which is in force, and the model here, but its files are others: something "
    "calculates otherwise that the fingerprint does not name. Figures of the run are those of the last evaluation"
)


def judge(
    evaluated: Evaluated, params: PromoteParams, *, allow_class_change: bool = False, again: bool = False
) -> Standing | None:
    """Judge the present model and put it in force if the decision says so; says why.

    Returns:
        The champion where it is this very model, after all: its last record lies here again, and nothing was judged.

    Raises:
        PromotionError: it cannot be judged (it does not serve, an image is gone).
        StoreError: MLflow cannot be used.
        TableError: the files of train or evaluate are missing.
    """
    rules = Rules(params, allow_class_change, again)
    client = connect()
    name = model_name(phantom=evaluated.phantom)
    with store_errors("promoting"):
        champion = registry.by_alias(client, name, CHAMPION)
        if champion and champion.fingerprint == evaluated.fingerprint:
            last = decisions.last(client, champion)
            if last is None or not last["promote"]:
                print(f"record: {_found_in_force(client, champion, evaluated)}", flush=True)
            if champion.tags.get(MODEL_DIGEST_TAG) != evaluated.model_digest:
                print(f"not judged: {_OTHER_BYTES.format(champion.number)}", flush=True)
            return Standing(champion.number, champion.since)
        version = registry.register(client, name, log_evaluated_run())
        decision = decided(client, version, champion, read_candidate(evaluated), rules)
        if decision["promote"]:
            _put_in_force(client, version, champion, decision)
    word = "promoted: in force now" if decision["promote"] else "not promoted"
    print("\n".join([f"{name} version {version.number} {word}", *(f"  {line}" for line in decision["reasons"])]))
    if decision["promote"]:
        bundle_folder(version.uri)  # kept here: whoever asks the champion next need not wait for MLflow
    return None


def decided(
    client: MlflowClient, version: Version, champion: Version | None, candidate: Candidate, rules: Rules
) -> dict[str, Any]:
    """The decision about a candidate: the one on record where the same was asked before, else a new record."""
    asked = {**rules.params.model_dump(), "edition": EDITION}
    rolled_back = "" if rules.again else registry.rolled_back_at(client, version)
    key = decisions.decision_key(
        version.fingerprint,
        champion.uri if champion else None,
        candidate.digests,
        asked,
        [rules.allow_class_change, rules.again, rolled_back],
    )
    known = decisions.earlier(client, version, key)
    if known:
        same = "neither model, test images, groups nor rules have changed since"
        print(f"decided already at {known['time']}: {same}", flush=True)
        return known
    decision = {
        "action": "promote",
        "phantom": candidate.evaluated.phantom,
        "candidate": {**_named(version), **{name: candidate.evaluated.metrics.get(name) for name in HEADLINES}},
        "champion": _named(champion) if champion else None,
        **contest(client, version, champion, candidate, rules),
        "rules": {**asked, "allow_class_change": rules.allow_class_change, "again": rules.again},
        **candidate.digests,
    }
    print(f"record: {decisions.record(client, version, decision, key)}", flush=True)
    return {**decision, "key": key}


def _put_in_force(
    client: MlflowClient, version: Version, champion: Version | None, decision: Mapping[str, Any]
) -> None:
    """Put the version in force, or leave it on record that another was faster: it is not in force then.

    Raises:
        PromotionError: another model came into force meanwhile.
    """
    try:
        registry.put_in_force(client, version, instead_of=champion)
    except PromotionError as error:
        refused = {**decision, "action": "overtaken", "promote": False, "reasons": [str(error)]}
        key = decisions.decision_key("overtaken", decision["key"])
        print(f"record: {decisions.record(client, version, refused, key, suffix='-overtaken')}", flush=True)
        raise


def _found_in_force(client: MlflowClient, champion: Version, evaluated: Evaluated) -> Path:
    """A record of a model that is in force, where none says that it may be: somebody put it there by other means."""
    decision = {
        "action": "found",
        "promote": True,
        "phantom": evaluated.phantom,
        "candidate": _named(champion),
        "champion": None,
        "reasons": ["Found in force; no decision on record put it there, and it was not judged."],
        "numbers": {},
    }
    key = decisions.decision_key("found", champion.uri, champion.since)
    return decisions.record(client, champion, decision, key, suffix="-found")


def _named(version: Version) -> dict[str, str]:
    return {"version": version.number, "fingerprint": version.fingerprint, "run_id": version.run_id}
