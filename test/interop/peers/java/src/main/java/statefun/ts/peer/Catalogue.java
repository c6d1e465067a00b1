package statefun.ts.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/** The values of values.json and the messages of parcel.proto, as Java sees them. */
final class Catalogue {
  static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, JsonNode> entries = new HashMap<>();
  final Descriptor parcel;

  Catalogue(Path values, Path descriptors) throws Exception {
    for (JsonNode entry : JSON.readTree(values.toFile())) {
      entries.put(entry.get("name").asText(), entry);
    }
    FileDescriptorSet files = FileDescriptorSet.parseFrom(Files.readAllBytes(descriptors));
    parcel =
        FileDescriptor.buildFrom(files.getFile(0), new FileDescriptor[0])
            .findMessageTypeByName("Parcel");
  }

  String kind(String name) {
    return entry(name).get("kind").asText();
  }

  Object value(String name) {
    JsonNode entry = entry(name);
    JsonNode value = entry.get("value");
    switch (kind(name)) {
      case "bool":
        return value.asBoolean();
      case "int":
        return value.intValue();
      case "long":
        return Long.parseLong(value.asText());
      case "float":
        return Float.intBitsToFloat(Integer.parseUnsignedInt(value.asText(), 16));
      case "double":
        return Double.longBitsToDouble(Long.parseUnsignedLong(value.asText(), 16));
      case "string":
        return entry.has("repeat")
            ? entry.get("repeat").asText().repeat(entry.get("times").intValue())
            : value.asText();
      case "parcel":
        return makeParcel(value);
      default:
        return value;
    }
  }

  private JsonNode entry(String name) {
    if (!entries.containsKey(name)) {
      throw new IllegalArgumentException("no value " + name);
    }
    return entries.get(name);
  }

  /** A value as the catalogue writes it. */
  JsonNode shown(Object value) {
    if (value == null) {
      return NullNode.getInstance();
    }
    if (value instanceof Long) {
      return JSON.valueToTree(value.toString());
    }
    if (value instanceof Float) {
      return JSON.valueToTree(String.format("%08x", Float.floatToRawIntBits((Float) value)));
    }
    if (value instanceof Double) {
      return JSON.valueToTree(String.format("%016x", Double.doubleToRawLongBits((Double) value)));
    }
    if (value instanceof String && ((String) value).length() > 1000) {
      byte[] utf8 = ((String) value).getBytes(StandardCharsets.UTF_8);
      return JSON.createObjectNode().put("bytes", utf8.length).put("sha256", hex(sha256(utf8)));
    }
    if (value instanceof DynamicMessage) {
      return parcelShown((DynamicMessage) value);
    }
    return JSON.valueToTree(value);
  }

  private DynamicMessage makeParcel(JsonNode fields) {
    DynamicMessage.Builder builder =
        DynamicMessage.newBuilder(parcel)
            .setField(field("id"), fields.get("id").asText())
            .setField(field("weight"), Long.parseLong(fields.get("weight").asText()))
            .setField(
                field("price"),
                Double.longBitsToDouble(Long.parseUnsignedLong(fields.get("price").asText(), 16)))
            .setField(field("seal"), ByteString.copyFrom(unhex(fields.get("seal").asText())))
            .setField(field("paid"), fields.get("paid").asBoolean());
    for (JsonNode tag : fields.get("tags")) {
      builder.addRepeatedField(field("tags"), tag.asText());
    }
    if (!fields.get("sender").isNull()) {
      Descriptor person = field("sender").getMessageType();
      builder.setField(
          field("sender"),
          DynamicMessage.newBuilder(person)
              .setField(person.findFieldByName("name"), fields.get("sender").asText())
              .build());
    }
    return builder.build();
  }

  private JsonNode parcelShown(DynamicMessage message) {
    ObjectNode shown = JSON.createObjectNode();
    shown.put("id", (String) message.getField(field("id")));
    shown.put("weight", message.getField(field("weight")).toString());
    shown.set("price", shown(message.getField(field("price"))));
    ArrayNode tags = shown.putArray("tags");
    for (int i = 0; i < message.getRepeatedFieldCount(field("tags")); i++) {
      tags.add((String) message.getRepeatedField(field("tags"), i));
    }
    if (message.hasField(field("sender"))) {
      DynamicMessage sender = (DynamicMessage) message.getField(field("sender"));
      FieldDescriptor name = sender.getDescriptorForType().findFieldByName("name");
      shown.put("sender", (String) sender.getField(name));
    } else {
      shown.putNull("sender");
    }
    shown.put("seal", hex(((ByteString) message.getField(field("seal"))).toByteArray()));
    shown.put("paid", (Boolean) message.getField(field("paid")));
    return shown;
  }

  private FieldDescriptor field(String name) {
    return parcel.findFieldByName(name);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      text.append(String.format("%02x", b));
    }
    return text.toString();
  }

  private static byte[] unhex(String text) {
    byte[] bytes = new byte[text.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
    }
    return bytes;
  }
}
