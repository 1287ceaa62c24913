"""总览:the first figures of a round."""

from ui import frame
from words import N_

frame.page(N_("Overview"))
