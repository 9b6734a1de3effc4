"""The shape of a model card on a screen and on A4 paper, as Jinja templates; every value is escaped when filled in."""

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2733; background: #fff; margin: 2rem auto; max-width: 60rem;
  padding: 0 1rem 0 5.2rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; margin: 2.4rem 0 .6rem; padding-top: .6rem; border-top: 2px solid #dde3ea; }
h3 { font-size: 1.05rem; margin: 0 0 .2rem; }
p { margin: .35rem 0; max-width: 46rem; overflow-wrap: anywhere; }
ul { margin: .35rem 0; padding-left: 1.2rem; max-width: 45rem; overflow-wrap: anywhere; }
.item { position: relative; margin: 1.2rem 0; }
.numbers { position: absolute; left: -4.6rem; width: 4rem; text-align: right; color: #51606f; font-size: .82rem;
  line-height: 1.35; padding-top: .12rem; }
.quiet { color: #51606f; font-size: .93rem; }
.phantom { background: #6a1b9a; color: #fff; padding: .8rem 1rem; font-weight: 700; margin: 0 0 1rem; max-width: none;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.warning { border-left: .4rem solid #b27700; background: #fff8e8; padding: .5rem .8rem;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0 .8rem; font-size: .9rem; min-width: 50%; }
th, td { border-bottom: 1px solid #dde3ea; padding: .3rem .9rem .3rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; color: #51606f; vertical-align: bottom; }
td { overflow-wrap: anywhere; } td:nth-child(2):not(:last-child) { overflow-wrap: normal; }
td:first-child { min-width: 6.5rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; } .many td.number { white-space: normal; overflow-wrap: normal; }
.pale td { color: #7a8794; font-style: italic; }
figure { margin: .8rem 0; } figure img { display: block; max-width: 100%; height: auto; }
figcaption { color: #51606f; font-size: .88rem; max-width: 46rem; margin-top: .3rem; }
pre { background: #f4f6f8; padding: .6rem .8rem; font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere;
  max-width: 46rem; }
@media (max-width: 40rem) { body { padding-left: 1rem; } .numbers { position: static; display: block; width: auto;
  text-align: left; } }
@page { size: A4; margin: 16mm 15mm 18mm; }
@media print {
  body { margin: 0; max-width: none; padding: 0 0 0 14mm; font-size: 9.5pt; line-height: 1.4; }
  .numbers { left: -14mm; width: 12mm; font-size: 7.5pt; }
  h1 { font-size: 15pt; } h2 { font-size: 12.5pt; margin-top: 7mm; } h3 { font-size: 10.5pt; }
  h2, h3 { break-after: avoid; }
  p, ul, pre { max-width: none; orphans: 3; widows: 3; }
  table { font-size: 8pt; } th, td { padding: .7mm 2mm .7mm 0; }
  thead { display: table-header-group; }
  tr, figure, pre, .warning { break-inside: avoid; }
  .short { break-inside: avoid; }
  .wide { overflow: visible; }
  figure { text-align: center; } figure img { margin: 0 auto; max-height: 135mm; }
  .full img { max-height: 215mm; }
  figcaption { max-width: none; font-size: 8.5pt; } .quiet { font-size: 8.5pt; }
  .contents { display: none; }
}
"""

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ card.title }}</title><style>{{ style }}</style></head><body>
{% if card.phantom %}<p class="phantom">{{ phantom }}</p>{% endif %}
<h1>{{ card.title }}</h1>
<p class="quiet">Numbers in the margin are items of the TRIPOD+AI checklist (Collins et al. 2024, BMJ 385:e078378,
doi 10.1136/bmj-2023-078378).</p>
<p class="contents quiet">{% for part in card.parts %}<a href="#part-{{ loop.index }}">{{ part.title }}</a>
{% if not loop.last %} · {% endif %}{% endfor %}</p>
{% for part in card.parts %}
<h2 id="part-{{ loop.index }}">{{ part.title }}</h2>
{% for item in part.items %}<section class="item"><span class="numbers">{{ item.numbers }}</span>
<h3>{{ item.title }}</h3>
{% for block in item.blocks %}{% include block.__class__.__name__ %}{% endfor %}
</section>
{% endfor %}{% endfor %}
</body></html>
"""

TEXT = """<p{% if block.warning %} class="warning"{% endif %}>{{ block.words }}</p>
"""

POINTS = """<ul>{% for line in block.lines %}<li>{{ line }}</li>{% endfor %}</ul>
"""

CODE = """<pre>{{ block.lines|join("\\n") }}</pre>
"""

TABLE = """<div class="wide{{ ' short' if block.rows|length <= 14 }}">
<table{% if block.head|length > 5 %} class="many"{% endif %}><thead><tr>
{% for cell in block.head %}<th{% if loop.index0 >= block.numbers_from %} class="number"{% endif %}>{{ cell }}</th>
{% endfor %}</tr></thead><tbody>
{% for row in block.rows %}<tr{% if loop.index0 in block.pale %} class="pale"{% endif %}>
{% for cell in row %}<td{% if loop.index0 >= block.numbers_from %} class="number"{% endif %}>{{ cell }}</td>
{% endfor %}</tr>{% endfor %}
</tbody></table></div>
"""

PICTURE = """<figure{% if block.full_page %} class="full"{% endif %}>
<img src="data:image/png;base64,{{ encoded(block.content) }}" alt="{{ block.caption }}">
<figcaption>{{ block.caption }}</figcaption></figure>
"""
