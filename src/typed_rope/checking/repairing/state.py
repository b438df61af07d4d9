"""A refused call, and what it would be after some changes."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import torch

from typed_rope.checking.boundary import RESULT, Boundary, Parameter
from typed_rope.checking.forms import RecordForm
from typed_rope.checking.leaves import Leaf, call_leaves, given_values, result_leaves
from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.change import Change, Kind
from typed_rope.checking.repairing.rewriting import rewritten
from typed_rope.checking.repairing.trial import Trial
from typed_rope.checking.system import Seen, argument_of, see, suspicious

_MOST_SUSPECTS = 12


@dataclass(frozen=True)
class Refused:
    """A call that was refused, or with a result, what it returned."""

    boundary: Boundary
    arguments: Mapping[str, object]
    given: Mapping[str, object]
    result: tuple[object, ...] = ()
    trial: Trial | None = None  # how to try a call of the function

    @property
    def answers(self) -> bool:
        """Whether it is the result that was refused."""
        return bool(self.result)

    @cached_property
    def called(self) -> tuple[Leaf, ...]:
        """The leaves of the arguments."""
        return tuple(call_leaves(self.boundary, self.arguments, self.given))

    @cached_property
    def returned(self) -> tuple[Leaf, ...]:
        """The leaves of the result."""
        leaves = (result_leaves(self.boundary, value, self.given) for value in self.result)
        return tuple(leaf for found in leaves for leaf in found)

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """All of them."""
        return (*self.called, *self.returned)

    @cached_property
    def tensors(self) -> tuple[Seen, ...]:
        """The tensors among them."""
        return tuple(seen for leaf in self.leaves if (seen := see(leaf)) is not None)

    def instead(self, arguments: Mapping[str, object]) -> "Refused":
        """Return the call with other arguments."""
        given = {**self.given, **given_values(self.boundary, arguments)}
        return replace(self, arguments=arguments, given=given)

    @cached_property
    def held(self) -> tuple[Leaf, ...]:
        """The fields of `self`, if it is a record: in a method, its axes mean the same."""
        owner = self.arguments.get("self")
        annotated = any(parameter.name == "self" for parameter in self.boundary.parameters)
        if annotated or self.boundary.function == type(owner).__qualname__:
            return ()  # they are the arguments themselves
        form = form_of(type(owner), None)
        if not isinstance(form, RecordForm):
            return ()
        alone = Boundary("", ("self",), (Parameter("self", form),), None)
        return tuple(call_leaves(alone, {"self": owner}, {}))

    def value(self, root: str) -> object:
        """Return an argument, or the result."""
        return self.result[0] if root == RESULT else self.arguments[root]


@dataclass(frozen=True)
class Mistake:
    """One mistake: what was done wrong, and in which places."""

    kind: Kind | Literal["exchange"]
    paths: tuple[str, ...]
    change: Change | None = None
    before: tuple[Seen, ...] = ()
    after: tuple[Seen, ...] = ()


@dataclass(frozen=True)
class State:
    """The leaves of a call after some changes."""

    leaves: tuple[Leaf, ...]
    cost: int = 0
    mistakes: tuple[Mistake, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)  # path -> what is made of `{0}`
    exchanged: Mapping[str, str | None] = field(default_factory=dict)
    roots: frozenset[str] | None = None  # the arguments that may be changed; None: all
    fixed: tuple[Leaf, ...] = ()  # what else it has to agree with
    given: Mapping[str, object] | None = None  # what `{...}` read, where that has changed

    @classmethod
    def of(cls, refused: Refused, roots: frozenset[str] | None) -> "State":
        """Return the call as it was."""
        state = cls(refused.leaves, roots=roots)
        vars(state)["tensors"] = refused.tensors  # need not be found out once more
        return state

    @cached_property
    def tensors(self) -> tuple[Seen, ...]:
        """The tensors among its leaves, and those that they have to agree with."""
        leaves = (*self.fixed, *self.leaves)
        return tuple(seen for leaf in leaves if (seen := see(leaf)) is not None)

    def changeable(self) -> tuple[Seen, ...]:
        """Return the tensors that may be changed."""
        fixed = {leaf.path for leaf in self.fixed}
        free = (seen for seen in self.tensors if seen.path not in fixed)
        return tuple(s for s in free if self.roots is None or s.argument in self.roots)

    def suspects(self) -> list[Seen]:
        """Return those to be changed first: of many, few."""
        free = {seen.path for seen in self.changeable()}
        return [seen for seen in suspicious(self.tensors) if seen.path in free][:_MOST_SUSPECTS]

    def meta_leaves(self) -> list[Leaf]:
        """Return the leaves for the judge: all that may be tensors, and differ."""
        leaves: dict[object, Leaf] = {}
        for leaf in (*self.fixed, *self.leaves):
            if leaf.tensor_forms():
                sizes = getattr(leaf.value, "shape", None), getattr(leaf.value, "dtype", None)
                leaves.setdefault((id(leaf.form), id(leaf.given), *sizes), leaf)
        return list(leaves.values())

    def arguments(self, refused: Refused) -> dict[str, object]:
        """Return the arguments of the repaired call, those that are containers as they were."""
        moved = {
            n: None if by is None else refused.arguments[by] for n, by in self.exchanged.items()
        }
        changed = {leaf.path: leaf.value for leaf in self.leaves if leaf.path in self.written}
        whole = {path: value for path, value in changed.items() if path in refused.arguments}
        return {**refused.arguments, **moved, **whole}

    def with_change(self, group: Sequence[Seen], change: Change, more: int) -> "State | None":
        """Return the state after one change of some tensors; None where it cannot be made."""
        changed = [change.apply(seen) for seen in group]
        after = tuple(seen for seen in changed if seen is not None)
        if len(after) < len(group):
            return None
        new = {seen.path: seen for seen in after}
        leaves = tuple(
            replace(leaf, value=_meta(new[leaf.path])) if leaf.path in new else leaf
            for leaf in self.leaves
        )
        before = {path: self.written.get(path, "{0}") for path in new}
        state = replace(
            self,
            leaves=leaves,
            cost=self.cost + change.cost + more,
            mistakes=(
                *self.mistakes,
                Mistake(change.kind, tuple(new), change, tuple(group), after),
            ),
            written={**self.written, **{path: change.of(how) for path, how in before.items()}},
        )
        vars(state)["tensors"] = tuple(new.get(seen.path, seen) for seen in self.tensors)
        return state

    def fix(self, refused: Refused) -> dict[str, str] | None:
        """Write the changes as expressions for whole arguments; None where there is none."""
        fix = {name: str(by) for name, by in self.exchanged.items()}
        for root in dict.fromkeys(argument_of(path) for path in self.written):
            name = "result" if root == RESULT else root
            written = {name + path.removeprefix(root): how for path, how in self.written.items()}
            how: str | None = None
            with suppress(Exception):  # values of the user's may be anything
                how = rewritten(refused.value(root), name, written)
            if how is None or how == name:
                return None
            fix[root] = how
        return fix


def _meta(seen: Seen) -> torch.Tensor:
    return torch.empty(seen.sizes, dtype=seen.dtype, device="meta")
