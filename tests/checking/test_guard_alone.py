"""What a generated guard proves by itself: just what jaxtyping accepts, with no judge to ask."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from types import FunctionType, UnionType
from typing import Any, Union, get_args, get_origin

import pytest
import torch
from jaxtyping import Float, Int, jaxtyped
from torch import Tensor

from typed_rope.checking.boundary import function_boundary
from typed_rope.checking.guard import Guards, make_guards

SIZES = (0, 1, 2, 4)


def annotated(hints: Mapping[str, Any]) -> FunctionType:
    """Make a function of such parameters, which hands its `result` back if it has one."""
    names = [name for name in hints if name != "return"]
    namespace: dict[str, Any] = {}
    exec(
        f"def function({', '.join(names)}): return {'result' if 'return' in hints else None}",
        namespace,
    )
    function: FunctionType = namespace["function"]
    function.__annotations__ = dict(hints)
    return function


def guards(hints: Mapping[str, Any]) -> Guards:
    return make_guards(function_boundary(annotated(hints), None))


@dataclass(frozen=True)
class Case:
    """The axes of the parameters, and what the number `n` may be, if there is one."""

    texts: tuple[str, ...]
    numbers: tuple[int, ...] = ()

    def __str__(self) -> str:
        return " and ".join(self.texts)

    def hints(self) -> dict[str, Any]:
        number = {"n": int} if self.numbers else {}
        return number | {name: _hint(text) for name, text in zip("xyz", self.texts, strict=False)}

    def calls(self) -> Iterator[list[Any]]:
        tensors = [[_zeros(sizes) for sizes in _shapes(text)] for text in self.texts]
        return map(list, product(*[self.numbers] * bool(self.numbers), *tensors))


def _hint(text: str) -> Any:
    members = [None if part == "None" else Float[Tensor, part] for part in text.split(" | ")]
    return Union[tuple(members)]  # noqa: UP007 # of as many as there are


def _shapes(text: str) -> list[tuple[int, ...] | None]:
    """List all sizes of the rank that a text asks for, and a few of every other."""
    ranks = {len(part.split()) for part in text.split(" | ") if part != "None"}
    stretched = {rank + more for rank in ranks for more in (-1, 1)} if "*" in text else set()
    full = [sizes for rank in ranks for sizes in product(SIZES, repeat=rank)]
    few = [sizes for rank in stretched if rank >= 0 for sizes in product((1, 2), repeat=rank)]
    others = [(2,) * rank for rank in range(max(ranks) + 2)]
    return list(dict.fromkeys([*full, *few, *others, *[None] * ("None" in text)]))


@cache
def _zeros(sizes: tuple[int, ...] | None) -> Tensor | None:
    return None if sizes is None else torch.zeros(sizes)


def judge_of(hints: Mapping[str, Any]) -> Callable[[list[Any]], bool]:
    """Ask jaxtyping, without the message that it would write for each refusal."""
    members = [_members(hint) for hint in hints.values()]

    @jaxtyped(typechecker=None)
    def judge(n: object, values: list[Any]) -> bool:
        return all(
            any(map(partial(isinstance, v), m)) for v, m in zip(values, members, strict=True)
        )

    def accepts(values: list[Any]) -> bool:
        try:
            return judge(values[0], values)
        except ZeroDivisionError:
            return False

    return accepts


def _members(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if isinstance(hint, UnionType) or get_origin(hint) is Union else (hint,)


NUMBERS = (0, 1, 2, 3)
CASES = [
    Case(("a b", "b")), Case(("a", "a a")), Case(("a b", "b a")), Case(("2 a", "a")),
    Case(("#2 a", "a")), Case(("#a b", "#a")), Case(("a", "#a")), Case(("#a", "a")),
    Case(("#a", "#a", "a")), Case(("_ a", "a")), Case(("a _ _",)), Case(("", "a")),
    Case(("... a", "a")), Case(("a ...", "a")), Case(("a ... b", "b a")),
    Case(("*b a", "*b")), Case(("a *b", "*b")), Case(("a *b c", "*b")), Case(("*b", "a *b")),
    Case(("*#b", "*#b")), Case(("*#b", "*b")), Case(("*b", "*#b")), Case(("*b", "*#b", "*b")),
    Case(("a b", "b/2")), Case(("a b", "b/2 a")), Case(("a", "#a/2")), Case(("a b", "a/b")),
    Case(("a b", "a+b")), Case(("a b", "a-b")), Case(("a b", "a*b")), Case(("a b", "a**b")),
    Case(("a b", "(a+b)/2")), Case(("a b", "a/2+b")), Case(("a b", "a*2/b")), Case(("a", "-a+3")),
    Case(("a b", "2*+a")), Case(("a b", "a/b+1")), Case(("a b", "a//b")), Case(("a b", "min(a,b)")),
    Case(("a b", "#max(a,b)")), Case(("a b", "a%b")), Case(("a b", "a/(b-1)")),
    Case(("{n} a", "a"), NUMBERS), Case(("k={n+1} a",), NUMBERS), Case(("a", "{n}*a"), NUMBERS),
    Case(("a", "a/{n}"), NUMBERS), Case(("a", "{n}/a"), NUMBERS), Case(("a", "#{n}"), NUMBERS),
    Case(("a | a b", "a")), Case(("a 4 | b a", "a")), Case(("a a | a b", "b a")),
    Case(("a | None", "a")), Case(("a", "a | None")), Case(("a b", "b | a | None")),
    Case(("*#b", "*#b | a *b")), Case(("a", "2 | a+1 | None")), Case(("a | b", "a | b a")),
    Case(("a | None", "#a", "a")), Case(("*b | None", "*b")), Case(("a b | None", "a | b")),
]  # fmt: skip
cases = pytest.mark.parametrize("case", CASES, ids=str)


@cases
def test_the_guard_of_the_arguments_proves_what_jaxtyping_accepts(case: Case) -> None:
    hints = case.hints()
    guard, accepts = guards(hints).arguments, judge_of(hints)
    for arguments in case.calls():
        assert (guard(*arguments) is not None) == accepts(arguments), arguments


@cases
def test_the_guard_of_the_result_proves_what_jaxtyping_accepts(case: Case) -> None:
    (*parameters, last) = case.hints().items()
    guard = guards({**dict(parameters), "result": object, "return": last[1]})
    accepts = judge_of(case.hints())
    for arguments in case.calls():
        bound = guard.arguments(*arguments)
        if bound is not None:
            proved = guard.result(arguments[-1], bound, *arguments)
            assert proved == accepts(arguments), arguments


@pytest.mark.parametrize("case", [c for c in CASES if not {"|", "*"} & {*str(c)}], ids=str)
def test_the_guard_returns_the_sizes_of_all_names(case: Case) -> None:
    guard = guards(case.hints())
    for arguments in case.calls():
        bound = guard.arguments(*arguments)
        if bound is not None:
            sizes = dict(zip(guard.held, bound, strict=True))
            assert sizes == _read(case, arguments), arguments


def _read(case: Case, arguments: list[Any]) -> dict[str, int | None]:
    """Read the names off the tensors, a size of 1 last where it may be broadcast."""
    read: dict[str, int | None] = {}
    for text, tensor in zip(case.texts, arguments[-len(case.texts) :], strict=True):
        axes = text.split()
        if "..." in axes:
            place = axes.index("...")
            axes[place : place + 1] = ["_"] * (tensor.ndim - len(axes) + 1)
        for axis, size in zip(axes, tensor.shape, strict=True):
            name = axis.strip("#")
            if name.isidentifier() and name != "_":
                read[name] = read.get(name) if axis[0] == "#" and size == 1 else size
    return read


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a/2 a", lambda x, a: x * 2 == a),
        ("#a+1 a", lambda x, a: x in (1, a + 1)),
        ("a+b a b", lambda x, a, b: x == a + b),
        ("a a/2+b b", lambda a, x, b: 2 * (x - b) == a),
        ("a/2 a *c", lambda x, a: x * 2 == a),
    ],
)
def test_an_expression_waits_for_a_name_that_stands_further_right(
    text: str, fits: Callable[..., bool]
) -> None:
    guard = guards({"x": Float[Tensor, text]}).arguments
    rank = len(text.split()) - ("*" in text)
    for sizes in product(SIZES, repeat=rank):
        assert (guard(_zeros(sizes)) is not None) == fits(*sizes), sizes


def test_a_tensor_has_a_dtype_of_its_family() -> None:
    guard = guards({"x": Int[Tensor, " a"] | Float[Tensor, "a b"]}).arguments
    ints, floats = torch.zeros(2, dtype=torch.int64), torch.zeros(2, 3)
    assert guard(ints) == (2, None)
    assert guard(floats) == (2, 3)
    assert guard(ints.float()) is None
    assert guard(floats.long()) is None
    assert guard(None) is None
