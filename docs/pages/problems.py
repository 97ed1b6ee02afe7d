"""``reference/problems.md``: every problem code and reason code in the source, found by reading it with `ast`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docs.pages.markdown import code, page

__all__ = ["Found", "found_in", "problems"]

ROOT = Path(__file__).parent.parent.parent
_CODE = re.compile(r"[a-z]+\.[a-z0-9-]+")
_SAYS_CODE = {"problem", "Problem", "_about", "at", "_wrong", "wrong"}
_CHINESE = re.compile("[\u4e00-\u9fff]")
_LEVELS = ("error", "warning", "note")
_Function = ast.FunctionDef | None


class Found(NamedTuple):
    """One place that reports a problem or gives a reason.

    Attributes:
        code: The code.
        severity: ``error``, ``warning`` or ``note``; ``reason`` for a reason.
        zh: Message template, with what is filled in as ``{…}``.
        en: The same in English.
        hint: What to do, in Chinese; empty where nothing is said or it is made elsewhere.
        where: Source file.
    """

    code: str
    severity: str
    zh: str
    en: str
    hint: str
    where: str


def problems() -> str:
    """Return the page."""
    found = sorted({item for file in _sources() for item in found_in(file)})
    groups: dict[str, list[Found]] = {}
    for item in found:
        groups.setdefault("reason" if item.severity == "reason" else item.code.partition(".")[0], []).append(
            item
        )
    reasons = groups.pop("reason")
    intro = (
        "Every problem has a stable code, a place, a message and mostly a hint, the same in text and in JSON. An "
        "*error* stops what it is about, a *warning* and a *note* do not. What is filled in stands in braces. "
        "Found by reading the source: the file named is where the message is made."
    )
    sections = [f"## {name}\n\n" + "\n".join(map(_line, _grouped(items))) for name, items in groups.items()]
    about_reasons = (
        "## Reasons\n\nWhy a benefit is 0 or a person cannot join. These are the core's own; every condition of a plan "
        "adds its own (`.because(code, …)`), and every exclusion `excluded.<code>`.\n\n"
    )
    return page(
        "Problems · 提示代码", intro, *sections, about_reasons + "\n".join(map(_line, _grouped(reasons)))
    )


def _line(item: list[Found]) -> str:
    first = item[0]
    severity = "" if first.severity == "reason" else f" · {', '.join(sorted({one.severity for one in item}))}"
    wheres = ", ".join(f"`{where}`" for where in sorted({one.where for one in item}))
    lines = [f"### {code(first.code)}\n", f"In {wheres}{severity}\n"]
    lines += dict.fromkeys(map(_message, item))
    return "\n".join(lines) + "\n"


def _message(item: Found) -> str:
    english = item.en if item.en != item.zh else ""
    hint = f"提示：{item.hint}" if item.hint else ""
    return "- " + "<br>".join(filter(None, (item.zh, english, hint)))


def _grouped(items: list[Found]) -> list[list[Found]]:
    groups: dict[str, list[Found]] = {}
    for item in items:
        groups.setdefault(item.code, []).append(item)
    return list(groups.values())


def _sources() -> Iterator[Path]:
    yield from sorted((ROOT / "mutualplans").rglob("*.py"))


# ---------------------------------------------------------------- reading one file


def found_in(file: Path) -> list[Found]:
    """Return every problem and reason that a source file makes."""
    return list(_Reader(file).found())


class _Reader:
    """Reads calls that make problems, and follows their messages through the helper functions of the file."""

    def __init__(self, file: Path) -> None:
        self.where = file.relative_to(ROOT).as_posix()
        self.tree = ast.parse(file.read_text("utf-8"))
        self.inside: dict[ast.Call, _Function] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self._enter(self.tree, None)

    def _enter(self, node: ast.AST, function: _Function) -> None:
        if isinstance(node, ast.FunctionDef):
            self.functions.setdefault(node.name, node)
            function = node
        if isinstance(node, ast.Call):
            self.inside[node] = function
        for child in ast.iter_child_nodes(node):
            self._enter(child, function)

    def found(self) -> Iterator[Found]:
        for call, function in self.inside.items():
            name = _name(call.func)
            if name == "Reason" or self._makes_reason(name):
                yield from self._reason(call, function)
            elif name == "_refuse":
                yield from self._problem(call, function, "formula.")
            elif name in _SAYS_CODE or self._takes_code(name):
                yield from self._problem(call, function, "")

    def _takes_code(self, name: str) -> bool:
        """Tell whether a function of the file takes a code."""
        helper = self.functions.get(name)
        return helper is not None and "code" in {
            item.arg for item in (*helper.args.args, *helper.args.kwonlyargs)
        }

    def _makes_reason(self, name: str) -> bool:
        """Tell whether a function of the file makes a reason of the code it is given."""
        helper = self.functions.get(name)
        if helper is None or helper.returns is None:
            return False
        return _name(helper.returns) == "Reason" and self._takes_code(name)

    def _default_code(self, name: str) -> str:
        """Return the default of a helper's parameter `code`, or an empty string."""
        helper = self.functions.get(name)
        if helper is None:
            return ""
        parameters = [*helper.args.args, *helper.args.kwonlyargs]
        defaults = [*helper.args.defaults, *helper.args.kw_defaults]
        for parameter, default in zip(parameters[::-1], defaults[::-1], strict=False):
            if parameter.arg == "code" and isinstance(default, ast.Constant):
                return str(default.value)
        return ""

    def _problem(self, call: ast.Call, function: _Function, prefix: str) -> Iterator[Found]:
        given = {item.arg: item.value for item in call.keywords}
        stated = [item for item in (*call.args, given.get("code")) if _is_code(item, prefix)]
        default = self._default_code(_name(call.func))
        if not stated and not default:
            return
        name = prefix + stated[0].value if stated else default  # type: ignore[union-attr]
        rest = call.args[call.args.index(stated[0]) + 1 :] if stated and stated[0] in call.args else call.args
        if not stated or stated[0] not in call.args:
            rest = self._messages(call)
        levels = self._options(given["severity"], function) if "severity" in given else ["error"]
        hint = (
            "；".join(filter(None, self._options(given["hint_zh"], function))) if "hint_zh" in given else ""
        )
        for zh, en in self._texts(rest, function):
            yield Found(name, levels[0] if levels[0] in _LEVELS else "error", zh, en, hint, self.where)

    def _messages(self, call: ast.Call) -> list[ast.expr]:
        """Return the arguments of a helper that are its `zh` and `en`."""
        helper = self.functions.get(_name(call.func))
        names = [item.arg for item in helper.args.args if item.arg != "self"] if helper else []
        return [arg for name, arg in zip(names, call.args, strict=False) if name in ("zh", "en")]

    def _reason(self, call: ast.Call, function: _Function) -> Iterator[Found]:
        given = {item.arg: item.value for item in call.keywords}
        name, text = given.get("code"), given.get("text")
        texts = text.args if isinstance(text, ast.Call) else call.args
        if name is None:
            literals = [item for item in call.args if isinstance(item, ast.Constant)]
            name, texts = (literals[0] if literals else None), list(literals[1:])
        for stated in self._strings(name, function):
            for zh, en in self._texts(texts, function):
                yield Found(stated, "reason", zh, en, "", self.where)

    def _strings(self, node: ast.expr | None, function: _Function) -> list[str]:
        """Return the codes that an expression may stand for."""
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        if isinstance(node, ast.Name):
            if node.id.isupper():
                return [
                    str(item.value.value)
                    for item in self.tree.body
                    if isinstance(item, ast.Assign) and _name(item.targets[0]) == node.id
                    if isinstance(item.value, ast.Constant)
                ]
            return [
                item.value
                for value in _assigned(node.id, function)
                for item in ast.walk(value)
                if isinstance(item, ast.Constant)
                and isinstance(item.value, str)
                and re.fullmatch("[a-z-]+", item.value)
            ][:1]
        return []

    def _texts(self, arguments: list[ast.expr], function: _Function) -> list[tuple[str, str]]:
        """Return the Chinese and English templates among the arguments after a code.

        They stand beside each other, or in one pair; the Chinese one is the first with a Chinese character.
        """
        passed = self._passed_on(arguments, function)
        if passed:
            return passed
        parts = [one for item in arguments for one in _pair(item, function) or [item]]
        options = [self._options(one, function) for one in parts if not isinstance(one, ast.Starred)]
        chinese = [place for place, texts in enumerate(options) if _CHINESE.search("".join(texts))]
        found = [*options[chinese[0] if chinese else 0 :], [], []]
        zh, en = found[:2]
        if len(zh) == len(en) and zh:
            return list(zip(zh, en, strict=True))
        if len(zh) > 1 and len(en) == 1:  # one name, assigned anew before each call: the nearest counts
            nearest = self._options(parts[options.index(zh)], function, arguments[0].lineno)
            return [(text, en[0]) for text in nearest]
        return [(text, en[0] if en else "") for text in zh] or [("{text}", "")]

    def _passed_on(self, arguments: list[ast.expr], function: _Function) -> list[tuple[str, str]]:
        """Return what the callers give, where a helper passes its own parameters `zh` and `en` on."""
        names = [item.id for item in arguments if isinstance(item, ast.Name)]
        if function is None or names[:2] != ["zh", "en"] or _assigned("zh", function):
            return []
        parameters = [item.arg for item in function.args.args if item.arg != "self"]
        if "zh" not in parameters:
            return []
        place = parameters.index("zh")
        return [
            pair
            for call, caller in self.inside.items()
            if _name(call.func) == function.name and len(call.args) > place and caller is not function
            for pair in self._texts(call.args[place : place + 2], caller)
        ]

    def _options(self, node: ast.expr, function: _Function, line: int = 0) -> list[str]:
        """Return the templates that an expression may stand for; with `line`, by the assignment nearest before it."""
        if isinstance(node, ast.IfExp):
            return [*self._options(node.body, function), *self._options(node.orelse, function)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._options(node.left, function), self._options(node.right, function)
            return [one + two for one in left for two in right]
        if isinstance(node, ast.Name):
            values = _assigned(node.id, function)
            if line:
                values = [value for value in values if value.lineno <= line][-1:] or values
            return [text for value in values for text in self._options(value, None)] or [f"{{{node.id}}}"]
        return [_template(node)]


def _pair(node: ast.expr, function: _Function) -> list[ast.expr]:
    """Return the two sides of a pair of texts, written here or assigned to a local name; else nothing."""
    values = _assigned(node.id, function) if isinstance(node, ast.Name) else [node]
    pairs = [value.elts for value in values if isinstance(value, ast.Tuple) and len(value.elts) == 2]
    return pairs[0] if pairs else []


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _is_code(node: ast.expr | None, prefix: str) -> bool:
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return False
    return bool(_CODE.fullmatch(prefix + node.value))


def _assigned(name: str, function: _Function) -> list[ast.expr]:
    """Return what is assigned to a local name, also as part of a pair, in the order of the lines."""
    found: list[ast.expr] = []
    for node in ast.walk(function) if function else ():
        if not isinstance(node, ast.Assign):
            continue
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name) and target.id == name:
            found.append(value)
        elif isinstance(target, ast.Tuple):
            names = [_name(item) for item in target.elts]
            if name in names:
                place = names.index(name)
                found += [value.elts[place]] if isinstance(value, ast.Tuple) else _of_pair(value, place)
    return sorted(found, key=lambda value: value.lineno)


def _of_pair(value: ast.expr, place: int) -> list[ast.expr]:
    """Return one side of ``a, b = (x, y) if … else (z, w)``; nothing where it comes from elsewhere."""
    if isinstance(value, ast.IfExp):
        return [side.elts[place] for side in (value.body, value.orelse) if isinstance(side, ast.Tuple)]
    return []


def _template(node: ast.expr) -> str:
    """Return a message with what is filled in as ``{name}``."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_template(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return "{" + _short(node.value) + "}"
    return "{" + _short(node) + "}"


def _short(node: ast.expr) -> str:
    """Return a short name for an expression: its last attribute, or its first argument."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _short(node.value) if isinstance(node.value, ast.Name) else "self"
        return node.attr if owner == "self" else f"{owner}.{node.attr}"
    if isinstance(node, ast.Call):
        return _short(node.args[0]) if node.args else _short(node.func)
    return "…"
