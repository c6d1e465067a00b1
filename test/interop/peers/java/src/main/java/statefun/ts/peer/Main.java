package statefun.ts.peer;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.apache.flink.statefun.sdk.java.StatefulFunction;
import org.apache.flink.statefun.sdk.java.StatefulFunctionSpec;
import org.apache.flink.statefun.sdk.java.StatefulFunctions;
import org.apache.flink.statefun.sdk.java.TypeName;
import org.apache.flink.statefun.sdk.java.ValueSpec;
import org.apache.flink.statefun.sdk.java.handler.RequestReplyHandler;
import org.apache.flink.statefun.sdk.java.slice.Slices;

/** The peer written with the Java SDK 3.3: serves actors on a free port until stdin closes. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws Exception {
    Actor actor = new Actor(new Catalogue(Paths.get(args[0]), Paths.get(args[1])));
    ValueSpec<?>[] states = actor.states.values().toArray(new ValueSpec<?>[0]);
    StatefulFunctions functions = new StatefulFunctions();
    for (String name : new String[] {"java/actor", "moving/java", "golden/actor"}) {
      functions.withStatefulFunction(spec(name, actor, states));
    }
    functions.withStatefulFunction(spec("golden/stateless", actor));
    functions.withStatefulFunction(
        spec(
            "golden/expiring",
            (context, message) -> context.done(),
            ValueSpec.named("bool_value").withBooleanType(),
            ValueSpec.named("string_value")
                .thatExpireAfterWrite(Duration.ofMinutes(30))
                .withUtf8StringType(),
            ValueSpec.named("int_value").thatExpiresAfterCall(Duration.ofDays(1)).withIntType()));
    serve(functions.requestReplyHandler());
    while (System.in.read() >= 0) {
      // the bytes have no meaning
    }
    System.exit(0);
  }

  private static StatefulFunctionSpec spec(
      String name, StatefulFunction function, ValueSpec<?>... states) {
    return StatefulFunctionSpec.builder(TypeName.typeNameFromString(name))
        .withSupplier(() -> function)
        .withValueSpecs(states)
        .build();
  }

  private static void serve(RequestReplyHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext(
        "/",
        exchange -> {
          try {
            byte[] request = exchange.getRequestBody().readAllBytes();
            byte[] answer = handler.handle(Slices.wrap(request)).join().toByteArray();
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
            exchange.getResponseBody().write(answer);
          } catch (Throwable failure) {
            failure.printStackTrace();
            exchange.sendResponseHeaders(500, -1);
          } finally {
            exchange.close();
          }
        });
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }
}
