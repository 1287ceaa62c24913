"""Entry point of `make bench`: every benchmark in order."""

from bench import documents, import_ballots, pages, pledges, ranks, registers, store_calls

import_ballots.main()
pages.main()
ranks.main([])
pledges.main()
documents.main()
registers.main()
store_calls.main()
