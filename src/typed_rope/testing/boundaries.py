"""Which tensors that cross the boundaries of modules are annotated, and which are checked."""

import inspect
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from typed_rope.checking.ambiguity import Ambiguity, ambiguities
from typed_rope.checking.boundary import RESULT, Boundary
from typed_rope.checking.forms import holds_tensors
from typed_rope.testing.model_report import TensorBoundary
from typed_rope.testing.parts import tensor_parts
from typed_rope.testing.target import read_target


class Calls:
    """Counts the checked calls, and keeps what was ambiguous in them."""

    def __init__(self) -> None:
        """Start with none."""
        self.counted: Counter[str] = Counter()
        self.ambiguous: dict[Ambiguity, None] = {}

    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
        """Take note of one call."""
        self.counted[boundary.function] += 1
        self.ambiguous.update(dict.fromkeys(ambiguities(boundary, arguments)))


@contextmanager
def crossing(model: nn.Module) -> Iterator[dict[tuple[str, str], TensorBoundary]]:
    """Record the tensors that enter and leave the modules of a model, by hooks that do not stay.

    torch's own layers are left out, unless the model is one itself.
    """
    found: dict[tuple[str, str], TensorBoundary] = {}
    handles = []
    for name, module in model.named_modules():
        if name and type(module).__module__.startswith("torch."):
            continue
        hook = _Recorder(name or type(module).__name__, module, found)
        handles.append(module.register_forward_hook(hook, with_kwargs=True))
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


class _Recorder:
    def __init__(
        self, name: str, module: nn.Module, found: dict[tuple[str, str], TensorBoundary]
    ) -> None:
        self.name, self.found = name, found
        self.signature = inspect.signature(module.forward)
        self.checked = hasattr(module.forward, "__boundary__")
        self.annotations = _annotations(module)

    def __call__(self, module: nn.Module, args: Any, kwargs: Any, result: Any) -> None:
        given = self.signature.bind_partial(*args, **kwargs).arguments
        for name, value in {**given, RESULT: result}.items():
            if isinstance(value, Tensor) or any(True for _ in tensor_parts(value, name)):
                text = self.annotations.get(name)
                row = TensorBoundary(self.name, name, text, self.checked and text is not None)
                self.found.setdefault((self.name, name), row)


def _annotations(module: nn.Module) -> dict[str, str]:
    """Return the annotations that name axes."""
    try:
        boundary = read_target(module).boundary
    except Exception:  # annotations that cannot be read name nothing
        return {}
    forms = {p.name: p.form for p in boundary.parameters}
    forms |= {} if boundary.result is None else {RESULT: boundary.result}
    return {name: _shown(form.hint) for name, form in forms.items() if holds_tensors(form)}


def _shown(hint: Any) -> str:
    return str(getattr(hint, "__name__", hint))


__all__ = ["Calls", "crossing"]
