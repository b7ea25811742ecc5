"""Write the collections' files and the page of their requests: python -m tools.http_collections."""

import shutil

from tools.http_collections import page
from tools.http_collections.description import FOLDER
from tools.http_collections.render import OUTPUTS, render

if __name__ == "__main__":
    for folder in OUTPUTS:
        shutil.rmtree(FOLDER / folder, ignore_errors=True)
    for path, text in render().items():
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    page.PAGE.write_text(page.render(), "utf-8")
    print(f"{FOLDER}: written")
