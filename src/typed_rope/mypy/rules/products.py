"""Products of matrices and vectors: the axes that are summed must be equal, and go.

"b h t d" @ "b h d s"    "b h t s"
"b t c" @ "c f"          "b t f"
"b h t d" @ "b h s d"    refused: d is summed with s    .transpose(-2, -1) repairs it
"""

from typed_rope.mypy.dtypes import BOOL, INTEGER, Dtypes, never
from typed_rope.mypy.equality import Facts, compare_axes
from typed_rope.mypy.rules.broadcast import broadcast
from typed_rope.mypy.rules.dims import axis_at, ranked, shape
from typed_rope.mypy.rules.roles import hold_role
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Unsure, rule
from typed_rope.mypy.values import Axis, Dims, Items, Many, Tensor, Value, number


def common_dtypes(left: Tensor, right: Tensor) -> Dtypes | None:
    """Tell the dtype that both must have.

    Raises: Refused if one holds whole numbers and the other does not.
    """
    if left.dtypes is None or right.dtypes is None:
        return left.dtypes or right.dtypes
    whole = BOOL | INTEGER
    if never(left.dtypes, right.dtypes) and (left.dtypes <= whole or right.dtypes <= whole):
        raise Refused("the two have different dtypes, and a product converts neither")
    # autocast may convert one float to another.
    return left.dtypes & right.dtypes or None


def summed(left: Axis, right: Axis, of: tuple[Dims, Dims], facts: Facts) -> None:
    """Hold that two axes that are summed are equal.

    Raises: Refused if they cannot be.
    """
    if compare_axes(left, right, facts) == "never":
        fix = _turned(left, of[1], facts)
        one, other = map(shape, of)
        raise Refused(f"{left} of {one} is summed with {right} of {other}", fix=fix)


def _turned(wanted: Axis, right: Dims, facts: Facts) -> str | None:
    """Tell the transposition of the right matrix that puts the wanted axis where it is summed."""
    if len(right) < 2 or isinstance(right[-1], Many) or isinstance(right[-2], Many):
        return None
    if compare_axes(wanted, right[-1], facts) != "same":
        return None
    return ".T" if len(right) == 2 else ".transpose(-2, -1)"


def multiplied(left: Dims, right: Dims, facts: Facts) -> Dims:
    """Tell the axes of a matrix product, of whatever ranks.

    Raises: Refused if the axes that are summed, or those of a batch, cannot be equal.
    """
    if not left or not right:
        raise Refused("a tensor without axes has no matrix product")
    _, columns = axis_at(left, -1)
    if len(right) == 1:
        summed(columns, ranked(right)[0], (left, right), facts)
        return left[:-1]
    _, rows = axis_at(right, -2)
    summed(columns, rows, (left, right), facts)
    if len(left) == 1:
        return (*right[:-2], right[-1])
    if len(right) == 2:
        return (*left[:-1], right[-1])
    axis_at(left, -2)
    return (*batched(left, right, facts), left[-2], right[-1])


def batched(left: Dims, right: Dims, facts: Facts) -> Dims:
    """Tell the axes before the two of the matrices.

    Raises: Refused if they cannot meet.
    """
    try:
        return broadcast((left[:-2], right[:-2]), facts)
    except Refused as refused:
        sentence = f"{refused.sentence}, of {shape(left)} and {shape(right)}"
        raise Refused(sentence) from None


@rule("matmul")
def matmul(known: Known, input: Shaped, other: Shaped) -> Tensor:
    """Multiply matrices, batches of them, or vectors."""
    hold_role(input)
    dims = multiplied(input.dims, other.dims, known.facts)
    return Tensor(dims, common_dtypes(input.tensor, other.tensor))


def _of_ranks(left: Shaped, right: Shaped, ranks: tuple[int, int], known: Known) -> Tensor:
    for one, rank in zip((left, right), ranks, strict=True):
        if len(ranked(one.dims)) != rank:
            raise Refused(f"{shape(one.dims)} has {len(one.dims)} axes, and {rank} are wanted")
    dims = multiplied(left.dims, right.dims, known.facts)
    return Tensor(dims, common_dtypes(left.tensor, right.tensor))


@rule("mm")
def mm(known: Known, input: Shaped, mat2: Shaped) -> Tensor:
    """Multiply two matrices."""
    return _of_ranks(input, mat2, (2, 2), known)


@rule("mv")
def mv(known: Known, input: Shaped, vec: Shaped) -> Tensor:
    """Multiply a matrix and a vector."""
    return _of_ranks(input, vec, (2, 1), known)


@rule("bmm")
def bmm(known: Known, input: Shaped, mat2: Shaped) -> Tensor:
    """Multiply two batches of matrices."""
    hold_role(input)
    product = _of_ranks(input, mat2, (3, 3), known)
    first, second = ranked(input.dims)[0], ranked(mat2.dims)[0]
    if compare_axes(first, second, known.facts) == "never":
        both = f"{shape(input.dims)} and {shape(mat2.dims)}"
        raise Refused(f"{first} and {second} cannot be one batch, in {both}")
    return product


