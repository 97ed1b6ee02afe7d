"""ICD-10 codes and how often they are met; most are on no list of the plan."""

from __future__ import annotations

from collections.abc import Iterator

# Categories with their weight: what fills the wards of a general hospital, and what the plan's list names.
CATEGORIES = {
    **dict.fromkeys(("J18", "I10", "I20", "I25", "E11", "M51", "K80", "H25", "J20", "K29"), 40),
    **dict.fromkeys(("A09", "B18", "D25", "D64", "E04", "G45", "H26", "I48", "I50", "I83", "J06", "J15"), 20),
    **dict.fromkeys(("J44", "J45", "K25", "K35", "K40", "K52", "K57", "K63", "K74", "K85", "L03", "M16"), 14),
    **dict.fromkeys(("M17", "M47", "M48", "N13", "N20", "N39", "N40", "N83", "O34", "O80", "O82", "R07"), 12),
    **dict.fromkeys(("S06", "S22", "S32", "S42", "S52", "S62", "S82", "S83", "T14", "Z51", "Z47", "Z38"), 10),
    **dict.fromkeys(("C16", "C18", "C20", "C22", "C34", "C50", "C53", "C56", "C61", "C67", "C73", "C44"), 6),
    **dict.fromkeys(("I21", "I22", "I60", "I61", "I62", "I63", "I64", "N18", "S72", "T31"), 6),
    **dict.fromkeys(("C71", "C81", "C83", "C85", "C90", "C91", "C92", "C95", "D05", "D06", "D61", "G20"), 2),
    **dict.fromkeys(("D60", "G35", "D09", "D00", "Q21", "F32", "F20", "Y83", "P07", "L40", "B20", "A41"), 1),
}


def coded() -> Iterator[tuple[str, float]]:
    """Yield every code with its weight: the category alone, and its subdivisions .0 to .9, rarer and rarer."""
    for category, weight in CATEGORIES.items():
        yield category, weight * 0.3
        for digit in range(10):
            yield f"{category}.{digit}", weight * (0.35 if digit == 9 else 0.35 * 0.6**digit)
