"""Server objects of both major versions."""

import re
from urllib.parse import urlsplit

from asynction_core.spec.documents import Node
from asynction_core.spec.fields import SERVER, check_fields
from asynction_core.spec.model import Server
from asynction_core.spec.security import SecurityReader


def read_servers(root: Node, security: SecurityReader) -> dict[str, Server]:
    """Return the servers of the document by name."""
    servers = root.get("servers")
    if servers is None:
        return {}
    return {name: _server(name, node.follow(), security) for name, node in servers.items()}


def _server(name: str, node: Node, security: SecurityReader) -> Server:
    check_fields(node, SERVER)
    protocol = node.get("protocol")
    requirements = node.get("security")
    return Server(
        name=name,
        protocol=protocol.string().lower() if protocol else "",
        pathname=_pathname(node),
        security=security.read(requirements) or (),
        place=node.place,
    )


def _pathname(node: Node) -> str:
    """Return the path of ``url`` (2.x) or ``pathname`` (3.x), variables filled in."""
    url, pathname = node.get("url"), node.get("pathname")
    path = _path_of(node, url, pathname)
    if "{" in path:
        raise node.error(f"a variable in the path {path!r} has no value", "Give it a 'default'.")
    return path


def _path_of(node: Node, url: Node | None, pathname: Node | None) -> str:
    if url:
        text = _fill_in(url, node)
        return _path(text if "//" in text or text.startswith("/") else f"//{text}", url)
    if pathname:
        text = _fill_in(pathname, node)
        return text if text.startswith("/") else f"/{text}"
    return "/"


def _path(text: str, url: Node) -> str:
    try:
        return urlsplit(text).path or "/"
    except ValueError as error:
        raise url.error(f"this is not a URL: {error}") from error


def _fill_in(text: Node, server: Node) -> str:
    """Replace ``{variable}`` by its default (AsyncAPI, "Server Variable Object")."""
    variables = server.get("variables")

    def default(match: re.Match[str]) -> str:
        declared = variables.get(match[1]) if variables else None
        if declared is None:
            raise text.error(f"there is no server variable {match[1]!r}")
        variable = declared.follow()
        value, options = variable.get("default"), variable.get("enum")
        if value is None and options:
            value = next(options.elements(), None)
        if value and (value.value is None or isinstance(value.value, (dict, list))):
            raise value.error("the value of a server variable must be a string")
        return str(value.value) if value else match[0]

    return re.sub(r"\{([^{}]+)\}", default, text.string())
