"""The trials of all rules; each family of rules has a file of its own."""

from cases_creating import CREATING
from cases_functional import FUNCTIONAL
from cases_indexing import INDEXING
from cases_joining import JOINING
from cases_moving import MOVING
from cases_patterns import PATTERNS
from cases_pointwise import POINTWISE
from cases_products import PRODUCTS
from cases_reducing import REDUCING
from cases_reshaping import RESHAPING
from cases_splitting import SPLITTING
from cases_unary import CONVERSIONS, UNARY
from cases_windows import WINDOWS

from drawn import Trial

TRIALS: dict[str, Trial] = {
    **CONVERSIONS,
    **UNARY,
    **JOINING,
    **CREATING,
    **INDEXING,
    **FUNCTIONAL,
    **MOVING,
    **PATTERNS,
    **POINTWISE,
    **PRODUCTS,
    **REDUCING,
    **RESHAPING,
    **SPLITTING,
    **WINDOWS,
}
