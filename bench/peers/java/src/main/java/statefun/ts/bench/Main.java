package statefun.ts.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.undertow.Undertow;
import io.undertow.util.Headers;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.statefun.sdk.java.Context;
import org.apache.flink.statefun.sdk.java.StatefulFunction;
import org.apache.flink.statefun.sdk.java.StatefulFunctionSpec;
import org.apache.flink.statefun.sdk.java.StatefulFunctions;
import org.apache.flink.statefun.sdk.java.TypeName;
import org.apache.flink.statefun.sdk.java.ValueSpec;
import org.apache.flink.statefun.sdk.java.handler.RequestReplyHandler;
import org.apache.flink.statefun.sdk.java.message.EgressMessageBuilder;
import org.apache.flink.statefun.sdk.java.message.Message;
import org.apache.flink.statefun.sdk.java.message.MessageBuilder;
import org.apache.flink.statefun.sdk.java.slice.Slices;
import org.apache.flink.statefun.sdk.java.types.Types;

/** The official Java SDK as a subject: obeys the commands of bench/subject.ts. */
public final class Main {

  private static final ValueSpec<Integer> COUNT = ValueSpec.named("count").withIntType();
  private static final TypeName GREETINGS = TypeName.typeNameFromString("bench/greetings");
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Main() {}

  private static final class Counter implements StatefulFunction {
    @Override
    public CompletableFuture<Void> apply(Context context, Message message) {
      int count = context.storage().get(COUNT).orElse(0) + 1;
      context.storage().set(COUNT, count);
      String greeting = "Hello " + message.asUtf8String() + " " + count;
      context.send(MessageBuilder.forAddress(context.caller().get()).withValue(greeting).build());
      context.send(
          EgressMessageBuilder.forEgress(GREETINGS)
              .withCustomType(Types.stringType(), greeting)
              .build());
      return context.done();
    }
  }

  public static void main(String[] args) throws Exception {
    StatefulFunctions functions = new StatefulFunctions();
    functions.withStatefulFunction(
        StatefulFunctionSpec.builder(TypeName.typeNameFromString("bench/counter"))
            .withSupplier(Counter::new)
            .withValueSpecs(COUNT)
            .build());
    RequestReplyHandler handler = functions.requestReplyHandler();
    System.out.println("PORT " + serve(handler));
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "cpu":
          System.out.println(cpuMicros());
          break;
        case "calls":
          System.out.println(calls(handler, Integer.parseInt(words[1]), words[2].split(",")));
          break;
        default:
          throw new IllegalArgumentException("unknown command " + words[0]);
      }
    }
    System.exit(0);
  }

  private static byte[] handle(RequestReplyHandler handler, byte[] request) {
    return handler.handle(Slices.wrap(request)).join().toByteArray();
  }

  private static String calls(RequestReplyHandler handler, int times, String[] encoded) {
    byte[][] requests = new byte[encoded.length][];
    byte[][] expected = new byte[encoded.length][];
    for (int index = 0; index < encoded.length; index++) {
      requests[index] = Base64.getDecoder().decode(encoded[index]);
      expected[index] = handle(handler, requests[index]);
    }
    long thread = Thread.currentThread().getId();
    long allocated = THREADS.getThreadAllocatedBytes(thread);
    long wall = System.nanoTime();
    long cpu = cpuMicros();
    for (int index = 0; index < times; index++) {
      int at = index % requests.length;
      // The comparison takes nanoseconds.
      if (!Arrays.equals(handle(handler, requests[at]), expected[at])) {
        throw new IllegalStateException("an answer differs from the first one");
      }
    }
    cpu = cpuMicros() - cpu;
    wall = (System.nanoTime() - wall) / 1000;
    allocated = THREADS.getThreadAllocatedBytes(thread) - allocated;
    StringBuilder answers = new StringBuilder();
    for (byte[] answer : expected) {
      answers
          .append(answers.length() == 0 ? "" : ",")
          .append(Base64.getEncoder().encodeToString(answer));
    }
    return cpu + " " + wall + " " + allocated + " " + answers;
  }

  private static int serve(RequestReplyHandler handler) {
    Undertow server =
        Undertow.builder()
            .addHttpListener(0, "127.0.0.1")
            .setHandler(
                exchange ->
                    exchange
                        .getRequestReceiver()
                        .receiveFullBytes(
                            (received, body) -> {
                              received
                                  .getResponseHeaders()
                                  .put(Headers.CONTENT_TYPE, "application/octet-stream");
                              received.getResponseSender().send(ByteBuffer.wrap(handle(handler, body)));
                            }))
            .build();
    server.start();
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  private static long cpuMicros() {
    return PROCESS.getProcessCpuTime() / 1000;
  }
}
