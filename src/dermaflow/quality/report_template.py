"""The words and the shape of the report on a collection, as Jinja templates; every value is escaped when filled in."""

STYLE = """
.phantom { background: #6a1b9a; color: #fff; padding: .8rem 1rem; font-weight: 700; margin: 0 0 1rem; max-width: none;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.verdict { border-left: .5rem solid #51606f; background: #f4f6f8; padding: .8rem 1rem; margin: 1rem 0;
  font-size: 1.1rem; max-width: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.untrusted { border-color: #b3261e; background: #fdf0ef; }
.remarks { border-color: #b27700; background: #fff8e8; }
.sound { border-color: #1d6b3a; background: #eef8f1; }
.figures { display: flex; flex-wrap: wrap; gap: .6rem 2.2rem; padding: 0; margin: 1rem 0; list-style: none; }
.figures b { display: block; font-size: 1.5rem; line-height: 1.2; }
.story li { margin: .4rem 0; max-width: 46rem; }
.contents { font-size: .93rem; } .contents a { margin-right: .9rem; white-space: nowrap; }
.quiet, .advice { color: #51606f; font-size: .93rem; }
.names th { width: 12rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-right: 1rem; }
.wide { overflow-x: auto; }
.bar { display: inline-block; height: .7rem; background: #4a78b5; vertical-align: middle; min-width: 2px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.harmless .bar { background: #b9c4d0; }
.scale { position: relative; width: 11rem; height: .8rem; background: #eef1f4; display: inline-block;
  vertical-align: middle; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.scale .bar { position: absolute; left: 0; top: 0; height: 100%; }
.scale .range { position: absolute; top: 45%; height: 2px; background: #1d2733; }
.strong .bar { background: #b3261e; } .some .bar { background: #d08a00; }
.sheet { display: flex; flex-wrap: wrap; gap: .9rem; margin: .6rem 0 0; }
figure { margin: 0; width: 150px; font-size: .78rem; line-height: 1.3; overflow-wrap: anywhere; }
figure img { display: block; max-width: 150px; max-height: 150px; margin-bottom: .2rem; }
.pair { width: 308px; max-width: 100%; display: flex; flex-wrap: wrap; gap: 0 8px; border: 1px solid #dde3ea;
  padding: 6px; box-sizing: content-box; }
.pair div { width: 148px; } .pair figcaption { width: 100%; }
.label { font-weight: 600; display: block; } .torn .label { color: #b3261e; }
figcaption { color: #51606f; }
"""

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title><style>{{ style }}</style></head><body>
{% if phantom %}<p class="phantom">PHANTOM: generated images are among these. Nothing here is a statement about
skin.</p>{% endif %}
<h1>{{ title }}</h1>
<p class="verdict {{ conclusion.level }}">{{ conclusion.sentence }}</p>
{% for part in parts %}{% include part %}{% endfor %}
</body></html>
"""

BEGINNING = """{% from "macros" import names %}
<ul class="figures">
{% for words, figure in figures %}<li><b>{{ figure }}</b>{{ words }}</li>{% endfor %}
</ul>
<p class="contents">{% for anchor, words in contents %}<a href="#{{ anchor }}">{{ words }}</a> {% endfor %}</p>
<h2 id="looked-at">What was looked at</h2>
{{ names(looked_at) }}
<h2 id="story">What was found</h2>
<ul class="story">{% for sentence in story %}<li>{{ sentence }}</li>{% endfor %}</ul>
{% if warnings %}<h3>Warnings</h3>
<ul class="story">{% for sentence in warnings %}<li>{{ sentence }}</li>{% endfor %}</ul>
{% endif %}
"""

QUARANTINE = """{% from "macros" import sheet with context %}
<h2 id="quarantine">What cannot be used, and why</h2>
{% if not reasons %}<p>Nothing: every file can be used.</p>{% else %}
<p>Every file that is left out has one reason. Grey bars are reasons that speak against no file: it is sound, only not
needed or not part of the task.</p>
<table><tr><th>reason</th><th class="number">files</th><th></th></tr>
{% for reason in reasons %}<tr{% if reason.harmless %} class="harmless"{% endif %}>
<td><a href="#{{ reason.name }}">{{ reason.told.title }}</a><br>
<span class="quiet">{{ reason.told.meaning }}</span></td>
<td class="number">{{ "{:,}".format(reason.count) }}</td>
<td style="width: 9rem"><span class="bar" style="width: {{ "%.1f"|format(8 * reason.share) }}rem"></span></td></tr>
{% endfor %}</table>
<h2 id="pictures">Pictures of what was left out</h2>
{% for reason in reasons %}{% if reason.sheet %}
<h3 id="{{ reason.name }}">{{ reason.told.title }} <span class="quiet">({{ reason.name }})</span></h3>
<p>{{ reason.told.meaning }}</p>
{% if reason.told.advice %}<p class="advice">What to do: {{ reason.told.advice }}</p>{% endif %}
{{ sheet(reason.sheet) }}{% endif %}{% endfor %}{% endif %}
"""

LEAKS = """{% from "macros" import sheet with context %}
{% if official_test %}<h2 id="leaks">Test images that training has seen</h2>
{% if not leaks %}<p>None of the {{ "{:,}".format(official_test) }} files that the source calls test images is tied to
one that it calls a training image.</p>{% else %}
<p>The source divides its images into training and test itself. {{ "{:,}".format(leak_total) }} of its
{{ "{:,}".format(official_test) }} test images are tied to training images. A model can have learnt the answer by
heart, so a score on this division says too much. Each test image is counted once, at its strongest tie.</p>
{% for leak in leaks %}<h3>{{ leak.reason|capitalize }}: {{ "{:,}".format(leak.total) }}</h3>
<p class="quiet">Left: the test image. Right: the training image that it is tied to.</p>{{ sheet(leak) }}{% endfor %}
{% endif %}{% endif %}
"""

CORRECTIONS = """{% from "macros" import table %}
{% if corrections.rows %}<h2 id="corrections">Labels that the official record corrects</h2>
<p>What is used of these files is used under the official diagnosis.</p>{{ table(corrections, 3) }}{% endif %}
"""

COPIES = """{% from "macros" import sheet with context %}
{% if copies %}<h2 id="copies">Near copies that stay together</h2>
<p>These pictures have names of their own and show one photograph: resized, compressed again, turned or cropped. They
are used, but never on both sides of a test. Two of each group are shown; look
whether they are what they are taken for.</p>
{{ sheet(copies) }}{% endif %}
"""

SHORTCUTS = """{% from "macros" import auc with context %}
<h2 id="shortcuts">What gives the diagnosis away without a look at the lesion</h2>
{% if not shortcuts %}<p>Could not be told: too few usable images of two or more diagnoses.</p>{% else %}
<p>Each row says how well the diagnosis can be guessed from something that should not tell it. 0.50 is chance, 1.00 is
always right. A model can learn such a thing in place of the lesion: it then scores well here and fails at another
hospital. Read every score of a model against the highest bar of its column; a model that is no better has perhaps
seen no lesion at all. The thin line is the 95 % interval.</p>
<div class="wide">
<table>
<tr><th>what was seen</th><th>melanoma against the rest</th><th>melanoma against nevus</th>
<th>all diagnoses, on average</th></tr>
{% for shortcut in shortcuts %}<tr><td>{{ shortcut.name }}<br>
<span class="quiet">{{ shortcut.sentence.rstrip(",") }}</span></td>
<td>{{ auc(shortcut.melanoma_auc) }}</td><td>{{ auc(shortcut.melanoma_vs_nevus_auc) }}</td>
<td>{{ auc(shortcut.macro_auc) }}</td></tr>{% endfor %}
</table></div>{% endif %}
"""

TABLES = """{% from "macros" import names, table %}
<h2 id="diagnoses">Diagnoses</h2>
<p>Found: files as they were filed. Accepted: images that are used, under the diagnosis that is believed.</p>
<div class="wide">{{ table(diagnoses, 1) }}</div>
<h2 id="images">Images and people</h2>{{ names(images) }}{{ names(people) }}
"""

EXPECTATIONS = """
<section id="expectations">
{{ expectations }}</section>
"""

MACROS = """
{% macro sheet(sheet) %}
{% if sheet.unshown %}<p class="quiet">A choice in even steps: {{ "{:,}".format(sheet.unshown) }} of
{{ "{:,}".format(sheet.total) }} files are not shown.</p>{% endif %}
<section class="sheet">
{% for tile in sheet.tiles %}{% set torn = tile.pictures|map(attribute="label")|unique|list|length > 1 %}
<figure class="{{ 'pair' if tile.pictures|length > 1 }} {{ 'torn' if torn }}">
{% for picture in tile.pictures %}<div><img src="{{ picture.address }}" alt="{{ picture.image_id }}">
<span class="label">{{ picture.label or "no label" }}</span>
{% if picture.partition %}{{ picture.partition }} · {% endif %}{{ picture.image_id }}</div>{% endfor %}
{% if tile.evidence and (tile.pictures|length == 1 or not torn) %}
<figcaption>{{ tile.evidence }}</figcaption>{% endif %}
</figure>{% endfor %}</section>
{% endmacro %}
{% macro names(rows) %}
<table class="names">
{% for name, value in rows %}<tr><th>{{ name }}</th><td>{{ value }}</td></tr>{% endfor %}</table>
{% endmacro %}
{% macro table(table, first_number) %}
<table><tr>{% for cell in table.head %}<th{% if loop.index0 >= first_number %} class="number"{% endif %}>{{ cell }}</th>
{% endfor %}</tr>{% for row in table.rows %}<tr>{% for cell in row %}{% if cell is integer %}
<td class="number">{{ "{:,}".format(cell) }}</td>{% else %}<td>{{ cell }}</td>{% endif %}{% endfor %}
</tr>{% endfor %}</table>
{% endmacro %}
{% macro auc(figure) %}
{% if figure is none %}<span class="quiet">cannot be told</span>{% else %}{% set value, low, high = figure %}
<span class="{{ weight_of(figure) }}"><span class="scale">
<span class="bar" style="width: {{ "%.1f"|format([0, 200 * (value - 0.5)]|max) }}%"></span>
<span class="range" style="left: {{ "%.1f"|format([0, 200 * (low - 0.5)]|max) }}%;
 right: {{ "%.1f"|format([0, 200 * (1 - high)]|max) }}%"></span></span> {{ "%.2f"|format(value) }}</span>{% endif %}
{% endmacro %}
"""
