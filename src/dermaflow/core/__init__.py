"""What every other room may use: parameters, paths, errors, diagnoses, tables, images, seeds."""
