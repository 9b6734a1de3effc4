"""The diagnoses that dermaflow knows, under the names that the ISIC Archive gives them, and what other labels mean.

The order of DIAGNOSES is the order of classes everywhere: tables, model outputs, figures.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from dermaflow.core.errors import SourceError

DIAGNOSES = (
    "actinic keratosis",
    "basal cell carcinoma",
    "dermatofibroma",
    "melanoma",
    "nevus",
    "pigmented benign keratosis",
    "seborrheic keratosis",
    "squamous cell carcinoma",
    "vascular lesion",
)
MELANOMA = "melanoma"
NEVUS = "nevus"  # what a melanoma is most often taken for, and the other way about

_AK, _BCC, _DF, _MEL, _NV, _PBK, _SK, _SCC, _VASC = DIAGNOSES
_LONGEST_SHOWN = 80  # characters of an unknown label in a message

_TABLE: Mapping[tuple[str, ...], str] = {
    (_AK,): "AK; ACK; actinic keratoses; solar or actinic keratosis; Indeterminate epidermal proliferations",
    (_AK, _SCC): "AKIEC; actinic keratoses and intraepithelial carcinoma",
    (
        _BCC,
    ): "BCC; basal cell carcinoma, nodular; basal cell carcinoma, superficial; basal cell carcinoma, infiltrating",
    (_DF,): "DF",
    (_MEL,): (
        "MEL; malignant melanoma; melanoma in situ; melanoma, invasive; melanoma, NOS; melanoma metastasis; "
        "lentigo maligna; lentigo maligna melanoma; Malignant melanocytic proliferations (Melanoma)"
    ),
    (_NV,): (
        "NV; NEV; nevi; naevus; melanocytic nevus; melanocytic nevi; blue nevus; Spitz nevus; dysplastic nevus; "
        "atypical nevus; congenital nevus; halo nevus; recurrent nevus; combined nevus; Reed nevus; nevus, Spitz; "
        "nevus, combined; nevus, congenital; nevus, atypical, dysplastic, or Clark; nevus spilus; "
        "nevus, NOS, compound; nevus, NOS, dermal; nevus, NOS, junctional; nevus, acral"
    ),
    (_PBK,): "PBK",
    (_PBK, _SK): "BKL; benign keratosis; benign keratosis-like lesions",
    (_SK,): "SK; SEK; seborrhoeic keratosis; seborrheic keratoses",
    (_SCC,): (
        "SCC; SCCKA; squamous cell carcinoma in situ; squamous cell carcinoma, invasive; "
        "squamous cell carcinoma, NOS; Bowen's disease; Bowen disease"
    ),
    (_VASC,): (
        "VASC; vascular; vascular lesions; angioma; hemangioma; haemangioma; angiokeratoma; pyogenic granuloma; "
        "lymphangioma; venous lake; telangiectasia; vascular spider; Benign soft tissue proliferations - Vascular"
    ),
    (): (
        # ISIC 2020, MILK10k, and the archive's diagnosis of old
        "MAL_OTH; INF; acrochordon; adnexal tumor; AIMP; angiofibroma or fibrous papule; "
        "atypical melanocytic proliferation; atypical spitz tumor; café-au-lait macule; clear cell acanthoma; "
        "lentigo NOS; lentigo simplex; lichenoid keratosis; mucosal melanotic macule; neurofibroma; scar; "
        "sebaceous hyperplasia; solar lentigo; verruca; "
        # the archive's diagnosis_3, where it is told apart often; deeper levels end at one of these or at diagnosis_2
        "angiofibroma; atypical intraepithelial melanocytic proliferation; atypical melanocytic neoplasm; "
        "baso-squamous carcinoma; dermal melanocytosis; dermatofibrosarcoma protuberans; ephelis; epidermal nevus; "
        "fibroepithelial polyp; hemorrhage; ink-spot lentigo; Kaposi sarcoma; keratoacanthoma; "
        "lichen planus like keratosis; Merkel cell carcinoma; nevus anemicus; nevus comedonicus; nevus sebaceus; "
        "porokeratosis; solar or actinic cheilitis; "
        # diagnosis_2 without any of ours
        "Benign adnexal epithelial proliferations - Apocrine or Eccrine; "
        "Benign adnexal epithelial proliferations - Follicular; Benign adnexal epithelial proliferations - Sebaceous; "
        "Benign soft tissue proliferations - Adipocytic; Benign soft tissue proliferations - Myoepithelial; "
        "Benign soft tissue proliferations - Cartilagenous and ossifying; "
        "Benign soft tissue proliferations - Muscle tissue or myofibroblastic; "
        "Benign soft tissue proliferations - Neural; Cysts; Exogenous; Inflammatory or infectious diseases; "
        "Flat melanotic pigmentations - not melanocytic nevus; Hemorrhagic lesions; "
        "Langerhans cell proliferations; Mast cell proliferations; Indeterminate melanocytic proliferations; "
        "Lymphocytic proliferations - B-Cell; Lymphocytic proliferations - T-Cell/NK; Merkel cell proliferation; "
        "Malignant adnexal epithelial proliferations - Apocrine or Eccrine; "
        "Malignant adnexal epithelial proliferations - Sebaceous; "
        "Malignant soft tissue proliferations - Adipocytic; "
        "Malignant soft tissue proliferations - Cartilagenous and ossifying; "
        "Malignant soft tissue proliferations - Fibro-histiocytic; "
        "Malignant soft tissue proliferations - Muscle tissue or myofibroblastic; "
        "Malignant soft tissue proliferations - Myoepithelial; Malignant soft tissue proliferations - Neural; "
        "Malignant soft tissue proliferations - Unknown or other histiogenesis; "
        "Malignant soft tissue proliferations - Vascular; "
        "Skin metastasis of internal solid cancer - non-hematological"
    ),
}
"""What each label may mean, the likeliest first; none: the label names no diagnosis of ours.

