"""Covers and claims of a made-up city, by seed."""
