"""The kernel of a plan: its source, written from the declaration, and its two runtimes."""
