"""Which images must stay together, and the ledger that never moves a lesion."""
