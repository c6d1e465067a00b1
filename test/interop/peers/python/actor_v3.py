"""The peer written with the Python SDK 3.3: see ../README.md for what an actor does."""

import time
from datetime import timedelta

from catalogue import Parcel, native, shown
from serving import serve
from statefun import (
    BoolType,
    DoubleType,
    FloatType,
    IntType,
    LongType,
    RequestReplyHandler,
    StatefulFunctions,
    StringType,
    ValueSpec,
    egress_message_builder,
    kafka_egress_message,
    kinesis_egress_message,
    make_json_type,
    make_protobuf_type,
    message_builder,
)

TYPES = {
    "bool": BoolType,
    "int": IntType,
    "long": LongType,
    "float": FloatType,
    "double": DoubleType,
    "string": StringType,
    "parcel": make_protobuf_type(Parcel),
    "doc": make_json_type("interop.types/doc"),
}
SCRIPT = make_json_type("interop.types/script")
TOLD = make_json_type("interop.types/told")

functions = StatefulFunctions()
states = [ValueSpec(kind + "_value", tpe) for kind, tpe in TYPES.items()]


@functions.bind("python/actor", specs=states)
@functions.bind("moving/python", specs=states)
@functions.bind("golden/actor", specs=states)
def actor(context, message):
    if message.is_type(SCRIPT):
        for step in message.as_type(SCRIPT):
            perform(context, step)
        return
    kind = next((kind for kind, tpe in TYPES.items() if message.is_type(tpe)), None)
    value = None if kind is None else message.as_type(TYPES[kind])
    tell(context, {"typename": message.value_typename(), "seen": shown(kind, value), "absent": kind is None})
    if kind is not None and context.address.id.startswith("echo"):
        reply(context, TYPES[kind], value)


@functions.bind(
    "golden/expiring",
    specs=[
        ValueSpec("bool_value", BoolType),
        ValueSpec("string_value", StringType, expire_after_write=timedelta(minutes=30)),
        ValueSpec("int_value", IntType, expire_after_call=timedelta(days=1)),
    ],
)
def expiring(context, message):
    pass


@functions.bind("python/slow")
def slow(context, message):
    time.sleep(0.05)
    tell(context, {"typename": message.value_typename(), "seen": message.as_int(), "absent": False})


@functions.bind("golden/stateless")
def stateless(context, message):
    actor(context, message)


def perform(context, step):
    do = step["do"]
    if do == "send":
        context.send(message_to(step["to"], step["value"]))
    elif do == "reply":
        kind, value = native(step["value"])
        reply(context, TYPES[kind], value)
    elif do == "sendAfter":
        delay = timedelta(milliseconds=step["ms"])
        if "token" in step:
            context.send_after(delay, message_to(step["to"], step["value"]), step["token"])
        else:
            context.send_after(delay, message_to(step["to"], step["value"]))
    elif do == "cancel":
        context.cancel_delayed_message(step["token"])
    elif do == "egress":
        kind, value = native(step["value"])
        context.send_egress(egress_message_builder(step["egress"], value, TYPES[kind]))
    elif do == "kafka":
        context.send_egress(
            kafka_egress_message(step["egress"], topic=step["topic"], value=step["text"], key=step.get("key"))
        )
    elif do == "kinesis":
        context.send_egress(
            kinesis_egress_message(
                step["egress"],
                stream=step["stream"],
                value=step["text"],
                partition_key=step["partitionKey"],
                explicit_hash_key=step.get("hashKey"),
            )
        )
    elif do == "set":
        kind, value = native(step["value"])
        setattr(context.storage, kind + "_value", value)
    elif do == "delete":
        delattr(context.storage, step["kind"] + "_value")
    elif do == "tell":
        kind = step["kind"]
        tell(context, {"state": kind, "seen": shown(kind, getattr(context.storage, kind + "_value"))})
    else:
        raise ValueError(f"unknown step {do}")


def message_to(to, name):
    typename, _, id = to.rpartition("/")
    kind, value = native(name)
    return message_builder(target_typename=typename, target_id=id, value=value, value_type=TYPES[kind])


def reply(context, tpe, value):
    caller = context.caller
    context.send(
        message_builder(target_typename=caller.typename, target_id=caller.id, value=value, value_type=tpe)
    )


def tell(context, told):
    caller = context.caller
    told["by"] = f"{context.address.typename}/{context.address.id}"
    told["caller"] = None if caller is None else f"{caller.typename}/{caller.id}"
    context.send_egress(egress_message_builder("interop/told", told, TOLD))


serve(RequestReplyHandler(functions).handle_sync)
