package statefun.ts.flink;

import java.io.IOException;
import java.io.InputStream;

/** The command line: parses the options, runs the job and turns its end into an exit code. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    final Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(Options.USAGE);
      System.exit(2);
      return;
    }
    // log4j.properties reads this property, so it must be set before the first logger exists.
    System.setProperty("statefun.log", options.logLevel);
    if (options.untilStdinCloses) {
      haltWhenStdinCloses();
    }
    try {
      new StatefunJob(options).run();
    } catch (Throwable t) {
      System.err.println(describe(t));
      System.exit(1);
    }
    System.exit(0);
  }

  /** Ends the process when stdin closes, which happens when its launcher ends in any way. */
  private static void haltWhenStdinCloses() {
    Thread watcher =
        new Thread(
            () -> {
              InputStream in = System.in;
              try {
                while (in.read() >= 0) {
                  // the bytes have no meaning
                }
              } catch (IOException closed) {
                // the same as the end of the stream
              }
              Runtime.getRuntime().halt(3);
            },
            "stdin-watcher");
    watcher.setDaemon(true);
    watcher.start();
  }

  /** The root cause first, since it explains the failure, then the chain that led to it. */
  private static String describe(Throwable failure) {
    StringBuilder chain = new StringBuilder();
    Throwable root = failure;
    for (; root.getCause() != null; root = root.getCause()) {
      chain.append("\n  in ").append(root);
    }
    return "FAILED " + root + chain;
  }
}
