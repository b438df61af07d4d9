"""What the layers of torch.nn give, told from the sizes that they were made with.

    Linear(c, 4 * c)     "b t c"      "b t 4*c"
    Embedding(v, c)      "b t" ids    "b t c"
    LayerNorm(48)        "b t 64"     refused
    Conv2d(3, f, 3, padding=1)        "b 3 h w" -> "b f h w"

A layer is a rule of its own: a function of its arguments, by the names of the constructor, and of
what it is called with. What the program does not tell is unknown, as everywhere.
"""

from collections.abc import Callable, Mapping, Sequence

from typed_rope.mypy.equality import Facts, compare
from typed_rope.mypy.rules import functional, losses, reshaping, unary, windows
from typed_rope.mypy.rules.dims import axis_at, place, shape
from typed_rope.mypy.rules.normalising import hold_groups, hold_last
from typed_rope.mypy.rules.rule import Known, Refused, Rule, Unsure
from typed_rope.mypy.values import (
    ANY_DIM,
    NONE,
    UNKNOWN,
    Axis,
    Constant,
    Dims,
    Items,
    Tensor,
    Value,
    Whole,
    number,
    whole,
)
from typed_rope.shapes import Size

Arguments = Mapping[str, Value]
_ONE, _ZERO = whole(1), whole(0)


def layer(kind: str, arguments: Arguments, input: Value, known: Known, *others: Value) -> Value:
    """Tell what a layer of torch.nn gives.

    Raises: Refused if it cannot take the input; Unsure where nothing can be told.
    """
    step = LAYERS.get(kind)
    if step is None or not isinstance(input, Tensor):
        raise Unsure
    return step(arguments, (input, *others), known)


def _features(x: Tensor, given: Value, returned: Value, facts: Facts) -> Dims | None:
    """Replace the last axis; one that comes back with its size keeps what it is.

    Raises: Refused if the layer was made for another size.
    """
    if x.dims is None:
        return None
    _, axis = axis_at(x.dims, -1)
    _hold(axis, given, x.dims, facts)
    return (*x.dims[:-1], _returned(axis, given, returned))


def _returned(axis: Axis, given: Value, returned: Value) -> Axis:
    if not isinstance(returned, Whole):
        return ANY_DIM
    kept = isinstance(given, Whole) and given.size is not None and given.size == returned.size
    return Axis(returned.size, returned.label or (axis.label if kept else None))


def _hold(axis: Axis, given: Value, dims: Dims, facts: Facts) -> None:
    if isinstance(given, Whole) and not axis.broadcast:
        if compare(axis.size, given.size, facts) == "never":
            raise Refused(f"the layer takes {given.size} features, and {shape(dims)} has {axis}")


