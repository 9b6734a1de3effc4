"""What is wrong with the data: image faults, contradicting labels, copies, expectations, the verdict."""
