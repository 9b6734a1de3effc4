"""What is known about a picture beside its pixels: lesion, patient, age, sex and site, whoever states it."""

import pandas as pd

KNOWLEDGE = ("lesion_id", "patient_id", "age", "sex", "site")


def informed(rows: pd.DataFrame, authorities: pd.DataFrame) -> pd.DataFrame:
    """The rows, what is blank in KNOWLEDGE filled: by other filings of the same picture, then by the authorities.

    A column more, also_lesion_id, keeps a second number of the lesion where two are stated, as HAM10000 and the
    archive each have their own.

    What a row states itself is never overwritten; of several authorities the one listed first is believed.

    Args:
        rows: INGESTED_COLUMNS and `picture` (see `pictures`).
        authorities: AUTHORITY_COLUMNS, in the order in which they are believed.
    """
    picture_of = dict(zip(rows["image_id"], rows["picture"], strict=True))
    told = authorities[authorities["image_id"].isin(picture_of)]
    pictures = told["image_id"].map(picture_of)
    filled = {column: _filled(rows[column], rows["picture"], told[column], pictures) for column in KNOWLEDGE}
    known = rows.assign(**filled)
    return known.assign(also_lesion_id=_other_number(known, rows, told["lesion_id"], pictures))


def _other_number(known: pd.DataFrame, rows: pd.DataFrame, told: pd.Series, told_of: pd.Series) -> pd.Series:
    """For each row the first other number that a filing or a record gives the lesion in its picture; blank: none."""
    stated = pd.DataFrame(
        {
            "picture": pd.concat([rows["picture"], told_of], ignore_index=True),
            "number": pd.concat([rows["lesion_id"], told], ignore_index=True),
        }
    )
    stated = stated[stated["number"] != ""].drop_duplicates()
    several = stated[stated["picture"].duplicated(keep=False)]
    numbers = {picture: list(found) for picture, found in several.groupby("picture")["number"]}
    others = [
        next((number for number in numbers.get(picture, ()) if number != own), "")
        for picture, own in zip(known["picture"], known["lesion_id"], strict=True)
    ]
    return pd.Series(others, index=known.index, dtype=rows["lesion_id"].dtype)


def _filled(own: pd.Series, pictures: pd.Series, told: pd.Series, told_of: pd.Series) -> pd.Series:
    first_filing = own[own != ""].groupby(pictures[own != ""]).first()
    first_told = told[told != ""].groupby(told_of[told != ""]).first()
    known = {**first_told.to_dict(), **first_filing.to_dict()}
    learnt = pd.Series([known.get(picture, "") for picture in pictures], index=own.index, dtype=own.dtype)
    return own.where(own != "", learnt)
