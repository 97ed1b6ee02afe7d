"""Office files: which plans a city office runs, by which editions, with which local values, splits and group rules."""
