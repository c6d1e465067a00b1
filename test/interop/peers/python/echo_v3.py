"""A function that answers its callers and knows nothing of metadata, as functions of the Python SDK 3.3 do."""

from serving import serve
from statefun import (
    IntType,
    RequestReplyHandler,
    StatefulFunctions,
    ValueSpec,
    make_json_type,
    message_builder,
)

PAIR = make_json_type("shop/pair")

functions = StatefulFunctions()


@functions.bind("python/echo", specs=[ValueSpec("count", IntType)])
def echo(context, message):
    context.storage.count = (context.storage.count or 0) + 1
    caller = context.caller
    context.send(
        message_builder(
            target_typename=caller.typename,
            target_id=caller.id,
            value=[message.as_int(), context.storage.count],
            value_type=PAIR,
        )
    )


serve(RequestReplyHandler(functions).handle_sync)
