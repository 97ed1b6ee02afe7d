"""What mutualplans is measured against, and how: see docs/benchmarks.md."""
