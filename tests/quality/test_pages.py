from html.parser import HTMLParser

import pytest

from dermaflow.quality.pages import body_of, standing_alone

PAGE = """<html><head><title>Data documentation</title>
<link rel="stylesheet" href="https://far.away/x.css"><style>.a {}</style>
<script src="https://far.away/x.js"></script></head>
<body><nav><a href="https://far.away">bar</a></nav><p>side</p><nav>contents</nav>
<td>Each sex is known <i class="fas fa-times"></i></td><img src="https://far.away/logo.png"/>
<script>alert(1)</script><footer>newsletter</footer></body></html>"""


def elements(page):
    """Every element of a page as a browser reads it: name and names of attributes."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, [name for name, _ in attrs]))

    Reader().feed(page)
    return found


def test_nothing_is_fetched_or_run():
    page = standing_alone(PAGE, "A heading")

    for gone in ("http", "<script", "<link", "<img", "newsletter", "alert", ".a {}"):
        assert gone not in page


def test_content_status_and_heading_stay():
    page = standing_alone(PAGE, "A heading")

    assert "<h1>A heading</h1>" in page
    assert "<title>A heading</title>" in page
    assert "Data documentation" not in page
    assert 'Each sex is known <i class="fas fa-times"></i>' in page
    assert '.fa-times::before { content: "fails"' in page


def test_the_body_fits_into_another_page():
    body = body_of(standing_alone(PAGE, "A heading"))

    assert "<h2>A heading</h2>" in body
    assert "Each sex is known" in body
    for gone in ("<html", "<body", "<style", "<title", "</body"):
        assert gone not in body


@pytest.mark.parametrize(
    "hostile",
    [
        "<svg onload=alert(1)>",
        "<span onmouseover=alert(1) style='background: url(//far.away)'>x</span>",
        "<iframe src=//far.away>",
        "<IMG/src=x onerror=alert(1)",
        "<scr<script></script>ipt>alert(1)</scr<script></script>ipt>",
        "</td></table></body><form action=//far.away>",
        "<textarea>",
        "<!-- ",
    ],
)
def test_a_value_that_holds_markup_brings_no_element_or_attribute_along(hostile):
    page = standing_alone(PAGE.replace("Each sex", hostile), "A heading")

    seen = elements(page)
    assert {name for name, _ in seen} <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "i",
        "p",
        "td",
        "span",
    }
    assert {attribute for _, attributes in seen for attribute in attributes} <= {
        "class",
        "lang",
        "charset",
        "name",
        "content",
    }


def test_markup_in_a_value_can_be_read_as_it_is():
    page = standing_alone(PAGE.replace("Each sex", "<svg onload=alert(1)>"), "A heading")
    assert "&lt;svg onload=alert(1)&gt; is known" in page


def test_every_element_that_is_opened_is_closed_and_no_other():
    body = body_of(standing_alone("<body></div><table><tr><td>one</table></p><div>two</body>", "A heading"))
    assert body.strip() == "<h2>A heading</h2><table><tr><td>one</td></tr></table><div>two</div>"
