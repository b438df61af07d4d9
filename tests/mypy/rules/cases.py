"""The trials of all rules; each family of rules has a file of its own."""

from cases_moving import MOVING
from cases_pointwise import POINTWISE
from cases_products import PRODUCTS
from cases_reshaping import RESHAPING

from drawn import Trial

TRIALS: dict[str, Trial] = {**MOVING, **POINTWISE, **PRODUCTS, **RESHAPING}
