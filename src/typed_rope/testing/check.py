"""Run a whole model and report what its axes do: boundaries, ambiguous calls, dependences."""

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from typing import Any

import torch
from torch import Tensor, nn

from typed_rope.checking.watching import watched
from typed_rope.testing.axis_names import RESULT, Labels, all_labels, labels_of, written_labels
from typed_rope.testing.boundaries import Calls, crossing
from typed_rope.testing.choosing import First
from typed_rope.testing.dependence import axis_label, dependences
from typed_rope.testing.draw import Options, draw_arguments
from typed_rope.testing.fill import Range
from typed_rope.testing.findings import findings
from typed_rope.testing.model_report import ModelReport
from typed_rope.testing.parts import tensor_parts
from typed_rope.testing.target import read_target

_SEED = 0
Inputs = Mapping[str, Any] | tuple[Any, ...] | Tensor


def check_model(
    model: nn.Module,
    inputs: Inputs | None = None,
    *,
    axes: Mapping[str, str] | None = None,
    causal: bool = False,
    training: bool = False,
    values: Mapping[str, Range] | None = None,
    multiples: Mapping[str, str | int] | None = None,
) -> ModelReport:
    """Run a model, annotated or not, and report its boundaries and what depends on what.

    A finding is a batch leak (a row of the output that depends on another row of the input) and a
    query that sees the future: a fixed number of tokens ahead always, any at all if `causal`.
    Without `inputs`, they are drawn from the annotation of `forward`; ids then lie within the
    smallest `nn.Embedding`, or in `values`.

    Convention: the batch is the axis `b`, or axis 0 where an input's axes have no names; `axes`
    names them, {"x": "b t c", "return": "b t v"}. Runs in evaluation mode unless `training`,
    without gradients, and leaves mode, buffers, hooks and random state as they were.
    Raises: TypeError for what is no module; UnsolvableError if inputs cannot be drawn; what the
        model raises.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"check_model runs an nn.Module, and this is {type(model).__name__}.")
    given = _named(model, inputs, values, multiples)
    calls = Calls()
    with _as_it_was(model, training):
        with watched(calls), crossing(model) as crossed:
            result = _run(model, given)
        labels = _labels(model, given, result, axes or {})
        rows = tuple(dependences(lambda changed: _run(model, changed), given, labels))
    return ModelReport(
        type(model).__name__,
        tuple(crossed.values()),
        tuple(sorted(calls.counted.items())),
        tuple(calls.ambiguous),
        rows,
        tuple(findings(rows, labels, causal=causal)),
        tuple(_notes(model, given, result, labels, training)),
    )


def _named(
    model: nn.Module,
    inputs: Inputs | None,
    values: Mapping[str, Range] | None,
    multiples: Mapping[str, str | int] | None,
) -> Mapping[str, Any]:
    target = read_target(model) if inputs is None else None
    if target is not None:
        ids = {n: _ids(model) for n in target.signature.parameters} if _ids(model) else {}
        options = Options(
            values={**ids, **(values or {})}, multiples=multiples or {}, avoid=_inside(model)
        )
        return draw_arguments(target, {}, options, First())
    if isinstance(inputs, Mapping):
        return inputs
    names = list(_parameters(model))
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    if len(given) > len(names):
        raise TypeError(f"check_model: {len(given)} inputs are given, forward takes {len(names)}.")
    return dict(zip(names, given, strict=False))


def _parameters(model: nn.Module) -> Iterator[str]:
    for name, parameter in inspect.signature(model.forward).parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            raise TypeError("check_model: forward takes *args; give the inputs by name.")
        yield name


def _ids(model: nn.Module) -> Any:
    """Return the ids that every embedding of the model knows; None where it has none."""
    known = [m.num_embeddings for m in model.modules() if isinstance(m, nn.Embedding)]
    return range(min(known)) if known else None


def _inside(model: nn.Module) -> frozenset[int]:
    """Return the sizes that a model has inside, such as its number of heads."""
    held = (value for module in model.modules() for value in vars(module).values())
    return frozenset(value for value in held if type(value) is int and value > 1)


@torch.no_grad()
def _run(model: nn.Module, inputs: Mapping[str, Any]) -> Any:
    """Run once, with the random numbers and buffers that every run has."""
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    try:
        with torch.random.fork_rng():
            torch.manual_seed(_SEED)
            result = model(**inputs)
    finally:
        for name, buffer in model.named_buffers():
            if name in before and buffer.shape == before[name].shape:
                buffer.copy_(before[name])
    return _plain(result)


def _plain(result: Any) -> Any:
    """Copy what later runs could overwrite; a result of a library's own class by its members."""
    if isinstance(result, Tensor):
        return result.clone()
    if isinstance(result, dict) and is_dataclass(type(result)):
        return {key: _plain(value) for key, value in result.items() if isinstance(value, Tensor)}
    return result


@contextmanager
def _as_it_was(model: nn.Module, training: bool) -> Iterator[None]:
    modes = {module: module.training for module in model.modules()}
    model.train(training)
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def _labels(
    model: nn.Module, inputs: Mapping[str, Any], result: Any, axes: Mapping[str, str]
) -> dict[str, Labels]:
    labels: dict[str, Labels] = {}
    try:
        target = read_target(model)
        labels = all_labels(target.boundary, {**target.settled, **inputs}, result)
    except Exception:  # annotations that cannot be read name nothing
        labels = {}
    tensors = [p for name, value in inputs.items() for p in tensor_parts(value, name)]
    tensors += tensor_parts(result, RESULT)
    written = written_labels(axes)
    for path, tensor in tensors:
        if path in written:
            found = labels_of(written[path], tensor.ndim)
            if found is None:
                text = written[path].text
                raise ValueError(f'check_model: {path} has {tensor.ndim} axes, not "{text}".')
            labels[path] = found
    unknown = sorted(written.keys() - {path for path, _ in tensors})
    if unknown:
        held = ", ".join(path for path, _ in tensors)
        raise ValueError(f"check_model: axes names {', '.join(unknown)}; there are {held}.")
    return labels


def _notes(
    model: nn.Module,
    inputs: Mapping[str, Any],
    result: Any,
    labels: Mapping[str, Labels],
    training: bool,
) -> Iterator[str]:
    sizes: dict[int, str] = {}
    for path, tensor in (p for name, value in inputs.items() for p in tensor_parts(value, name)):
        for axis, size in enumerate(tensor.shape):
            name = axis_label(path, axis, labels)
            name = name if path in labels else f"{name} of {path}"
            if sizes.setdefault(size, name) != name and path in labels:
                yield f"{sizes[size]} and {name} both have size {size}; distinct sizes prove more."
        if tensor.dtype == torch.bool:
            yield f"{path} is boolean and was not changed."
        if 1 in tensor.shape:
            yield f"{path} has an axis of size 1, along which nothing can be told."
    for path, tensor in tensor_parts(result, RESULT):
        if tensor.is_floating_point() and bool(tensor.isnan().any()):
            yield f"{path} holds NaN, where nothing can be told."
    kinds = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    if kinds and not training:
        yield f"{len(kinds)} batch norms use running statistics; in training, rows mix."
    if any(isinstance(m, nn.modules.dropout._DropoutNd) and m.p > 0 for m in model.modules()):
        yield f"dropout is {'on, the same in every run' if training else 'off'}."


__all__ = ["check_model"]
