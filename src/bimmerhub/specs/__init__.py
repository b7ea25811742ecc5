"""API descriptions and HTTP collections: data files for other programs, and where they lie."""

from pathlib import Path
from typing import Final

COLLECTIONS: Final = Path(__file__).parent / "collections"
PROGRAM_FOLDERS: Final = {"postman": "Postman", "opencollection": "Bruno", "thunder-client": "Thunder Client"}
"""Below it, and the programs that they are for."""
