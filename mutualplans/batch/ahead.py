"""One step ahead: the next piece is made while one is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

__all__ = ["ahead"]

_NO_MORE: Any = object()
_T = TypeVar("_T")


def ahead(items: Iterable[_T]) -> Iterator[_T]:
    """Yield the items in their order, each made in a thread of its own while the one before is used."""
    source = iter(items)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, source, _NO_MORE)
        while (item := coming.result()) is not _NO_MORE:
            coming = pool.submit(next, source, _NO_MORE)
            yield item
            del item  # nothing is kept while the next one is waited for
