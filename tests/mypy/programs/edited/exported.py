"""An alias under another name, for whoever imports it from here."""

from shapes import Queries as HeadsFirst
from shapes import Table

__all__ = ["HeadsFirst", "Table"]
