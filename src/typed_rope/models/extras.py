"""Packages that only some functions need, imported when they are called."""

from importlib import import_module
from types import ModuleType

from typed_rope.checking import typed


@typed
def need(package: str, *, purpose: str) -> ModuleType:
    """Import a package of the extra `models`.

    Raises: ModuleNotFoundError that says how to install it.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        # Only the package itself is ours to explain; what it fails to find is its own affair.
        top = package.partition(".")[0]
        if error.name not in (top, package):
            raise
        raise ModuleNotFoundError(
            f"{purpose} needs the package {top}: pip install 'typed-rope[models]'",
            name=top,
        ) from None


__all__ = ["need"]
