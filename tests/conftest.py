"""No test goes by the clock: an example of a law may take as long as a busy machine needs."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
