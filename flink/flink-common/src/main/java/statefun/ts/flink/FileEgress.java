package statefun.ts.flink;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;

/**
 * An egress: appends each record as one JSON line. It is at least once: records written after the
 * last checkpoint are written again after a restore.
 */
final class FileEgress<T> extends RichSinkFunction<T> {
  private static final long serialVersionUID = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String egress;
  private final String file;
  private transient FileOutputStream out;

  FileEgress(String egress, Path file) {
    this.egress = egress;
    this.file = file.toString();
  }

  @Override
  public void open(Configuration parameters) throws IOException {
    out = new FileOutputStream(file, true);
  }

  @Override
  public void invoke(T message, Context context) throws IOException {
    ObjectNode line = JSON.createObjectNode();
    line.put("egress", egress);
    line.put("typename", Generation.typename(message));
    line.put("value", Generation.value(message));
    byte[] unknownFields = Generation.unknownFields(message);
    if (unknownFields.length > 0) {
      line.put("unknownFields", unknownFields);
    }
    byte[] json = JSON.writeValueAsBytes(line);
    byte[] bytes = java.util.Arrays.copyOf(json, json.length + 1);
    bytes[json.length] = '\n';
    // One write for each line, to a file opened for appending: lines of several egresses and
    // subtasks don't mix, and nothing needs a flush.
    out.write(bytes);
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
    }
  }
}
