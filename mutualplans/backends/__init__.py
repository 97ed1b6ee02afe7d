"""Backends: tables from node class to function, all run by `mutualplans.expr.fold`."""
