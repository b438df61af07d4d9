"""What has to change whatever else does: values of the wrong type, tensors of the wrong dtype."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

import torch

from typed_rope.checking.boundary import RESULT
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.repairing.change import Change
from typed_rope.checking.repairing.conversions import conversions
from typed_rope.checking.repairing.dtypes import recast
from typed_rope.checking.repairing.state import Mistake, Refused, State
from typed_rope.checking.system import Seen, are_twins, argument_of, has_wrong_dtype

_MOST_WAYS = 4


def settled(refused: Refused) -> list[State]:
    """Return the ways to give every value a right type and dtype, the cheapest first."""
    states = [_of_right_dtypes(state) for state in _of_right_types(refused)]
    kept = [state for state in states if state is not None]
    return sorted(kept, key=lambda state: state.cost)


def _of_right_types(refused: Refused) -> Iterator[State]:
    roots = frozenset([RESULT]) if refused.answers else None
    wrong = [leaf for leaf in refused.leaves if leaf.has_wrong_type()]
    if not wrong:
        yield State.of(refused, roots)
        return
    ways = product(*(list(islice(conversions(leaf), _MOST_WAYS)) for leaf in wrong))
    for way in islice(ways, _MOST_WAYS):
        written = {leaf.path: how for leaf, (how, _) in zip(wrong, way, strict=True)}
        values = {leaf.path: value for leaf, (_, value) in zip(wrong, way, strict=True)}
        leaves = _converted(refused, values)
        if not any(leaf.has_wrong_type() for leaf in leaves):
            mistake = Mistake("type", tuple(written))
            yield State(leaves, 2 * len(set(written.values())), (mistake,), written, roots=roots)


def _converted(refused: Refused, values: dict[str, object]) -> tuple[Leaf, ...]:
    """Return the leaves with other values: a whole argument may fall into other leaves then."""
    whole = {path: value for path, value in values.items() if path == argument_of(path)}
    if RESULT in whole:
        refused = replace(refused, result=(whole.pop(RESULT),))
    refused = refused.instead({**refused.arguments, **whole})
    return tuple(
        replace(leaf, value=values[leaf.path]) if leaf.path in values else leaf
        for leaf in refused.leaves
    )


def _of_right_dtypes(state: State) -> State | None:
    wrong = [seen for seen in state.tensors if has_wrong_dtype(seen)]
    paths = {seen.path for seen in wrong}
    groups: dict[Change, list[Seen]] = {}
    for seen in wrong:
        change = recast(seen, _nearest(seen, state, paths))
        if change is None or (state.roots is not None and seen.argument not in state.roots):
            return None
        groups.setdefault(change, []).append(seen)
    for change, group in groups.items():
        changed = state.with_change(group, change, 0)
        if changed is None:
            return None
        state = changed
    return state


def _nearest(seen: Seen, state: State, wrong: set[str]) -> list[torch.dtype]:
    """Return the dtypes of the tensors that have a right one, those of twins first."""
    others = [other for other in state.tensors if other.path not in wrong]
    others.sort(key=lambda other: not are_twins(other, seen))
    return [other.dtype for other in others]
