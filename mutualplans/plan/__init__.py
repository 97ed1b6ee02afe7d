"""Declaring plans: the formula surface, parameters, plans, benefits, editions.

This package lies above the backends because its error messages name formulas in words.
"""
