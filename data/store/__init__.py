"""The store: folders on disk that hold uploads, releases, history and the audit log, and what is done with them."""

from data.store.store import PublishReport, RoundStatus, Store

__all__ = ["PublishReport", "RoundStatus", "Store"]
