"""The source of a kernel: one readable Python function that decides many claims under one plan of an office.

Rows come sorted by person and order of decision; what was counted before lives in arrays by period, so that a late
claim counts in its own period. A plan that runs under several editions gets one branch an edition over one state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files

from attrs import define, evolve, frozen

from mutualplans.backends.kernel import Opaque
from mutualplans.batch.kernel.body import COMPUTED, Body
from mutualplans.batch.kernel.edition import STATUS, Branch, EditionPart, waits
from mutualplans.batch.kernel.module import Argument, Module
from mutualplans.engine.bind import BoundPlan
from mutualplans.engine.facts import EVENT_DATES
from mutualplans.engine.limits import node_bounds
from mutualplans.engine.office import SharedLimit
from mutualplans.expr import nodes as n
from mutualplans.expr.fold import order
from mutualplans.model.text import Text

__all__ = ["GATES", "KernelSource", "Opaque", "kernel_source", "support"]

GATES = {
    "before-cover": Text("出险早于保障起始日", "before the first day of cover"),
    "after-cover": Text("出险晚于保障终止日", "after the last day of cover"),
    "cover-ended": Text("保障已因先前给付终止", "the cover was ended by an earlier payment"),
    "relation": Text("本计划不保障此人", "the plan does not cover this person"),
    "late": Text("申领已过时效", "claimed too late"),
}
"""Reasons that stand before every benefit, in the order of their bits."""


_WIDTHS = {"i1": 8, "i2": 16, "i4": 32, "i8": 64}
"""Types of whole numbers, and how many bits they have with their sign."""


@frozen(kw_only=True)
class KernelSource:
    """A kernel as text, with what is needed to call it and to read its answers.

    Attributes:
        text: The source; it needs nothing but `compiled` and `room` in its namespace.
        arguments: The arrays of ``decide``, in order.
        branches: One for each edition.
        paths: What each bit of the missing mask stands for.
        tables: Name of an array over codes → what it holds for a code.
    """

    text: str
    arguments: tuple[Argument, ...]
    branches: tuple[Branch, ...]
    paths: tuple[str, ...]
    tables: Mapping[str, Callable[[str], int]]


def kernel_source(
    bounds: Sequence[BoundPlan],
    *,
    code: Callable[[str], int],
    nullable: Callable[[str], bool] = lambda _path: True,
    earlier: Sequence[str] = (),
    compensating: Sequence[str] = (),
    limits: Sequence[SharedLimit] = (),
    detail: bool = False,
) -> KernelSource:
    """Write the kernel of a plan.

    Args:
        bounds: The plan bound to each edition that the covers are under.
        code: Number of a code; "" is 0, the others are above it.
        nullable: Whether a field may be missing in the data.
        earlier: Ids of the plans that the office decides before this one, in their order.
        compensating: Those of them that have an indemnity benefit.
        limits: The office's limits over this plan and others.
        detail: Also say what each benefit lacks, and what is left of each limit over a period.

    Raises:
        Opaque: the plan says something that a kernel cannot; it runs on the exact backend.
    """
    module = Module(
        code=code,
        nullable=nullable,
        earlier=tuple(earlier),
        compensating=tuple(compensating),
        limits=tuple(limits),
    )
    found = Line(module, tuple(bounds), detail).write()
    # The parts of a writer refer to each other: what asks the data would keep their columns until the collector comes.
    module.nullable = _no_longer
    return found


def _no_longer(path: str) -> bool:
    raise AssertionError(path)


def support() -> str:
    """Return the text of the functions that every kernel calls."""
    return files("mutualplans.batch.kernel").joinpath("support.py").read_text(encoding="utf-8")


@define(eq=False)
class Line:
    """A plan under its editions: writes the whole function."""

    module: Module
    bounds: tuple[BoundPlan, ...]
    detail: bool

    def write(self) -> KernelSource:
        """Return the source."""
        written = [EditionPart(self.module, bound, self.detail, self._depth()) for bound in self.bounds]
        branches = tuple(item.write() for item in written)
        self._out("open", "i1")
        loop = [*self._row(), *self._editions(written)]
        head = self._head()
        lines = [*self._functions(), *head, *self._zeroed(loop)]
        return KernelSource(
            text=support() + "\n\n" + "\n".join(lines) + "\n",
            arguments=tuple(self._narrow(item, branches) for item in self.module.arguments.values()),
            branches=branches,
            paths=tuple(self.module.paths),
            tables=dict(self.module.tables),
        )

    def _narrow(self, item: Argument, branches: Sequence[Branch]) -> Argument:
        """Return an argument no wider than its bits: memory is what a kernel waits for."""
        name, _, benefit = item.key.partition(":")
        if item.role != "out" or name not in ("missing", "reasons"):
            return item
        bits = len(self.module.paths)
        if name == "reasons":
            bits = max(len(branch.reasons.get(benefit, ())) for branch in branches)
        return evolve(item, type=next(type_ for type_, most in _WIDTHS.items() if bits < most))

    def _depth(self) -> int:
        return 3 if len(self.bounds) == 1 else 4

    def _zeroed(self, lines: Iterable[str]) -> Iterator[str]:
        """Fill in which accounts begin at 0 in a new place; all are known only at the end."""
        by_name = {group.name: group for group in self.module.groups.values()}
        for line in lines:
            indent, found, rest = line.partition("ZERO ")
            if not found:
                yield line
                continue
            name, slot = rest.split()
            for held in self.module.of(by_name[name]):
                yield f"{indent}{held}[{slot}] = 0"

    # ------------------------------------------------------------ around the loop

    def _functions(self) -> Iterator[str]:
        for (_hint, parameters, *lines), name in self.module.functions.items():
            yield "@compiled"
            yield f"def {name}({parameters}):"
            yield from (f"    {line}" for line in lines)
            yield from ("", "")
        for values, name in self.module.constants.items():
            yield f"{name} = constant({list(values)})"
        yield from ("", "") if self.module.constants else ()

    def _head(self) -> list[str]:
        names = [item.name for item in self.module.arguments.values()]
        groups = list(self.module.groups.values())
        lines = [
            "@compiled",
            "def decide(first_person, last_person, most_rows, person_row, person_cover, bailed,",
            *(f"           {name}," for name in names),
            "           ):",
            "    # what was counted for a person, by period",
        ]
        for group in groups:
            held = self.module.of(group)
            if group.single:
                continue
            split = [f"codes_{group.name}"] if group.by is not None else []
            rooms = [f"keys_{group.name}", *split, *held]
            lines += [f"    {item} = room(most_rows)" for item in rooms]
        for (account, _group), name in self.module.accounts.items():
            lines.append(f"    # {name}: {account}")
        lines.append("    for person in range(first_person, last_person):")
        inner = ["first_cover, last_cover = person_cover[person], person_cover[person + 1]"]
        inner += [
            "if first_cover == last_cover:",
            "    continue",
            "stays = 0",
            "latest = MISSING",
            "cover = first_cover",
            "held = unsigned(cover)",
        ]
        for group in groups:
            if group.single:
                inner += [f"{held} = 0" for held in self.module.of(group)]
            else:
                name = group.name
                inner += [f"count_{name} = 0", f"at_{name} = 0", f"last_{name} = -1"]
                inner += [f"last_code_{name} = -1"] if group.by is not None else []
        inner.append("for row in range(person_row[person], person_row[person + 1]):")
        inner.append("    here = unsigned(row)")
        return lines + ["        " + line for line in inner]

    def _row(self) -> list[str]:
        """Return the lines that find the event date and the cover."""
        body = Body(module=self.module, bound=self.bounds[0], depth=3)
        body.bounds = {}
        self._event(body)
        several = "last_cover - first_cover > 1"
        if body.event_mask:
            with body.block(f"if {several} and missing_event != 0:"):
                self._open(body)
        first = self.module.argument("cover", "cover.first_day", "i4")
        last = self.module.argument("cover", "cover.last_day", "i4")
        with body.block(
            f"if {several} and not {first}[held] <= event <= {last}[held]:"
        ):  # as the claim before
            body.line(f"cover = nearest({first}, {last}, first_cover, last_cover, event)")
            body.line("held = unsigned(cover)")
        body.line(f"{self._out('cover', 'i4')}[here] = cover")
        self._faulty(body, "!= 0")
        body.line(f"first_day = {first}[held]")
        body.line(f"last_day = {last}[held]")
        return body.lines

    def _open(self, body: Body) -> None:
        """Write that nothing can be decided while it is not known under which cover an event falls."""
        body.line("cover = first_cover")
        body.line("held = unsigned(cover)")
        body.line(f"{self._out('cover', 'i4')}[here] = cover")
        self._faulty(body, "== 1")
        body.line(f"{self._out('status', 'i1')}[here] = {STATUS.index('incomplete')}")
        body.line(f"{self._out('open', 'i1')}[here] = 1")
        body.line(f"{self._out('missing', 'i8')}[here] = missing_event")
        for name, argument in list(self.module.arguments.items()):
            if argument.role == "out" and argument.key.startswith("amount:"):
                body.line(f"{name}[here] = MISSING")
            if argument.role == "out" and argument.key.startswith("missing:"):
                body.line(f"{name}[here] = missing_event")
        waits(body, self.module, self._compensates(), self._place())
        body.line("continue")

    def _faulty(self, body: Body, test: str) -> None:
        """Write that no claim is decided under a cover with a fault: 1 it has no edition, 2 it is too long."""
        with body.block(f"if {self.module.argument('cover', 'fault', 'i1')}[held] {test}:"):
            body.line(f"{self._out('status', 'i1')}[here] = {STATUS.index('undecided')}")
            waits(body, self.module, self._compensates(), self._place())
            body.line("continue")

    def _event(self, body: Body) -> None:
        own = self.bounds[0].plan.event_date
        if own is not None:
            nodes = order([own.node]).nodes
            reads = [node for node in nodes if isinstance(node, n.Read)]
            if any(isinstance(node, n.Value) for node in nodes) or any(
                node.field.subject != "claim" or node.field.path in COMPUTED for node in reads
            ):
                message = "its event date depends on more than the claim"
                raise Opaque(message)
            body.bounds = node_bounds(self.bounds[0], nodes)
            found = body.node(own.node)
            body.line(f"event = {found.code}")
            if body.event_mask:
                body.line(f"missing_event = {found.mask or 0}")
            return
        column = self.module.argument("claim", "claim.event_date", "i4")
        body.line(f"event = {column}[here]")
        if not body.event_mask:
            return
        kinds = body.codes("event_lacks", self._lacking(EVENT_DATES))
        kind = self.module.argument("claim", "claim.event", "i4")
        bits = [self.module.missing(f"claim.{name}") for name in self._event_fields(EVENT_DATES)]
        body.line("missing_event = 0")
        with body.block("if event == MISSING:"):
            body.line(f"lacks = {kinds}[max({kind}[here], 0)]")
            body.line(f"missing_event = {self.module.missing('claim.event')}")
            for number, bit in enumerate(bits, 1):
                with body.block(f"if lacks == {number}:"):
                    body.line(f"missing_event = {bit}")

    @staticmethod
    def _event_fields(dates: Mapping[str, str]) -> list[str]:
        return list(dict.fromkeys(dates.values()))

    def _lacking(self, dates: Mapping[str, str]) -> Callable[[str], int]:
        fields = self._event_fields(dates)
        return lambda code: fields.index(dates[code]) + 1 if code in dates else 0

    def _editions(self, written: Sequence[EditionPart]) -> list[str]:
        if len(written) == 1:
            return written[0].body.lines
        lines = []
        edition = self.module.argument("cover", "edition", "i1")
        for number, item in enumerate(written):
            word = "if" if number == 0 else "elif"
            lines.append(f"            {word} {edition}[held] == {number}:  # {item.bound.edition.id}")
            lines += item.body.lines
        return lines

    def _out(self, key: str, type_: str) -> str:
        return self.module.argument("out", key, type_)

    def _compensates(self) -> bool:
        return any(item.indemnity for item in self.bounds[0].plan.benefits)

    def _place(self) -> int:
        return len(self.module.compensating)
