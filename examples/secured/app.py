"""Notes that ask for tokens.

In a shell with a secret (``export NOTES_SECRET=$(openssl rand -hex 32)``) and PyJWT::

    uvicorn --app-dir examples/secured app:app
    python examples/secured/tokens.py ann notes:read notes:write

A client gives its token in the ``auth`` payload, where a browser can put one, too::

    io("http://localhost:8000/notes", {auth: {token}})
"""

from pathlib import Path

from asynction_core import AsynctionMiddleware

app = AsynctionMiddleware(spec_path=Path(__file__).with_name("asyncapi.yml"))
