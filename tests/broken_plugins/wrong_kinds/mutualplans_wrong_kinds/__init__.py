"""Adds a number of days to an amount: refused where it is written."""

import mutualplans as mp
from mutualplans import claim

value = mp.parameters(lump=mp.money("互助金", "lump sum"))
pays = value.lump + claim.days
