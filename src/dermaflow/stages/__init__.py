"""One file a DVC stage: read files, call the domain, write files."""
