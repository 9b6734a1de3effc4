"""The registry: versions found by fingerprint, and the aliases champion, previous and challenger.

champion is in force; previous is what `dermaflow rollback` brings back; challenger is the last candidate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dermaflow.core.errors import PromotionError, StoreError
from dermaflow.tracking.backend import MlflowClient, MlflowException, mlflow
from dermaflow.tracking.contents import MODEL_ID_TAG
from dermaflow.tracking.names import (
    CHALLENGER,
    CHAMPION,
    FINGERPRINT_TAG,
    IN_FORCE_SINCE_TAG,
    MODEL_DIGEST_TAG,
    PREVIOUS,
    ROLLED_BACK_TAG,
)
from dermaflow.tracking.store import bound


@dataclass(frozen=True)
class Version:
    """One registered model."""

    name: str
    number: str
    run_id: str
    tags: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """Names parameters, data and code of its training."""
        return self.tags.get(FINGERPRINT_TAG, "")

    @property
    def since(self) -> str:
        """When it came into force, UTC; blank if it never did."""
        return self.tags.get(IN_FORCE_SINCE_TAG, "")

    @property
    def uri(self) -> str:
        """What MLflow loads it by."""
        return f"models:/{self.name}/{self.number}"


def utc_now() -> str:
    """The time as ISO 8601 to the second, such as 2026-01-31T12:00:00Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def register(client: MlflowClient, name: str, run_id: str) -> Version:
    """The version of a run's model, as challenger; made only where none has its fingerprint and its files."""
    tags = client.get_run(run_id).data.tags
    wanted = {FINGERPRINT_TAG: tags[FINGERPRINT_TAG], MODEL_DIGEST_TAG: tags[MODEL_DIGEST_TAG]}
    _make_name(client, name)
    found = [made for made in versions(client, name) if wanted.items() <= dict(made.tags).items()]
    if found:
        version = found[0]
    else:
        with bound(client):
            made = mlflow.register_model(f"models:/{tags[MODEL_ID_TAG]}", name, tags={**wanted, "run_id": run_id})
        version = _version(client.get_model_version(name, made.version))
    client.set_registered_model_alias(name, CHALLENGER, version.number)
    return version


def versions(client: MlflowClient, name: str) -> list[Version]:
    """All versions under a name, the newest first."""
    found, token = [], None
    while True:
        page = client.search_model_versions(f"name = '{name}'", page_token=token)
        found += [_version(item) for item in page]
        token = page.token
        if not token:
            return sorted(found, key=lambda version: int(version.number), reverse=True)


def by_alias(client: MlflowClient, name: str, alias: str) -> Version | None:
    """The version that an alias points to, or None."""
    try:
        return _version(client.get_model_version_by_alias(name, alias))
    except MlflowException as error:
        if error.error_code in {"INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"}:
            return None
        raise


def rolled_back_at(client: MlflowClient, version: Version) -> str:
    """When this training's model was rolled back, UTC; blank if it was not, or came into force again since."""
    return max((twin.tags.get(ROLLED_BACK_TAG, "") for twin in _twins(client, version)), default="")


def put_in_force(client: MlflowClient, version: Version, instead_of: Version | None) -> None:
    """Make a version the champion and the champion `previous`; the champion's alias moves last and at once.

    Raises:
        PromotionError: the champion is not, or no longer, the one that it was compared with.
    """
    champion = by_alias(client, version.name, CHAMPION)
    if (champion and champion.number) != (instead_of and instead_of.number):
        raise PromotionError(
            f"another model came into force as {version.name} meanwhile: "
            f"expected {_numbered(instead_of)}, found {_numbered(champion)}; "
            "`dermaflow promote` again compares with it"
        )
    _mark(client, version)
    if champion and champion.number != version.number:
        client.set_registered_model_alias(version.name, PREVIOUS, champion.number)
    client.set_registered_model_alias(version.name, CHAMPION, version.number)


def bring_back(client: MlflowClient, leaving: Version, returning: Version) -> None:
    """Swap champion and previous, as `rollback_pair` found them.

    The champion's alias moves first here: cut between the two moves, the rollback has happened and
    `previous` is what is in force; the other order would lose what to go back to.
    """
    client.set_model_version_tag(leaving.name, leaving.number, ROLLED_BACK_TAG, utc_now())
    _mark(client, returning)
    client.set_registered_model_alias(returning.name, CHAMPION, returning.number)
    client.set_registered_model_alias(returning.name, PREVIOUS, leaving.number)


def rollback_pair(client: MlflowClient, name: str) -> tuple[Version, Version]:
    """What a rollback would take out of force and what it would bring back.

    Raises:
        StoreError: nothing is in force, or there is no previous one.
    """
    leaving, returning = by_alias(client, name, CHAMPION), by_alias(client, name, PREVIOUS)
    if leaving is None:
        raise StoreError(f"no model is in force under {name}: nothing can be rolled back")
    if returning is None or returning.number == leaving.number:
        raise StoreError(
            f"{name} has no previous champion: expected a model that version {leaving.number} replaced. "
            "`dermaflow registry` shows what there is"
        )
    return leaving, returning


def _numbered(version: Version | None) -> str:
    return f"version {version.number}" if version else "none"


def _mark(client: MlflowClient, version: Version) -> None:
    client.set_model_version_tag(version.name, version.number, IN_FORCE_SINCE_TAG, utc_now())
    for twin in _twins(client, version):
        if ROLLED_BACK_TAG in twin.tags:
            client.delete_model_version_tag(twin.name, twin.number, ROLLED_BACK_TAG)


def _twins(client: MlflowClient, version: Version) -> list[Version]:
    """All versions of the same training: one repeated gives other bytes under the same fingerprint."""
    found = versions(client, version.name)
    same = [other for other in found if version.fingerprint and other.fingerprint == version.fingerprint]
    return same or [other for other in found if other.number == version.number]


def _make_name(client: MlflowClient, name: str) -> None:
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _version(found: Any) -> Version:  # noqa: ANN401 - an mlflow ModelVersion
    return Version(name=found.name, number=str(found.version), run_id=found.run_id or "", tags=dict(found.tags))
