"""The formula algebra: nodes without behaviour, and the one fold that runs every backend."""
