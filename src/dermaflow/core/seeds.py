"""Randomness that depends on names and not on order: a seed from whatever identifies the draw."""

import hashlib

import numpy as np


def derived_seed(*parts: int | str) -> int:
    """A seed in [0, 2**32) that is the same for the same parts on every machine and in every process."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:4], "big")


def generator(*parts: int | str) -> np.random.Generator:
    """A NumPy generator seeded by `derived_seed(*parts)`."""
    return np.random.default_rng(derived_seed(*parts))
