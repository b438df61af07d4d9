"""A refused call, what it would be after some changes, and how these are written."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.checking.boundary import RESULT, Boundary
from typed_rope.checking.leaves import given_values
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.repairing.exchanges import Exchange
from typed_rope.checking.repairing.search import Repair
from typed_rope.checking.repairing.state import Mistake, Refused, State

B, T, S, D = 2, 5, 7, 8

TURN = Change("order", 2, "{0}.transpose(0, 1)", (1, 0))
ADD = Change("axis", 2, "{0}.unsqueeze(0)")


def refused(function: Callable[..., Any], *result: object, **arguments: object) -> Refused:
    boundary: Boundary = function.__boundary__  # type: ignore[attr-defined] # of every wrapper
    return Refused(boundary, arguments, given_values(boundary, arguments), result)


def f(*sizes: int) -> Tensor:
    return torch.zeros(sizes)


@typed
def pair(x: Float[Tensor, "t d"], y: Float[Tensor, "s d"], n: int = 1) -> Float[Tensor, "t s"]:
    return x @ y.T


@typed
def gather(
    parts: list[Float[Tensor, "t d"]], bias: Float[Tensor, " d"] | None
) -> tuple[Float[Tensor, "t d"], Float[Tensor, " t"]]:
    return parts[0], parts[0][:, 0]


@typed
@dataclass
class Cache:
    k: Float[Tensor, "s d"]
    v: Float[Tensor, "s d"]

    @typed
    def append(self, k: Float[Tensor, "t d"]) -> None: ...

    @typed
    def join(self: "Cache", k: Float[Tensor, "t d"]) -> None: ...


class Plain:
    @typed
    def append(self, k: Float[Tensor, "t d"]) -> None: ...


@pytest.mark.parametrize("cls", [Refused, Mistake, State, Change, Evidence, Exchange, Repair])
def test_nothing_that_a_search_hands_on_can_be_changed(cls: type) -> None:
    field = next(iter(cls.__dataclass_fields__))  # type: ignore[attr-defined] # of a dataclass
    with pytest.raises(FrozenInstanceError):
        setattr(object.__new__(cls), field, 1)


def test_a_call_has_leaves_of_arguments_and_a_result_its_own_as_well() -> None:
    call = refused(gather, parts=[f(T, D), f(S, D)], bias=3)
    assert [leaf.path for leaf in call.leaves] == ["parts[0]", "parts[1]", "bias"]
    assert [seen.path for seen in call.tensors] == ["parts[0]", "parts[1]"]
    assert (call.answers, call.returned) == (False, ())
    returned = refused(gather, (f(T, D), f(T)), parts=[f(T, D)], bias=3)
    paths = ["parts[0]", "bias", "return[0]", "return[1]"]
    assert [leaf.path for leaf in returned.leaves] == paths
    assert [leaf.path for leaf in returned.called] == paths[:2]
    assert returned.answers


def test_none_is_a_result_as_well() -> None:
    call = refused(pair, None, x=f(T, D), y=f(S, D), n=1)
    assert call.answers
    assert [leaf.path for leaf in call.returned] == [RESULT]


def test_an_argument_is_found_by_its_name_and_the_result_by_its_own() -> None:
    result = f(T, S)
    call = refused(pair, result, x=f(T, D), y=f(S, D), n=3)
    assert call.value("n") == 3
    assert call.value(RESULT) is result


def test_with_other_arguments_what_braces_read_is_read_again() -> None:
    @typed
    def split(x: Float[Tensor, "t {heads}"], heads: int) -> None: ...

    call = refused(split, x=6, heads=f(T, D))
    again = call.instead({"x": f(T, D), "heads": 6})
    assert dict(again.given) == {"heads": 6}
    assert dict(again.arguments)["heads"] == 6
    assert [leaf.path for leaf in again.leaves] == ["x", "heads"]


def test_in_a_method_of_a_record_its_fields_have_to_be_agreed_with() -> None:
    cache = Cache(f(S, D), f(S, D))
    call = refused(Cache.append, self=cache, k=f(T, D))
    assert [leaf.path for leaf in call.held] == ["self.k", "self.v"]
    assert [leaf.value is cache.k for leaf in call.held] == [True, False]


def test_no_fields_are_held_where_they_are_arguments_or_there_are_none() -> None:
    cache = Cache(f(S, D), f(S, D))
    assert refused(Cache.join, self=cache, k=f(T, D)).held == ()
    assert refused(Plain.append, self=Plain(), k=f(T, D)).held == ()
    assert refused(pair, x=f(T, D), y=f(S, D), n=1).held == ()
    made = Refused(Boundary("Cache", ("self", "k"), (), None), {"self": cache, "k": f(T)}, {})
    assert made.held == ()


def state_of(call: Refused, *roots: str) -> State:
    return State.of(call, frozenset(roots) if roots else None)


def test_what_may_be_changed_is_all_or_what_is_named() -> None:
    call = refused(pair, f(T, S), x=f(T, D), y=f(S, D), n=1)
    assert [seen.path for seen in state_of(call).changeable()] == ["x", "y", RESULT]
    assert [seen.path for seen in state_of(call, RESULT).changeable()] == [RESULT]
    assert [seen.path for seen in state_of(call, RESULT).suspects()] == [RESULT]


def test_what_was_found_out_of_a_call_is_not_found_out_again() -> None:
    call = refused(pair, x=f(T, D), y=f(S, D), n=1)
    assert state_of(call).tensors is call.tensors


def test_what_is_fixed_is_agreed_with_and_not_changed() -> None:
    cache = Cache(f(S, D), f(S, D))
    call = refused(Cache.append, self=cache, k=f(D, T))
    state = State(call.leaves, fixed=call.held)
    assert [seen.path for seen in state.tensors] == ["self.k", "self.v", "k"]
    assert [seen.path for seen in state.changeable()] == ["k"]
    assert [leaf.path for leaf in state.meta_leaves()] == ["self.k", "self.v", "k"]


def test_of_many_tensors_the_first_dozen_are_suspects() -> None:
    call = refused(gather, parts=[f(T, D + n) for n in range(14)], bias=None)
    assert len(state_of(call).suspects()) == 12


def test_the_judge_is_shown_what_may_be_a_tensor_once() -> None:
    call = refused(gather, parts=[f(T, D), f(T, D), f(S, D), f(S, D).double()], bias=3)
    paths = ["parts[0]", "parts[2]", "parts[3]", "bias"]
    assert [leaf.path for leaf in state_of(call).meta_leaves()] == paths
    plain = refused(pair, x=f(T, D), y=f(T, D), n=1)
    assert [leaf.path for leaf in state_of(plain).meta_leaves()] == ["x", "y"]


def test_a_change_of_a_tensor_is_a_state_of_its_own() -> None:
    state = state_of(refused(pair, x=f(D, T), y=f(S, D), n=1))
    (x,) = [seen for seen in state.tensors if seen.path == "x"]
    changed = state.with_change([x], TURN, 3)
    assert changed is not None
    assert (state.cost, state.written) == (0, {})
    assert (changed.cost, changed.written) == (5, {"x": "{0}.transpose(0, 1)"})
    (mistake,) = changed.mistakes
    assert (mistake.kind, mistake.paths, mistake.change) == ("order", ("x",), TURN)
    assert [[seen.sizes for seen in some] for some in (mistake.before, mistake.after)] == [
        [(D, T)],
        [(T, D)],
    ]
    assert [seen.sizes for seen in changed.tensors] == [(T, D), (S, D)]
    value = changed.leaves[0].value
    assert isinstance(value, Tensor)
    assert (value.shape, value.dtype, value.device.type) == ((T, D), torch.float32, "meta")
    assert changed.leaves[1] is state.leaves[1]


def test_changes_add_up_in_cost_and_in_what_is_written() -> None:
    state = state_of(refused(pair, x=f(D, T), y=f(S, D), n=1))
    for change in (TURN, ADD):
        found = state.with_change(state.tensors[:1], change, 0)
        assert found is not None
        state = found
    assert (state.cost, len(state.mistakes)) == (4, 2)
    assert state.written == {"x": "{0}.transpose(0, 1).unsqueeze(0)"}
    assert state.tensors[0].sizes == (1, T, D)


def test_a_change_that_one_of_several_cannot_take_is_none() -> None:
    state = state_of(refused(gather, parts=[f(T, D)], bias=f(D)))
    assert state.with_change(state.tensors, TURN, 0) is None
    assert state.with_change(state.tensors, ADD, 0) is not None


def changed(state: State, *paths: str) -> State:
    found = state.with_change([seen for seen in state.tensors if seen.path in paths], ADD, 0)
    assert found is not None
    return found


def test_changes_of_several_arguments_are_written_for_each() -> None:
    call = refused(pair, x=f(T, D), y=f(S, D), n=1)
    how = {"x": "x.unsqueeze(0)", "y": "y.unsqueeze(0)"}
    assert changed(state_of(call), "x", "y").fix(call) == how
    assert state_of(call).fix(call) == {}


def test_a_change_inside_an_argument_is_written_for_the_whole() -> None:
    call = refused(gather, parts=[f(T, D), f(S, D)], bias=None)
    state = changed(state_of(call), "parts[1]")
    assert state.fix(call) == {"parts": "[parts[0], parts[1].unsqueeze(0)]"}
    assert state.arguments(call) == dict(call.arguments)


def test_a_result_is_called_so_where_it_is_written() -> None:
    call = refused(gather, (f(T, D), f(T)), parts=[f(T, D)], bias=None)
    state = changed(state_of(call, RESULT), "return[1]")
    assert state.fix(call) == {RESULT: "(result[0], result[1].unsqueeze(0))"}


def test_what_cannot_be_written_is_no_fix() -> None:
    call = refused(gather, parts=[f(T, D) for _ in range(5)], bias=f(D))
    assert changed(state_of(call), "bias", "parts[0]", "parts[1]").fix(call) is None
    assert State(call.leaves, written={"bias": "{0}"}).fix(call) is None


def test_a_value_that_breaks_when_it_is_looked_at_is_no_fix() -> None:
    class Broken(dict[str, Tensor]):
        def items(self) -> Any:
            raise RuntimeError("never read")

    call = Refused(Boundary("f", ("x",), (), None), {"x": Broken()}, {})
    assert State((), written={"x['a']": "{0}.T"}).fix(call) is None


def test_the_arguments_of_a_repaired_call_are_moved_and_changed() -> None:
    call = refused(pair, x=f(T, D), y=f(S, D), n=1)
    moved = State((), exchanged={"x": "y", "y": None})
    assert moved.arguments(call) == {"x": call.arguments["y"], "y": None, "n": 1}
    assert moved.fix(call) == {"x": "y", "y": "None"}
    repaired = changed(state_of(call), "x").arguments(call)
    assert isinstance(repaired["x"], Tensor)
    assert repaired["x"].shape == (1, T, D)
    assert (repaired["y"], repaired["n"]) == (call.arguments["y"], 1)
