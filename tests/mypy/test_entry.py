"""The name that mypy asks for, as often as it asks."""

import subprocess
import sys


def test_the_plugin_can_be_asked_for_again() -> None:
    code = (
        "import typed_rope.mypy\n"
        "first = typed_rope.mypy.plugin('2.4')\n"
        "print(typed_rope.mypy.plugin('2.4') is first)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("True\n", "")
