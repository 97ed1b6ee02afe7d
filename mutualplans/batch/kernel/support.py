"""What a generated kernel calls: plain functions over whole numbers. Their text stands at the head of every kernel.

They keep to what CPython and a compiler both run: integers, loops, arrays that are read and written by place.
"""

# mypy: ignore-errors

try:
    compiled  # noqa: B018 - a kernel has it already
except NameError:

    def compiled(function):
        """Return the function as it is."""
        return function

    def unsigned(place):
        """Return a place in an array, which is never negative."""
        return place


MISSING = -2147483648
"""Stands in a column for "not stated"; no field may hold it."""


@compiled
def half_up(numerator, denominator):
    """Return the quotient, halves away from zero."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


@compiled
def rounded_down(numerator, denominator):
    """Return the quotient cut towards zero."""
    return numerator // denominator if numerator >= 0 else -(-numerator // denominator)


@compiled
def rounded_up(numerator, denominator):
    """Return the quotient away from zero."""
    return -(-numerator // denominator) if numerator >= 0 else numerator // denominator


@compiled
def calendar(ordinal):
    """Return a date, given by its ordinal, as the number 20240229."""
    day = ordinal + 305  # days from 0000-03-01: the leap day ends a year
    era = day // 146097
    of_era = day - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return (year + era * 400 + (1 if month <= 2 else 0)) * 10000 + month * 100 + day


@compiled
def years_after(first, first_calendar, event):
    """Return the completed years from one day to another; `first_calendar` is the first as 20240229."""
    if 0 <= event - first < 365:  # mostly: no year is shorter
        return 0
    return (calendar(event) - first_calendar) // 10000


@compiled
def place(keys, count, key):
    """Return where a period is counted; `count` when nothing was counted in it yet."""
    for found in range(count - 1, -1, -1):
        if keys[found] == key:
            return found
    return count


@compiled
def place_of_two(keys, codes, count, key, code):
    """Return where a period is counted under the code that splits it."""
    for found in range(count - 1, -1, -1):
        if keys[found] == key and codes[found] == code:
            return found
    return count


@compiled
def nearest(first, last, start, stop, event):
    """Return the cover that holds the event or lies nearest to it, the earlier of two."""
    found, distance = start, 2147483647
    for cover in range(start, stop):
        held = unsigned(cover)
        if event < first[held]:
            away = first[held] - event
        elif event > last[held]:
            away = event - last[held]
        else:
            return cover
        if away < distance:
            found, distance = cover, away
    return found


@compiled
def same_stay(first, last, stay, taken, start, row):
    """Return whether an earlier claim of the person that was paid for a stay shares its days or its number."""
    for other in range(start, row):
        if taken[other] != 0:
            if stay[row] != MISSING and stay[other] == stay[row]:
                return True
            if first[row] != MISSING and first[other] != MISSING:
                same = first[row] == first[other] and last[row] == last[other]
                if same or (first[row] < last[other] and first[other] < last[row]):
                    return True
    return False
