"""Reading data strictly into records: unknown keys, wrong types and missing keys, all reported with their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from enum import Enum
from typing import Any, TypeVar, get_origin

import attrs
import cattrs
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError
from cattrs.gen import make_dict_structure_fn, override

from mutualplans.model.problem import Problem, nearest, problem
from mutualplans.model.text import Text
from mutualplans.model.tomlfile import TomlFile

__all__ = ["strict"]

T = TypeVar("T")


def _written(found: Any) -> str:
    """Return a value as it stands in a file."""
    if isinstance(found, bool):
        return str(found).lower()
    return found.isoformat() if isinstance(found, date) else repr(found)


class _ExpectedError(ValueError):
    """A value of the wrong form; says what was found and what was expected."""

    def __init__(self, found: Any, zh: str, en: str) -> None:
        self.zh = f"应为{zh}，实为 {_written(found)}"
        self.en = f"expected {en}, found {_written(found)}"
        super().__init__(self.zh)


def _exactly(wanted: type, zh: str, en: str) -> Callable[[Any, Any], Any]:
    def hook(value: Any, _type: Any) -> Any:
        if type(value) is not wanted:
            raise _ExpectedError(value, zh, en)
        return value

    return hook


def _enum(value: Any, wanted: type[Enum]) -> Enum:
    try:
        return wanted(value)
    except ValueError:
        names = "、".join(str(item.value) for item in wanted)
        raise _ExpectedError(value, f"{names} 之一", f"one of {names}") from None


def _text(value: Any, _type: Any) -> Text:
    """Return a `Text` from a Chinese string or from ``{ zh = "…", en = "…" }``."""
    if isinstance(value, str) and value.strip():
        return Text(value)
    if (
        isinstance(value, dict)
        and set(value) <= {"zh", "en"}
        and all(isinstance(v, str) for v in value.values())
    ):
        return Text(value.get("zh", ""), value.get("en", ""))
    raise _ExpectedError(value, '文字或 { zh = "…", en = "…" }', 'text or { zh = "…", en = "…" }')


def _texts(value: Any, wanted: Any) -> Any:
    """Return a list of texts; one text would otherwise be read as the list of its letters."""
    if not isinstance(value, list) or not all(type(item) is str for item in value):
        raise _ExpectedError(value, '一组文字，如 ["a", "b"]', 'a list of texts such as ["a", "b"]')
    return value if get_origin(wanted) is list else tuple(value)


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(str, _exactly(str, "文字", "text"))
    converter.register_structure_hook(int, _exactly(int, "整数", "a whole number"))
    converter.register_structure_hook(bool, _exactly(bool, "true 或 false", "true or false"))
    converter.register_structure_hook(
        date, _exactly(date, "日期，如 2014-07-01", "a date such as 2014-07-01")
    )
    converter.register_structure_hook(Text, _text)
    converter.register_structure_hook_func(lambda t: t in (list[str], tuple[str, ...]), _texts)
    converter.register_structure_hook_func(lambda t: isinstance(t, type) and issubclass(t, Enum), _enum)
    converter.register_structure_hook_factory(attrs.has, lambda cls: _record(cls, converter))
    return converter


def _record(cls: type, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    """Return the reader of a record; a trailing underscore (`class_`, `from_`) is not part of the key."""
    renamed = {
        item.name: override(rename=item.name.rstrip("_"))
        for item in attrs.fields(cls)
        if item.name.endswith("_")
    }
    make: Callable[[Any, Any], Any] = make_dict_structure_fn(
        cls,
        converter,
        _cattrs_forbid_extra_keys=True,
        **renamed,  # type: ignore[arg-type]
    )

    def read(value: Any, type_: Any) -> Any:
        if not isinstance(value, dict):
            raise _ExpectedError(value, "表（[名称] 或 { … }）", "a table")
        return make(value, type_)

    return read


_CONVERTER = _converter()


def strict(cls: type[T], file: TomlFile, data: Any, *path: str | int) -> tuple[T | None, list[Problem]]:
    """Read `data`, which stands at `path` of `file`, as a record; returns it or every problem found."""
    try:
        return _CONVERTER.structure(data, cls), []
    except Exception as error:
        return None, list(_problems(error, cls, file, path))


def _problems(
    error: BaseException, cls: Any, file: TomlFile, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    if isinstance(error, ClassValidationError):
        with_notes, without = error.group_exceptions()
        for inner, note in with_notes:
            yield from _problems(inner, note.type, file, (*path, str(note.name).rstrip("_")))
        for inner in without:
            yield from _problems(inner, error.cl, file, path)
    elif isinstance(error, IterableValidationError):
        with_index, rest = error.group_exceptions()
        for inner, index in with_index:
            yield from _problems(inner, index.type, file, (*path, index.index))
        for inner in rest:
            yield from _problems(inner, cls, file, path)
    elif isinstance(error, ForbiddenExtraKeysError):
        yield from _extra_keys(error, file, path)
    else:
        yield _single(error, file, path)


def _extra_keys(
    error: ForbiddenExtraKeysError, file: TomlFile, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    known = [item.name.rstrip("_") for item in attrs.fields(error.cl)] if error.cl else []
    for key in sorted(error.extra_fields):
        close = nearest(key, known)
        yield problem(
            "file.unknown-key",
            f'不认识的键 "{key}"；可用：{"、".join(known)}',
            f'unknown key "{key}"; known: {", ".join(known)}',
            where=file.where(*path, key),
            hint_zh=f'是不是 "{close}"？' if close else "删去这一行",
            hint_en=f'did you mean "{close}"?' if close else "remove this line",
        )


def _single(error: BaseException, file: TomlFile, path: tuple[str | int, ...]) -> Problem:
    if isinstance(error, KeyError):
        where = file.where(*path)
        return problem("file.missing-key", "缺少这个键", "this key is missing", where=where)
    if isinstance(error, _ExpectedError):
        return problem("file.value", error.zh, error.en, where=file.where(*path))
    return problem("file.value", str(error), str(error), where=file.where(*path))
