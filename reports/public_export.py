"""A public export: judged with everything public of the round before it, kept, and only then written.

The order matters: a set that is kept without a page withholds a little more later; a page that leaves without a set
would be forgotten by the guard.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from data.store.public_sets import SetMissingError, check_complete, exports_without_a_set, keep_set, kept_sets
from data.store.release import Round
from data.store.store import Store
from errors import UsageError
from formats.spreadsheet import csv_bytes
from reports.bundle import bundle_of
from reports.disclosure_control import Published, published
from reports.notice_parts import NoticeParts
from reports.public_data import codebook_sheet, rows_sheet
from reports.public_facts import PublicSet, set_of
from reports.public_page import notices, page_of, public_set
from reports.public_parts import PLAIN, PublicParts, log_measures, parts_of, to_mend
from reports.public_state import PublicState
from results.contributions import Scheme


@dataclass(frozen=True)
class PublicExport:
    """A page and bundle that may be published. known: the kept set, if this release was exported before.

    parts: what the page prints around the results.
    """

    round: Round
    found: Published
    known: PublicSet | None
    parts: PublicParts = PLAIN

    @cached_property
    def set(self) -> PublicSet:
        """Return the set of this export: the known set, with the words of its version, or a new set."""
        return self.known or public_set(self.found, self.round)

    @property
    def earlier(self) -> list[str]:
        """Return the digests of the sets that were public before, oldest first."""
        return [one.digest for one in self.found.earlier]

    def page(self) -> bytes:
        """Return the public page."""
        return page_of(self.found, self.round, self.parts)

    def table(self, language: str) -> bytes:
        """Return the units of the page as CSV."""
        return csv_bytes(rows_sheet(self.round, self.found, language))

    def codebook(self, language: str) -> bytes:
        """Return what the columns of the table mean, as CSV."""
        return csv_bytes(codebook_sheet(self.round, self.found, language))

    def bundle(self, language: str) -> bytes:
        """Return the public bundle."""
        return bundle_of(self.found, self.round, language, self.parts)

    def sentences(self, language: str) -> list[str]:
        """Return what is withheld because of earlier exports."""
        return notices(self.found, language)

    def to_mend(self, language: str) -> list[str]:
        """Return what is missing in the notice, for the office."""
        return to_mend(self.parts, language)

    def keep(self, store: Store) -> str:
        """Keep the sets of this export, of its schemes too, and return the digest of the round's.

        Raises UsageError if another set came in between.
        """
        for measures in self.parts.measures:
            measures.judged.keep(store)
        return self.set.digest if self.known else keep_set(store.path, self.round.id, self.set.content)

    def log_measures(self, store: Store, sha256: str, who: str = "") -> None:
        """Log that the measures of the schemes left with a file: what is judged later has to know it."""
        log_measures(store, self.round.release, self.parts.measures, sha256, who)


def prepare(
    store: Store,
    round_: Round,
    notice: NoticeParts | None = None,
    schemes: Sequence[Scheme] = (),
    state: PublicState | None = None,
) -> PublicExport:
    """Judge a round with everything public of it before. The same release gives the same export ever after.

    notice : what the office says around the results. schemes : whose public measures of the year are judged as well.

    Raises NothingPublishedError, NothingNewError, and SetMissingError or RestoredError if the store may not know all
    that became public.
    """
    judged = _judged(store, round_)
    return replace(judged, parts=parts_of(store, round_, notice or NoticeParts(), schemes, state))


def _judged(store: Store, round_: Round) -> PublicExport:
    before = public_so_far(store, round_.id)
    known = next((one for one in before if one.release == round_.release.id), None)
    if known is not None:
        earlier = _earlier(store, known, before)
        return PublicExport(round_, published(round_, earlier, joint=not known.alone), known)
    wanted = check_complete(store.path, round_.id, round_.release.id)
    export = PublicExport(round_, published(round_, before), None)
    if wanted is not None and export.set.digest != wanted:
        raise SetMissingError(round_.id, wanted, round_.release.id)
    return export


def _earlier(store: Store, known: PublicSet, before: Sequence[PublicSet]) -> list[PublicSet]:
    """Return the sets that were public before a known set. Raises SetMissingError if any of them is gone."""
    by_digest = {one.digest: one for one in before}
    for digest in known.earlier:
        if digest not in by_digest:
            check_complete(store.path, known.round, "")
            raise SetMissingError(known.round, digest, "…")
    return [by_digest[digest] for digest in known.earlier]


def public_so_far(store: Store, round_id: str) -> list[PublicSet]:
    """Return the sets of a round, oldest first; those of pages that left before sets were kept are computed now."""
    found = _kept(store, round_id)
    for release in exports_without_a_set(store.path, round_id):
        if release not in {one.release for one in found}:
            keep_set(store.path, round_id, _made_later(store, round_id, release, found).content)
            found = _kept(store, round_id)
    return found


def _kept(store: Store, round_id: str) -> list[PublicSet]:
    return [set_of(kept.content) for kept in kept_sets(store.path, round_id)]


def _made_later(store: Store, round_id: str, release_id: str, before: Sequence[PublicSet]) -> PublicSet:
    """Return the set of a page that an earlier version wrote: of what is counted in its release."""
    release = store.open_release(release_id)
    try:
        if release.is_outdated:
            raise UsageError(
                "The public page of release {release} was written by an earlier version of this program, and what it "
                "shows must be known. Publish the round {round} with that version once more and write its page there.",
                release=release.short,
                round=round_id,
            )
        round_ = release.round(round_id)
        return public_set(published(round_, before, joint=False), round_)
    finally:
        release.close()
