"""The version of the core, without importing anything else."""

VERSION = "0.1.0"
