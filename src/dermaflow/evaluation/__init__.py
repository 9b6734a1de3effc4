"""Metrics over plain arrays, intervals over groups, figures, and the promotion gate."""
