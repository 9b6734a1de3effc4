"""One file a dermaflow subcommand, and parts of long ones: read files or the registry, call the domain, say it."""
