package statefun.ts.flink;

import java.io.IOException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.statefun.sdk.FunctionType;
import org.apache.flink.statefun.sdk.io.Router;

/** One message of the journal, and the router that sends it on its way. */
final class JournalLine {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FunctionType target;
  private final String id;
  private final String typename;
  private final byte[] value;

  private JournalLine(FunctionType target, String id, String typename, byte[] value) {
    this.target = target;
    this.id = id;
    this.typename = typename;
    this.value = value;
  }

  static JournalLine parse(byte[] line) throws IOException {
    JsonNode json = JSON.readTree(line);
    String target = text(json, "target").asText();
    return new JournalLine(
        new FunctionType(TypeNames.namespace(target), TypeNames.name(target)),
        text(json, "id").asText(),
        text(json, "typename").asText(),
        text(json, "value").binaryValue());
  }

  private static JsonNode text(JsonNode json, String field) throws IOException {
    JsonNode node = json == null ? null : json.get(field);
    if (node == null || !node.isTextual()) {
      throw new IOException("no text field \"" + field + "\"");
    }
    return node;
  }

  /**
   * Flink chains the source to its router, so lines are passed on as objects and need no
   * serializer of their own.
   */
  static final class ToFunction implements Router<JournalLine> {

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public void route(JournalLine line, Router.Downstream<JournalLine> downstream) {
      // The interface wants the ingress's type to go out. StateFun's own routers send other types
      // through it with the same cast.
      ((Router.Downstream) downstream)
          .forward(line.target, line.id, Generation.message(line.typename, line.value));
    }
  }
}
