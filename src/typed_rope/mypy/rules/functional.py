"""Functions of layers, with their weights as arguments: linear, embedding, attention.

linear("b t c", weight "f c")                   "b t f"
embedding("b t" ids, weight "v c")              "b t c"
attention("b h t d", "b h s d", "b h s e")      "b h t e"
"""

from typed_rope.mypy.dtypes import BOOL, FLOAT, Dtypes, never
from typed_rope.mypy.equality import Facts, compare_axes
from typed_rope.mypy.rules.broadcast import ONE, broadcast
from typed_rope.mypy.rules.dims import axis_at, place, ranked, replaced, shape
from typed_rope.mypy.rules.elementwise import result_dtypes
from typed_rope.mypy.rules.products import batched, common_dtypes
from typed_rope.mypy.rules.reducing import reduced
from typed_rope.mypy.rules.rule import Ints, Known, Refused, Shaped, rule
from typed_rope.mypy.rules.unary import some_tensor
from typed_rope.mypy.values import ANY_DIM, NONE, Axis, Constant, Dims, Many, Tensor, Value

_SECOND = Ints((1,))
_INDICES: Dtypes = frozenset({"int64", "int32"})


@rule("linear")
def linear(known: Known, input: Shaped, weight: Shaped, bias: Value = NONE) -> Tensor:
    """Multiply the last axis with a matrix whose rows are the result's entries."""
    rows = ranked(weight.dims)
    if len(rows) not in (1, 2):
        raise Refused(f"the weight is a matrix, not {shape(rows)}")
    last = axis_at(input.dims, -1)[1]
    if compare_axes(last, rows[-1], known.facts) == "never":
        turned = compare_axes(last, rows[0], known.facts) == "same" and bias == NONE
        both = f"{shape(input.dims)} and the weight {shape(rows)}"
        fix = ".T" if turned else None
        raise Refused(f"{last} is multiplied with {rows[-1]}, of {both}", fix=fix)
    _hold_bias(bias, rows[0] if len(rows) == 2 else None, known.facts)
    dtypes = common_dtypes(input.tensor, weight.tensor)
    return Tensor((*input.dims[:-1], *rows[:-1]), dtypes)


def _hold_bias(bias: Value, features: Axis | None, facts: Facts) -> None:
    if features is None or not isinstance(bias, Tensor) or not bias.dims:
        return
    last = bias.dims[-1]
    if isinstance(last, Axis) and ONE != last.size:
        if compare_axes(last, features, facts) == "never":
            raise Refused(f"the bias {shape(bias.dims)} is added to {features} features")


@rule("embedding")
def embedding(input: Value, weight: Value, *rest: Value, **options: Value) -> Tensor:
    """Look up a row of the weight for each index."""
    ids, table = some_tensor(input), some_tensor(weight)
    if never(ids.dtypes, _INDICES):
        raise Refused("what is looked up must be whole numbers, and these are not")
    if table.dims is not None and len(ranked(table.dims)) != 2:
        raise Refused(f"the weight is a matrix, not {shape(table.dims)}")
    if ids.dims is None:
        return Tensor(None, table.dtypes)
    width = ANY_DIM if table.dims is None else table.dims[-1]
    return Tensor((*ids.dims, width), table.dtypes)


@rule("scaled_dot_product_attention")
def attention(
    known: Known,
    query: Shaped,
    key: Shaped,
    value: Shaped,
    attn_mask: Value = NONE,
    dropout_p: Value = NONE,
    is_causal: Value = NONE,
    *,
    scale: Value = NONE,
    enable_gqa: Value = NONE,
) -> Tensor:
    """Attend: queries and keys share their width, keys and values their positions."""
    facts, (q, k, v) = known.facts, (query.dims, key.dims, value.dims)
    (_, q_width), (_, k_width) = axis_at(q, -1), axis_at(k, -1)
    (_, k_length), (_, v_length) = axis_at(k, -2), axis_at(v, -2)
    if compare_axes(q_width, k_width, facts) == "never":
        both = f"query {shape(q)} and key {shape(k)}"
        raise Refused(f"{q_width} and {k_width}, the widths of {both}, cannot be equal")
    if compare_axes(k_length, v_length, facts) == "never":
        both = f"key {shape(k)} and value {shape(v)}"
        raise Refused(f"{k_length} and {v_length}, the positions of {both}, cannot be equal")
    grouped = enable_gqa not in (NONE, Constant(False))
    length, width = axis_at(q, -2)[1], axis_at(v, -1)[1]
    batch = _heads(q, k, v, facts, grouped=grouped)
    _hold_mask(attn_mask, (*batch, length, k_length), facts)
    return Tensor((*batch, length, width), common_dtypes(query.tensor, value.tensor))


