"""`make bench`: every benchmark, one after the other."""

from bench import documents, import_ballots, pages, pledges, ranks

import_ballots.main()
pages.main()
ranks.main([])
pledges.main()
documents.main()
