"""Many claims at once, from tables to tables; needs the extra ``mutualplans[batch]`` (numpy, pyarrow)."""