@rule("dot", "vdot", "inner")
def inner(known: Known, input: Shaped, other: Shaped) -> Tensor:
    """Sum over the last axis of both."""
    dtypes = common_dtypes(input.tensor, other.tensor)
    if not input.dims or not other.dims:
        return Tensor((*input.dims, *other.dims), dtypes)
    left, right = axis_at(input.dims, -1)[1], axis_at(other.dims, -1)[1]
    summed(left, right, (input.dims, other.dims), known.facts)
    return Tensor((*input.dims[:-1], *other.dims[:-1]), dtypes)


@rule("outer", "ger")
def outer(input: Shaped, vec2: Shaped) -> Tensor:
    """Multiply every entry of a vector with every entry of another."""
    if len(ranked(input.dims)) != 1 or len(ranked(vec2.dims)) != 1:
        raise Refused(f"{shape(input.dims)} and {shape(vec2.dims)} are not two vectors")
    return Tensor((*input.dims, *vec2.dims))


def _added(known: Known, input: Value, product: Tensor) -> Tensor:
    if isinstance(input, Tensor) and input.dims is not None and product.dims is not None:
        met = broadcast((product.dims, input.dims), known.facts)
        if len(met) > len(product.dims):
            raise Refused(f"{shape(input.dims)} is added to {shape(product.dims)}")
    return product


@rule("addmm", "addmm_")
def addmm(known: Known, input: Value, mat1: Shaped, mat2: Shaped, **options: Value) -> Tensor:
    """Add a matrix and a product of two."""
    return _added(known, input, _of_ranks(mat1, mat2, (2, 2), known))


@rule("addmv", "addmv_")
def addmv(known: Known, input: Value, mat: Shaped, vec: Shaped, **options: Value) -> Tensor:
    """Add a vector and the product of a matrix with one."""
    return _added(known, input, _of_ranks(mat, vec, (2, 1), known))


@rule("baddbmm", "baddbmm_")
def baddbmm(known: Known, input: Value, batch1: Shaped, batch2: Shaped, **options: Value) -> Tensor:
    """Add a batch of matrices and the products of two batches."""
    return _added(known, input, bmm.function(known, batch1, batch2))  # type: ignore[arg-type] # gives a Tensor


@rule("cdist")
def cdist(known: Known, x1: Shaped, x2: Shaped, *rest: Value, **options: Value) -> Tensor:
    """Tell the distances of all rows of one matrix from those of another."""
    left, right = x1.dims, x2.dims
    summed(axis_at(left, -1)[1], axis_at(right, -1)[1], (left, right), known.facts)
    rows, columns = axis_at(left, -2)[1], axis_at(right, -2)[1]
    dims = (*batched(left, right, known.facts), rows, columns)
    return Tensor(dims, common_dtypes(x1.tensor, x2.tensor))


@rule("chain_matmul", "multi_dot")
def chain(known: Known, *matrices: Shaped) -> Tensor:
    """Multiply several matrices."""
    dims, dtypes = matrices[0].dims, matrices[0].tensor.dtypes
    for matrix in matrices[1:]:
        dims = multiplied(dims, matrix.dims, known.facts)
    return Tensor(dims, dtypes)


@rule("tensordot")
def tensordot(known: Known, a: Shaped, b: Shaped, dims: int | Items = 2) -> Tensor:
    """Sum over several axes of both."""
    left, right = ranked(a.dims), ranked(b.dims)
    ours, theirs = _contracted(dims, left, right)
    for one, other in zip(ours, theirs, strict=True):
        if compare_axes(left[one], right[other], known.facts) == "never":
            both = f"{shape(left)} and {shape(right)}"
            raise Refused(f"{left[one]} is summed with {right[other]}, of {both}")
    kept = [axis for at, axis in enumerate(left) if at not in ours]
    kept += [axis for at, axis in enumerate(right) if at not in theirs]
    return Tensor(tuple(kept), common_dtypes(a.tensor, b.tensor))


def _contracted(
    dims: int | Items, left: Dims, right: Dims
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(dims, int):
        if dims > min(len(left), len(right)):
            raise Refused(f"{shape(left)} and {shape(right)} have no {dims} axes to sum over")
        return tuple(range(len(left) - dims, len(left))), tuple(range(dims))
    if len(dims.values) != 2:
        raise Unsure
    ours, theirs = (
        _places(value, side) for value, side in zip(dims.values, (left, right), strict=True)
    )
    if len(ours) != len(theirs):
        raise Refused("tensordot names more axes of one tensor than of the other")
    return ours, theirs


def _places(value: object, dims: Dims) -> tuple[int, ...]:
    values = value.values if isinstance(value, Items) else (value,)
    numbers = [number(one) for one in values]  # type: ignore[arg-type] # values, or a Rest
    if None in numbers:
        raise Unsure
    return tuple(axis_at(dims, one)[0] for one in numbers if one is not None)
