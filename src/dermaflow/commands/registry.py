"""`dermaflow registry`: what is in force, since when, how good it is, and what came before and may come next."""

from rich.console import Console
from rich.table import Table

from dermaflow.core.measures import HEADLINES, in_words
from dermaflow.tracking.backend import MlflowClient
from dermaflow.tracking.contents import DIGITS
from dermaflow.tracking.names import CHALLENGER, CHAMPION, PREVIOUS, model_name, rollback_command
from dermaflow.tracking.registry import Version, by_alias, rolled_back_at
from dermaflow.tracking.store import connect, store_errors

ENDS = {"value": "", "low": "_low", "high": "_high"}  # of an interval: how MLflow's metric names end


def registry() -> None:
    """Print both names: models trained on photographs, and those trained on generated images.

    Raises:
        StoreError: there is no store here, or it cannot be used.
    """
    client = connect(create=False)
    console = Console(highlight=False)
    for phantom in (False, True):
        name = model_name(phantom=phantom)
        with store_errors("reading the registry"):
            found = {alias: by_alias(client, name, alias) for alias in (CHAMPION, PREVIOUS, CHALLENGER)}
            kind = "generated images" if phantom else "photographs"
            table = _table(client, f"{name} ({kind})", found, rollback_command(phantom=phantom))
            console.print(table, "", markup=False)


def _table(client: MlflowClient, title: str, found: dict[str, Version | None], back: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, min_width=60)
    champion, previous, challenger = found[CHAMPION], found[PREVIOUS], found[CHALLENGER]
    if champion is None:
        table.add_row("in force", "none")
    else:
        table.add_row("in force", f"version {champion.number}, since {champion.since}")
        for row in _details(client, champion):
            table.add_row(*row)
    if previous and (champion is None or previous.number != champion.number):
        table.add_row("previous", f"version {previous.number} (`{back}` brings it back)")
    if challenger and (champion is None or challenger.number != champion.number):
        left = rolled_back_at(client, challenger)
        said = f"rolled back at {left}" if left else challenger.tags.get("decision", "not judged yet")
        table.add_row("challenger", f"version {challenger.number}: {said}")
    return table


def _details(client: MlflowClient, version: Version) -> list[tuple[str, str]]:
    run = client.get_run(version.run_id)
    figures = run.data.metrics
    rows = [("run", f"{run.info.run_name} ({version.run_id})")]
    for key, words in HEADLINES.items():
        named = {end: figures.get(f"test_{key}{suffix}") for end, suffix in ENDS.items()}
        rows.append((words, in_words(named, DIGITS)))
    return [*rows, ("decision", version.tags.get("decision", "none on record"))]
