"""The store: folders on disk with uploads, releases, history and the audit log, and the operations on them."""

from data.store.import_job import ImportOptions
from data.store.round_status import RoundStatus
from data.store.store import PublishReport, Review, Store

__all__ = ["ImportOptions", "PublishReport", "Review", "RoundStatus", "Store"]
