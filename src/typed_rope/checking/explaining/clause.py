"""A sentence of an explanation, and how several are put together.

cos has t = 7, where x has t = 5; sin has t = 7, where x has t = 5
                         ->  cos and sin have t = 7, where x has t = 5
ids is a list, not a Tensor; ids has 1 axis, where "b t" has 2
                         ->  ids is a list, not a Tensor, and has 1 axis, where "b t" has 2
"""

from collections.abc import Sequence
from dataclasses import dataclass

_SEVERAL = {"has": "have", "is": "are"}


@dataclass(frozen=True)
class Clause:
    """Who did what, and the axes in dispute."""

    subject: str
    predicate: str
    disputed: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Write the sentence, without its end."""
        return f"{self.subject} {self.predicate}"


def clause_of(subject: str, text: str, disputed: set[str]) -> Clause:
    """Read a sentence that begins with its subject, or with who is really meant."""
    if not text.startswith(f"{subject} "):
        subject = text.partition(" ")[0]
    return Clause(subject, text.removeprefix(subject).strip(), frozenset(disputed))


def joined(clauses: Sequence[Clause]) -> list[str]:
    """Write sentences, those of one subject as one."""
    texts: list[str] = []
    for index, clause in enumerate(clauses):
        if index and clause.subject == clauses[index - 1].subject:
            texts[-1] += f", and {clause.predicate}"
        else:
            texts.append(str(clause))
    return texts


def shared(clauses: Sequence[Clause]) -> list[Clause]:
    """Make one sentence of those that say the same of several subjects."""
    subjects: dict[str, list[Clause]] = {}
    for clause in clauses:
        subjects.setdefault(clause.predicate, []).append(clause)
    return [_of_several(alike) for alike in subjects.values()]


def _of_several(alike: Sequence[Clause]) -> Clause:
    first = alike[0]
    verb, _, rest = first.predicate.partition(" ")
    subjects = list(dict.fromkeys(clause.subject for clause in alike))
    if len(subjects) == 1 or verb not in _SEVERAL:
        return first
    disputed = frozenset().union(*(clause.disputed for clause in alike))
    return Clause(listed(subjects), f"{_SEVERAL[verb]} {rest}", disputed)


def listed(words: Sequence[str]) -> str:
    """Write `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
