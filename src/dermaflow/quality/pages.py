"""Pages that stand alone: no script, no network, readable wherever they are opened, on a phone and on paper.

Great Expectations takes its styles, icons and scripts from public servers; without them a page shows no status.
"""

import html
import re
from html.parser import HTMLParser

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2733; background: #fff; margin: 2rem auto; max-width: 66rem;
  padding: 0 1rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .5rem; padding-top: .6rem; border-top: 2px solid #dde3ea; }
h3, h4, h5, h6 { font-size: 1.05rem; margin: 1.4rem 0 .3rem; }
p { margin: .4rem 0; max-width: 46rem; }
table { border-collapse: collapse; margin: .5rem 0 1rem; width: 100%; font-size: .93rem; }
th, td { border-bottom: 1px solid #dde3ea; padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
th { font-weight: 600; color: #51606f; }
td table { width: auto; }
.collapse { display: none; }
.badge { background: #eef1f4; border-radius: .2rem; padding: 0 .3rem; font-family: monospace; }
.text-danger { color: #b3261e; }
.fa-check-circle::before { content: "holds"; color: #1d6b3a; font-style: normal; font-weight: 600; }
.fa-times::before { content: "fails"; color: #b3261e; font-style: normal; font-weight: 600; }
.fa-exclamation-triangle::before { content: "cannot be told"; color: #b3261e; font-style: normal; font-weight: 600; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } h2, h3 { break-after: avoid; }
  tr, figure { break-inside: avoid; } }
"""

_REMOVED = (
    r"<script\b.*?</script>",
    r"<style\b.*?</style>",
    r"<link\b[^>]*>",
    r"<img\b[^>]*>",
    r"<nav\b.*</nav>",  # the bar, the actions, the table of contents: they need scripts
    r"<footer\b.*?</footer>",
    r"</?a\b[^>]*>",  # links to pages and panels that are not there
    r"Show more info\.\.\.",
    r"Data asset: None",
)
_ELEMENTS = frozenset({
    "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "i", "li", "ol", "p", "pre", "span", "strong", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
})  # fmt: skip
_ATTRIBUTES = frozenset({"class", "colspan", "hidden"})


def standing_alone(page: str, heading: str) -> str:
    """The HTML page without anything that is fetched, run or advertised, in a style and with a title of its own.

    The renderer of Great Expectations escapes no values, so that the name of a file could bring markup along: elements
    and attributes that the renderer itself does not use are shown as text or left out.
    """
    for pattern in _REMOVED:
        page = re.sub(pattern, "", page, flags=re.DOTALL)
    kept = _Kept()
    kept.feed(_inside_body(page))
    kept.close()
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{heading}</h1>{''.join(kept.parts)}</body></html>\n"
    )


def body_of(page: str) -> str:
    """What stands between <body> and </body>, to be put into another page; its heading becomes one of second rank."""
    return re.sub(r"<(/?)h1>", r"<\1h2>", _inside_body(page))


def _inside_body(page: str) -> str:
    found = re.search(r"<body[^>]*>(.*)</body>", page, flags=re.DOTALL)
    return found.group(1) if found else page


class _Kept(HTMLParser):
    """Collects a balanced copy of what it is fed, with _ELEMENTS and _ATTRIBUTES only; all else becomes text."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            self.handle_data(self.get_starttag_text() or "")
            return
        told = "".join(f' {name}="{html.escape(value or "")}"' for name, value in attrs if name in _ATTRIBUTES)
        self.parts.append(f"<{tag}{told}>")
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open:
            last = self._open.pop()
            self.parts.append(f"</{last}>")
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        self.parts.append(html.escape(data))

    def handle_comment(self, data: str) -> None:
        self.handle_data(f"<!--{data}-->")

    def close(self) -> None:
        super().close()
        self.parts += [f"</{tag}>" for tag in reversed(self._open)]
