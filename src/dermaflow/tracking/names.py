"""The names under which things stand in the store: experiments and models, aliases, tags. No MLflow."""

REAL_NAME = "skin-lesion-classifier"
PHANTOM_NAME = "skin-lesion-classifier-phantom"
CHAMPION, PREVIOUS, CHALLENGER = "champion", "previous", "challenger"  # aliases of a model's versions
FINGERPRINT_TAG = "fingerprint"  # of a run and of a version, and so is the next
MODEL_DIGEST_TAG = "model_digest"
IN_FORCE_SINCE_TAG = "promoted_at"  # of a version, and so are the next
ROLLED_BACK_TAG = "rolled_back_at"
DECISION_KEY_TAG = "decision_key"
DECISION_FILE_TAG = "decision_file"


def model_name(*, phantom: bool) -> str:
    """The name of the experiment and of the registered model: generated images never share one with photographs."""
    return PHANTOM_NAME if phantom else REAL_NAME


def rollback_command(*, phantom: bool) -> str:
    """What a person types to bring back the previous champion of this kind."""
    return f"dermaflow rollback{' --phantom' if phantom else ''}"
