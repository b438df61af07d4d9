"""How a wrapper hands over the call of its function, as lines of its source.

A wrapper is what its function is: a coroutine function, a generator, an asynchronous generator.
Others ask for that: pytest of a fixture, and `torch.no_grad` of what it decorates, which would
otherwise hold for the call of a generator and not while its body runs.
"""

import inspect
from types import FunctionType

_STREAM = """\
$items = {}
try:
    $item = await $items.__anext__()
    while True:
        try: $sent = yield $item
        except GeneratorExit:
            await $items.aclose()
            raise
        except BaseException as $thrown: $item = await $items.athrow($thrown)
        else: $item = await $items.asend($sent)
except StopAsyncIteration: return"""


def is_stream(function: FunctionType) -> bool:
    """Tell whether a function gives its results one by one."""
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)


def handed_over(function: FunctionType, call: str) -> list[str]:
    """Write the lines that return what `call` gives, and hand on what is sent or thrown."""
    if inspect.isasyncgenfunction(function):
        return _STREAM.format(call).splitlines()
    if inspect.isgeneratorfunction(function):
        return [f"return (yield from {call})"]
    return [f"return {call}"]


def block(head: str, lines: list[str]) -> list[str]:
    """Write lines below a head."""
    return [head, *(f"    {line}" for line in lines)]
