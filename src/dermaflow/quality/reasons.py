"""What each reason for quarantine means, in words for a reader who knows skin and not this program."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """One reason, told to a stranger."""

    title: str
    meaning: str  # what was found, and why it matters
    advice: str  # what the owner of the data can do; blank: nothing need be done


_RESEND = "Get the file again from where it came."

EXPLANATIONS = {
    "contradicting-labels": Explanation(
        "One picture, two diagnoses",
        "The very same picture is filed under different diagnoses. At least one of the labels is wrong, and nothing "
        "in the files says which.",
        "Ask whoever holds the records, or name a table of official labels with --authority.",
    ),
    "near-copies-contradict": Explanation(
        "Copies of one picture, two diagnoses",
        "Two files show the same photograph, resized, compressed again, turned or cropped, under different diagnoses. "
        "At least one of the labels is wrong.",
        "Compare the pairs below and correct the label at the source.",
    ),
    "authorities-disagree": Explanation(
        "Official records disagree",
        "Two official records state diagnoses for this picture that cannot both be true.",
        "Find out which record was corrected last, and leave the other one out.",
    ),
    "outside-taxonomy": Explanation(
        "No diagnosis of the task",
        "There is no label, or the label names none of the diagnoses that are to be told apart.",
        "Nothing, unless a label was misspelt: the sources in params.yaml may say what a label of their own means.",
    ),
    "label-not-confirmed": Explanation(
        "Label that no record confirms",
        "The diagnosis rests on the name of a folder alone, which anybody may have given.",
        "Name a table of official labels, or set validate.unconfirmed_labels to use.",
    ),
    "exact-copy": Explanation(
        "The same picture again",
        "Another file that stays holds the very same picture. Nothing is lost by leaving this one out; counted twice, "
        "it would stand on both sides of a test.",
        "",
    ),
    "diagnosis-too-rare": Explanation(
        "Too few pictures of the diagnosis",
        "So few usable pictures of this diagnosis are left that it can be neither learnt nor tested.",
        "Add pictures of the diagnosis, or lower validate.min_images_per_diagnosis.",
    ),
    "withheld": Explanation(
        "For another task",
        "The picture, a copy of it or another one of the same lesion or patient belongs to a collection that another "
        "model is to be judged by. That one is to begin with the weights of this model, which so must not know it.",
        "",
    ),
    "empty-file": Explanation("Empty file", "The file has a name and no content.", _RESEND),
    "not-an-image": Explanation("Not an image", "The content is no picture in any known format.", _RESEND),
    "truncated": Explanation(
        "Cut off",
        "The file ends before the picture does, as after a broken download. Many programs show the rest as a grey "
        "area without a word.",
        _RESEND,
    ),
    "unusable-mode": Explanation(
        "Unusable colour format", "The pixels are stored in a way that cannot be turned into colours.", "Convert it."
    ),
    "too-small": Explanation(
        "Too small", "There are too few pixels to see the structures that tell lesions apart.", "Get the original size."
    ),
    "too-large": Explanation(
        "Too large",
        "Unpacked, the picture would fill more memory than any photograph needs: a mistake, or a trap.",
        "Reduce it.",
    ),
    "blank": Explanation("Blank", "The whole picture is of one shade: it shows nothing.", _RESEND),
    "greyscale": Explanation(
        "Without colour",
        "The picture has shades of grey only. In dermoscopy colour is diagnostic, and a model learns that grey means "
        "whatever the grey pictures happen to be.",
        "Get the picture in colour.",
    ),
    "animated": Explanation(
        "Several frames", "The file is an animation, and nothing says which frame shows the lesion.", "Save one frame."
    ),
    "over-exposed": Explanation(
        "Over-exposed", "Most of the picture is burnt out to white; its structures are gone.", "Leave it out."
    ),
    "under-exposed": Explanation("Under-exposed", "Most of the picture is black: nothing is seen.", "Leave it out."),
    "blurred": Explanation(
        "Blurred", "The picture is so out of focus that no structure of a lesion can be seen.", "Leave it out."
    ),
    "odd-aspect": Explanation(
        "Odd proportions", "The picture is a narrow strip, as of a screenshot or a slice, and no view of a lesion.",
        "Look at it: crop it to the lesion, or leave it out.",
    ),
    "not-skin": Explanation(
        "Does not look like skin",
        "Colours or texture are unlike those of dermoscopy: a page, a chart, a screen, another kind of photograph.",
        "Look at the pictures below: the rule sees colours and textures, and knows no skin.",
    ),
}  # fmt: skip


def explained(reason: str) -> Explanation:
    """What a reason means; one without an explanation is shown under its own name, never left out."""
    own_name = Explanation(reason.replace("-", " ").capitalize(), "The evidence below says what was found.", "")
    return EXPLANATIONS.get(reason, own_name)
