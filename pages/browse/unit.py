"""单位:one unit in every round."""

from ui import frame
from words import N_

frame.page(N_("One unit"))
