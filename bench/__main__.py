"""`make bench`: every benchmark, one after the other."""

from bench import documents, import_ballots, pages, pledges, ranks, store_calls

import_ballots.main()
pages.main()
ranks.main([])
pledges.main()
documents.main()
store_calls.main()
