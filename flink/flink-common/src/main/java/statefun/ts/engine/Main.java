package statefun.ts.engine;

import java.io.IOException;
import java.io.InputStream;

/** The command line: parses the options, runs the engine and turns its end into an exit code. */
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
    // log4j.properties refers to it; it has to be set before the first logger exists.
    System.setProperty("engine.log", options.logLevel);
    if (options.untilStdinCloses) {
      haltWhenStdinCloses();
    }
    try {
      new EngineJob(options).run();
    } catch (Throwable t) {
      System.err.println(describe(t));
      System.exit(1);
    }
    System.exit(0);
  }

  /** A launcher that dies, however it dies, closes our stdin: no engine outlives it. */
  private static void haltWhenStdinCloses() {
    Thread watcher =
        new Thread(
            () -> {
              InputStream in = System.in;
              try {
                while (in.read() >= 0) {
                  // whatever is written there has no meaning
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

  /** The root cause first, since it is what one looks for, then the chain that led to it. */
  private static String describe(Throwable failure) {
    StringBuilder chain = new StringBuilder();
    Throwable root = failure;
    for (; root.getCause() != null; root = root.getCause()) {
      chain.append("\n  in ").append(root);
    }
    return "FAILED " + root + chain;
  }
}
