package statefun.ts.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DynamicMessage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.statefun.sdk.java.Address;
import org.apache.flink.statefun.sdk.java.Context;
import org.apache.flink.statefun.sdk.java.StatefulFunction;
import org.apache.flink.statefun.sdk.java.TypeName;
import org.apache.flink.statefun.sdk.java.ValueSpec;
import org.apache.flink.statefun.sdk.java.io.KafkaEgressMessage;
import org.apache.flink.statefun.sdk.java.io.KinesisEgressMessage;
import org.apache.flink.statefun.sdk.java.message.EgressMessageBuilder;
import org.apache.flink.statefun.sdk.java.message.Message;
import org.apache.flink.statefun.sdk.java.message.MessageBuilder;
import org.apache.flink.statefun.sdk.java.types.SimpleType;
import org.apache.flink.statefun.sdk.java.types.Type;
import org.apache.flink.statefun.sdk.java.types.Types;

/** See ../README.md for what an actor does. */
final class Actor implements StatefulFunction {
  private static final Type<JsonNode> SCRIPT = json("interop.types/script");
  private static final Type<JsonNode> TOLD = json("interop.types/told");
  private static final TypeName EGRESS = TypeName.typeNameFromString("interop/told");

  private final Catalogue catalogue;
  private final Map<String, Type<?>> types = new LinkedHashMap<>();
  final Map<String, ValueSpec<?>> states = new LinkedHashMap<>();

  Actor(Catalogue catalogue) {
    this.catalogue = catalogue;
    types.put("bool", Types.booleanType());
    types.put("int", Types.integerType());
    types.put("long", Types.longType());
    types.put("float", Types.floatType());
    types.put("double", Types.doubleType());
    types.put("string", Types.stringType());
    types.put("parcel", parcel(catalogue));
    types.put("doc", json("interop.types/doc"));
    types.forEach(
        (kind, type) -> states.put(kind, ValueSpec.named(kind + "_value").withCustomType(type)));
  }

  private static Type<DynamicMessage> parcel(Catalogue catalogue) {
    return SimpleType.simpleImmutableTypeFrom(
        TypeName.typeNameFromString("type.googleapis.com/interop.types.Parcel"),
        DynamicMessage::toByteArray,
        bytes -> DynamicMessage.parseFrom(catalogue.parcel, bytes));
  }

  private static Type<JsonNode> json(String typename) {
    return SimpleType.simpleImmutableTypeFrom(
        TypeName.typeNameFromString(typename),
        Catalogue.JSON::writeValueAsBytes,
        Catalogue.JSON::readTree);
  }

  @Override
  public CompletableFuture<Void> apply(Context context, Message message) {
    if (message.is(SCRIPT)) {
      for (JsonNode step : message.as(SCRIPT)) {
        perform(context, step);
      }
      return context.done();
    }
    ObjectNode told = Catalogue.JSON.createObjectNode();
    told.put("typename", message.valueTypeName().asTypeNameString());
    for (Type<?> type : types.values()) {
      if (message.is(type)) {
        Object value = message.as(type);
        told.set("seen", catalogue.shown(value));
        tell(context, told.put("absent", false));
        if (context.self().id().startsWith("echo")) {
          context.send(built(context.caller().get(), type, value));
        }
        return context.done();
      }
    }
    tell(context, told.putNull("seen").put("absent", true));
    return context.done();
  }

  private void perform(Context context, JsonNode step) {
    switch (text(step, "do")) {
      case "send":
        context.send(messageTo(address(text(step, "to")), text(step, "value")));
        break;
      case "reply":
        context.send(messageTo(context.caller().get(), text(step, "value")));
        break;
      case "sendAfter":
        Message message = messageTo(address(text(step, "to")), text(step, "value"));
        Duration delay = Duration.ofMillis(step.get("ms").longValue());
        if (step.has("token")) {
          context.sendAfter(delay, text(step, "token"), message);
        } else {
          context.sendAfter(delay, message);
        }
        break;
      case "cancel":
        context.cancelDelayedMessage(text(step, "token"));
        break;
      case "egress":
        sendEgress(context, text(step, "egress"), text(step, "value"));
        break;
      case "kafka":
        KafkaEgressMessage.Builder kafka =
            KafkaEgressMessage.forEgress(TypeName.typeNameFromString(text(step, "egress")))
                .withTopic(text(step, "topic"))
                .withUtf8Value(text(step, "text"));
        if (step.has("key")) {
          kafka.withUtf8Key(text(step, "key"));
        }
        context.send(kafka.build());
        break;
      case "kinesis":
        KinesisEgressMessage.Builder kinesis =
            KinesisEgressMessage.forEgress(TypeName.typeNameFromString(text(step, "egress")))
                .withStream(text(step, "stream"))
                .withUtf8PartitionKey(text(step, "partitionKey"))
                .withUtf8Value(text(step, "text"));
        if (step.has("hashKey")) {
          kinesis.withUtf8ExplicitHashKey(text(step, "hashKey"));
        }
        context.send(kinesis.build());
        break;
      case "set":
        set(context, states.get(catalogue.kind(text(step, "value"))), text(step, "value"));
        break;
      case "delete":
        context.storage().remove(states.get(text(step, "kind")));
        break;
      case "tell":
        ObjectNode told = Catalogue.JSON.createObjectNode().put("state", text(step, "kind"));
        Object stored = context.storage().get(states.get(text(step, "kind"))).orElse(null);
        told.set("seen", catalogue.shown(stored));
        tell(context, told);
        break;
      default:
        throw new IllegalArgumentException("unknown step " + step);
    }
  }

  @SuppressWarnings("unchecked")
  private <T> void set(Context context, ValueSpec<T> state, String name) {
    context.storage().set(state, (T) catalogue.value(name));
  }

  @SuppressWarnings("unchecked")
  private <T> void sendEgress(Context context, String egress, String name) {
    Type<T> type = (Type<T>) types.get(catalogue.kind(name));
    context.send(
        EgressMessageBuilder.forEgress(TypeName.typeNameFromString(egress))
            .withCustomType(type, (T) catalogue.value(name))
            .build());
  }

  private Message messageTo(Address target, String name) {
    return built(target, types.get(catalogue.kind(name)), catalogue.value(name));
  }

  @SuppressWarnings("unchecked")
  private static <T> Message built(Address target, Type<T> type, Object value) {
    return MessageBuilder.forAddress(target).withCustomType(type, (T) value).build();
  }

  private static void tell(Context context, ObjectNode told) {
    told.put("by", shown(context.self()));
    told.put("caller", context.caller().map(Actor::shown).orElse(null));
    context.send(EgressMessageBuilder.forEgress(EGRESS).withCustomType(TOLD, told).build());
  }

  private static String shown(Address address) {
    return address.type().asTypeNameString() + "/" + address.id();
  }

  private static Address address(String to) {
    int slash = to.lastIndexOf('/');
    return new Address(TypeName.typeNameFromString(to.substring(0, slash)), to.substring(slash + 1));
  }

  private static String text(JsonNode step, String field) {
    return step.get(field).asText();
  }
}
