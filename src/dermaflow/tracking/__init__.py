"""Runs and registry: the only doors to MLflow."""
