"""The model card of a test, chapter by chapter, as a page and as markdown: words and tables out of values."""
