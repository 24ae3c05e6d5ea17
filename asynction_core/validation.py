"""Checks of what travels: arguments of events, acknowledgements, handshakes.

A check takes plain values and returns None or raises; it is built once and called per event.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from asynction_core.compiled import CompiledSchema, SchemaCompiler
from asynction_core.exceptions import (
    BindingsValidationException,
    MessageAckValidationException,
    PayloadValidationException,
    ValidationException,
)
from asynction_core.handshake import Handshake, HandshakeValues, compile_values
from asynction_core.spec.model import Arity, Bindings, Event, Schema
from asynction_core.translation import Refusal

Check = Callable[[Sequence[Any]], None]
"""Takes the arguments of an event or an acknowledgement; raises a ``ValidationException``."""

Accepts = Callable[[Any], bool]
"""Tells that an argument on its own passes a check. Nothing else that it does decides anything: it
may raise ``ValueError`` or ``RecursionError``, too."""


def accepts_anything(_argument: Any) -> bool:
    """Accept, as :func:`accept_anything` does."""
    return True


def accepts_nothing(_argument: Any) -> bool:
    """Leave it to the check."""
    return False


def accept_anything(_arguments: Sequence[Any]) -> None:
    """Accept: the document says nothing, or validation is switched off."""


def arguments_of(data: Any) -> list[Any]:
    """Return the arguments that *data* stands for, as python-socketio sends them.

    A tuple is several arguments, None is no argument, anything else is one.
    """
    if data is None:
        return []
    return list(data) if isinstance(data, tuple) else [data]


def exception_from(
    refusal: Refusal,
    exception_class: type[ValidationException],
    namespace: str | None = None,
    event: str | None = None,
) -> ValidationException:
    """Return *refusal* as an exception of *exception_class*."""
    exception = exception_class(
        refusal.message,
        validator=refusal.validator,  # type: ignore[arg-type] # None for a false schema
        validator_value=refusal.validator_value,
        path=refusal.path,
        schema_path=refusal.schema_path,
        instance=refusal.instance,
        schema=refusal.schema,
        context=[exception_from(child, exception_class) for child in refusal.context],
    )
    exception.namespace, exception.event, exception.place = namespace, event, refusal.place
    return exception


class MessageChecks:
    """Builds the checks of the events of one namespace."""

    def __init__(self, compiler: SchemaCompiler, namespace: str) -> None:
        self._compiler = compiler
        self._namespace = namespace

    def payload(self, event: Event) -> Check:
        """Return the check of the arguments of *event*."""
        if event.payload is None:
            return accept_anything
        return self._check(event.payload, event.name, PayloadValidationException)

    def ack(self, event: Event) -> Check:
        """Return the check of the acknowledgement of *event*: any one of its schemas holds."""
        if event.acks is None:
            return accept_anything
        exception_class = MessageAckValidationException
        checks = [self._check(schema, event.name, exception_class) for schema in event.acks]
        return checks[0] if len(checks) == 1 else _any_of(checks, event, self._namespace)

    def accepts(self, schemas: Sequence[Schema] | None) -> Accepts:
        """Return what accepts a lone argument by *schemas*, of which one has to hold."""
        if schemas is None:
            return accepts_anything
        if len(schemas) == 1 and not schemas[0].arity.spread:
            return self._compiler.compile(schemas[0]).is_valid
        return accepts_nothing

    def _check(
        self, schema: Schema, event: str, exception_class: type[ValidationException]
    ) -> Check:
        compiled = self._compiler.compile(schema)

        def refuse(arguments: Sequence[Any]) -> None:
            refusal = explain(schema, compiled, arguments)
            if refusal is not None:
                raise exception_from(refusal, exception_class, self._namespace, event)

        return _fast_check(schema.arity, compiled.is_valid, refuse)


def _fast_check(arity: Arity, is_valid: Callable[[Any], bool], refuse: Check) -> Check:
    """Return a check that does nothing but ask the compiled validator while all is well."""
    least, most, spread = arity.least, arity.most, arity.spread

    def check_only(arguments: Sequence[Any]) -> None:
        try:
            if len(arguments) == 1 and is_valid(arguments[0]):
                return
        except (ValueError, RecursionError):
            pass  # not JSON: binary data, perhaps
        refuse(arguments)

    def check_all(arguments: Sequence[Any]) -> None:
        try:
            count = len(arguments)
            if count >= least and (most is None or count <= most) and is_valid(arguments):
                return
        except (ValueError, RecursionError):
            pass
        refuse(arguments)

    return check_all if spread else check_only


def explain(schema: Schema, compiled: CompiledSchema, arguments: Sequence[Any]) -> Refusal | None:
    """Return why *schema* refuses *arguments*; None where it does not."""
    arity, count = schema.arity, len(arguments)
    too_few, too_many = count < arity.least, arity.most is not None and count > arity.most
    if too_few or too_many:
        return Refusal(
            message=f"expected {_expected(arity)}, got {count}",
            validator="minItems" if too_few else "maxItems",
            validator_value=arity.least if too_few else arity.most,
            instance=list(arguments),
            schema=schema.contents,
            place=schema.place,
        )
    if arity.spread:
        return compiled.refusal(list(arguments))
    if count == 0 or (arity.least == 0 and arguments[0] is None):
        return None
    return compiled.refusal(arguments[0])


def _expected(arity: Arity) -> str:
    if arity.most is None:
        return f"at least {arity.least} arguments"
    if arity.least == arity.most:
        return f"{arity.least} argument{'' if arity.least == 1 else 's'}"
    return f"{arity.least} to {arity.most} arguments"


def _any_of(checks: list[Check], event: Event, namespace: str) -> Check:
    def check(arguments: Sequence[Any]) -> None:
        failures = []
        for alternative in checks:
            try:
                return alternative(arguments)
            except ValidationException as failure:
                failures.append(failure)
        exception = MessageAckValidationException(
            f"none of the {len(checks)} replies that the document allows",
            validator="anyOf",
            instance=list(arguments),
            context=failures,
        )
        exception.namespace, exception.event, exception.place = namespace, event.name, event.place
        raise exception

    return check


def check_handshake(
    bindings: Bindings | None, compiler: SchemaCompiler, namespace: str
) -> Callable[[Handshake], None]:
    """Return the check of handshakes; it raises ``BindingsValidationException``."""
    checks = [] if bindings is None else _handshake_checks(bindings, compiler)

    def check(handshake: Handshake) -> None:
        for part in checks:
            refusal = part(handshake)
            if refusal is not None:
                raise exception_from(refusal, BindingsValidationException, namespace)

    return check


def _handshake_checks(
    bindings: Bindings, compiler: SchemaCompiler
) -> list[Callable[[Handshake], Refusal | None]]:
    checks: list[Callable[[Handshake], Refusal | None]] = []
    if bindings.method:
        checks.append(lambda handshake: _method_refusal(handshake, bindings))
    for part, schema in (("query", bindings.query), ("headers", bindings.headers)):
        if schema is not None:
            values = compile_values(part, schema, compiler.resources)
            checks.append(_values_check(part, values, compiler.compile(schema)))
    return checks


def _values_check(
    part: str, values: HandshakeValues, compiled: CompiledSchema
) -> Callable[[Handshake], Refusal | None]:
    def check(handshake: Handshake) -> Refusal | None:
        found = values(handshake)
        with suppress(ValueError):
            if compiled.is_valid(found):
                return None
        refusal = compiled.refusal(found)
        if refusal is not None:
            refusal.message = f"{part}: {refusal.message}"
        return refusal

    return check


def _method_refusal(handshake: Handshake, bindings: Bindings) -> Refusal | None:
    if handshake.method == bindings.method:
        return None
    return Refusal(
        message=f"method: expected {bindings.method}, got {handshake.method}",
        validator="const",
        validator_value=bindings.method,
        instance=handshake.method,
        place=f"{bindings.place}.method",
    )
