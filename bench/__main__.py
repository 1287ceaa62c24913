"""`make bench`: every benchmark, one after the other."""

from bench import import_ballots, pages

import_ballots.main()
pages.main()
