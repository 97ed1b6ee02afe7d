"""Many claims at once: a kernel per plan, the exact way for whatever a kernel leaves, tables in and out."""
