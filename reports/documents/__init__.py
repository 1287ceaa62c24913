"""Content of exported documents: the bulletin and its parts, rendered by formats/pdf.py and formats/docx.py.

Every line that names a unit has its votes, an interval and a verdict, or the reason why there is none. Only confirmed
units stand under the heading of accountability; cleared ones are counted there, not named.
"""

from reports.documents.brief import Outlook, brief
from reports.documents.bulletin import bottom_list, bulletin, full_ranking
from reports.documents.circular import circular
from reports.documents.common import RoundResults, round_results
from reports.documents.dossier import dossier
from reports.documents.pledge_letter import pledge_letter
from reports.documents.year_on_year import year_on_year

__all__ = [
    "Outlook",
    "RoundResults",
    "bottom_list",
    "brief",
    "bulletin",
    "circular",
    "dossier",
    "pledge_letter",
    "round_results",
    "full_ranking",
    "year_on_year",
]
