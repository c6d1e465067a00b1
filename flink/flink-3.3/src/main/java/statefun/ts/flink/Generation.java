package statefun.ts.flink;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import org.apache.flink.statefun.flink.core.StatefulFunctionsConfig;
import org.apache.flink.statefun.flink.core.StatefulFunctionsUniverse;
import org.apache.flink.statefun.flink.core.spi.Modules;
import org.apache.flink.statefun.sdk.reqreply.generated.TypedValue;

/** What differs in StateFun 3.3: messages are TypedValues, the module file has any path. */
final class Generation {
  static final Class<TypedValue> MESSAGE = TypedValue.class;

  private Generation() {}

  static Object message(String typename, byte[] value) {
    return TypedValue.newBuilder()
        .setTypename(typename)
        .setHasValue(true)
        .setValue(ByteString.copyFrom(value))
        .build();
  }

  static String typename(Object message) {
    return ((TypedValue) message).getTypename();
  }

  static byte[] value(Object message) {
    return ((TypedValue) message).getValue().toByteArray();
  }

  /** The fields that the engine does not know, such as metadata, in their bytes. */
  static byte[] unknownFields(Object message) {
    return ((TypedValue) message).getUnknownFields().toByteArray();
  }

  static StatefulFunctionsUniverse universe(Path module, StatefulFunctionsConfig config) {
    config.setRemoteModuleName(module.toUri().toString());
    return Modules.loadFromClassPath(config).createStatefulFunctionsUniverse();
  }
}
