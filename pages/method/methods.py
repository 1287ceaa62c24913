"""方法:how a score and a rank come about."""

from ui import frame
from words import N_

frame.page(N_("Methods"))
