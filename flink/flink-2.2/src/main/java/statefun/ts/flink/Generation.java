package statefun.ts.flink;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import org.apache.flink.statefun.flink.core.StatefulFunctionsConfig;
import org.apache.flink.statefun.flink.core.StatefulFunctionsUniverse;
import org.apache.flink.statefun.flink.core.spi.Modules;

/** What differs in StateFun 2.2: messages are Anys, the module is a resource "module.yaml". */
final class Generation {
  static final Class<Any> MESSAGE = Any.class;

  private Generation() {}

  static Object message(String typename, byte[] value) {
    return Any.newBuilder().setTypeUrl(typename).setValue(ByteString.copyFrom(value)).build();
  }

  static String typename(Object message) {
    return ((Any) message).getTypeUrl();
  }

  static byte[] value(Object message) {
    return ((Any) message).getValue().toByteArray();
  }

  /** The fields that the engine does not know, such as metadata, in their bytes. */
  static byte[] unknownFields(Object message) {
    return ((Any) message).getUnknownFields().toByteArray();
  }

  static StatefulFunctionsUniverse universe(Path module, StatefulFunctionsConfig config) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new WithModule(before, module));
    try {
      return Modules.loadFromClassPath().createStatefulFunctionsUniverse(config);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Makes a file of any name and place appear as module.yaml on the class path. */
  private static final class WithModule extends ClassLoader {
    private final Path module;

    WithModule(ClassLoader parent, Path module) {
      super(parent);
      this.module = module;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      if (name.equals("module.yaml")) {
        return Collections.enumeration(Collections.singleton(module.toUri().toURL()));
      }
      return super.getResources(name);
    }
  }
}
