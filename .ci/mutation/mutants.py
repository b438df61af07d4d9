"""The mutants of a file: each has a number in its file, a place, and a text that names it.

The text is stable: it tells the function, what stood there and what stands there now, so that a
list of known survivors outlives the lines above them.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation import operators, statements
from mutation.operators import Change
from mutation.walk import Slot, slots

OPERATORS: dict[str, Callable[[Slot], Iterator[Change]]] = {
    "comparison": operators.comparison,
    "arithmetic": operators.arithmetic,
    "and, or": operators.connective,
    "operand dropped": operators.operand,
    "number": operators.number,
    "text": operators.text,
    "axes": operators.axes,
    "condition": operators.condition,
    "slice": operators.piece,
    "keyword dropped": operators.keyword,
    "default dropped": operators.default,
    "decorator dropped": operators.decorator,
    "statement removed": statements.removed,
    "result": statements.result,
    "break, continue": statements.loop,
    "handler": statements.handler,
    "with": statements.context,
}


@dataclass(frozen=True)
class Mutant:
    """One change of one file: which change, of which operator, at which place of its tree."""

    path: Path
    place: int
    operator: str
    number: int

    def make(self) -> tuple[ast.Module, "Told"]:
        """Change the tree of the file, its lines where they were, and tell what was changed."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        slot = list(slots(tree))[self.place]
        change = list(OPERATORS[self.operator](slot))[self.number]
        owner, field, index = _holder(tree, slot.statement)
        before = _written(slot.statement)
        change()
        after = _written(getattr(owner, field)[index])
        line = getattr(slot.node, "lineno", slot.statement.lineno)
        told = Told(slot.scope, line, _own_lines(slot.statement), before, after)
        return ast.fix_missing_locations(tree), told


@dataclass(frozen=True)
class Told:
    """What a mutant is, for people: its text is stable whatever stands above it in the file."""

    scope: str
    line: int
    lines: range
    """The lines of the statement around it, without those of the statements inside."""
    before: list[str]
    after: list[str]

    @property
    def difference(self) -> str:
        """Tell the lines that differ."""
        gone = [line.strip() for line in self.before if line not in self.after]
        come = [line.strip() for line in self.after if line not in self.before]
        return f"{' '.join(gone)}  ->  {' '.join(come) or 'pass'}"


def mutants(path: Path) -> list[Mutant]:
    """List the mutants of a file, in the order of its text."""
    return [
        Mutant(path, place, operator, number)
        for place, slot in enumerate(slots(ast.parse(path.read_text(encoding="utf-8"))))
        for operator, changes in OPERATORS.items()
        for number, _ in enumerate(changes(slot))
    ]


def _holder(tree: ast.Module, statement: ast.stmt) -> tuple[ast.AST, str, int]:
    """Find the list that holds a statement, which stays while the statement may not."""
    for owner in ast.walk(tree):
        for field, value in ast.iter_fields(owner):
            if isinstance(value, list):
                for index, one in enumerate(value):
                    if one is statement:
                        return owner, field, index
    raise LookupError(f"no list holds {ast.unparse(statement)!r}.")


def _written(statement: ast.AST) -> list[str]:
    """Write a statement, of one with others inside only the head."""
    body = getattr(statement, "body", None)
    lines = ast.unparse(statement).splitlines()
    if isinstance(body, list) and body and isinstance(statement, ast.stmt):
        return lines[: max(1, len(lines) - sum(len(ast.unparse(s).splitlines()) for s in body))]
    return lines


def _own_lines(statement: ast.stmt) -> range:
    first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
    body = getattr(statement, "body", None)
    cases = getattr(statement, "cases", None)
    last = body[0].lineno - 1 if body else statement.end_lineno or first
    last = cases[0].pattern.lineno if cases else last
    return range(first, max(first, last) + 1)
