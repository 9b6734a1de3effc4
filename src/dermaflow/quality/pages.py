"""Make a page of Data Docs stand alone: no script, no network, readable wherever the file is opened.

Great Expectations takes its styles, icons and scripts from public servers; without them a page shows no status.
"""

import re

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h4, h5, h6 { margin: 1.4rem 0 .4rem; font-size: 1.1rem; }
h6 { font-size: 1rem; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; }
th, td { border: 1px solid #ddd; padding: .35rem .6rem; text-align: left; vertical-align: top; }
th { background: #f3f3f3; }
td table { width: auto; }
.collapse { display: none; }
td { overflow-wrap: anywhere; }
th { white-space: nowrap; }
.badge { background: #eee; border-radius: .2rem; padding: 0 .3rem; font-family: monospace; }
.text-danger { color: #b00020; }
.fa-check-circle::before { content: "holds"; color: #16703c; font-style: normal; font-weight: 600; }
.fa-times::before { content: "fails"; color: #b00020; font-style: normal; font-weight: 600; }
.fa-exclamation-triangle::before { content: "cannot be told"; color: #b00020; font-style: normal; font-weight: 600; }
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


def standing_alone(page: str, heading: str) -> str:
    """The HTML page without anything that is fetched, run or advertised, in a style and with a title of its own."""
    for pattern in _REMOVED:
        page = re.sub(pattern, "", page, flags=re.DOTALL)
    page = re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL)
    page = page.replace("<body>", f"<body><h1>{heading}</h1>", 1)
    return page.replace("</head>", f"<title>{heading}</title><style>{STYLE}</style></head>", 1)
