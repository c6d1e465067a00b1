// The code that protoc generates of parcel.proto for google-protobuf, written by hand.

const { BinaryReader, BinaryWriter } = require("google-protobuf");

class Parcel {
  id = "";
  weight = "0"; // an int64 as text, which google-protobuf calls jstype = JS_STRING
  price = 0;
  tags = [];
  sender = null;
  seal = new Uint8Array(0);
  paid = false;

  serializeBinary() {
    const writer = new BinaryWriter();
    if (this.id !== "") writer.writeString(1, this.id);
    if (this.weight !== "0") writer.writeInt64String(2, this.weight);
    if (this.price !== 0) writer.writeDouble(3, this.price);
    writer.writeRepeatedString(4, this.tags);
    if (this.sender !== null) {
      writer.writeMessage(5, this.sender, (name, person) => {
        if (name !== "") person.writeString(1, name);
      });
    }
    if (this.seal.length > 0) writer.writeBytes(6, this.seal);
    if (this.paid) writer.writeBool(7, true);
    return writer.getResultBuffer();
  }

  static deserializeBinary(bytes) {
    const parcel = new Parcel();
    const reader = new BinaryReader(bytes);
    while (reader.nextField()) {
      if (reader.isEndGroup()) break;
      switch (reader.getFieldNumber()) {
        case 1:
          parcel.id = reader.readString();
          break;
        case 2:
          parcel.weight = reader.readInt64String();
          break;
        case 3:
          parcel.price = reader.readDouble();
          break;
        case 4:
          parcel.tags.push(reader.readString());
          break;
        case 5:
          parcel.sender = "";
          reader.readMessage(parcel, (_, person) => {
            while (person.nextField()) {
              if (person.isEndGroup()) break;
              if (person.getFieldNumber() === 1) parcel.sender = person.readString();
              else person.skipField();
            }
          });
          break;
        case 6:
          parcel.seal = reader.readBytes();
          break;
        case 7:
          parcel.paid = reader.readBool();
          break;
        default:
          reader.skipField();
      }
    }
    return parcel;
  }
}

module.exports = { Parcel };
