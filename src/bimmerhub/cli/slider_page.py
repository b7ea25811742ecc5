"""The captcha of China's sign-in as a page for a browser: a person moves a line to the hole, and reads what to pass."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.views.account.accounts import SliderAnswer

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Slider captcha</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; }
  #picture { position: relative; display: inline-block; }
  #picture img { display: block; }
  #line { position: absolute; top: 0; bottom: 0; width: 1px; background: red; }
  input { display: block; margin: 1rem 0; }
  output { font: 1.2rem monospace; user-select: all; }
</style>
<p>Move the line to the left edge of the hole that this piece fits into:
<img alt="The piece" src="data:image/jpeg;base64,__PIECE__">
<div id="picture"><img id="background" alt="" src="data:image/jpeg;base64,__BACKGROUND__"><span id="line"></span></div>
<input id="at" type="range" min="0" max="1000" value="0" aria-label="Left edge of the hole">
<p>Then pass this as the captcha: <output id="solved" data-id="__VERIFY_ID__" data-handle-px="__HANDLE_PX__"></output>
<script>
  const [picture, line, at, solved] = ['background', 'line', 'at', 'solved'].map((id) => document.getElementById(id));
  function show() {
    const width = picture.naturalWidth;
    at.max = width;
    at.style.width = `${width}px`;
    line.style.left = `${at.value}px`;
    const position = Math.min(Math.max((at.value - solved.dataset.handlePx) / width, 0), 1);
    solved.textContent = `${solved.dataset.id}:${position.toFixed(2)}`;
  }
  at.addEventListener('input', show);
  if (picture.complete) show();
  else picture.addEventListener('load', show);
</script>
</html>
"""


def write_slider_page(slider: "SliderAnswer", file: Path) -> None:
    """Write the page to a file; ConfigError when it cannot be written."""
    values = {
        "__PIECE__": slider.piece,
        "__BACKGROUND__": slider.background,
        "__VERIFY_ID__": slider.verify_id,
        "__HANDLE_PX__": str(slider.handle_px),
    }
    page = _PAGE
    for name, value in values.items():
        page = page.replace(name, escape(value))
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {file}: {error.strerror}") from error
