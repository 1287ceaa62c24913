"""`make bench`: every benchmark, one after the other."""

from bench import documents, import_ballots, pages, ranks

import_ballots.main()
pages.main()
ranks.main([])
documents.main()
