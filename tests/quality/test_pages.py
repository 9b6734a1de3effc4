from dermaflow.quality.pages import body_of, standing_alone

PAGE = """<html><head><title>Data documentation</title>
<link rel="stylesheet" href="https://far.away/x.css"><style>.a {}</style>
<script src="https://far.away/x.js"></script></head>
<body><nav><a href="https://far.away">bar</a></nav><p>side</p><nav>contents</nav>
<td>Each sex is known <i class="fas fa-times"></i></td><img src="https://far.away/logo.png"/>
<script>alert(1)</script><footer>newsletter</footer></body></html>"""


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