def _linear(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    x = unary.some_tensor(inputs[0])
    given, returned = arguments.get("in_features", Whole()), arguments.get("out_features", Whole())
    return Tensor(_features(x, given, returned, known.facts), x.dtypes)


def _embedding(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    width = arguments.get("embedding_dim", Whole())
    axes = (ANY_DIM, windows.sized(width))
    return functional.embedding((inputs[0], Tensor(axes, None)), {}, known)


def _norm(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    x = unary.some_tensor(inputs[0])
    sizes = arguments.get("normalized_shape", Whole())
    if x.dims is not None:
        hold_last(x.dims, sizes.values if isinstance(sizes, Items) else (sizes,), known.facts)
    return Tensor(x.dims, x.dtypes)


def _channel_norm(name: str, ranks: tuple[int, ...]) -> "Step":
    def step(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
        x = unary.some_tensor(inputs[0])
        if x.dims is not None and all(isinstance(axis, Axis) for axis in x.dims):
            if ranks and len(x.dims) not in ranks:
                raise Refused(f"the layer takes {ranks[-1]} axes, and {shape(x.dims)} has others")
            _, channels = axis_at(x.dims, -len(x.dims) + 1)
            _hold(channels, arguments.get(name, Whole()), x.dims, known.facts)
            hold_groups(channels, number(arguments.get("num_groups", Whole())))
        return Tensor(x.dims, x.dtypes)

    return step


def _convolution(count: int) -> "Step":
    def step(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
        x = unary.some_tensor(inputs[0])
        if x.dims is None:
            return Tensor(None, x.dtypes)
        given = arguments.get("in_channels", Whole())
        _hold(axis_at(x.dims, -count - 1)[1], given, x.dims, known.facts)
        kernel = windows.per_axis(arguments.get("kernel_size", Whole()), count)
        stride = arguments.get("stride", _ONE)
        options = (stride, arguments.get("padding", _ZERO), arguments.get("dilation", _ONE))
        features = windows.sized(arguments.get("out_channels", Whole()))
        return Tensor(windows.convolved(x.dims, kernel, options, features), x.dtypes)

    return step


def _transposed_convolution(count: int) -> "Step":
    def step(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
        x = unary.some_tensor(inputs[0])
        if x.dims is None:
            return Tensor(None, x.dtypes)
        at, channels = axis_at(x.dims, -count - 1)
        _hold(channels, arguments.get("in_channels", Whole()), x.dims, known.facts)
        features = windows.sized(arguments.get("out_channels", Whole()))
        dims = (*x.dims[:at], features, *[ANY_DIM] * count)
        return Tensor(dims, x.dtypes)

    return step


def _same(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    x = unary.some_tensor(inputs[0])
    return Tensor(x.dims, x.dtypes)


def _itself(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    return inputs[0]


def _along(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    x = unary.some_tensor(inputs[0])
    dim = number(arguments.get("dim", Whole()))
    if x.dims is not None and dim is not None:
        place(x.dims, dim)
    return Tensor(x.dims, x.dtypes)


def _by(rule: Rule, *names: str) -> "Step":
    """Follow a function: the layer holds some of its arguments."""

    def step(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
        named = {name: arguments[name] for name in names if name in arguments}
        return rule(inputs, named, known)

    return step


def _unflatten(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    dim, sizes = arguments.get("dim", Whole()), arguments.get("unflattened_size", UNKNOWN)
    return reshaping.unflatten((inputs[0], dim, sizes), {}, known)


def _flatten(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    ends = (arguments.get("start_dim", _ONE), arguments.get("end_dim", whole(-1)))
    return reshaping.flatten((inputs[0], *ends), {}, known)


def _recurrent(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    x = unary.some_tensor(inputs[0])
    given, hidden = arguments.get("input_size", Whole()), arguments.get("hidden_size", Whole())
    special = any(name in arguments for name in ("bidirectional", "proj_size"))
    both = arguments.get("bidirectional") == Constant(True) and "proj_size" not in arguments
    if both and isinstance(hidden, Whole) and hidden.size is not None:
        special, hidden = False, Whole(hidden.size * Size.of(2))
    dims = _features(x, given, Whole() if special else hidden, known.facts)
    return Items((Tensor(dims, x.dtypes), UNKNOWN))


def _attention(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    width = arguments.get("embed_dim", Whole())
    query = unary.some_tensor(inputs[0])
    dims = _features(query, width, width, known.facts)
    for one, name in zip(inputs[1:3], ("kdim", "vdim"), strict=False):
        size = arguments.get(name, NONE)
        if isinstance(one, Tensor) and one.dims is not None:
            _hold(axis_at(one.dims, -1)[1], width if size == NONE else size, one.dims, known.facts)
    return Items((Tensor(dims, query.dtypes), Tensor()))


def _encoder(arguments: Arguments, inputs: Sequence[Value], known: Known) -> Value:
    x = unary.some_tensor(inputs[0])
    width = arguments.get("d_model", Whole())
    return Tensor(_features(x, width, width, known.facts), x.dtypes)


Step = Callable[[Arguments, Sequence[Value], Known], Value]
_SAME = (
    "GELU", "SiLU", "ReLU", "ReLU6", "LeakyReLU", "Sigmoid", "Tanh", "Mish", "Softplus", "ELU",
    "SELU", "CELU", "Hardswish", "Hardsigmoid", "Hardtanh", "Softsign", "PReLU", "LogSigmoid",
    "Threshold", "Tanhshrink", "Softshrink", "Hardshrink", "Dropout", "Dropout1d", "Dropout2d",
    "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "RReLU",
)  # fmt: skip
_POOL = ("kernel_size", "stride", "padding")
_MAX_POOL = (*_POOL, "dilation", "return_indices", "ceil_mode")
LAYERS: dict[str, Step] = {
    **dict.fromkeys(_SAME, _same),
    "Identity": _itself,
    **dict.fromkeys(("Softmax", "LogSoftmax", "Softmin"), _along),
    "Linear": _linear,
    "LazyLinear": _linear,
    "Embedding": _embedding,
    **dict.fromkeys(("LayerNorm", "RMSNorm"), _norm),
    "GroupNorm": _channel_norm("num_channels", ()),
    "BatchNorm1d": _channel_norm("num_features", (2, 3)),
    "BatchNorm2d": _channel_norm("num_features", (4,)),
    "BatchNorm3d": _channel_norm("num_features", (5,)),
    **{f"Conv{count}d": _convolution(count) for count in (1, 2, 3)},
    **{f"ConvTranspose{count}d": _transposed_convolution(count) for count in (1, 2, 3)},
    "MultiheadAttention": _attention,
    "TransformerEncoderLayer": _encoder,
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _recurrent),
    "GLU": _by(functional.glu, "dim"),
    "Flatten": _flatten,
    "Unflatten": _unflatten,
    "Upsample": _by(windows.interpolate, "size", "scale_factor"),
    "PixelShuffle": _by(windows.pixel_shuffle, "upscale_factor"),
    "PixelUnshuffle": _by(windows.pixel_unshuffle, "downscale_factor"),
    "MaxPool1d": _by(windows.max_pool1d, *_MAX_POOL),
    "MaxPool2d": _by(windows.max_pool2d, *_MAX_POOL),
    "AvgPool1d": _by(windows.avg_pool1d, *_POOL, "ceil_mode"),
    "AvgPool2d": _by(windows.avg_pool2d, *_POOL, "ceil_mode"),
    "AdaptiveAvgPool1d": _by(windows.adaptive_pool1d, "output_size"),
    "AdaptiveAvgPool2d": _by(windows.adaptive_pool2d, "output_size"),
    "AdaptiveMaxPool1d": _by(windows.adaptive_pool1d, "output_size"),
    "AdaptiveMaxPool2d": _by(windows.adaptive_pool2d, "output_size"),
    "CosineSimilarity": _by(functional.cosine_similarity, "dim"),
    "CrossEntropyLoss": _by(losses.cross_entropy, "reduction"),
    "NLLLoss": _by(losses.nll_loss, "reduction"),
    **{
        name: _by(losses.distance, "reduction")
        for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "KLDivLoss")
    },
    **dict.fromkeys(
        ("BCELoss", "BCEWithLogitsLoss"), _by(losses.binary_cross_entropy, "reduction")
    ),
}
"""The layers that are understood, by the names of their classes."""
