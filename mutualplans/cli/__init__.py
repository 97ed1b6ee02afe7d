"""The command line: one command per file, and what they share."""
