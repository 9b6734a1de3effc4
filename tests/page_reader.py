"""A page as a browser reads it: for tests of what is written as HTML."""

from html.parser import HTMLParser


class Reader(HTMLParser):
    """Reads a page as a browser does: elements with their attributes, text, and whether all is closed in order."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.open, self.crossed, self.words = [], [], [], []
        self.feed(page)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"br", "img", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def handle_data(self, data):
        self.words.append(data)
