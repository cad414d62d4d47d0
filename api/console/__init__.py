"""Server-rendered pages. No business rule in a template."""
