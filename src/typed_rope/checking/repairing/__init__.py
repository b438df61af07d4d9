"""What a refused call could be turned into: the smallest change after which it fits."""

from typed_rope.checking.repairing.budget import Budget
from typed_rope.checking.repairing.passed import passed_parameters
from typed_rope.checking.repairing.search import Repair, repairs
from typed_rope.checking.repairing.state import Mistake, Refused
from typed_rope.checking.repairing.trial import is_trial, trial_of

__all__ = [
    "Budget",
    "Mistake",
    "Refused",
    "Repair",
    "is_trial",
    "passed_parameters",
    "repairs",
    "trial_of",
]
