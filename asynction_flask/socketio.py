"""``AsynctionSocketIO``: Flask-SocketIO, driven by the document."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Self

import flask_socketio
from flask import Blueprint, Flask, Response, abort, request

from asynction_core.context import running
from asynction_core.docs import Documentation, docs_path
from asynction_core.handlers import by_name, count_arguments
from asynction_core.message_queue import report_lost
from asynction_core.options import check_options, check_values, collector_paused
from asynction_core.registration import Registration, register
from asynction_core.spec import Retrieve, Spec, load_spec
from asynction_flask.server import Server

ErrorHandler = Callable[[Exception], Any]

_OPTIONS = ("manage_session", "message_queue", "channel", "path", "resource")
"""The options of Flask-SocketIO itself."""


class AsynctionSocketIO(flask_socketio.SocketIO):
    """A ``flask_socketio.SocketIO`` that serves an AsyncAPI document and enforces it.

    Make one with :meth:`from_spec`. Everything that Flask-SocketIO does works as it does there;
    what the document forbids raises, or reaches the error handler.

    :param spec: the document, as ``asynction_core.load_spec`` returns it.
    :param server_security: the security requirements of the server, in the place of the
        document's; None for those of the document.
    :ivar error_methods: the ``error`` of each class-based namespace that has one.
    """

    def __init__(
        self,
        spec: Spec,
        validation: bool = True,
        docs: bool = True,
        server_security: Sequence[Mapping[str, Sequence[str]]] | None = None,
        default_error_handler: ErrorHandler | None = None,
        app: Flask | None = None,
        *,
        server_name: str | None = None,
        check_formats: bool = False,
        security_timeout: float = 10.0,
        **kwargs: Any,
    ) -> None:
        check_options(kwargs, type(self), _OPTIONS)
        check_values(
            validation=validation,
            docs=docs,
            check_formats=check_formats,
            default_error_handler=default_error_handler,
            security_timeout=security_timeout,
        )
        self._spec = spec
        self._docs = docs
        self._options: dict[str, Any] = {
            "server_name": server_name,
            "validation": validation,
            "check_formats": check_formats,
            "server_security": server_security,
        }
        self._security_timeout = security_timeout
        self.error_methods: dict[str, ErrorHandler] = {}
        self._path = kwargs.get("path") or kwargs.get("resource")
        super().__init__(None, **_without(["message_queue"], kwargs))  # it would start at once
        if default_error_handler is not None:
            self.on_error_default(default_error_handler)
        if app is not None or "message_queue" in kwargs:
            self.init_app(app, **kwargs)

    @classmethod
    def from_spec(
        cls,
        spec_path: str | os.PathLike[str] | Mapping[str, Any],
        validation: bool = True,
        server_name: str | None = None,
        docs: bool = True,
        default_error_handler: ErrorHandler | None = None,
        app: Flask | None = None,
        *,
        retrieve: Retrieve | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return a Flask-SocketIO server of the AsyncAPI document at *spec_path*.

        :param spec_path: the path of a YAML or JSON file, or the document as a mapping.
        :param validation: False switches off the checks of payloads, acknowledgements and
            channel bindings, and nothing else.
        :param server_name: the document's server whose path is the Socket.IO path, unless
            ``path`` or ``resource`` is given, and whose security and channels count.
        :param docs: whether the document is served, at ``docs`` beside the Socket.IO path.
        :param default_error_handler: called with the exception where a namespace has no error
            handler of its own; what it returns is the acknowledgement.
        :param app: the Flask application. Without one, call ``init_app`` later; or give a
            ``message_queue``, for a process that only emits.
        :param retrieve: takes the URI of a remote ``$ref``, returns the parsed document.
        :param kwargs: ``check_formats``, ``security_timeout``, and the options of
            ``flask_socketio.SocketIO``, ``socketio.Server`` and ``engineio.Server``.
        :raises SpecException: something is wrong with the document, or with a handler it names.
        :raises TypeError: an option that there is not.
        :raises ValueError: an option that cannot have its value.
        """
        with collector_paused():
            spec = load_spec(spec_path, retrieve)
        return cls(
            spec,
            validation,
            docs,
            None,
            default_error_handler,
            app,
            server_name=server_name,
            **kwargs,
        )

    def init_app(self, app: Flask | None, **kwargs: Any) -> None:
        """Serve the document in *app*: register its handlers and make the server.

        :param app: None in a process that only emits, which needs a ``message_queue``.
        :raises SpecException: something is wrong with a schema or a handler of the document.
        """
        check_options(kwargs, type(self), _OPTIONS)
        with collector_paused():
            registration = self._registration(import_handlers=app is not None)
        path = kwargs.get("path") or kwargs.get("resource") or self._path or registration.path
        super().init_app(app, **{**kwargs, "path": path})  # its plain server is not used
        self.server = Server(
            registration,
            door=self,
            security_timeout=self._security_timeout,
            **_without(_OPTIONS, self.server_options),
        )
        for event, handler, namespace in self.handlers:
            self.server.on(event, handler, namespace=namespace)
        for namespace_handler in self.namespace_handlers:
            self.server.register_namespace(namespace_handler)
        if app is None:
            report_lost(self.server.manager)
        else:
            self.sockio_mw.engineio_app = self.server
            if self._docs:
                app.register_blueprint(_docs(self._spec, path))

    def _registration(self, import_handlers: bool) -> Registration:
        return register(self._spec, import_handlers=import_handlers, **self._options)

    def run(
        self, app: Flask, host: str | None = None, port: int | None = None, **kwargs: Any
    ) -> None:
        """Run the web server, as in ``flask_socketio.SocketIO``.

        :raises SpecException: an event that clients may emit has no handler for it.
        """
        self.server.check_handlers()
        super().run(app, host=host, port=port, **kwargs)

    def in_context(
        self,
        function: Callable[[], Any],
        event: str | None,
        namespace: str,
        sid: str,
        *arguments: Any,
    ) -> Any:
        """Return what *function* does in the context of its client's request.

        It raises what *function* raises: what becomes of that is decided by the server.
        """
        outcome: list[tuple[Any, Exception | None]] = []

        def call(*_arguments: Any) -> None:
            try:
                outcome.append((function(), None))
            except Exception as error:
                outcome.append((None, error))

        environ = self.server.get_environ(sid, namespace=namespace) if self.manage_session else None
        if environ and "saved_session" in environ:
            with _context_with_session(environ):
                about: Any = request
                about.sid, about.namespace = sid, namespace
                about.event = {"message": event, "args": arguments}
                call()
        else:
            super()._handle_event(call, event, namespace, sid, *arguments)
        result, error = outcome[0] if outcome else (None, None)
        if error is not None:
            raise error
        return result

    def _handle_event(
        self, handler: Callable[..., Any], message: str | None, namespace: str, sid: str, *args: Any
    ) -> Any:
        given, named = args, {}
        if message == "connect":
            identity = running.get()[0].identity
            about = {"user": identity.user, "token_info": identity.token_info}
            named = by_name(handler, about)
            given = args[1:][: count_arguments(handler, 1, tuple(about))]
        elif message == "disconnect":
            given = args[: count_arguments(handler, 1)]
        return self.in_context(partial(handler, *given, **named), message, namespace, sid, *args)


def _context_with_session(environ: Mapping[str, Any]) -> Any:
    """Return the request context of a client whose session Flask-SocketIO has opened before.

    Flask would open the session of the cookie, which costs more than most handlers, and
    Flask-SocketIO would then put the saved one in its place.
    """
    context = environ["flask.app"].request_context(environ)
    name = "_session" if hasattr(context, "_session") else "session"  # before Flask 3.1.3
    setattr(context, name, environ["saved_session"])
    return context


def _without(names: Collection[str], options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in names}


def _docs(spec: Spec, path: str) -> Blueprint:
    """Return the routes of the documentation."""
    blueprint = Blueprint("asynction_docs", __name__, url_prefix=docs_path(path))
    documentation = Documentation(spec, path)

    def answer(below: str | None = None) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        found = documentation.answer(request.method, "" if below is None else f"/{below}", headers)
        if found is None:
            abort(404)
        return Response([found.body], found.status, found.headers)

    for rule, defaults in (("", {}), ("/", {"below": ""}), ("/<path:below>", {})):
        blueprint.add_url_rule(rule, rule or "page", answer, defaults=defaults)
    return blueprint
