"""The command `dermaflow`. Each subcommand imports what it needs when it runs: `--help` takes no seconds."""

# ruff: noqa: PLC0415 - late imports are what this file is about

import os
from pathlib import Path
from typing import Annotated

import typer

from dermaflow.core.errors import run

for _switch, _value in {
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}.items():
    os.environ.setdefault(_switch, _value)

app = typer.Typer(
    help="Skin-lesion classifiers from untrustworthy images: what was trained, what is in force, what it says.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command(name="set")
def set_params(
    assignments: Annotated[list[str] | None, typer.Argument(metavar="SECTION.KEY=VALUE…")] = None,
) -> None:
    """Change values in params.yaml, its comments kept; refused if a stage would refuse them. Without any: check it."""
    from dermaflow.commands.set_params import set_params as change

    run(lambda: change(assignments or []))


@app.command()
def sources(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH…", help="Class folders, a CSV with its images, a .zip of either, or: phantom."),
    ] = None,
    authority: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="A CSV of official labels, or a folder of such.")
    ] = None,
) -> None:
    """Find out what paths hold and name them in params.yaml as what to ingest; kept as they are where none is given."""
    from dermaflow.commands.sources import sources as write_down

    run(lambda: write_down(paths or [], authority or []))


@app.command()
def log() -> None:
    """Log the present model to MLflow from its files; what is there already is not logged twice."""
    from dermaflow.commands.log import log as bring_up_to_date

    run(bring_up_to_date)


@app.command()
def promote(
    allow_class_change: Annotated[  # noqa: FBT002 - a switch of the command line
        bool, typer.Option("--allow-class-change", help="Compare with a champion of other classes.")
    ] = False,
    again: Annotated[  # noqa: FBT002 - likewise
        bool, typer.Option("--again", help="Judge a model that was rolled back once.")
    ] = False,
) -> None:
    """Judge the present model against what is in force; put it in force if it is better beyond chance."""
    from dermaflow.commands.promote import promote as judge

    run(lambda: judge(allow_class_change=allow_class_change, again=again))


@app.command()
def rollback(
    phantom: Annotated[bool, typer.Option("--phantom", help="Of the models trained on generated images.")] = False,  # noqa: FBT002 - likewise
) -> None:
    """Bring back what was in force before."""
    from dermaflow.commands.rollback import rollback as bring_back

    run(lambda: bring_back(phantom=phantom))


@app.command()
def registry() -> None:
    """Show what is in force and since when, how good it is, and why it was promoted."""
    from dermaflow.commands.registry import registry as show

    run(show)


@app.command()
def pool(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER…", help="The folds' workspaces, in order.")],
    out: Annotated[Path, typer.Option(help="Write metrics.json, predictions.csv, folds.csv here.")] = Path(
        "reports/cross_validate"
    ),
) -> None:
    """Measure the test images of all folds of a cross-validation together, and log that above the folds' runs."""
    from dermaflow.commands.pool import pool as measure

    run(lambda: measure(folders, out))


@app.command()
def trials(
    folder: Annotated[Path, typer.Argument(help="Where search.json lies.")] = Path("reports/search"),
) -> None:
    """Rank the trials of a search by their validation images, and log that above their runs."""
    from dermaflow.commands.trials import trials as rank

    run(lambda: rank(folder))


@app.command()
def predict(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Images, or folders of images.")],
    model: Annotated[
        str, typer.Option(help="A folder with model.onnx and card.json, models:/NAME@ALIAS or models:/NAME/VERSION.")
    ] = "models:/skin-lesion-classifier@champion",
    clinical: Annotated[
        list[str] | None, typer.Option(metavar="TABLE", help="A CSV that states age, sex and site of images.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write CSV here and not to the terminal.")] = None,
) -> None:
    """Say what a model sees in images: a CSV row a file, with probabilities, suspicion of melanoma, remarks."""

    def main() -> None:
        from dermaflow.commands.predict import predict as classify
        from dermaflow.tracking.bundles import bundle_folder

        classify(paths, bundle_folder(model), out, clinical or ())

    run(main)


@app.command()
def check(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A folder or zip of class folders or of images, or a CSV with images.")
    ],
    authority: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="A table of official labels, lesions, patients.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Write the report here.")] = Path("dermaflow-check.html"),
    params: Annotated[Path | None, typer.Option(help="Take the thresholds from this params.yaml.")] = None,
) -> None:
    """Say what is wrong with a collection, and write an HTML report. Exit code 1: it must not be trusted as it is."""
    from dermaflow.commands.check import check as look

    raise typer.Exit(look(path, authority or [], out, params))


if __name__ == "__main__":
    app()
