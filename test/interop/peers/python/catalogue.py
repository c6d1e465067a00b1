"""The values of values.json and the messages of parcel.proto, as Python sees them."""

import hashlib
import json
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def _message_class(path, name):
    files = descriptor_pb2.FileDescriptorSet()
    with open(path, "rb") as file:
        files.ParseFromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(name))


with open(sys.argv[1], encoding="utf-8") as _file:
    VALUES = {entry["name"]: entry for entry in json.load(_file)}
Parcel = _message_class(sys.argv[2], "interop.types.Parcel")


def native(name):
    """The kind of a value of the catalogue, and the value itself."""
    entry = VALUES[name]
    kind = entry["kind"]
    if kind == "long":
        return kind, int(entry["value"])
    if kind == "float":
        return kind, struct.unpack(">f", bytes.fromhex(entry["value"]))[0]
    if kind == "double":
        return kind, struct.unpack(">d", bytes.fromhex(entry["value"]))[0]
    if kind == "string" and "repeat" in entry:
        return kind, entry["repeat"] * entry["times"]
    if kind == "parcel":
        return kind, _parcel(entry["value"])
    return kind, entry["value"]


def shown(kind, value):
    """A value as the catalogue writes it."""
    if value is None:
        return None
    if kind == "long":
        return str(value)
    if kind == "float":
        return struct.pack(">f", value).hex()
    if kind == "double":
        return struct.pack(">d", value).hex()
    if kind == "string" and len(value) > 1000:
        utf8 = value.encode("utf-8")
        return {"bytes": len(utf8), "sha256": hashlib.sha256(utf8).hexdigest()}
    if kind == "parcel":
        return {
            "id": value.id,
            "weight": str(value.weight),
            "price": shown("double", value.price),
            "tags": list(value.tags),
            "sender": value.sender.name if value.HasField("sender") else None,
            "seal": value.seal.hex(),
            "paid": value.paid,
        }
    return value


def _parcel(fields):
    parcel = Parcel()
    parcel.id = fields["id"]
    parcel.weight = int(fields["weight"])
    parcel.price = struct.unpack(">d", bytes.fromhex(fields["price"]))[0]
    parcel.tags.extend(fields["tags"])
    if fields["sender"] is not None:
        parcel.sender.name = fields["sender"]
    parcel.seal = bytes.fromhex(fields["seal"])
    parcel.paid = fields["paid"]
    return parcel
