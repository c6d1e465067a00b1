// The type of addresses, so that a function can keep the address of whom it answers later.

import { delimited, tag, WireReader } from "../bytes/reader.js";
import { WireWriter } from "../bytes/writer.js";
import { describe, describeValue, StatefunError } from "../errors.js";
import { Address, WaitingAddress } from "../model/address.js";
import { isText, isWellFormed } from "../model/text.js";
import { Type, type TypeForm } from "../model/type.js";

const fields = { namespace: tag(1, delimited), type: tag(2, delimited), id: tag(3, delimited) };
/** A field of this package: the token of a call that is answered later. Other SDKs ignore the field. */
const callTokenField = tag(15, delimited);

/** Addresses as the proto message Address of StateFun's protocol; in JSON they have the names of its fields. */
class AddressType extends Type<Address> {
  override get form(): TypeForm {
    return "primitive";
  }

  override get sharesBytes(): boolean {
    return false;
  }

  override toJson({ namespace, name, id, callToken }: Address): unknown {
    return { namespace, type: name, id, ...(callToken === undefined ? {} : { callToken }) };
  }

  override fromJson(json: unknown): Address {
    const { namespace, type, id, callToken } = (json ?? {}) as Record<string, unknown>;
    const address = new Address(namespace as string, type as string, id as string);
    return this.#checked(isText(callToken) ? new WaitingAddress(address, callToken) : address, json);
  }

  serialize(value: Address): Uint8Array {
    const { namespace, name, id, callToken } = this.#checked(value, value);
    const writer = new WireWriter();
    writer.string(fields.namespace, namespace);
    writer.string(fields.type, name);
    writer.string(fields.id, id);
    if (callToken !== undefined) writer.string(callTokenField, callToken);
    return writer.finish();
  }

  deserialize(bytes: Uint8Array): Address {
    try {
      const reader = new WireReader(bytes);
      const end = bytes.length;
      let [namespace, name, id] = ["", "", ""];
      let callToken: string | undefined;
      while (reader.pos < end) {
        const fieldTag = reader.tag(end);
        if (fieldTag === fields.namespace) namespace = reader.string(end);
        else if (fieldTag === fields.type) name = reader.string(end);
        else if (fieldTag === fields.id) id = reader.string(end);
        else if (fieldTag === callTokenField) callToken = reader.string(end);
        else reader.skip(fieldTag, end);
      }
      const address = new Address(namespace, name, id);
      return callToken === undefined ? address : new WaitingAddress(address, callToken);
    } catch (error) {
      throw new StatefunError("VALUE_UNREADABLE", `${bytes.length} bytes are not an address: ${describe(error)}`, {
        cause: error,
      });
    }
  }

  #checked(address: Address, shown: unknown): Address {
    if (address instanceof Address) {
      const { namespace, name, id } = address;
      if ([namespace, name, id].every((part) => typeof part === "string" && isWellFormed(part))) return address;
    }
    throw new StatefunError(
      "VALUE_INVALID",
      `${describeValue(shown)} is not a ${this.typename}: it must be an Address, whose parts are texts without half a surrogate pair.`,
    );
  }
}

/** The type of addresses. */
export const addressType: Type<Address> = new AddressType("type.googleapis.com/io.statefun.sdk.reqreply.Address");
