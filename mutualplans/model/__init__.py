"""The records everything else is about: money, dates, people, covers, claims, decisions, problems."""