def _heads(q: Dims, k: Dims, v: Dims, facts: Facts, *, grouped: bool) -> Dims:
    """Tell the axes before positions; groups of query heads may share heads of keys."""
    if not grouped:
        return broadcast((batched(q, k, facts), batched(q, v, facts)), facts)
    heads = axis_at(q, -3)[1]
    axis_at(k, -3)
    axis_at(v, -3)
    before = broadcast((batched(q[:-1], k[:-1], facts), batched(q[:-1], v[:-1], facts)), facts)
    return (*before, heads)


def _hold_mask(mask: Value, scores: Dims, facts: Facts) -> None:
    if not isinstance(mask, Tensor) or mask.dims is None:
        return
    if never(mask.dtypes, BOOL | FLOAT):
        raise Refused("a mask holds truth values or floats, and this one does not")
    if any(isinstance(axis, Many) for axis in (*mask.dims, *scores)):
        return
    pairs = list(zip(reversed(mask.dims), reversed(scores), strict=False))
    apart = [(one, other) for one, other in pairs if _apart(one, other, facts)]
    if apart or len(mask.dims) > len(scores):
        told = f": {apart[0][0]} and {apart[0][1]} cannot be equal" if apart else ""
        raise Refused(f"the mask {shape(mask.dims)} does not fit the scores {shape(scores)}{told}")


def _apart(one: Axis | Many, other: Axis | Many, facts: Facts) -> bool:
    known = isinstance(one, Axis) and isinstance(other, Axis) and one.size != ONE
    return known and compare_axes(one, other, facts) == "never"  # type: ignore[arg-type] # axes


@rule("glu")
def glu(input: Shaped, dim: int = -1) -> Tensor:
    """Multiply one half of an axis with the other."""
    at, axis = axis_at(input.dims, dim)
    half = None if axis.size is None or axis.broadcast else axis.size / 2
    constant = None if half is None else half.constant()
    if constant is not None and constant.denominator != 1:
        raise Refused(f"{axis} of {shape(input.dims)} has no two halves")
    return Tensor(replaced(input.dims, at, Axis(half)), input.tensor.dtypes)


@rule("cosine_similarity")
def cosine_similarity(
    known: Known, x1: Shaped, x2: Shaped, dim: int = 1, *rest: Value, **options: Value
) -> Tensor:
    """Compare vectors along one axis, which goes."""
    dims = broadcast((x1.dims, x2.dims), known.facts)
    return Tensor(reduced(dims, Ints((dim,)), False), result_dtypes((x1.tensor, x2.tensor)))


@rule("pairwise_distance")
def pairwise_distance(known: Known, x1: Shaped, x2: Shaped) -> Tensor:
    """Tell how far vectors are from each other."""
    dims = broadcast((x1.dims, x2.dims), known.facts)
    return Tensor(reduced(dims, Ints((-1,)), False), result_dtypes((x1.tensor, x2.tensor)))


@rule("normalize")
def normalize(input: Value, p: Value = NONE, dim: Ints = _SECOND, **options: Value) -> Tensor:
    """Give vectors along an axis the length 1."""
    x = some_tensor(input)
    if x.dims is not None:
        for one in dim.values:
            place(x.dims, one)
    return Tensor(x.dims, x.dtypes)
