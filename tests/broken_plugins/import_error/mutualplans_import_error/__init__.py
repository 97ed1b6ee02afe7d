"""Raises while it is imported."""

MESSAGE = "the licence server is away"
raise RuntimeError(MESSAGE)
