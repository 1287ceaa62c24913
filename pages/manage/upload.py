"""上传:files in, problems out."""

from ui import frame
from words import N_

frame.page(N_("Upload data"))
