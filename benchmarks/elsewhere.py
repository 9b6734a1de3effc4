"""How well does a model do on images from elsewhere: of collections that it has not learnt from?

    python benchmarks/elsewhere.py MODEL IMAGES --labels PATH --learnt PATH

MODEL is the folder of a trained model, IMAGES a folder. The labels, and what is stated beside the images, come from
tables of official labels, the pictures and lesions that were learnt from are named by other tables; both in any dialect
that sources have, and both are known by ISIC number. Left out are pictures of these lesions, pictures without a label,
and diagnoses that the model does not know; of several files of one picture the first is asked. Prints the figures of an
evaluation, intervals over lesions; nothing may be chosen by them.
"""

import argparse
from pathlib import Path

import pandas as pd

from dermaflow.commands.image_files import files_of
from dermaflow.core.lesions import clinical_of
from dermaflow.core.params import load_params
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.report import metrics_of, summary_lines
from dermaflow.evaluation.tables import outcome_of
from dermaflow.model.bundle import load_bundle
from dermaflow.sources.names import picture_key
from dermaflow.sources.tables import stated_in


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--learnt", required=True)
    asked = parser.parse_args()
    bundle = load_bundle(asked.model)
    files = {picture_key(file.stem): file for file in reversed(list(files_of([asked.images])))}
    images = chosen(files, stated_in([asked.labels], {}), stated_in([asked.learnt], {}), bundle.card.classes)
    print(f"{len(images):,} of {len(files):,} pictures are from elsewhere and have a label that the model knows")
    scores = bundle.predict_all([files[name] for name in images["image_id"]], clinical_of(images))
    outcome = outcome_of(bundle.card.classes, bundle.card.melanoma_threshold, images, images, scores.probabilities)
    metrics = metrics_of(outcome, load_params("evaluate", EvaluateParams))
    print("\n".join(summary_lines({**metrics, "phantom": bundle.card.phantom, "shortcuts": {}})))
    print(f"  unlike the training images: {(scores.distance > 1).mean():.1%}")


def chosen(
    files: dict[str, Path], labels: pd.DataFrame, learnt: pd.DataFrame, classes: tuple[str, ...]
) -> pd.DataFrame:
    """The pictures that count: what is stated of each, image_id, diagnosis, group_id and source; in their order."""
    stated = labels.loc[labels.index.intersection(sorted(files))]
    images = stated.assign(
        image_id=stated.index,
        diagnosis=stated["diagnoses"],
        group_id=stated["lesion_id"].where(stated["lesion_id"] != "", stated.index.to_series()),
        source="elsewhere",
    )
    seen = images.index.isin(learnt.index) | images["lesion_id"].isin(set(learnt["lesion_id"]) - {""})
    return images[~seen & images["diagnosis"].isin(classes)].sort_values("image_id", ignore_index=True)


if __name__ == "__main__":
    main()
