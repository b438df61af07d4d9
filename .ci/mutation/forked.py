"""Tests run in a fork of a process that has torch loaded, but not the code under test.

A new process would load torch anew for every mutant, seconds for tests of milliseconds. The fork
imports the package itself, the mutant in the place of its file, and ends without cleaning up.
"""

import ast
import gc
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LOADED_ONCE = (
    "torch", "torch._dynamo", "torch._functorch.aot_autograd", "torch.autograd.forward_ad",
    "jaxtyping", "beartype", "beartype.door", "hypothesis", "hypothesis.strategies", "numpy",
)  # fmt: skip
_PLUGINS = ("-p", "typed_rope.pytest_plugin")  # our own: tests use its markers
_MEMORY = 6 * 2**30
_FAILED = 1
_SLOWER = 4


class _Replaced(SourceFileLoader):
    """Loads a file's mutant under the file's name."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self._tree, self.path, "exec")
        return code


class _Finder:
    """Finds the mutant where its module is asked for, before anything else does."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        self.name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        self._path, self._tree = str(path), tree

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        loader = _Replaced(name, self._path, self._tree)
        return spec_from_file_location(name, self._path, loader=loader)


def load_once() -> None:
    """Load what no mutant touches, for all forks to share."""
    for name in _LOADED_ONCE:
        import_module(name)
    gc.collect()
    gc.freeze()


@dataclass
class Fork:
    """A fork that runs tests: 0 if they pass, 1 if one fails, or the signal that ended it."""

    pid: int
    started: float
    limit: float


def fork(run: Callable[[], int], seconds: float) -> Fork:
    """Run something in a fork, quietly, with so many seconds of a processor, and bounded memory."""
    pid = os.fork()
    if pid:
        return Fork(pid, time.monotonic(), 60 + 10 * seconds)
    code = _FAILED
    try:
        os.setsid()
        nowhere = os.open(os.environ.get("MUTANTS_OUTPUT", os.devnull), os.O_WRONLY | os.O_CREAT)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        used = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, resource.RLIM_INFINITY))
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY, resource.RLIM_INFINITY))
        code = run()
    except BaseException:  # a mutant may raise anything, SystemExit too
        traceback.print_exc()
        code = _FAILED
    finally:
        os._exit(code)


def ended(running: Fork) -> int | None:
    """Tell how a fork ended; None while it runs. One that waits too long is ended here."""
    pid, status = os.waitpid(running.pid, os.WNOHANG)
    if not pid:
        if time.monotonic() - running.started > running.limit:
            os.killpg(running.pid, signal.SIGKILL)
        return None
    return os.waitstatus_to_exitcode(status)


def slow_down(times: int) -> None:
    """Let the clock of this fork's thread run slower.

    What has a budget of time must find the same on a busy machine, and when every line is traced:
    a test that fails for want of time would count as one that noticed a mutant.
    """
    clock = time.thread_time
    time.thread_time = lambda: clock() / times


def run_tests(
    tests: Sequence[str],
    mutant: tuple[Path, ast.Module] | None,
    *plugins: object,
    slower: int = _SLOWER,
) -> int:
    """Run tests in this fork until one fails, with a mutant in the place of its file."""
    os.chdir(ROOT)
    slow_down(slower)
    # The root as well, as `python -m pytest` has it: processes that tests start import the tests.
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    if mutant is not None:
        finder = _Finder(*mutant)
        sys.meta_path.insert(0, finder)
        import_module(finder.name)  # now: pytest puts a finder of its own in front
    # Plain assertions and no plugins of others: neither changes a verdict, both take time.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-x", "-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", *_PLUGINS, *tests]
    return int(pytest.main(options, list(plugins)))
