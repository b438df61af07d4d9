"""Functions of one tensor that keep its axes: `exp`, `gelu`, `dropout`, `softmax`, `tril`.

"b h t s"    softmax(-1)    "b h t s"
"b h t s"    isnan()        "b h t s" bool
"b t c"      softmax(3)     refused: there is no such axis
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from typed_rope.mypy.dtypes import BOOL, INT64, INTEGER, Dtypes, inexact
from typed_rope.mypy.rules.dims import place
from typed_rope.mypy.rules.roles import role_of_softmax
from typed_rope.mypy.rules.rule import Unsure, rule
from typed_rope.mypy.values import DtypeName, Items, Tensor, Value, number

_INEXACT = (
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos",
    "atan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sqrt",
    "rsqrt", "sigmoid", "erf", "erfc", "erfinv", "lgamma", "digamma", "reciprocal", "deg2rad",
    "rad2deg", "sinc", "i0", "logit",
)  # fmt: skip
_SAME = (
    "neg", "negative", "sign", "sgn", "round", "floor", "ceil", "trunc", "fix", "frac", "square",
    "relu", "bitwise_not", "nan_to_num",
)  # fmt: skip
_FUNCTIONS = (
    "gelu", "silu", "mish", "softplus", "elu", "selu", "celu", "leaky_relu", "hardswish",
    "hardsigmoid", "hardtanh", "logsigmoid", "tanhshrink", "relu6", "softshrink", "hardshrink",
    "threshold", "rrelu", "alpha_dropout", "feature_dropout", "feature_alpha_dropout", "bernoulli",
)  # fmt: skip
_FUNCTIONS_IN_PLACE = ("elu_", "selu_", "celu_", "leaky_relu_", "hardtanh_", "threshold_", "rrelu_")
_KEPT = (
    "contiguous", "clone", "detach", "detach_", "cpu", "cuda", "requires_grad_", "pin_memory",
    "resolve_conj", "resolve_neg", "positive", "tril", "triu", "tril_", "triu_", "zero_", "fill_",
    "normal_", "uniform_", "random_", "bernoulli_", "exponential_",
)  # fmt: skip
_INITIALISERS = (
    "xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_", "trunc_normal_",
    "orthogonal_", "zeros_", "ones_", "constant_",
)  # fmt: skip


def some_tensor(value: Value) -> Tensor:
    """Take a tensor, of which the axes may be unknown.

    Raises: Unsure if it is none.
    """
    if not isinstance(value, Tensor):
        raise Unsure
    return value


@rule(*_INEXACT)
def real_function(input: Value) -> Tensor:
    """Compute a function of reals: integers become floats."""
    x = some_tensor(input)
    return Tensor(x.dims, inexact(x.dtypes))


@rule(*_SAME, *_FUNCTIONS)
def same_dtype(input: Value, *rest: Value, **named: Value) -> Tensor:
    """Compute a function that keeps the dtype."""
    x = some_tensor(input)
    return Tensor(x.dims, x.dtypes)


@rule(
    *(f"{name}_" for name in (*_INEXACT, *_SAME)), "dropout_", "alpha_dropout_",
    *_FUNCTIONS_IN_PLACE, *_KEPT,
)  # fmt: skip
def kept(input: Value, *rest: Value, **named: Value) -> Tensor:
    """Keep what the tensor is."""
    return some_tensor(input)


@rule("dropout", "dropout1d", "dropout2d", "dropout3d")
def dropped(input: Value, *rest: Value, **named: Value) -> Tensor:
    """Leave entries out by chance: weights stay what they are."""
    return some_tensor(input)


@rule("gumbel_softmax")
def gumbel_softmax(logits: Value, *rest: Value, **named: Value) -> Tensor:
    """Draw from logits, softly."""
    return some_tensor(logits)


@rule(*_INITIALISERS)
def initialised(tensor: Value, *rest: Value, **named: Value) -> Tensor:
    """Fill a tensor by a rule of nn.init."""
    return some_tensor(tensor)


@rule("isnan", "isinf", "isfinite", "isneginf", "isposinf", "isreal", "signbit", "logical_not")
def truth_values(input: Value) -> Tensor:
    """Ask a question of every entry."""
    return Tensor(some_tensor(input).dims, BOOL)


@rule("softmax")
def softmax(input: Value, *rest: Value, dim: Value | None = None, **named: Value) -> Tensor:
    """Normalise along one axis, which stays; remember where it is the last but one."""
    x = some_tensor(input)
    chosen = rest[0] if dim is None and rest else dim
    return replace(_kept_along(x, chosen, rest, named), role=role_of_softmax(x, chosen))


@rule("log_softmax", "softmin", "logcumsumexp")
def along(input: Value, *rest: Value, dim: Value | None = None, **named: Value) -> Tensor:
    """Compute along one axis, which stays."""
    return _kept_along(some_tensor(input), rest[0] if dim is None and rest else dim, rest, named)


def _kept_along(
    x: Tensor, dim: Value | None, rest: Sequence[Value], named: Mapping[str, Value]
) -> Tensor:
    _check(x, dim)
    given = [one for one in (*rest, *named.values()) if isinstance(one, DtypeName)]
    return Tensor(x.dims, given[0].dtypes if given else x.dtypes)


@rule("cumsum", "cumprod")
def accumulated(input: Value, dim: Value, *, dtype: Value | None = None) -> Tensor:
    """Add up, or multiply, along one axis: narrow integers become int64."""
    x = some_tensor(input)
    _check(x, dim)
    return Tensor(x.dims, totalled(x.dtypes, dtype))


@rule("cummax", "cummin")
def running(input: Value, dim: Value) -> Items:
    """Keep the largest entry so far along one axis, and its place."""
    x = some_tensor(input)
    _check(x, dim)
    return Items((Tensor(x.dims, x.dtypes), Tensor(x.dims, INT64)))


@rule("cumsum_", "cumprod_")
def accumulated_in_place(input: Value, dim: Value) -> Tensor:
    """Add up, or multiply, along one axis in place."""
    x = some_tensor(input)
    _check(x, dim)
    return x


def totalled(dtypes: Dtypes | None, dtype: Value | None) -> Dtypes | None:
    """Tell the dtype of a sum or product: integers and truth values become int64."""
    if dtype is not None and isinstance(dtype, DtypeName):
        return dtype.dtypes
    if dtypes is None or dtype is not None:
        return None
    whole = dtypes & (BOOL | INTEGER)
    return dtypes - whole | (INT64 if whole else frozenset())


def _check(x: Tensor, dim: Value | None) -> None:
    """Refuse an axis that the tensor does not have."""
    if x.dims is not None and dim is not None and (known := number(dim)) is not None:
        place(x.dims, known)
