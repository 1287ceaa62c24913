"""排名:every unit of one round."""

from ui import frame
from words import N_

frame.page(N_("Ranking"))
