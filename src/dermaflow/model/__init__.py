"""Architectures, batches, fitting and the bundle that is saved: the only door to Keras."""
