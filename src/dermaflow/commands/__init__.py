"""One file a dermaflow subcommand: read files or the registry, call the domain, say what happened."""
