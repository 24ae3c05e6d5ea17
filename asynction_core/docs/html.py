"""The page: what is written around what scripts fill in."""

from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

from asynction_core.spec.model import Spec


def policy(server: str | None = None) -> str:
    """Return the ``Content-Security-Policy`` of the page.

    :param server: the URL of the server that its console speaks to, if not the page's own.
    """
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src {' '.join(_connections(server))}; base-uri 'none'; form-action 'none'"
    )


def _connections(server: str | None) -> Iterator[str]:
    yield "'self'"
    if server is not None:
        parts = urlsplit(server)
        yield f"{parts.scheme}://{parts.netloc}"
        yield f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"


def page(spec: Spec, folder: str, meta_policy: str | None = None) -> str:
    """Return the HTML of the page. All its URLs are relative, and begin with ``docs/``.

    :param folder: where the assets are, below ``docs``.
    :param meta_policy: the policy, for a page that comes without headers.
    """
    title = escape(f"{spec.title} {spec.version}".strip() or "Socket.IO API")
    base = f"docs/{escape(folder)}"
    meta = ""
    if meta_policy is not None:
        meta = f'<meta http-equiv="Content-Security-Policy" content="{escape(meta_policy)}">\n'
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
{meta}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="icon" href="{base}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{base}/vendor/asyncapi-component.css">
<link rel="stylesheet" href="{base}/page.css">
<link rel="stylesheet" href="{base}/component.css">
<link rel="stylesheet" href="{base}/console/console.css">
<script src="{base}/no-eval.js" defer></script>
<script src="{base}/vendor/asyncapi-component.js" defer></script>
<script src="{base}/vendor/socket.io.min.js" defer></script>
<script src="{base}/page.js" type="module"></script>
<script src="{base}/console/main.js" type="module"></script>
</head>
<body>
<a class="skip" href="#documentation">Skip to the documentation</a>
<header class="bar">
<p class="bar-title">{title}</p>
<nav aria-label="Views">
<a href="#documentation" id="to-documentation" aria-current="page">Documentation</a>
<a href="#console" id="to-console">Console</a>
</nav>
<nav aria-label="The document" class="bar-files">
<a href="docs/asyncapi.yaml">YAML</a>
<a href="docs/asyncapi.json">JSON</a>
</nav>
</header>
<main id="documentation" tabindex="-1">
<noscript><p class="notice">This page is drawn by JavaScript, which is switched off. All that it
shows is in the document: <a href="docs/asyncapi.yaml">docs/asyncapi.yaml</a>.</p></noscript>
</main>
<section id="console" aria-label="Console" tabindex="-1" hidden></section>
</body>
</html>
"""
