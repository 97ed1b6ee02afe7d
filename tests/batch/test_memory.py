"""What a part of a batch held is given back as soon as it is decided."""

from __future__ import annotations

import gc
import weakref

from mutualplans.batch.prepare import prepare
from mutualplans.batch.run import decide
from mutualplans.batch.share import Options
from mutualplans.engine.office import office_of
from mutualplans.registry import PluginRegistry
from mutualplans.testing.batch import as_tables
from mutualplans.testing.subject import Subject


def test_nothing_of_a_part_waits_for_the_collector() -> None:
    """Columns are freed with what was decided over them; else hundreds of parts fill the memory before it runs."""
    case = Subject("female-illness").cases[0]
    plan = PluginRegistry.discover().plan("female-illness")
    office = office_of([plan], edition=case.edition)
    ready = prepare(office, *as_tables(office, {"p": case.situation}))
    gc.collect()
    gc.disable()
    try:
        (decided,) = decide(office, ready, Options(runtime="interpreted", detail=True))
        assert len(decided.plans) == 1
        held = [weakref.ref(item) for item in (decided.claims, decided.plans[0].terms)]
        del decided
        assert [item() for item in held] == [None, None]
    finally:
        gc.enable()
