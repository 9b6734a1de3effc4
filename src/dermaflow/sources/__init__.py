"""Where images come from: one adapter a file, each giving the same rows."""