From HAM10000 (doi 10.1038/sdata.2018.161: akiec and bkl are groups), the columns of the ISIC challenges 2018, 2019 and
MILK10k, PAD-UFES-20's codes, and the vocabulary of the ISIC Archive (isic-metadata, diagnosis_hierarchical).
"""

_OPEN = (
    "UNK; unknown; other; benign; malignant; indeterminate; BEN_OTH; Benign - Other; "
    "Benign epidermal proliferations; Benign melanocytic proliferations; "
    "Benign soft tissue proliferations - Fibro-histiocytic; Collision - Only benign proliferations; "
    "Collision - At least one malignant proliferation; Malignant epidermal proliferations; "
    "Malignant adnexal epithelial proliferations - Follicular"
)
"""Labels that name no diagnosis, and leave open whether it is one of ours."""


def meanings_of(label: str) -> tuple[str, ...]:
    """The diagnoses that a label may mean, the likeliest first; none: it is known and names none of ours.

    Case, punctuation, accents and surplus blanks do not matter. A blank label means nothing.

    Raises:
        SourceError: the label is unknown; the message lists the nearest known ones.
    """
    key = _key(label)
    if not key:
        return ()
    if key not in _meanings():
        nearest = difflib.get_close_matches(key[:_LONGEST_SHOWN], _spellings(), n=3, cutoff=0.3) or list(DIAGNOSES)
        known = ", ".join(_spellings().get(name, name) for name in nearest)
        raise SourceError(f"{_shown(label)} is no known diagnosis; the nearest known: {known}")
    return _meanings()[key]


def leaves_open(label: str) -> bool:
    """Whether a label that means none of ours may yet stand for one: blank, unknown, benign, a wide group."""
    return _key(label) in {"", *map(_key, _OPEN.split(";"))}


def is_known(label: str) -> bool:
    """Whether `meanings_of` knows the label."""
    return _key(label) in _meanings()


def deepest_known(levels: Iterable[str]) -> str:
    """Of the levels of one hierarchical label, coarsest first, the finest that the table knows; blank if all are.

    Raises:
        SourceError: none is known; the message speaks of the finest.
    """
    stated = [level for level in levels if level.strip()]
    known = [level for level in stated if is_known(level)]
    if stated and not known:
        meanings_of(stated[-1])
    return known[-1] if known else ""


def diagnosis_of(label: str) -> str:
    """The diagnosis that a label names, if it can mean one only.

    Raises:
        SourceError: the label is unknown, or names no diagnosis of ours, or may mean several.
    """
    meanings = meanings_of(label)
    if len(meanings) != 1:
        raise SourceError(f"{_shown(label)} may mean {' or '.join(meanings) or 'none'} of {', '.join(DIAGNOSES)}")
    return meanings[0]


def in_order(diagnoses: Iterable[str]) -> tuple[str, ...]:
    """The distinct diagnoses among those given, in the order of DIAGNOSES.

    Raises:
        SourceError: one of them is no known diagnosis.
    """
    found = {diagnosis_of(diagnosis) for diagnosis in diagnoses}
    return tuple(diagnosis for diagnosis in DIAGNOSES if diagnosis in found)


def _key(label: str) -> str:
    """Letters and digits only, in lower case and without accents, one blank between words."""
    if label in DIAGNOSES:
        return label
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", plain.lower().replace("'", "").replace("’", "")).split())


@cache
def _spellings() -> Mapping[str, str]:
    """Every known label as it is written here, by its key."""
    listed = [label.strip() for labels in (*_TABLE.values(), _OPEN) for label in labels.split(";")]
    return MappingProxyType({_key(label): label for label in (*listed, *DIAGNOSES)})


@cache
def _meanings() -> Mapping[str, tuple[str, ...]]:
    named = {_key(label): meanings for meanings, labels in _TABLE.items() for label in labels.split(";")}
    open_ones = dict.fromkeys(map(_key, _OPEN.split(";")), ())
    return MappingProxyType({**named, **open_ones, **{diagnosis: (diagnosis,) for diagnosis in DIAGNOSES}})


def _shown(label: str) -> str:
    return repr(label if len(label) <= _LONGEST_SHOWN else f"{label[:_LONGEST_SHOWN]}…")
