"""The contenders by name, and in which measures each takes part."""

from __future__ import annotations

from importlib import import_module

from attrs import frozen

from benchmarks.contenders.base import Contender

__all__ = ["ENTRIES", "MEASURES", "Entry", "Measure"]


@frozen(kw_only=True)
class Measure:
    """One comparison.

    Attributes:
        id: Short name.
        title: What is compared.
        all_threads: Whether the contenders may use every core; else their process is bound to one.
        in_order: Whether rows come sorted by person and claim.
        whole: Whether all four benefits are computed; else the one without a memory.
        in_memory: Whether it begins with joined rows in memory; else with the files of claims and covers.
    """

    id: str
    title: str
    all_threads: bool = False
    in_order: bool = False
    whole: bool = True
    in_memory: bool = True


MEASURES = (
    Measure(id="sorted", title="Sorted rows in memory, one core", in_order=True),
    Measure(id="unsorted-one", title="Unsorted rows in memory, one core"),
    Measure(id="unsorted", title="Unsorted rows in memory, all cores", all_threads=True),
    Measure(id="part", title="One benefit without a memory, in memory, one core", whole=False),
    Measure(id="files", title="File to file (parquet), all cores", all_threads=True, in_memory=False),
    Measure(id="spark", title="Spark, file to file, all cores", all_threads=True, in_memory=False),
)


@frozen(kw_only=True)
class Entry:
    """A contender.

    Attributes:
        name: What it is called in the tables.
        home: ``module:class`` below this package; imported in the contender's own process only.
        measures: Ids of the measures it takes part in.
        at_most: It is given no more rows than this (whole persons) because it is slow; 0 for no limit.
        reference: It copies its input and assesses nothing: others are measured against it.
        ours: It is mutualplans with the extra ``fast``, and the goals are for it.
    """

    name: str
    home: str
    measures: tuple[str, ...]
    at_most: int = 0
    reference: bool = False
    ours: bool = False

    def make(self) -> Contender:
        """Return the contender.

        Raises:
            ImportError: a package it needs is not installed.
        """
        module, name = self.home.split(":")
        made: Contender = getattr(import_module(f"benchmarks.contenders.{module}"), name)()
        return made


IN_MEMORY = ("unsorted-one", "unsorted")
SLOW = 100_000

ENTRIES = (
    Entry(name="mutualplans, kernel", home="kernel:Kernel", measures=("sorted", "part"), ours=True),
    Entry(
        name="mutualplans, kernel under CPython",
        home="kernel:PythonKernel",
        measures=("sorted", "part"),
        at_most=SLOW,
    ),
    Entry(
        name="mutualplans, kernel with sorting", home="kernel:SortingKernel", measures=IN_MEMORY, ours=True
    ),
    Entry(name="mutualplans, amounts", home="kernel:Amounts", measures=IN_MEMORY, ours=True),
    Entry(name="mutualplans, whole tables", home="kernel:Tables", measures=IN_MEMORY, ours=True),
    Entry(
        name="mutualplans, amounts under CPython",
        home="kernel:PythonAmounts",
        measures=IN_MEMORY,
        at_most=SLOW,
    ),
    Entry(name="mutualplans", home="kernel:Files", measures=("files",), ours=True),
    Entry(name="C loop", home="c_loop:SortedC", measures=("sorted", "part")),
    Entry(name="C loop with sorting", home="c_loop:UnsortedC", measures=IN_MEMORY),
    Entry(name="Numba loop", home="numba_loop:SortedNumba", measures=("sorted",)),
    Entry(name="Numba loop with sorting", home="numba_loop:UnsortedNumba", measures=IN_MEMORY),
    Entry(name="NumPy blocks", home="numpy_blocks:Blocks", measures=("sorted", *IN_MEMORY)),
    Entry(name="Polars", home="polars_windows:Windows", measures=IN_MEMORY),
    Entry(name="DuckDB", home="duckdb_windows:Windows", measures=IN_MEMORY),
    Entry(
        name="Python integers", home="python_integers:Integers", measures=("sorted", *IN_MEMORY), at_most=SLOW
    ),
    Entry(name="Python objects, Decimal", home="python_objects:Objects", measures=IN_MEMORY, at_most=SLOW),
    Entry(name="NumPy", home="numpy_blocks:Part", measures=("part",)),
    Entry(name="OpenFisca-core", home="openfisca_part:Part", measures=("part",)),
    Entry(name="zen-engine", home="zen_part:Part", measures=("part",), at_most=SLOW),
    Entry(name="bare read and write", home="arrow_copy:Copy", measures=("files",), reference=True),
    Entry(
        name="bare read and write of an office's columns",
        home="kernel:OfficeCopy",
        measures=("files",),
        reference=True,
    ),
    Entry(name="C loop between Arrow files", home="c_files:Files", measures=("files",)),
    Entry(name="Polars", home="polars_windows:Files", measures=("files",)),
    Entry(name="DuckDB", home="duckdb_windows:Files", measures=("files",)),
    Entry(name="Spark: identity mapInArrow", home="spark:Identity", measures=("spark",), reference=True),
    Entry(name="mutualplans in Spark", home="spark:Assess", measures=("spark",), ours=True),
    Entry(name="Spark SQL windows", home="spark:Windows", measures=("spark",)),
)
