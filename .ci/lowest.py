"""Print every requirement at its lowest, as constraints: `.ci/lowest.py [torch==VERSION]`."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def lowest() -> dict[str, str]:
    """Turn each `name>=version` of pyproject.toml into `name==version`, as pins by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        listed += extra
    bounds = [re.fullmatch(r"([\w-]+)>=([\d.]+)", entry) for entry in listed]
    return {bound[1]: f"{bound[1]}=={bound[2]}" for bound in bounds if bound}


def main(*instead: str) -> None:
    """Print the pins, with the given ones instead of the lowest."""
    pins = lowest() | {entry.split("==")[0]: entry for entry in instead}
    print("\n".join(pins.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
