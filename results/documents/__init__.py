"""What leaves the house as a document, in words: the bulletin and its parts. It is set by formats/pdf.py and word.py.

Every line that names a unit has its votes, an interval and a verdict, or the reason why there is none. Only confirmed
units stand under the heading of accountability; cleared ones are counted there, not named.
"""

from results.documents.bulletin import bottom_list, bulletin, full_ranking
from results.documents.changes import year_on_year
from results.documents.circular import circular
from results.documents.dossier import dossier
from results.documents.frame import Findings, Signature, findings

__all__ = [
    "Findings",
    "Signature",
    "bottom_list",
    "bulletin",
    "circular",
    "dossier",
    "findings",
    "full_ranking",
    "year_on_year",
]
