"""What became of the definitions of adopted packages: checked, or not checked, and why."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Unchecked:
    """A definition, or a whole module, that could not be checked."""

    name: str
    where: str
    reason: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.where}: {self.name}: {self.reason}"


@dataclass
class Findings:
    """Collected while modules are imported."""

    modules: set[str] = field(default_factory=set)
    """Every module that was met."""
    checked: set[tuple[str, str]] = field(default_factory=set)
    """Module and name of each checked definition."""
    unchecked: list[Unchecked] = field(default_factory=list)

    def leave(self, name: str, where: str, reason: str) -> None:
        """Note what could not be checked; once, although a module may be loaded again."""
        entry = Unchecked(name, where, reason)
        if entry not in self.unchecked:
            self.unchecked.append(entry)

    def __str__(self) -> str:
        """Say how many definitions are checked, then every one that is not."""
        modules = {module for module, _ in self.checked}
        checked = _counted(len(self.checked), "definition")
        lines = [f"checked {checked} in {_counted(len(modules), 'module')}"]
        if self.unchecked:
            lines += ["could not be checked:", *(f"  {entry}" for entry in self.unchecked)]
        return "\n".join(lines)


def _counted(number: int, things: str) -> str:
    return f"{number} {things}" if number == 1 else f"{number} {things}s"
