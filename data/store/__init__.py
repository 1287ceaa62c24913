"""The store: folders on disk that hold uploads, releases, history and the audit log, and what is done with them."""

from data.store.import_job import ImportOptions
from data.store.round_status import RoundStatus
from data.store.store import PublishReport, Store

__all__ = ["ImportOptions", "PublishReport", "RoundStatus", "Store"]
