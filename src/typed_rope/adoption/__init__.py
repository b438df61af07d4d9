"""Check a package that was never edited: its definitions are decorated while it is imported.

Loading this part loads neither torch nor jaxtyping; the first adopted definition does.
"""

from typed_rope.adoption.finder import AdoptingFinder, Selection, adopt
from typed_rope.adoption.findings import Findings, Unchecked
from typed_rope.adoption.program import run_module, run_script

__all__ = [
    "AdoptingFinder",
    "Findings",
    "Selection",
    "Unchecked",
    "adopt",
    "run_module",
    "run_script",
]
