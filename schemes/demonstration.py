"""Files of all schemes for the demonstration city, in the order in which they are imported: shared registers first."""

from data.sample.city import DemoFile
from data.sample.community import City, shared_files
from schemes import SCHEMES


def scheme_files() -> list[DemoFile]:
    """Return the shared registers of places and persons, then what each scheme gives."""
    city = City()
    return [*shared_files(city), *(file for scheme in SCHEMES if scheme.demo for file in scheme.demo(city))]
