"""Functions that transpose whatever matrix they are given.

    def transpose(x: Float[Tensor, "... a b"]) -> Float[Tensor, "... b a"]

Here `a` and `b` name no axes, only places: the function may be called with its own result. Of a
function that moves axes of a higher rank (`"b t h d"` to `"b h t d"`) the names are what they say.
"""

from dataclasses import replace

from typed_rope.mypy.values import Axis, Dims, Many, Tensor, Value


def without_placeholders(declared: Value, result: Value) -> tuple[Value, Value]:
    """Take the names off the axes of a parameter and a result that are transposed matrices."""
    if not isinstance(declared, Tensor) or not isinstance(result, Tensor):
        return declared, result
    dims, turned = declared.dims, result.dims
    if dims is None or turned is None or not _is_matrix(dims):
        return declared, result
    if turned[-2:] != (dims[-1], dims[-2]) or len(turned) != len(dims):
        return declared, result
    return declared.shaped(_nameless(dims)), result.shaped(_nameless(turned))


def _is_matrix(dims: Dims) -> bool:
    before = dims[:-2]
    return len(dims) >= 2 and (not before or (len(before) == 1 and isinstance(before[0], Many)))


def _nameless(dims: Dims) -> Dims:
    return tuple(replace(dim, label=None) if isinstance(dim, Axis) else dim for dim in dims)
