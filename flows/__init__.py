"""Prefect flows: when, where, again, and who is told. No domain logic; stages run through `dvc repro`."""
