"""For plan authors: worked cases and the checks that every plan must pass."""
