"""The peer written with the Python SDK 2.2, whose values are google.protobuf.Any: see ../README.md."""

import json
from datetime import timedelta

from catalogue import Parcel, native, shown
from google.protobuf.any_pb2 import Any
from google.protobuf.wrappers_pb2 import (
    BoolValue,
    DoubleValue,
    FloatValue,
    Int32Value,
    Int64Value,
    StringValue,
)
from serving import serve
from statefun import (
    RequestReplyHandler,
    StatefulFunctions,
    kafka_egress_record,
    kinesis_egress_record,
)

WRAPPERS = {
    "bool": BoolValue,
    "int": Int32Value,
    "long": Int64Value,
    "float": FloatValue,
    "double": DoubleValue,
    "string": StringValue,
}
DOC = "interop.types/doc"
SCRIPT = "interop.types/script"
TOLD = "interop.types/told"

functions = StatefulFunctions()


@functions.bind("python/actor")
@functions.bind("moving/python")
@functions.bind("golden/actor")
@functions.bind("golden/stateless")
def actor(context, message):
    if message.type_url == SCRIPT:
        for step in json.loads(message.value):
            perform(context, step)
        return
    kind, value = unpack(message)
    tell(context, {"typename": message.type_url, "seen": shown(kind, value), "absent": kind is None})
    if kind is not None and context.address.identity.startswith("echo"):
        context.reply(pack(kind, value))


def perform(context, step):
    do = step["do"]
    if do == "send":
        typename, _, id = step["to"].rpartition("/")
        context.send(typename, id, pack(*native(step["value"])))
    elif do == "reply":
        context.reply(pack(*native(step["value"])))
    elif do == "sendAfter":
        typename, _, id = step["to"].rpartition("/")
        context.send_after(timedelta(milliseconds=step["ms"]), typename, id, pack(*native(step["value"])))
    elif do == "egress":
        context.send_egress(step["egress"], pack(*native(step["value"])))
    elif do == "kafka":
        value = StringValue(value=step["text"])
        context.pack_and_send_egress(
            step["egress"], kafka_egress_record(topic=step["topic"], value=value, key=step.get("key"))
        )
    elif do == "kinesis":
        value = StringValue(value=step["text"])
        context.pack_and_send_egress(
            step["egress"],
            kinesis_egress_record(
                stream=step["stream"],
                value=value,
                partition_key=step["partitionKey"],
                explicit_hash_key=step.get("hashKey"),
            ),
        )
    elif do == "set":
        kind, value = native(step["value"])
        context[kind + "_value"] = pack(kind, value)
    elif do == "delete":
        del context[step["kind"] + "_value"]
    elif do == "tell":
        kind = step["kind"]
        stored = context[kind + "_value"]
        tell(context, {"state": kind, "seen": None if stored is None else shown(*unpack(stored))})
    else:
        raise ValueError(f"unknown step {do}")


def pack(kind, value):
    if kind == "doc":
        return Any(type_url=DOC, value=json.dumps(value, ensure_ascii=False).encode("utf-8"))
    message = Any()
    message.Pack(value if kind == "parcel" else WRAPPERS[kind](value=value))
    return message


def unpack(message):
    if message.type_url == DOC:
        return "doc", json.loads(message.value)
    if message.Is(Parcel.DESCRIPTOR):
        parcel = Parcel()
        message.Unpack(parcel)
        return "parcel", parcel
    for kind, wrapper in WRAPPERS.items():
        if message.Is(wrapper.DESCRIPTOR):
            wrapped = wrapper()
            message.Unpack(wrapped)
            return kind, wrapped.value
    return None, None


def tell(context, told):
    caller = context.caller
    told["by"] = f"{context.address.typename()}/{context.address.identity}"
    # This SDK gives an empty address where there is no caller.
    told["caller"] = f"{caller.typename()}/{caller.identity}" if caller.identity else None
    value = json.dumps(told, ensure_ascii=False).encode("utf-8")
    context.send_egress("interop/told", Any(type_url=TOLD, value=value))


serve(RequestReplyHandler(functions))
