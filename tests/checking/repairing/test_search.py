"""The smallest changes after which a call fits: all of them, and none that is larger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.checking.boundary import RESULT, Boundary
from typed_rope.checking.leaves import given_values
from typed_rope.checking.repairing.budget import Budget
from typed_rope.checking.repairing.search import repairs
from typed_rope.checking.repairing.state import Refused

B, H, G, T, S, D, E = 2, 6, 3, 5, 7, 8, 9
FOREVER = 1e9

Found = list[tuple[int, dict[str, str]]]


def refused(function: Callable[..., Any], *result: object, **arguments: object) -> Refused:
    boundary: Boundary = function.__boundary__  # type: ignore[attr-defined] # of every wrapper
    return Refused(boundary, arguments, given_values(boundary, arguments), result)


def told(call: Refused, seconds: float = FOREVER) -> Found:
    return [(repair.cost, dict(repair.fix)) for repair in repairs(call, Budget(seconds))]


def found(function: Callable[..., Any], *result: object, **arguments: object) -> Found:
    return told(refused(function, *result, **arguments))


def f(*sizes: int) -> Tensor:
    return torch.zeros(sizes)


@typed
def two(x: Float[Tensor, "b t"], y: Float[Tensor, "b t"]) -> None: ...


@typed
def rotate(
    x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"], sin: Float[Tensor, "t d/2"]
) -> Float[Tensor, "b h t d"]:
    return x


@typed
def attend(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b g s d"], v: Float[Tensor, "b g s e"]
) -> None: ...


def test_all_repairs_that_are_equally_small_are_found() -> None:
    assert found(two, x=f(B, T), y=f(T, B)) == [
        (2, {"x": "x.transpose(0, 1)"}),
        (2, {"y": "y.transpose(0, 1)"}),
    ]


def test_one_change_is_preferred_to_two() -> None:
    (x, cos) = f(B, T, H, D), f(T, 4)
    assert found(rotate, x=x, cos=cos, sin=cos) == [(2, {"x": "x.transpose(1, 2)"})]


def test_twins_share_one_mistake() -> None:
    table = f(4, T)
    how = {name: f"{name}.transpose(0, 1)" for name in ("cos", "sin")}
    assert found(rotate, x=f(B, H, T, D), cos=table, sin=table) == [(3, how)]


def test_two_tensors_with_annotations_of_their_own_may_share_a_mistake() -> None:
    fix = {name: f"{name}.transpose(1, 2)" for name in "kv"}
    tokens_first = {"k": f(B, S, G, D), "v": f(B, S, G, E + D)}

    @typed
    def pinned(
        q: Float[Tensor, "b h t d"],
        k: Float[Tensor, "b 3 s d"],
        v: Float[Tensor, "b 3 s e"],
        mask: Float[Tensor, "t s"],
    ) -> None: ...

    assert found(pinned, q=f(B, H, T, D), mask=f(T, S), **tokens_first) == [(3, fix)]


def test_all_items_of_one_argument_may_share_a_mistake() -> None:
    @typed
    def gather(x: Float[Tensor, "t d"], parts: list[Float[Tensor, "t d"]]) -> None: ...

    turned = [f(D, T), f(D, T).double(), f(D, T).half()]
    assert found(gather, x=f(T, D), parts=turned) == [
        (2, {"x": "x.transpose(0, 1)"}),
    ]
    fix = {"parts": "[item.transpose(0, 1) for item in parts]"}

    @typed
    def pinned(x: Float[Tensor, "5 d"], parts: list[Float[Tensor, "t d"]]) -> None: ...

    assert found(pinned, x=f(T, D), parts=turned) == [(3, fix)]


def test_all_tensors_of_one_rank_may_share_a_mistake() -> None:
    @typed
    def mix(
        w: Float[Tensor, "t c d"],
        x: Float[Tensor, "t d"],
        y: Float[Tensor, "s d"],
        z: Float[Tensor, "e d"],
    ) -> None: ...

    wrong = {"x": f(D, T), "y": f(D, S), "z": f(D, E)}
    assert found(mix, w=f(T, 11, D), **wrong) == [
        (3, {name: f"{name}.transpose(0, 1)" for name in "xyz"})
    ]


def test_two_tensors_whose_common_axis_nobody_else_has_are_flattened_together() -> None:
    @typed
    def loss(x: Float[Tensor, "n c"], y: Int[Tensor, " n"], w: Float[Tensor, " c"]) -> None: ...

    wrong = {"x": f(B, T, D), "y": f(B, T).long(), "w": f(D)}
    assert found(loss, **wrong) == [(4, {n: f"{n}.flatten(0, 1)" for n in "xy"})]


def test_one_tensor_is_not_flattened_to_a_length_that_only_it_has() -> None:
    @typed
    def weigh(x: Float[Tensor, "n c"], w: Float[Tensor, " c"]) -> None: ...

    assert found(weigh, x=f(B, T, D), w=f(D)) == []


def test_tables_that_come_in_pairs_are_doubled_together() -> None:
    @typed
    def turn(
        x: Float[Tensor, "b t d"], cos: Float[Tensor, "t d"], sin: Float[Tensor, "t d"]
    ) -> None: ...

    fix = {name: f"torch.cat([{name}, {name}], dim=-1)" for name in ("cos", "sin")}
    assert found(turn, x=f(B, T, D), cos=f(T, 4), sin=f(T, 4)) == [(3, fix)]
    assert found(turn, x=f(B, T, 10), cos=f(T, 10), sin=f(T, 5)) == [
        (2, {"sin": fix["sin"]}),
    ]


def test_a_conversion_that_needs_a_cast_is_none_of_the_smallest() -> None:
    @typed
    def embed(x: Float[Tensor, "b t"]) -> None: ...

    named = {"ids": f(B, T).long(), "weights": f(B, T)}
    assert found(embed, x=named) == [(2, {"x": "x['weights']"})]


def test_how_many_heads_there_are_is_read_from_the_sizes_of_others() -> None:
    @typed
    def mix(x: Float[Tensor, "b h t d"], w: Float[Tensor, "h d"]) -> None: ...

    assert found(mix, x=f(B, T, H * D), w=f(H, D)) == [
        (3, {"x": "x.unflatten(-1, (6, -1)).transpose(1, 2)"})
    ]


def test_values_are_split_as_the_keys_of_which_more_is_known() -> None:
    ways = found(attend, q=f(B, H, T, D), k=f(B, S, G * D), v=f(B, S, G * E))
    split = "{0}.unflatten(-1, (3, -1))"
    assert ways == [
        (4, {name: how.format(name) for name in "kv"})
        for how in (f"{split}.transpose(1, 2)", split)
    ]


def test_an_exchange_costs_what_one_change_does() -> None:
    assert found(attend, q=f(B, H, T, D), k=f(B, G, S, E), v=f(B, G, S, D)) == [
        (2, {"k": "v", "v": "k"})
    ]


def test_a_rotation_is_found_where_nothing_smaller_is() -> None:
    @typed
    def three(
        x: Float[Tensor, "5 a"], y: Float[Tensor, "7 b"], z: Float[Tensor, "9 c"]
    ) -> None: ...

    wrong = {"x": f(S, D), "y": f(E, D), "z": f(T, D)}
    assert found(three, **wrong) == [(3, {"x": "z", "y": "x", "z": "y"})]
    assert found(three, **wrong | {"y": f(S, D), "x": f(E, D)}) == [(2, {"x": "z", "z": "x"})]


def test_what_is_exchanged_has_to_be_what_disagrees() -> None:
    @typed
    def four(x: Float[Tensor, "5 a"], y: Float[Tensor, "7 b"], z: Float[Tensor, "9 c"]) -> None: ...

    assert found(four, x=f(S, D), y=f(T, D), z=f(11, D)) == []


def test_values_of_different_types_are_exchanged_with_what_their_braces_read() -> None:
    @typed
    def split(x: Float[Tensor, "t {heads}*2"], heads: int) -> Float[Tensor, "t {heads}/2"]:
        return x

    assert found(split, x=6, heads=f(T, 12)) == [(2, {"x": "heads", "heads": "x"})]
    assert found(split, x=3, heads=f(T, 6)) == []


def test_a_repair_with_which_no_promise_could_be_kept_is_none() -> None:
    @typed
    def halve(x: Float[Tensor, "5 d"]) -> Float[Tensor, "5 d/2"]:
        return x

    assert found(halve, x=f(D, T)) == [(2, {"x": "x.transpose(0, 1)"})]
    assert found(halve, x=f(E, T)) == []


def test_the_function_is_asked_about_the_repaired_call() -> None:
    asked: list[list[tuple[int, ...]]] = []

    def trial(arguments: Mapping[str, object]) -> bool:
        asked.append([tuple(v.shape) for v in arguments.values() if isinstance(v, Tensor)])
        return len(asked) == 2

    call = replace(refused(two, x=f(B, T), y=f(T, B)), trial=trial)
    assert told(call) == [(2, {"y": "y.transpose(0, 1)"})]
    assert asked == [[(T, B), (T, B)], [(B, T), (B, T)]]


def test_a_result_is_changed_by_itself_and_nobody_is_asked() -> None:
    def trial(arguments: Mapping[str, object]) -> bool:
        raise AssertionError

    call = refused(rotate, f(B, T, H, D), x=f(B, H, T, D), cos=f(T, 4), sin=f(T, 4))
    assert told(replace(call, trial=trial)) == [(2, {RESULT: "result.transpose(1, 2)"})]


def test_without_time_only_what_needs_no_search_is_found() -> None:
    assert told(refused(two, x=f(B, T), y=f(T, B)), seconds=-1) == []
    attended = refused(attend, q=f(B, H, T, D), k=f(B, G, S, E), v=f(B, G, S, D))
    assert told(attended, seconds=-1) == []
    listed = refused(two, x=f(B, T), y=[[0.5] * T] * B)
    assert told(listed, seconds=-1) == [(2, {"y": "torch.tensor(y)"})]


def test_a_layout_may_be_wrong_of_what_is_converted_as_well() -> None:
    assert found(two, x=f(B, T), y=[[0.5] * B] * T) == [
        (4, {"y": "torch.tensor(y)", "x": "x.transpose(0, 1)"}),
        (4, {"y": "torch.tensor(y).transpose(0, 1)"}),
    ]


def test_where_query_heads_are_a_multiple_of_key_heads_a_repair_is_likelier() -> None:
    @typed
    def grouped(q: Float[Tensor, "t h"], k: Float[Tensor, "t g e"]) -> None: ...

    @typed
    def other(q: Float[Tensor, "t a"], k: Float[Tensor, "t g e"]) -> None: ...

    turned = {"q": "q.transpose(0, 1)"}  # h = 8, which no g = 3 divides
    moved = [{"k": "k.permute(2, 0, 1)"}, {"k": "k.transpose(0, 2)"}]
    assert found(grouped, q=f(8, 6), k=f(6, 3, 8)) == [(2, fix) for fix in [*moved, turned]]
    assert found(other, q=f(8, 6), k=f(6, 3, 8)) == [(2, fix) for fix in [turned, *moved]]


@typed
@dataclass
class Cache:
    k: Float[Tensor, "b s d"]

    @typed
    def append(self, k: Float[Tensor, "b n d"]) -> None: ...


def test_in_a_method_the_axes_of_the_record_are_agreed_with_if_they_can_be() -> None:
    cache = Cache(f(B, S, D))
    assert found(Cache.append, self=cache, k=f(T, D)) == [(3, {"k": "k.repeat(2, 1, 1)"})]
    wrong = [fix for _, fix in found(Cache.append, self=cache, k=f(E, 11))]
    assert wrong == [{"k": f"k.unsqueeze({axis})"} for axis in range(3)]


def test_what_has_to_be_changed_is_named_once() -> None:
    call = refused(two, x=f(B, T), y=torch.zeros(T, B, dtype=torch.int64))
    repair = repairs(call, Budget(FOREVER))[-1]
    assert repair.paths == ("y",)
    assert [mistake.kind for mistake in repair.mistakes] == ["dtype", "order"]
    assert [seen.sizes for seen in repair.tensors] == [(B, T), (B, T)]


@pytest.mark.parametrize("count", [3, 13])
def test_one_of_any_number_of_tensors_is_found(count: int) -> None:
    @typed
    def gather(parts: list[Float[Tensor, "t d"]]) -> None: ...

    parts = [f(T, D) for _ in range(count)]
    parts[-2] = f(D, T)
    ((cost, fix),) = found(gather, parts=parts)
    assert cost == 2
    assert eval(fix["parts"], {"parts": parts})[-2].shape == (T, D)
