"""The plan (counts to copies, pure) and the only door to Augmentor."""
